"""How the journal tells what happens to referentials."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.titles.models import Correspondence, TitleVersion

journal_words.words(
    {
        "referential.import": (_("imported a referential"), "upload"),
        "referential.install": (_("wrote the structure of a title"), "school"),
        "correspondence.answer": (_("settled a correspondence"), "arrows-exchange"),
    }
)


@journal_words.subjects(TitleVersion)
def versions(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name versions by their title and label."""
    rows = visible(TitleVersion, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("titles:version", args=[row.pk])) for row in rows}


@journal_words.subjects(Correspondence)
def correspondences(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name lines of tables by their versions."""
    rows = visible(Correspondence, actor).filter(pk__in=keys)
    return {
        row.pk: Subject(
            f"{row.from_version} → {row.to_version}", reverse("titles:correspondence_list")
        )
        for row in rows.select_related("from_version", "to_version")
    }

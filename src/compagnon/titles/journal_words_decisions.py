"""How the journal tells what happens to decisions."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.titles.models import Decision

journal_words.words({"decision.record": (_("recorded a decision"), "gavel")})


@journal_words.subjects(Decision)
def decisions(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name decisions by their title and candidacy."""
    rows = visible(Decision, actor).filter(pk__in=keys).defer("inputs", "result")
    return {row.pk: Subject(str(row), reverse("titles:decision", args=[row.pk])) for row in rows}

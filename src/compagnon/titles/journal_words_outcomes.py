"""How the journal tells what happens to attestations and to their keys."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.titles.models import Attestation

journal_words.words(
    {
        "attestation.issue": (_("issued an attestation"), "certificate"),
        "attestation.withdraw": (_("withdrew an attestation"), "x"),
        "attestation_keys.create": (_("made the signing keys"), "key"),
        "attestation_keys.rotate": (_("changed the signing keys"), "key"),
        "attestation_keys.backup": (_("backed up the signing keys"), "key"),
        "attestation_keys.restore": (_("brought the signing keys back"), "key"),
    }
)


@journal_words.subjects(Attestation)
def attestations(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name attestations by their number."""
    rows = visible(Attestation, actor).filter(pk__in=keys)
    return {
        row.pk: Subject(row.reference, reverse("titles:attestation", args=[row.pk])) for row in rows
    }

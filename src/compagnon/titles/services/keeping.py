"""Personal data of a candidacy: how long it is kept, and its erasure that leaves proofs valid.

What is erased is what a person wrote or brought: accounts of evidence, the dossier's texts and
annexes, the plan, absences, accommodations, the notice's file, experience. What stays is what
proves: the candidacy's row and its decisions, minutes and attestations, certificates held, the
seals (digests) of what was attested or declared, and the journal, which never held those texts.
"""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.titles.models import Annex, Candidacy, Dossier, EvidenceFile, Example
from compagnon.titles.services.candidacies import managed, note, touch

ERASED = "—"


@service("candidacy.keep_until")
def keep_until(*, actor: Actor, candidacy_id: int, day: date) -> Candidacy:
    """Say until when the personal data of a candidacy is kept.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Invalid: the day is before the candidacy's start.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    if day < candidacy.starts_on:
        raise Invalid(
            _("It is kept at least while it lasts."), fields={"day": [_("After its start.")]}
        )
    before, candidacy.keep_until = candidacy.keep_until, day
    touch(candidacy, "keep_until")
    note(actor, candidacy, "candidacy.keep_until", before={"day": before}, after={"day": day})
    return candidacy


def due(today: date | None = None) -> QuerySet[Candidacy]:
    """Give the candidacies that are over and whose time of keeping is past, not erased yet."""
    rows = Candidacy.objects.filter(keep_until__lt=today or timezone.localdate())
    return rows.filter(state__in=("decided", "withdrawn")).exclude(plan=ERASED)


@service("candidacy.forget")
def forget(*, actor: Actor, candidacy_id: int) -> Candidacy:
    """Erase the personal texts and files of a candidacy that is over; proofs stay valid.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Conflict: it still goes on, or they are erased already.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    if candidacy.is_open:
        raise Conflict(_("This candidacy still goes on: withdraw it, or wait for the decision."))
    if candidacy.plan == ERASED:
        raise Conflict(_("They are erased already."))
    files, _kinds = EvidenceFile.objects.filter(evidence__candidacy=candidacy).delete()
    # The seals stay: they say that something was attested, and what it was no longer can be read.
    accounts = candidacy.evidence.update(
        title=ERASED, did="", means="", with_whom="", context="", attestation="", facts={}
    )
    Example.objects.filter(dossier__candidacy=candidacy).update(
        title=ERASED, did="", means="", with_whom="", context="", more=""
    )
    Annex.objects.filter(dossier__candidacy=candidacy).delete()
    Dossier.objects.filter(candidacy=candidacy).update(
        introduction="", diplomas="", declared_at_place=""
    )
    candidacy.absences.all().delete()
    candidacy.accommodations.all().delete()
    candidacy.experiences.all().delete()
    candidacy.periods.update(subject="", tutor=None)
    notice = getattr(candidacy, "notice", None)
    if notice is not None:
        notice.file = None
        notice.save(update_fields=["file"])
    candidacy.plan = ERASED
    touch(candidacy, "plan")
    note(actor, candidacy, "candidacy.forget", after={"accounts": accounts, "files": files})
    return candidacy

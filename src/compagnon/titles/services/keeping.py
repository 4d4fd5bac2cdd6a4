"""Personal data of a candidacy: how long it is kept, and its erasure that leaves proofs valid.

What is erased is what a person wrote or brought: accounts of evidence, the dossier's texts and
annexes, the plan, absences, accommodations, the notice's file, experience; and the addresses that
mail was sent to. What stays is what proves: the candidacy's row and its decisions, minutes and
attestations, certificates held, the seals (digests) of what was attested or declared, and the
journal, which never held those texts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Person
from compagnon.titles.models import (
    Annex,
    Candidacy,
    Dossier,
    EvidenceFile,
    Example,
    Juror,
    Session,
    SessionMail,
    SessionMailState,
    SessionState,
)
from compagnon.titles.policies_sessions import check_manage_sessions
from compagnon.titles.processing import kept_until
from compagnon.titles.services.candidacies import ERASED, managed, note, touch

# Sessions that still need who is in them.
TO_COME = (
    SessionState.PLANNED, SessionState.SUMMONED, SessionState.HELD, SessionState.DELIBERATING,
)  # fmt: skip


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
    _forget_addresses(
        candidacy.person, Session.objects.filter(sittings__candidacy=candidacy), as_juror=False
    )
    candidacy.plan = ERASED
    touch(candidacy, "plan")
    note(actor, candidacy, "candidacy.forget", after={"accounts": accounts, "files": files})
    return candidacy


def _forget_addresses(person: Person, sessions: QuerySet[Session], *, as_juror: bool) -> None:
    """Blank where mail about these sessions was sent: an error of sending names it too."""
    rows = SessionMail.objects.filter(person=person, session__in=sessions, as_juror=as_juror)
    rows.filter(state=SessionMailState.WAITING).update(state=SessionMailState.FAILED)
    rows.update(address="", error="")


# --- jurors -----------------------------------------------------------------------------------


def due_jurors(today: date | None = None) -> list[Juror]:
    """Give the jurors who are invited no more and whose last session is past its time of keeping.

    Who was never in a session counts from the end of the authorisation.
    """
    today = today or timezone.localdate()
    rows = Juror.objects.filter(is_active=False).exclude(occupation=ERASED)
    found = rows.annotate(last=Max("invitations__session__ends_at"))
    return [
        row
        for row in found
        if (end := _last_day(row)) is not None and kept_until("juror", end) < today
    ]


def _last_day(row: Any) -> date | None:
    return timezone.localdate(row.last) if row.last else row.authorised_to


@service("juror.forget")
def forget_juror(*, actor: Actor, juror_id: int) -> Juror:
    """Erase what the register says of a juror who is invited no more; minutes stay as they are.

    Raises:
        NotFound: there is none, or the actor does not see them.
        Refused: the actor does not keep that centre's register.
        Conflict: they are still invited, sit in a session to come, or are erased already.
    """
    seen = get_visible(Juror, actor, pk=juror_id)
    row = Juror.objects.select_for_update().select_related("person").get(pk=seen.pk)
    check_manage_sessions(actor, row.organisation_id)
    if row.is_active:
        raise Conflict(_("This juror is still invited: say first that they are invited no more."))
    if row.invitations.filter(session__state__in=TO_COME).exists():
        raise Conflict(_("This juror has a place in a session that is not closed."))
    if row.occupation == ERASED:
        raise Conflict(_("They are erased already."))
    ties, _kinds = row.ties.all().delete()
    row.occupation, row.employer, row.sex, row.authorisation = ERASED, "", "", ""
    row.experience_months, row.left_trade_on = 0, None
    row.version += 1
    row.save()
    _forget_addresses(row.person, Session.objects.filter(jury__juror=row), as_juror=True)
    journal.record(actor=actor, verb="juror.forget", subject=row, after={"ties": ties})
    return row


# --- each night -------------------------------------------------------------------------------


def forget_due(*, actor: Actor, today: date | None = None, most: int = 200) -> int:
    """Erase what is past its time of keeping; tell how many candidacies and jurors that were."""
    candidacies, jurors = list(due(today)[:most]), due_jurors(today)[:most]
    for candidacy in candidacies:
        forget(actor=actor, candidacy_id=candidacy.pk)
    for juror in jurors:
        forget_juror(actor=actor, juror_id=juror.pk)
    return len(candidacies) + len(jurors)

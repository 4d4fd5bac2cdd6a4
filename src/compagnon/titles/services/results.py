"""What follows from minutes: booklets, notified results, appeals, corrections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles.models import (
    Appeal,
    AppealState,
    Attendance,
    CandidacyState,
    CertificateKind,
    HeldCertificate,
    HeldKind,
    Minutes,
    Session,
    SessionKind,
    SessionState,
    Sitting,
)
from compagnon.titles.policies_sessions import check_manage_sessions
from compagnon.titles.services import session_mail
from compagnon.titles.services.candidacies import end
from compagnon.titles.services.minutes import current, unsigned
from compagnon.titles.services.sessions import lock, note, touch

OPEN = (CandidacyState.TRAINING, CandidacyState.READY, CandidacyState.ENROLLED)


@service("session.close")
def close_session(*, actor: Actor, session_id: int, at: datetime | None = None) -> Session:
    """Close a session: what the minutes grant goes into the booklets.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`.
        Conflict: it is not deliberating; a candidate who came has no minutes; a juror who was
            there has not signed.
    """
    session = lock(actor, session_id)
    if session.state != SessionState.DELIBERATING:
        raise Conflict(_("This session is “%(state)s”.") % {"state": session.get_state_display()})
    pairs = []
    for sitting in session.sittings.filter(attendance=Attendance.PRESENT).select_related(
        "candidacy", "session"
    ):
        minutes = current(sitting)
        if minutes is None:
            raise Conflict(_("%(who)s has no minutes yet.") % {"who": sitting.candidacy.reference})
        if names := unsigned(minutes):
            raise Conflict(
                _("%(number)s is not signed by %(names)s.")
                % {"number": minutes.number, "names": ", ".join(names)}
            )
        pairs.append((sitting, minutes))
    day = timezone.localdate(session.ends_at)
    for sitting, minutes in pairs:
        _grant(actor, sitting, minutes, day)
    session.state = SessionState.CLOSED
    touch(session, "state")
    note(actor, session, "session.close", minutes=[minutes.pk for _sitting, minutes in pairs])
    return session


def _grant(actor: Actor, sitting: Sitting, minutes: Minutes, day: date) -> None:
    candidacy, session = sitting.candidacy, sitting.session
    granted = minutes.content["decision"]["granted"]
    version = session.version_of_title
    numbers = [int(one["ccp"]) for one in granted.get("ccps") or ()]
    certificates = list(version.certificates.filter(kind=CertificateKind.CCP, number__in=numbers))
    if granted.get("ccs") and session.certificate:
        certificates.append(session.certificate)
    wanted: list[Any] = list(certificates)
    if granted.get("title"):
        # The whole title holds every CCP that is not in the booklet yet.
        wanted = [*version.certificates.filter(kind=CertificateKind.CCP), None]
    for certificate in wanted:
        held, made = HeldCertificate.objects.get_or_create(
            person=candidacy.person,
            certificate=certificate,
            version_of_title=version,
            defaults={
                "organisation_id": session.organisation_id,
                "gained_on": day,
                "origin": HeldKind.DECISION,
                "decision_reference": minutes.number,
                "recorded_by_id": actor.id,
            },
        )
        if made:
            journal.record(
                actor=actor,
                verb="candidacy.record_held",
                subject=held,
                after={
                    "person_id": candidacy.person_id,
                    "certificate_id": certificate.pk if certificate else None,
                    "minutes": minutes.number,
                    "decision": minutes.decision_reference,
                },
            )
    if candidacy.state in OPEN and (granted.get("title") or session.kind != SessionKind.CCP):
        candidacy.state = CandidacyState.DECIDED
        end(candidacy, day)
        candidacy.version += 1
        candidacy.save(update_fields=["state", "keep_until", "version"])


@service("session.reopen")
def reopen_deliberation(*, actor: Actor, session_id: int, reason: str) -> Session:
    """Open a closed session's deliberation again, so that minutes can be corrected by new ones.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`.
        Conflict: it is not closed.
        Invalid: no reason.
    """
    session = lock(actor, session_id)
    if session.state != SessionState.CLOSED:
        raise Conflict(_("Only a closed session is opened again."))
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Invalid(_("Say why."), fields={"reason": [_("Say why.")]})
    session.state = SessionState.DELIBERATING
    touch(session, "state")
    note(actor, session, "session.reopen", reason=True)
    return session


@service("session.notify_results")
def notify_results(*, actor: Actor, session_id: int, at: datetime | None = None) -> Session:
    """Send the results of a closed session to its candidates, and keep that they were notified.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`.
        Conflict: it is not closed, or nobody is left to notify.
    """
    session = lock(actor, session_id)
    if session.state != SessionState.CLOSED:
        raise Conflict(_("Close the session first."))
    left = session.sittings.filter(attendance=Attendance.PRESENT, notified_at__isnull=True)
    told = [one.candidacy.person for one in left.select_related("candidacy__person")]
    if not told:
        raise Conflict(_("Everybody has been notified."))
    left.update(notified_at=at or timezone.now())
    session_mail.queue_results(session, told, at=at)
    note(actor, session, "session.notify_results", candidates=len(told))
    return session


@service("minutes.appeal")
def receive_appeal(*, actor: Actor, minutes_id: int, received_on: date, grounds: str) -> Appeal:
    """Record a candidate's appeal against minutes: by the candidate, or by the centre for them.

    Raises:
        NotFound: the actor does not see the minutes.
        Refused: the actor is another.
        Invalid: no grounds.
    """
    minutes = get_visible(
        Minutes, actor, Minutes.objects.select_related("sitting__candidacy"), pk=minutes_id
    )
    if actor.id is None or actor.id != minutes.sitting.candidacy.person_id:
        check_manage_sessions(actor, minutes.organisation_id)
    grounds = grounds.replace("\x00", "").strip()[:5_000]
    if not grounds:
        raise Invalid(_("Say on which grounds."), fields={"grounds": [_("Empty.")]})
    appeal = Appeal.objects.create(minutes=minutes, received_on=received_on, grounds=grounds)
    journal.record(
        actor=actor, verb="minutes.appeal", subject=minutes, after={"appeal_id": appeal.pk}
    )
    return appeal


@service("minutes.answer_appeal")
def answer_appeal(
    *, actor: Actor, appeal_id: int, state: AppealState | str, answer: str, answered_on: date
) -> Appeal:
    """Answer an appeal. Upheld, it is followed by a correction of the minutes, never by a change.

    Raises:
        NotFound: the actor does not see it.
        Refused: the actor does not prepare that centre's sessions.
        Conflict: it is answered.
        Invalid: no answer, or none of the two.
    """
    appeal = get_visible(Appeal, actor, Appeal.objects.select_related("minutes"), pk=appeal_id)
    check_manage_sessions(actor, appeal.minutes.organisation_id)
    if appeal.state != AppealState.RECEIVED:
        raise Conflict(_("This appeal is answered."))
    answer = answer.replace("\x00", "").strip()[:5_000]
    if state not in (AppealState.UPHELD, AppealState.DISMISSED) or not answer:
        raise Invalid(_("Uphold or dismiss it, and say why."), fields={"answer": [_("Say why.")]})
    appeal.state, appeal.answer, appeal.answered_on = AppealState(state), answer, answered_on
    appeal.save(update_fields=["state", "answer", "answered_on"])
    journal.record(
        actor=actor,
        verb="minutes.answer_appeal",
        subject=appeal.minutes,
        after={"appeal_id": appeal.pk, "state": appeal.state},
    )
    return appeal

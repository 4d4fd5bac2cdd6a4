"""The day of a session: who came, what happened, opinions closed apart, votes in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles.models import (
    Answer,
    Attendance,
    Certificate,
    CertificateKind,
    Incident,
    JuryMember,
    Opinion,
    Session,
    SessionKind,
    SessionState,
    Sitting,
    Value,
    Vote,
)
from compagnon.titles.services.case_files import ties_of
from compagnon.titles.services.sessions import lock, note, touch


def seat(actor: Actor, session: Session) -> JuryMember:
    """Give the actor's place in a jury.

    Raises:
        Refused: they are not one of its jurors, declined, or were told absent.
    """
    if actor.id is None or not actor.scope.reaches_own("jury.own"):
        raise Refused(_("You are not a juror of this session."))
    member = (
        session.jury.filter(juror__person_id=actor.id, answer=Answer.ACCEPTED)
        .exclude(is_present=False)
        .select_related("juror")
        .first()
    )
    if member is None:
        raise Refused(_("You are not a juror of this session."))
    return member


def _session(actor: Actor, session_id: int) -> Session:
    rows = Session.objects.select_for_update(of=("self",)).select_related("certificate")
    return get_visible(Session, actor, rows, pk=session_id)


def judged_certificates(session: Session) -> list[Certificate]:
    """Give what each juror has an opinion of: the session's certificate, or every CCP."""
    if session.certificate is not None:
        return [session.certificate]
    rows = session.version_of_title.certificates.filter(kind=CertificateKind.CCP)
    return list(rows.order_by("number"))


@service("session.open")
def open_session(*, actor: Actor, session_id: int, at: datetime | None = None) -> Session:
    """Begin a session that was summoned, on its day or after.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`.
        Conflict: it was not summoned, or its day has not come.
    """
    session = lock(actor, session_id)
    at = at or timezone.now()
    if session.state != SessionState.SUMMONED:
        raise Conflict(_("Summon candidates and jurors first."))
    if timezone.localdate(at) < timezone.localdate(session.starts_at):
        raise Conflict(_("Its day has not come."))
    session.state = SessionState.HELD
    touch(session, "state")
    note(actor, session, "session.open")
    return session


@service("session.record_attendance")
def record_attendance(
    *,
    actor: Actor,
    session_id: int,
    sitting_id: int,
    attendance: Attendance | str,
    identity_checked: bool = False,
    at: datetime | None = None,
) -> Sitting:
    """Say whether a candidate came, and that their identity was checked.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`; or there is no such line.
        Conflict: the session is not being held.
    """
    session = lock(actor, session_id)
    _check_state(session, SessionState.HELD)
    sitting = session.sittings.filter(pk=sitting_id).first()
    if sitting is None:
        raise NotFound
    sitting.attendance = Attendance(attendance)
    present = sitting.attendance == Attendance.PRESENT
    sitting.identity_checked_at = (at or timezone.now()) if present and identity_checked else None
    sitting.save(update_fields=["attendance", "identity_checked_at"])
    note(
        actor, session, "session.record_attendance",
        sitting_id=sitting.pk, attendance=sitting.attendance, identity_checked=identity_checked,
    )  # fmt: skip
    return sitting


@service("session.record_presence")
def record_presence(
    *, actor: Actor, session_id: int, member_id: int, is_present: bool
) -> JuryMember:
    """Say whether a juror came.

    Raises:
        NotFound, Refused: see :func:`sessions.lock`; or there is no such place.
        Conflict: the session is not being held.
    """
    session = lock(actor, session_id)
    _check_state(session, SessionState.HELD)
    member = session.jury.filter(pk=member_id).first()
    if member is None:
        raise NotFound
    member.is_present = is_present
    member.save(update_fields=["is_present"])
    note(actor, session, "session.record_presence", juror_id=member.juror_id, is_present=is_present)
    return member


def _check_state(session: Session, *states: SessionState) -> None:
    if session.state not in states:
        raise Conflict(_("This session is “%(state)s”.") % {"state": session.get_state_display()})


@service("session.report_incident")
def report_incident(
    *,
    actor: Actor,
    session_id: int,
    text: str,
    happened_at: datetime | None = None,
    sitting_id: int | None = None,
    is_fraud: bool = False,
) -> Incident:
    """Report something that happened; it will stand in the minutes. By the centre or a juror.

    Raises:
        NotFound: the actor does not see the session, or there is no such candidate.
        Refused: the actor is a candidate.
        Conflict: the session is not being held.
        Invalid: no text.
    """
    session = _session(actor, session_id)
    if not actor.scope.allows("session.manage", session.organisation_id):
        seat(actor, session)
    _check_state(session, SessionState.HELD, SessionState.DELIBERATING)
    text = text.replace("\x00", "").strip()[:5_000]
    if not text:
        raise Invalid(_("Say what happened."), fields={"text": [_("Empty.")]})
    if sitting_id is not None and not session.sittings.filter(pk=sitting_id).exists():
        raise NotFound
    incident = Incident.objects.create(
        session=session,
        sitting_id=sitting_id,
        is_fraud=is_fraud,
        text=text,
        happened_at=happened_at or timezone.now(),
        told_by_id=actor.id,
    )
    note(
        actor, session, "session.report_incident",
        incident_id=incident.pk, sitting_id=sitting_id, is_fraud=is_fraud,
    )  # fmt: skip
    return incident


# --- opinions, apart ------------------------------------------------------------------------------


@service("jury.give_opinion")
def give_opinion(
    *,
    actor: Actor,
    session_id: int,
    sitting_id: int,
    certificate_id: int,
    value: Value | str,
    comment: str = "",
) -> Opinion:
    """Write one's own opinion of a candidate; nobody else reads it until one has closed one's own.

    Raises:
        NotFound: the actor does not see the session, or there is no such candidate.
        Refused: the actor is not one of the jurors, or is tied to the candidate.
        Conflict: the session is not being held, or one's opinions are closed.
        Invalid: a certificate that is not judged here, an unknown value.
    """
    session = _session(actor, session_id)
    member = seat(actor, session)
    _check_state(session, SessionState.HELD)
    if Opinion.objects.filter(member=member, closed_at__isnull=False).exists():
        raise Conflict(_("Your opinions are closed."))
    sitting = session.sittings.filter(pk=sitting_id).select_related("candidacy").first()
    if sitting is None:
        raise NotFound
    check_untied(member, sitting)
    if certificate_id not in {one.pk for one in judged_certificates(session)}:
        raise Invalid(_("This certificate is not judged here."))
    if value not in Value.values:
        raise Invalid(_("Unknown result."), fields={"value": [_("Unknown.")]})
    opinion, _made = Opinion.objects.update_or_create(
        member=member,
        sitting=sitting,
        certificate_id=certificate_id,
        defaults={"value": value, "comment": comment.replace("\x00", "").strip()[:2_000]},
    )
    # What it says is secret until closed: the journal, which others read, only says that it is.
    journal.record(
        actor=actor, verb="jury.give_opinion", subject=session, after={"opinion_id": opinion.pk}
    )
    return opinion


def check_untied(member: JuryMember, sitting: Sitting) -> None:
    """Refuse a juror who is tied to the candidate.

    Raises:
        Refused: they are; the link is not named, it is known to the juror.
    """
    if ties_of(member, sitting.candidacy):
        raise Refused(_("A link with this candidate forbids you to judge them."))


def _to_judge(session: Session, member: JuryMember) -> list[Sitting]:
    rows = session.sittings.filter(attendance=Attendance.PRESENT).select_related("candidacy")
    return [one for one in rows if not ties_of(member, one.candidacy)]


@service("jury.close_opinions")
def close_opinions(*, actor: Actor, session_id: int, at: datetime | None = None) -> list[Opinion]:
    """Close one's opinions: they change no more, and the others' closed ones can be read.

    When the last juror present closes, the common deliberation begins.

    Raises:
        NotFound: the actor does not see the session.
        Refused: the actor is not one of the jurors.
        Conflict: the session is not being held; they are closed; a candidate who came lacks one;
            a «not acquired» has no comment.
    """
    session = _session(actor, session_id)
    member = seat(actor, session)
    _check_state(session, SessionState.HELD)
    own = list(Opinion.objects.filter(member=member))
    if any(one.closed_at for one in own):
        raise Conflict(_("Your opinions are closed already."))
    wanted = {
        (sitting.pk, certificate.pk)
        for sitting in _to_judge(session, member)
        for certificate in judged_certificates(session)
    }
    lacking = wanted - {(one.sitting_id, one.certificate_id) for one in own}
    if lacking:
        raise Conflict(_("%(count)d opinions are missing.") % {"count": len(lacking)})
    silent = sum(one.value == Value.NOT_ACQUIRED and not one.comment for one in own)
    if silent:
        raise Conflict(
            _("%(count)d opinions are “not acquired” without saying why.") % {"count": silent}
        )
    Opinion.objects.filter(member=member).update(closed_at=at or timezone.now())
    note(actor, session, "jury.close_opinions", juror_id=member.juror_id, opinions=len(own))
    present = session.jury.filter(answer=Answer.ACCEPTED).exclude(is_present=False)
    closed = present.filter(opinions__closed_at__isnull=False).distinct().count()
    if closed == present.count():
        session.state = SessionState.DELIBERATING
        touch(session, "state")
        note(actor, session, "jury.deliberate")
    return list(Opinion.objects.filter(member=member))


def closed_members(session: Session) -> set[int]:
    """Give the places of the jurors whose opinions are closed: that they are, never what they say.

    The caller sees the session's jury.
    """
    rows = Opinion.objects.filter(member__session=session, closed_at__isnull=False)
    return set(rows.values_list("member_id", flat=True))


def to_judge(session: Session, member: JuryMember) -> list[Sitting]:
    """Give the candidates who came and whom a juror may judge."""
    return _to_judge(session, member)


# --- votes, in common -----------------------------------------------------------------------------


@service("jury.vote")
def vote(
    *,
    actor: Actor,
    session_id: int,
    sitting_id: int,
    is_for: bool,
    certificate_id: int | None = None,
) -> Vote:
    """Vote on a candidate: the whole title (no certificate), or one certificate of it.

    Raises:
        NotFound: the actor does not see the session, or there is no such candidate.
        Refused: the actor is not one of the jurors, or is tied to the candidate.
        Conflict: the deliberation has not begun or is over; the candidate did not come.
        Invalid: this is not voted on here.
    """
    session = _session(actor, session_id)
    member = seat(actor, session)
    _check_state(session, SessionState.DELIBERATING)
    sitting = session.sittings.filter(pk=sitting_id).select_related("candidacy").first()
    if sitting is None:
        raise NotFound
    if sitting.attendance != Attendance.PRESENT:
        raise Conflict(_("This candidate did not come."))
    check_untied(member, sitting)
    allowed: set[int | None] = {one.pk for one in judged_certificates(session)}
    if session.kind == SessionKind.TITLE:
        allowed.add(None)
    if certificate_id not in allowed:
        raise Invalid(_("This is not voted on in this session."))
    cast, _made = Vote.objects.update_or_create(
        member=member,
        sitting=sitting,
        certificate_id=certificate_id,
        defaults={"is_for": is_for},
    )
    journal.record(
        actor=actor,
        verb="jury.vote",
        subject=session,
        after={"vote_id": cast.pk, "sitting_id": sitting.pk},
    )
    return cast


def missing_votes(sitting: Sitting) -> list[JuryMember]:
    """Give the jurors who have not voted on what the session asks of this candidate.

    On the title refused by most, a vote on each CCP is needed too: what it leaves is voted.
    """
    session = sitting.session
    jurors = [
        one
        for one in session.jury.filter(answer=Answer.ACCEPTED)
        .exclude(is_present=False)
        .select_related("juror__person")
        if not ties_of(one, sitting.candidacy)
    ]
    votes = list(Vote.objects.filter(sitting=sitting))
    wanted: set[int | None] = {
        None if session.kind == SessionKind.TITLE else session.certificate_id
    }
    if session.kind == SessionKind.TITLE:
        whole = [one.is_for for one in votes if one.certificate_id is None]
        if sum(whole) * 2 <= len(whole):
            wanted |= {one.pk for one in judged_certificates(session)}
    cast: dict[int, set[Any]] = {}
    for one in votes:
        cast.setdefault(one.member_id, set()).add(one.certificate_id)
    return [one for one in jurors if not wanted <= cast.get(one.pk, set())]

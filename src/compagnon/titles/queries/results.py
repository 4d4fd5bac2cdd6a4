"""Reads of what comes out of sessions, as far as the actor sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.titles.documents.minutes import Sealed, minutes_pdf
from compagnon.titles.models import (
    Attestation,
    Minutes,
    Session,
    SessionMail,
    SessionState,
    Sitting,
)
from compagnon.titles.queries import checklist as checklists
from compagnon.titles.queries.checklist import Checklist
from compagnon.titles.services import attesting
from compagnon.titles.services import minutes as services


def minutes_file(actor: Actor, minutes_id: int, *, language: str) -> tuple[str, bytes]:
    """Give the number and the PDF of minutes.

    Who is only their candidate gets neither the sealed text nor any name beside a vote: how each
    juror voted is the jury's.

    Raises:
        NotFound: there are none, or the actor does not see them.
    """
    rows = Minutes.objects.select_related("sitting__candidacy__person", "corrected_by")
    row = get_visible(Minutes, actor, rows, pk=minutes_id)
    return row.number, pdf_of(
        row, language=language, whole=actor.id != row.sitting.candidacy.person_id
    )


def pdf_of(row: Minutes, *, language: str, whole: bool) -> bytes:
    """Give the PDF of minutes; ``whole`` with the sealed text, for the jury and the centre."""
    signatures = row.signatures.select_related("member__juror__person")
    corrected = getattr(row, "corrected_by", None)
    return minutes_pdf(
        Sealed(
            number=row.number,
            candidate=str(row.sitting.candidacy.person),
            content=row.content,
            text=services.sealed_text(row.content) if whole else None,
            digest=row.digest,
            previous=row.previous,
            written_at=row.written_at,
            signatures=[(str(one.member.juror.person), one.signed_at) for one in signatures],
            unsigned=services.unsigned(row),
            corrected_by=corrected.number if corrected else "",
        ),
        language=language,
    )


def session_of_minutes(actor: Actor, minutes_id: int) -> int:
    """Give the session of minutes.

    Raises:
        NotFound: there are none, or the actor does not see them.
    """
    return get_visible(Minutes, actor, pk=minutes_id).session_id


@dataclass(frozen=True, slots=True)
class Line:
    """What came out for one candidate."""

    sitting: Sitting
    minutes: Minutes | None
    outcome: str
    attestations: Sequence[Attestation]
    is_attested: bool


@dataclass(frozen=True, slots=True)
class SessionOutcome:
    """What came out of a session, as far as the actor sees it."""

    session: Session
    lines: Sequence[Line]
    to_withdraw: Sequence[Attestation]
    mails: Sequence[SessionMail]
    may_attest: bool
    manages: bool
    checklist: Checklist | None


def outcome(actor: Actor, session_id: int) -> SessionOutcome:
    """Give what came out of a session.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = Session.objects.select_related(
        "organisation", "version_of_title__title", "certificate", "forecast"
    )
    session = get_visible(Session, actor, rows, pk=session_id)
    sittings, written = _read(actor, session)
    minutes = {one.sitting_id: one for one in written}
    attested: dict[str, list[Attestation]] = defaultdict(list)
    numbers = [one.number for one in minutes.values()]
    mine = visible(Attestation, actor).filter(organisation=session.organisation_id)
    for row in mine.filter(decision__in=numbers).order_by("pk") if numbers else ():
        attested[row.decision].append(row)
    names = attesting.ccp_names(session.version_of_title) if minutes else {}
    lines = [_line(sitting, minutes.get(sitting.pk), attested, names) for sitting in sittings]
    manages = actor.scope.allows("session.manage", session.organisation_id)
    return SessionOutcome(
        session=session,
        lines=lines,
        to_withdraw=attesting.to_withdraw(session) if manages else (),
        mails=list(_mails(actor, session.pk)),
        may_attest=session.state == SessionState.CLOSED
        and actor.scope.allows("attestation.issue", session.organisation_id)
        and any(one.minutes and not one.is_attested for one in lines),
        manages=manages,
        checklist=checklists.of_session(session, sittings, written)
        if checklists.may_read(actor, session)
        else None,
    )


def _read(actor: Actor, session: Session) -> tuple[list[Sitting], list[Minutes]]:
    """Read a session's candidates and minutes once, for all that the page makes of them."""
    sittings = visible(Sitting, actor).filter(session=session)
    minutes = visible(Minutes, actor).filter(session=session)
    if checklists.may_read(actor, session):
        sittings, minutes = checklists.with_case(sittings), checklists.with_signatures(minutes)
    else:
        sittings = sittings.select_related("candidacy__person")
        minutes = minutes.select_related("corrected_by").order_by("pk")
    found = list(minutes)
    for one in found:
        one.session = session
    read = list(sittings)
    for sitting in read:
        sitting.session = session
    return read, found


def _line(
    sitting: Sitting,
    minutes: Minutes | None,
    attested: Mapping[str, Sequence[Attestation]],
    names: Mapping[int, str],
) -> Line:
    if minutes is None:
        return Line(sitting, None, "", (), False)
    found = attested.get(minutes.number, ())
    wanted = {(one["kind"], one["element_code"]) for one in attesting.granted_by(minutes, names)}
    return Line(
        sitting=sitting,
        minutes=minutes,
        outcome=minutes.content["decision"]["outcome"],
        attestations=found,
        is_attested=wanted <= {(one.kind, one.element_code) for one in found},
    )


def mails(actor: Actor, session_id: int) -> QuerySet[SessionMail]:
    """Give the mails of a session that the actor sees.

    Raises:
        NotFound: there is no such session, or the actor does not see it.
    """
    get_visible(Session, actor, pk=session_id)
    return _mails(actor, session_id)


def _mails(actor: Actor, session_id: int) -> QuerySet[SessionMail]:
    return visible(SessionMail, actor).filter(session_id=session_id).select_related("person")


def mail(actor: Actor, mail_id: int) -> SessionMail:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = SessionMail.objects.select_related(
        "person",
        "session__organisation",
        "session__version_of_title__title",
        "session__certificate",
    )
    return get_visible(SessionMail, actor, rows, pk=mail_id)

"""Who sees which sessions, juries, opinions and minutes.

A session is seen by who prepares it, by its jurors once they did not decline, and by its candidates
(the session and their own line, never the others'). Opinions are their author's until closed, and
the jury's after; never the centre's. Minutes are the jury's, the centre's and their candidate's.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import (
    Answer,
    Appeal,
    CentreApproval,
    Forecast,
    Incident,
    Juror,
    JurorTie,
    JuryMember,
    Minutes,
    Opinion,
    Session,
    SessionMail,
    Signature,
    Sitting,
    Slot,
    Station,
    Vote,
)

STAFF = ("session.view", "session.manage")


def _staff(scope: Scope, prefix: str) -> Q | None:
    found = Q(pk__in=())
    for verb in STAFF:
        reach = scope.organisations(verb)
        if reach is None:
            return None
        if reach:
            found |= Q(**{f"{prefix}organisation_id__in": sorted(reach)})
    return found


def judged(scope: Scope) -> QuerySet[JuryMember]:
    """Give the places in juries that are the scope's own person's."""
    if scope.person_id is None or not scope.reaches_own("jury.own"):
        return JuryMember.objects.none()
    return JuryMember.objects.filter(juror__person_id=scope.person_id).exclude(
        answer=Answer.DECLINED
    )


def _of_session(scope: Scope, prefix: str, *, candidates: bool) -> Q | None:
    """Give the filter by session; ``prefix`` is the way to the session («session__»)."""
    found = _staff(scope, prefix)
    if found is None:
        return None
    found |= Q(**{f"{prefix}pk__in": judged(scope).values("session_id")})
    if candidates and scope.person_id is not None and scope.reaches_own("candidacy.own"):
        own = Sitting.objects.filter(candidacy__person_id=scope.person_id)
        found |= Q(**{f"{prefix}pk__in": own.values("session_id")})
    return found


def _filtered(rows: QuerySet[Any], found: Q | None) -> QuerySet[Any]:
    return rows if found is None else rows.filter(found)


@rule(Session)
def sessions(scope: Scope, rows: QuerySet[Session]) -> QuerySet[Session]:
    """Those of one's centres, those one judges in, those one is a candidate of."""
    return _filtered(rows, _of_session(scope, "", candidates=True))


@rule(Station)
def stations(scope: Scope, rows: QuerySet[Station]) -> QuerySet[Station]:
    """As their session."""
    return _filtered(rows, _of_session(scope, "session__", candidates=True))


@rule(JuryMember)
def jury(scope: Scope, rows: QuerySet[JuryMember]) -> QuerySet[JuryMember]:
    """As their session, for who prepares it and who judges; who declined sees their own place."""
    found = _of_session(scope, "session__", candidates=False)
    if found is None:
        return rows
    if scope.person_id is not None and scope.reaches_own("jury.own"):
        found |= Q(juror__person_id=scope.person_id)
    return rows.filter(found)


def _own_line(scope: Scope, found: Q | None, prefix: str) -> Q | None:
    if found is None or scope.person_id is None or not scope.reaches_own("candidacy.own"):
        return found
    return found | Q(**{f"{prefix}candidacy__person_id": scope.person_id})


@rule(Sitting)
def sittings(scope: Scope, rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Those of sessions one prepares or judges in; one's own."""
    found = _of_session(scope, "session__", candidates=False)
    return _filtered(rows, _own_line(scope, found, ""))


@rule(Slot)
def slots(scope: Scope, rows: QuerySet[Slot]) -> QuerySet[Slot]:
    """As their candidate's line."""
    found = _of_session(scope, "sitting__session__", candidates=False)
    return _filtered(rows, _own_line(scope, found, "sitting__"))


@rule(Incident)
def incidents(scope: Scope, rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Who prepares and who judges."""
    return _filtered(rows, _of_session(scope, "session__", candidates=False))


@rule(Minutes)
def minutes(scope: Scope, rows: QuerySet[Minutes]) -> QuerySet[Minutes]:
    """Who prepares, who judged, and whom they are about."""
    found = _of_session(scope, "session__", candidates=False)
    return _filtered(rows, _own_line(scope, found, "sitting__"))


@rule(Signature, Appeal)
def with_minutes(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their minutes."""
    found = _of_session(scope, "minutes__session__", candidates=False)
    return _filtered(rows, _own_line(scope, found, "minutes__sitting__"))


@rule(SessionMail)
def mails(scope: Scope, rows: QuerySet[SessionMail]) -> QuerySet[SessionMail]:
    """Who prepares; whom they were sent to."""
    found = _staff(scope, "session__")
    if found is None:
        return rows
    if scope.person_id is not None and (
        scope.reaches_own("candidacy.own") or scope.reaches_own("jury.own")
    ):
        found |= Q(person_id=scope.person_id)
    return rows.filter(found)


@rule(Opinion)
def opinions(scope: Scope, rows: QuerySet[Opinion]) -> QuerySet[Opinion]:
    """One's own; the others' of the jury once one's own are closed, and theirs."""
    own = judged(scope)
    closed = own.filter(opinions__closed_at__isnull=False)
    return rows.filter(
        Q(member__in=own.values("pk"))
        | Q(closed_at__isnull=False, member__session_id__in=closed.values("session_id"))
    )


@rule(Vote)
def votes(scope: Scope, rows: QuerySet[Vote]) -> QuerySet[Vote]:
    """The jury's."""
    return rows.filter(member__session_id__in=judged(scope).values("session_id"))


@rule(CentreApproval, Forecast)
def of_centre(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of one's centres."""
    return _filtered(rows, _staff(scope, ""))


@rule(Juror)
def jurors(scope: Scope, rows: QuerySet[Juror]) -> QuerySet[Juror]:
    """Those of one's centres; oneself."""
    found = _staff(scope, "")
    if found is None:
        return rows
    if scope.person_id is not None and scope.reaches_own("jury.own"):
        found |= Q(person_id=scope.person_id)
    return rows.filter(found)


@rule(JurorTie)
def ties(scope: Scope, rows: QuerySet[JurorTie]) -> QuerySet[JurorTie]:
    """As their juror."""
    found = _staff(scope, "juror__")
    if found is None:
        return rows
    if scope.person_id is not None and scope.reaches_own("jury.own"):
        found |= Q(juror__person_id=scope.person_id)
    return rows.filter(found)

"""Sessions by API: forecast, plan, list of candidates, jury, summons, the day, results."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import AwareDatetime, Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid, Refused
from compagnon.titles.api.centres import KindName, centre_and_version
from compagnon.titles.deeds_of_sessions import parts_of
from compagnon.titles.models import Certificate, Session
from compagnon.titles.queries import sessions as queries
from compagnon.titles.services import (
    deliberating,
    inviting,
    results,
    sessions,
    summoning,
)

router = Routes(tag="sessions")

Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Minutes = Annotated[int, Field(ge=0, le=2880)]


class ExamSessionOut(Schema):
    """A session."""

    id: int
    reference: str
    organisation_id: int
    version_of_title_id: int
    kind: KindName
    certificate_id: int | None
    starts_at: datetime
    ends_at: datetime
    place: str
    is_remote: bool
    state: str
    summoned_at: datetime | None
    version: int


class SessionWhole(ExamSessionOut):
    """A session with all that hangs on it, as far as you see it."""

    stations: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    jury: list[dict[str, Any]]
    timetable: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    minutes: list[dict[str, Any]]


class ExamSessionQuery(ListQuery):
    """Which sessions, in which order."""

    q: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    state: Annotated[
        Literal["planned", "summoned", "held", "deliberating", "closed", "cancelled"] | None,
        FilterLookup("state"),
    ] = None
    ordering: Literal["-starts_at", "starts_at"] = "-starts_at"

    def filter_q(self, value: str) -> Q:
        """Reference, place or code of the title."""
        return queries.matching(value)


class ExamPlanIn(Body):
    """A session to plan."""

    organisation_id: Id
    version_of_title_id: Id
    kind: KindName
    certificate_id: Id | None = None
    starts_at: Annotated[AwareDatetime, Field(examples=["2026-09-14T08:00:00+02:00"])]
    ends_at: Annotated[AwareDatetime, Field(examples=["2026-09-14T18:00:00+02:00"])]
    place: Annotated[Line, Field(min_length=1, examples=["Salle 2"])]
    is_remote: bool = False
    forecast_id: Id | None = None


class StationIn(Body):
    """A place of the session."""

    name: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$", examples=["Poste 1"])]
    room: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""
    equipment: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class ExamCandidateIn(Body):
    """Who comes."""

    candidacy_id: Id


class InviteIn(Body):
    """Whom to invite."""

    juror_id: Id
    is_chair: bool = False


class ExamAnswerIn(Body):
    """What a juror answers."""

    answer: Literal["waiting", "accepted", "declined"]


class TimetableIn(Body):
    """How many minutes each part lasts; none leaves it out."""

    situation: Minutes = 0
    technical: Minutes = 0
    questions: Minutes = 0
    final: Minutes = 0
    pause: Annotated[int, Field(ge=0, le=120)] = 5


class SummonIn(Body):
    """Why candidates are told late, where they agreed to it."""

    late_because: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class AttendanceIn(Body):
    """Whether a candidate came."""

    attendance: Literal["awaited", "present", "excused", "absent"]
    identity_checked: bool = False


class JurorPresenceIn(Body):
    """Whether a juror came."""

    is_present: bool


class IncidentIn(Body):
    """What happened."""

    text: Annotated[str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]
    sitting_id: Id | None = None
    is_fraud: bool = False


class ReopenIn(Body):
    """Why the deliberation is opened again."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class ObstructionsOut(Schema):
    """What stands against the summons, by rule."""

    items: list[dict[str, Any]]


class SuggestedOut(Schema):
    """Jurors to invite, in balance, in the order to ask."""

    items: list[dict[str, Any]]


def whole(request: ApiRequest, session_id: int) -> dict[str, Any]:
    """Give a session with what hangs on it."""
    row = queries.session(request.actor, session_id)
    page = queries.page_of(request.actor, row)
    told = {name: getattr(row, name) for name in ExamSessionOut.model_fields if name != "id"}
    return {
        **told,
        "id": row.pk,
        "stations": [
            {"id": one.pk, "name": one.name, "room": one.room, "equipment": one.equipment}
            for one in page.stations
        ],
        "candidates": [
            {
                "id": one.pk,
                "candidacy_id": one.candidacy_id,
                "attendance": one.attendance,
                "identity_checked_at": one.identity_checked_at,
                "summoned_at": one.summoned_at,
                "notified_at": one.notified_at,
            }
            for one in page.sittings
        ],
        "jury": [
            {
                "id": one.pk,
                "juror_id": one.juror_id,
                "is_chair": one.is_chair,
                "answer": one.answer,
                "is_present": one.is_present,
            }
            for one in page.jury
        ],
        "timetable": [
            {
                "candidate_id": one.sitting_id,
                "station_id": one.station_id,
                "kind": one.kind,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
            }
            for one in page.slots
        ],
        "incidents": [
            {
                "id": one.pk,
                "candidate_id": one.sitting_id,
                "is_fraud": one.is_fraud,
                "text": one.text,
                "happened_at": one.happened_at,
            }
            for one in page.incidents
        ],
        "minutes": [
            {
                "id": one.pk,
                "number": one.number,
                "candidate_id": one.sitting_id,
                "digest": one.digest,
                "corrects_id": one.corrects_id,
            }
            for one in page.minutes
        ],
    }


@router.index("/sessions", ExamSessionOut)
def list_sessions(request: ApiRequest, query: Query[ExamSessionQuery]) -> QuerySet[Session]:
    """List the sessions that you prepare, judge in or are a candidate of."""
    return queries.sessions(request.actor)


@router.create("/sessions", ExamSessionOut, location=lambda row: f"/sessions/{row.pk}")
def plan_session(request: ApiRequest, body: ExamPlanIn) -> Session:
    """Plan a session."""
    certificate = forecast = None
    if body.certificate_id is not None:
        certificate = Certificate.objects.filter(pk=body.certificate_id).first()
        if certificate is None:
            raise Invalid(fields={"certificate_id": [_("There is none that you see.")]})
    if body.forecast_id is not None:
        forecast = queries.forecasts(request.actor).filter(pk=body.forecast_id).first()
        if forecast is None:
            raise Invalid(fields={"forecast_id": [_("There is none that you see.")]})
    return sessions.plan_session(
        actor=request.actor,
        **centre_and_version(request, body),
        kind=body.kind,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        place=body.place,
        certificate=certificate,
        is_remote=body.is_remote,
        forecast=forecast,
    )


@router.show("/sessions/{session_id}", SessionWhole)
def get_session(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Read a session with its candidates, jury, timetable, incidents and minutes."""
    return whole(request, session_id)


@router.show("/sessions/{session_id}/obstructions", ObstructionsOut)
def get_obstructions(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Read what stands against the summons, by rule, with its citation."""
    row = _prepared(request, session_id)
    return {
        "items": [
            {
                "candidacy_id": one.candidacy.pk,
                "rule": one.rule_id,
                "citation": one.citation,
                "says": one.says,
                "found": one.found,
                "blocks": one.blocks,
                "is_late": one.is_late,
            }
            for one in summoning.obstructions(row)
        ]
    }


@router.show("/sessions/{session_id}/suggested-jurors", SuggestedOut)
def get_suggested_jurors(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Read whom to invite: free of obstacles, women and men in turn, the least invited first."""
    row = _prepared(request, session_id)
    return {
        "items": [
            {"juror_id": one.pk, "person_id": one.person_id, "sex": one.sex}
            for one in inviting.suggested(row, 6)
        ]
    }


def _prepared(request: ApiRequest, session_id: int) -> Session:
    row = queries.session(request.actor, session_id)
    if not request.actor.scope.allows("session.manage", row.organisation_id):
        raise Refused
    return row


@router.act("/sessions/{session_id}/stations", SessionWhole)
def add_station(request: ApiRequest, session_id: Id, body: StationIn) -> dict[str, Any]:
    """Add a station: a room, a machine."""
    sessions.add_station(actor=request.actor, session_id=session_id, **body.model_dump())
    return whole(request, session_id)


@router.act("/sessions/{session_id}/candidates", SessionWhole)
def add_candidate(request: ApiRequest, session_id: Id, body: ExamCandidateIn) -> dict[str, Any]:
    """Put a candidate on the list."""
    sessions.add_candidate(
        actor=request.actor, session_id=session_id, candidacy_id=body.candidacy_id
    )
    return whole(request, session_id)


@router.remove("/sessions/{session_id}/candidates/{sitting_id}")
def remove_candidate(request: ApiRequest, session_id: Id, sitting_id: Id) -> None:
    """Take a candidate off the list of a session that is being planned."""
    sessions.remove_candidate(actor=request.actor, session_id=session_id, sitting_id=sitting_id)


@router.act("/sessions/{session_id}/candidates/{sitting_id}/attendance", SessionWhole)
def record_attendance(
    request: ApiRequest, session_id: Id, sitting_id: Id, body: AttendanceIn
) -> dict[str, Any]:
    """Say whether a candidate came, and that their identity was checked."""
    deliberating.record_attendance(
        actor=request.actor, session_id=session_id, sitting_id=sitting_id, **body.model_dump()
    )
    return whole(request, session_id)


@router.act("/sessions/{session_id}/jury", SessionWhole)
def invite_juror(request: ApiRequest, session_id: Id, body: InviteIn) -> dict[str, Any]:
    """Invite a juror; what forbids it is told."""
    inviting.invite(actor=request.actor, session_id=session_id, **body.model_dump())
    return whole(request, session_id)


@router.act("/jury-members/{member_id}/answer", ExamSessionOut)
def answer_invitation(request: ApiRequest, member_id: Id, body: ExamAnswerIn) -> Session:
    """Answer an invitation: your own, or for a juror of your centre."""
    member = inviting.answer_invitation(
        actor=request.actor, member_id=member_id, answer=body.answer
    )
    return member.session


@router.act("/sessions/{session_id}/jury/{member_id}/presence", SessionWhole)
def record_presence(
    request: ApiRequest, session_id: Id, member_id: Id, body: JurorPresenceIn
) -> dict[str, Any]:
    """Say whether a juror came."""
    deliberating.record_presence(
        actor=request.actor,
        session_id=session_id,
        member_id=member_id,
        is_present=body.is_present,
    )
    return whole(request, session_id)


@router.act("/sessions/{session_id}/timetable", SessionWhole)
def make_timetable(request: ApiRequest, session_id: Id, body: TimetableIn) -> dict[str, Any]:
    """Make the timetable: every candidate through every part, extra time counted."""
    summoning.set_timetable(
        actor=request.actor,
        session_id=session_id,
        parts=parts_of(body.model_dump()),
        pause_minutes=body.pause,
    )
    return whole(request, session_id)


@router.act("/sessions/{session_id}/summon", SessionWhole)
def summon_session(request: ApiRequest, session_id: Id, body: SummonIn) -> dict[str, Any]:
    """Summon candidates and jurors; nothing goes out while a rule stands against it."""
    summoning.summon(actor=request.actor, session_id=session_id, late_because=body.late_because)
    return whole(request, session_id)


@router.act("/sessions/{session_id}/open", SessionWhole)
def open_session(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Begin a session on its day."""
    deliberating.open_session(actor=request.actor, session_id=session_id)
    return whole(request, session_id)


@router.act("/sessions/{session_id}/incidents", SessionWhole)
def report_incident(request: ApiRequest, session_id: Id, body: IncidentIn) -> dict[str, Any]:
    """Report something that happened: it will stand in the minutes."""
    deliberating.report_incident(actor=request.actor, session_id=session_id, **body.model_dump())
    return whole(request, session_id)


@router.act("/sessions/{session_id}/close", SessionWhole)
def close_session(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Close a session: what the minutes grant goes into the booklets."""
    results.close_session(actor=request.actor, session_id=session_id)
    return whole(request, session_id)


@router.act("/sessions/{session_id}/reopen", SessionWhole)
def reopen_session(request: ApiRequest, session_id: Id, body: ReopenIn) -> dict[str, Any]:
    """Open the deliberation again, so that minutes can be corrected by new ones."""
    results.reopen_deliberation(actor=request.actor, session_id=session_id, reason=body.reason)
    return whole(request, session_id)


@router.act("/sessions/{session_id}/notify", SessionWhole)
def notify_session_results(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Note that the results were notified."""
    results.notify_results(actor=request.actor, session_id=session_id)
    return whole(request, session_id)


@router.act("/sessions/{session_id}/cancel", SessionWhole)
def cancel_session(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Cancel a session that has not begun."""
    sessions.cancel_session(actor=request.actor, session_id=session_id)
    return whole(request, session_id)

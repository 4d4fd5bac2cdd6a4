"""Jurors, opinions, votes and minutes by API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation, Person
from compagnon.titles import ruling
from compagnon.titles.models import Juror, Minutes, Title
from compagnon.titles.queries import deliberations as queries
from compagnon.titles.queries import sessions as session_queries
from compagnon.titles.services import deliberating, jurors, keeping, minutes, results

router = Routes(tag="juries")

Line = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]
ValueName = Literal["acquired", "not_acquired", "not_seen"]


class JurorOut(Schema):
    """A juror of a register."""

    id: int
    organisation_id: int
    person_id: int
    quality: str
    titles: list[int]
    occupation: str
    employer: str
    sex: str
    experience_months: int
    left_trade_on: date | None
    authorisation: str
    authorised_from: date | None
    authorised_to: date | None
    is_active: bool
    version: int

    @staticmethod
    def resolve_titles(obj: Juror) -> list[int]:
        """Give the titles' keys."""
        return [one.pk for one in obj.titles.all()]


class JurorQuery(ListQuery):
    """Which jurors, in which order."""

    q: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["person__search_name", "-person__search_name"] = "person__search_name"

    def filter_q(self, value: str) -> Q:
        """Last or first name."""
        return Q(person__last_name__icontains=value) | Q(person__first_name__icontains=value)


class JurorValues(Body):
    """What a register says of a juror."""

    titles: Annotated[list[Id], Field(min_length=1, max_length=50)]
    quality: Literal["trainer", "professional"] = "professional"
    occupation: Line = ""
    employer: Line = ""
    sex: Literal["f", "m", ""] = ""
    experience_months: Annotated[int, Field(ge=0, le=840)] = 0
    left_trade_on: date | None = None
    authorisation: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    authorised_from: date | None = None
    authorised_to: date | None = None
    is_active: bool = True


class RegisterIn(JurorValues):
    """Somebody to write in a register."""

    organisation_id: Id
    person_id: Id


class ChangeIn(JurorValues):
    """Everything that the register then says of them."""


class JuryTieIn(Body):
    """What links a juror to somebody."""

    person_id: Id
    kind: Literal[
        "trained", "accompanied", "employs", "kin", "shared_employer", "shared_training_body",
        "professional", "personal",
    ]  # fmt: skip


class TieOut(Schema):
    """A link that was told."""

    id: int
    juror_id: int
    person_id: int
    kind: str


class SeatsOut(Schema):
    """Your places in juries."""

    items: list[dict[str, Any]]


class OpinionIn(Body):
    """An opinion of a certificate."""

    certificate_id: Id
    value: ValueName
    comment: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class VoteIn(Body):
    """For or against, the whole title or a certificate."""

    certificate_id: Id | None = None
    is_for: bool


class JuryWriteIn(Body):
    """What to write minutes with."""

    answers: Annotated[
        dict[str, Annotated[str, Field(max_length=80)]],
        Field(max_length=60, description="By the question's id."),
    ] = {}
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class CaseOut(Schema):
    """A candidate before the jury, as far as you may read: opinions, votes, what rules make."""

    session_id: int
    sitting_id: int
    state: str
    opinions: list[dict[str, Any]]
    votes: list[dict[str, Any]]
    minutes: list[int]
    decision: dict[str, Any] | None


class MinutesOut(Schema):
    """Minutes."""

    id: int
    number: str
    session_id: int
    sitting_id: int
    digest: str
    previous: str
    decision_reference: str
    corrects_id: int | None
    reason: str
    written_at: datetime


class MinutesWhole(MinutesOut):
    """Minutes with what they say, and who signed."""

    content: dict[str, Any]
    seal_holds: bool
    signatures: list[dict[str, Any]]
    appeals: list[dict[str, Any]]


class MinutesQuery(ListQuery):
    """Which minutes, in which order."""

    session: Annotated[Id | None, FilterLookup("session_id")] = None
    ordering: Literal["-written_at", "written_at"] = "-written_at"


class JurySignIn(Body):
    """The digest of what was read."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]


class AppealIn(Body):
    """An appeal."""

    received_on: date
    grounds: Text


class AnswerAppealIn(Body):
    """What is answered to an appeal."""

    state: Literal["upheld", "dismissed"]
    answer: Text
    answered_on: date


def _seen(model: Any, request: ApiRequest, key: int, name: str) -> Any:
    row = visible(model, request.actor).filter(pk=key).first()
    if row is None:
        raise Invalid(fields={name: [_("There is none that you see.")]})
    return row


def _values(body: JurorValues) -> dict[str, Any]:
    values = body.model_dump(exclude={"organisation_id", "person_id"})
    found = Title.objects.in_bulk(body.titles)
    if len(found) != len(set(body.titles)):
        raise Invalid(fields={"titles": [_("There is none that you see.")]})
    return {**values, "titles": list(found.values())}


@router.index("/jurors", JurorOut)
def list_jurors(request: ApiRequest, query: Query[JurorQuery]) -> QuerySet[Juror]:
    """List the registers of jurors that you see."""
    return session_queries.jurors(request.actor)


@router.create("/jurors", JurorOut, location=lambda row: f"/jurors/{row.pk}")
def register_juror(request: ApiRequest, body: RegisterIn) -> Juror:
    """Write somebody in a centre's register."""
    return jurors.register_juror(
        actor=request.actor,
        centre=_seen(Organisation, request, body.organisation_id, "organisation_id"),
        person=_seen(Person, request, body.person_id, "person_id"),
        **_values(body),
    )


@router.show("/jurors/{juror_id}", JurorOut)
def get_juror(request: ApiRequest, juror_id: Id) -> Juror:
    """Read a juror."""
    return session_queries.juror(request.actor, juror_id)


@router.act("/jurors/{juror_id}/change", JurorOut)
def change_juror(request: ApiRequest, juror_id: Id, body: ChangeIn) -> Juror:
    """Change what the register says of a juror."""
    session_queries.juror(request.actor, juror_id)
    jurors.change_juror(actor=request.actor, juror_id=juror_id, **_values(body))
    return session_queries.juror(request.actor, juror_id)


@router.act("/jurors/{juror_id}/forget", JurorOut)
def forget_juror(request: ApiRequest, juror_id: Id) -> Juror:
    """Erase what the register says of a juror who is invited no more; minutes stay."""
    keeping.forget_juror(actor=request.actor, juror_id=juror_id)
    return session_queries.juror(request.actor, juror_id)


@router.act("/jurors/{juror_id}/ties", TieOut)
def tell_tie(request: ApiRequest, juror_id: Id, body: JuryTieIn) -> Any:
    """Tell a link between a juror and somebody: it forbids to judge them."""
    session_queries.juror(request.actor, juror_id)
    return jurors.tell_tie(
        actor=request.actor,
        juror_id=juror_id,
        candidate=_seen(Person, request, body.person_id, "person_id"),
        kind=body.kind,
    )


@router.remove("/jurors/{juror_id}/ties/{tie_id}")
def drop_tie(request: ApiRequest, juror_id: Id, tie_id: Id) -> None:
    """Take back a link that was told in error."""
    jurors.drop_tie(actor=request.actor, juror_id=juror_id, tie_id=tie_id)


@router.show("/jury-members/mine", SeatsOut)
def list_own_seats(request: ApiRequest) -> dict[str, Any]:
    """List your invitations and your sessions to judge."""
    return {
        "items": [
            {
                "id": one.pk,
                "session_id": one.session_id,
                "session": one.session.reference,
                "state": one.session.state,
                "starts_at": one.session.starts_at,
                "answer": one.answer,
                "is_chair": one.is_chair,
            }
            for one in session_queries.seats(request.actor)[:200]
        ]
    }


def _case(request: ApiRequest, session_id: int, sitting_id: int) -> dict[str, Any]:
    actor = request.actor
    of = queries.sitting(actor, session_id, sitting_id)
    deliberating.seat(actor, of.session)
    deliberates = of.session.state == "deliberating" and of.attendance == "present"
    found = session_queries.minutes(actor).filter(sitting=of).values_list("pk", flat=True)
    return {
        "session_id": of.session_id,
        "sitting_id": of.pk,
        "state": of.session.state,
        "opinions": [
            {
                "member_id": member,
                "certificate_id": certificate,
                "value": one.value,
                "comment": one.comment,
                "closed_at": one.closed_at,
            }
            for certificate, by_member in queries.opinions(actor, of).items()
            for member, one in by_member.items()
        ],
        "votes": [
            {
                "member_id": member,
                "certificate_id": ballot.certificate.pk if ballot.certificate else None,
                "is_for": one.is_for,
            }
            for ballot in queries.ballots(actor, of)
            for member, one in ballot.votes.items()
        ],
        "minutes": list(found),
        "decision": ruling.document(minutes.foresee(of)) if deliberates else None,
    }


@router.show("/sessions/{session_id}/candidates/{sitting_id}/deliberation", CaseOut)
def get_deliberation(request: ApiRequest, session_id: Id, sitting_id: Id) -> dict[str, Any]:
    """Read a candidate's deliberation: the opinions that you may read, votes, what rules make."""
    return _case(request, session_id, sitting_id)


@router.act("/sessions/{session_id}/candidates/{sitting_id}/opinions", CaseOut)
def give_opinion(
    request: ApiRequest, session_id: Id, sitting_id: Id, body: OpinionIn
) -> dict[str, Any]:
    """Write your own opinion: nobody else reads it until you have closed yours and they theirs."""
    deliberating.give_opinion(
        actor=request.actor, session_id=session_id, sitting_id=sitting_id, **body.model_dump()
    )
    return _case(request, session_id, sitting_id)


class OpinionsClosedOut(Schema):
    """How many opinions were closed."""

    session_id: int
    closed: int


@router.act("/sessions/{session_id}/close-opinions", OpinionsClosedOut)
def close_opinions(request: ApiRequest, session_id: Id) -> dict[str, Any]:
    """Close your opinions: they change no more."""
    found = deliberating.close_opinions(actor=request.actor, session_id=session_id)
    return {"session_id": session_id, "closed": len(found)}


@router.act("/sessions/{session_id}/candidates/{sitting_id}/vote", CaseOut)
def vote(request: ApiRequest, session_id: Id, sitting_id: Id, body: VoteIn) -> dict[str, Any]:
    """Vote on the whole title, or on a certificate."""
    deliberating.vote(
        actor=request.actor, session_id=session_id, sitting_id=sitting_id, **body.model_dump()
    )
    return _case(request, session_id, sitting_id)


@router.act("/sessions/{session_id}/candidates/{sitting_id}/minutes", MinutesWhole)
def write_minutes(
    request: ApiRequest, session_id: Id, sitting_id: Id, body: JuryWriteIn
) -> dict[str, Any]:
    """Write the minutes, or correct them by new ones with a reason."""
    row = minutes.write_minutes(
        actor=request.actor,
        session_id=session_id,
        sitting_id=sitting_id,
        answers=body.answers,
        reason=body.reason,
    )
    return _whole(request, row.pk)


@router.index("/minutes", MinutesOut)
def list_minutes(request: ApiRequest, query: Query[MinutesQuery]) -> QuerySet[Minutes]:
    """List the minutes that you see."""
    return session_queries.minutes(request.actor)


def _whole(request: ApiRequest, minutes_id: int) -> dict[str, Any]:
    row = session_queries.one_minutes(request.actor, minutes_id)
    told = {name: getattr(row, name) for name in MinutesOut.model_fields if name != "id"}
    return {
        **told,
        "id": row.pk,
        "content": minutes.told_to(request.actor, row),
        "seal_holds": row.digest == minutes.digest_of(row.content, row.previous),
        "signatures": [
            {"member_id": one.member_id, "digest": one.digest, "signed_at": one.signed_at}
            for one in session_queries.signatures(request.actor, row)
        ],
        "appeals": [
            {
                "id": one.pk,
                "received_on": one.received_on,
                "grounds": one.grounds,
                "state": one.state,
                "answer": one.answer,
                "answered_on": one.answered_on,
            }
            for one in session_queries.appeals(request.actor, row)
        ],
    }


@router.show("/minutes/{minutes_id}", MinutesWhole)
def get_minutes(request: ApiRequest, minutes_id: Id) -> dict[str, Any]:
    """Read minutes: what they say, who signed, whether the seal holds."""
    return _whole(request, minutes_id)


@router.act("/minutes/{minutes_id}/sign", MinutesWhole)
def sign_minutes(request: ApiRequest, minutes_id: Id, body: JurySignIn) -> dict[str, Any]:
    """Sign the minutes whose digest you read."""
    minutes.sign_minutes(actor=request.actor, minutes_id=minutes_id, digest=body.digest)
    return _whole(request, minutes_id)


@router.act("/minutes/{minutes_id}/appeals", MinutesWhole)
def receive_appeal(request: ApiRequest, minutes_id: Id, body: AppealIn) -> dict[str, Any]:
    """Appeal against minutes: as their candidate, or as the centre that received it."""
    results.receive_appeal(actor=request.actor, minutes_id=minutes_id, **body.model_dump())
    return _whole(request, minutes_id)


@router.act("/appeals/{appeal_id}/answer", MinutesWhole)
def answer_appeal(request: ApiRequest, appeal_id: Id, body: AnswerAppealIn) -> dict[str, Any]:
    """Answer an appeal; upheld, a correction of the minutes follows."""
    row = results.answer_appeal(actor=request.actor, appeal_id=appeal_id, **body.model_dump())
    return _whole(request, row.minutes_id)

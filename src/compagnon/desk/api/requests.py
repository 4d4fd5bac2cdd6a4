"""Service requests by API: asking by a form, drafts, answers, how far a request is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import visible
from compagnon.desk import queries
from compagnon.desk import requests_reading as reading
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen_person
from compagnon.desk.models import Channel, RequestAnswers, RequestDraft, Ticket
from compagnon.desk.services import requesting

router = Routes(tag="requests")
Answers = dict[str, Any]


class FieldFileIn(schemas.FileIn):
    """A file, and the field that it answers."""

    field: Annotated[str, Field(min_length=1, max_length=40)]


class AskForIn(Body):
    """What is asked for, by its form. Without a requester, it is the caller's own."""

    request_type_id: Id
    answers: Answers = Field(
        default_factory=dict,
        description="By the keys of the form's fields: texts, and lists for several choices.",
        examples=[{"dossier": "Comptabilité", "droit": "lecture"}],
    )
    requester_id: Id | None = None
    beneficiary_id: Id | None = None
    channel: Literal["api", "phone", "desk"] = "api"
    files: Annotated[list[FieldFileIn], Field(max_length=20)] = []


class AnswerLine(Schema):
    """One answer in words."""

    key: str
    label: str
    text: str


class AnswersOut(Schema):
    """The answers of a request, as they were given and in the caller's language."""

    ticket_id: int
    request_type_id: int
    form_number: int
    answers: Answers
    lines: list[AnswerLine]

    @staticmethod
    def resolve_request_type_id(obj: RequestAnswers) -> int:
        """Whose form it is."""
        return obj.form_version.form.request_type_id

    @staticmethod
    def resolve_form_number(obj: RequestAnswers) -> int:
        """The version under which they were given."""
        return obj.form_version.number

    @staticmethod
    def resolve_lines(obj: RequestAnswers) -> list[reading.Line]:
        """Each answer in words."""
        return reading.told(obj)


class FulfilmentStep(Schema):
    """A step of a request as its user sees it."""

    label: str
    state: Literal["done", "now", "to_come", "refused", "set_aside"]
    note: str
    at: datetime | None


class FulfilmentOut(Schema):
    """How far a request is."""

    steps: list[FulfilmentStep]


class RequestDraftOut(Schema):
    """A request that was begun."""

    request_type_id: int
    beneficiary_id: int | None
    answers: Answers
    updated_at: datetime


class DraftQuery(ListQuery):
    """In which order."""

    ordering: Literal["-updated_at", "updated_at"] = "-updated_at"


class RequestDraftIn(Body):
    """What to keep."""

    answers: Answers
    beneficiary_id: Id | None = None


@router.create("/service-requests", schemas.TicketOut, location=lambda row: f"/tickets/{row.id}")
def ask_for_service(request: ApiRequest, body: AskForIn) -> Ticket:
    """Ask for something of the catalogue by its form, and begin what follows."""
    actor = request.actor
    request_type, version = reading.form_of(actor, body.request_type_id)
    key = body.requester_id if body.requester_id is not None else actor.id
    if key is None:
        raise Invalid(fields={"requester_id": [_("Say for whom.")]})
    ticket = requesting.ask_for(
        actor=actor,
        request_type=request_type,
        version=version,
        requester=chosen_person(actor, key, "requester_id"),
        beneficiary=chosen_person(actor, body.beneficiary_id, "beneficiary_id")
        if body.beneficiary_id
        else None,
        answers=body.answers,
        files=[(one.field, one.upload()) for one in body.files],
        channel=Channel(body.channel),
    )
    return schemas.shown(ticket)


@router.show("/tickets/{ticket_id}/answers", AnswersOut)
def get_answers(request: ApiRequest, ticket_id: Id) -> RequestAnswers:
    """Read the answers of a request that was asked for by a form."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    rows = RequestAnswers.objects.filter(ticket=ticket).select_related("form_version__form")
    found = visible(RequestAnswers, request.actor, rows).first()
    if found is None:
        raise NotFound
    return found


@router.show("/tickets/{ticket_id}/fulfilment", FulfilmentOut)
def get_fulfilment(request: ApiRequest, ticket_id: Id) -> dict[str, list[reading.Step]]:
    """Read how far a request is, in the words of its user."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    found = reading.answers_of(request.actor, ticket)
    return {"steps": reading.fulfilment(ticket, found)}


@router.index("/me/request-drafts", RequestDraftOut)
def list_request_drafts(request: ApiRequest, query: Query[DraftQuery]) -> QuerySet[RequestDraft]:
    """List the requests that you have begun."""
    return visible(RequestDraft, request.actor)


@router.act("/request-types/{type_id}/draft", RequestDraftOut)
def save_request_draft(request: ApiRequest, type_id: Id, body: RequestDraftIn) -> RequestDraft:
    """Keep what you have begun to write."""
    actor = request.actor
    request_type, _version = reading.form_of(actor, type_id)
    return requesting.save_draft(
        actor=actor,
        request_type=request_type,
        answers=body.answers,
        beneficiary=chosen_person(actor, body.beneficiary_id, "beneficiary_id")
        if body.beneficiary_id
        else None,
    )


@router.remove("/request-types/{type_id}/draft")
def discard_request_draft(request: ApiRequest, type_id: Id) -> None:
    """Throw away what you have begun to write."""
    request_type, _version = reading.form_of(request.actor, type_id)
    requesting.discard_draft(actor=request.actor, request_type=request_type)

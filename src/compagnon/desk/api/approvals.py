"""Approvals by API: asking, answering, naming somebody else, giving up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.desk import approvals, queries, services
from compagnon.desk.choosing import chosen, required
from compagnon.desk.models import Approval, ApprovalRule, ApprovalVoice, AskedOf
from compagnon.people.models import Person, Team

router = Routes(tag="approvals")
Whom = Literal["persons", "team", "representatives", "manager"]
Standing = Literal["to_come", "asked", "approved", "refused", "given_up"]


class VoiceOut(Schema):
    """Somebody who is asked, and their answer."""

    person_id: int
    person: str
    answer: Literal["awaited", "yes", "no", "passed"]
    comment: str
    answered_at: datetime | None
    instead_of_id: int | None = Field(description="The person who was asked before.")

    @staticmethod
    def resolve_person(obj: ApprovalVoice) -> str:
        """Their name."""
        return str(obj.person)

    @staticmethod
    def resolve_comment(obj: ApprovalVoice, context: Any) -> str:
        """What they wrote, for those who may read it."""
        seen = approvals.sees_comments(context["request"].actor, obj.approval)
        return obj.comment if seen else ""

    @staticmethod
    def resolve_instead_of_id(obj: ApprovalVoice) -> int | None:
        """The key of the person, not of the voice."""
        return obj.instead_of.person_id if obj.instead_of else None


class TicketApprovalOut(Schema):
    """An approval and the answers to it."""

    id: int
    ticket_id: int
    name: str
    details: str
    position: int
    asked_of: Whom
    team_id: int | None
    rule: Literal["any", "all", "count"]
    needed: int
    self_allowed: bool
    state: Standing
    amount_cents: int | None
    currency: str
    subject_kind: str
    subject_id: int | None
    asked_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None
    comment: str
    version: int
    voices: list[VoiceOut]

    @staticmethod
    def resolve_voices(obj: Approval) -> list[ApprovalVoice]:
        """Those who are asked."""
        return list(obj.voices.all())


class TicketApprovalQuery(ListQuery):
    """Which approvals, in which order."""

    state: Annotated[Standing | None, FilterLookup("state")] = None
    ticket: Annotated[Id | None, FilterLookup("ticket_id")] = None
    subject_kind: Annotated[str | None, FilterLookup("subject_kind")] = None
    subject: Annotated[Id | None, FilterLookup("subject_id")] = None
    ordering: Literal["id", "-id"] = "-id"


class AskApprovalIn(Body):
    """What is to be approved, by whom."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Achat d’un portable"])]
    asked_of: Whom = "persons"
    person_ids: list[Id] = Field(default_factory=list, max_length=50)
    team_id: Id | None = None
    rule: Literal["any", "all", "count"] = "any"
    needed: int = Field(default=1, ge=1, le=50)
    details: str = Field(default="", max_length=2000)
    due_days: int | None = Field(default=None, ge=1, le=250)
    amount_cents: int | None = Field(default=None, ge=0, lt=10**13)
    currency: str = Field(default="", max_length=3)
    subject_kind: str = Field(default="", max_length=40)
    subject_id: Id | None = None


class DecideIn(Body):
    """Yes, or no with its reason."""

    approve: bool
    comment: str = Field(default="", max_length=2000)


class NameIn(Body):
    """Who is asked too, or instead of whom."""

    person_id: Id
    instead_of_id: Id | None = None


class GiveUpIn(Body):
    """Why it is asked no more."""

    reason: str = Field(default="", max_length=2000)


@router.index("/approvals", TicketApprovalOut)
def list_ticket_approvals(
    request: ApiRequest, query: Query[TicketApprovalQuery]
) -> QuerySet[Approval]:
    """List the approvals that you may see."""
    return approvals.rows(request.actor)


@router.index("/me/approvals", TicketApprovalOut)
def list_approvals_to_give(
    request: ApiRequest, query: Query[TicketApprovalQuery]
) -> QuerySet[Approval]:
    """List the approvals that wait for your answer."""
    return approvals.asked_of(request.actor)


@router.show("/approvals/{approval_id}", TicketApprovalOut)
def get_ticket_approval(request: ApiRequest, approval_id: Id) -> Approval:
    """Read an approval."""
    return approvals.one(request.actor, approval_id)


@router.create(
    "/tickets/{ticket_id}/approvals", TicketApprovalOut, location=lambda row: f"/approvals/{row.pk}"
)
def ask_approval(request: ApiRequest, ticket_id: Id, body: AskApprovalIn) -> Approval:
    """Ask for an approval on a ticket; it waits for the answer."""
    actor = request.actor
    ticket = queries.get_ticket(actor, ticket_id)
    made = services.ask(
        actor=actor,
        ticket_id=ticket.pk,
        name=body.name,
        asked_of=AskedOf(body.asked_of),
        persons=[required(Person, actor, key, "person_ids") for key in body.person_ids],
        team=chosen(Team, actor, body.team_id, "team_id"),
        rule=ApprovalRule(body.rule),
        needed=body.needed,
        details=body.details,
        due_days=body.due_days,
        amount_cents=body.amount_cents,
        currency=body.currency,
        subject_kind=body.subject_kind,
        subject_id=body.subject_id,
    )
    return approvals.one(actor, made.pk)


@router.act("/approvals/{approval_id}/decide", TicketApprovalOut)
def decide_approval(request: ApiRequest, approval_id: Id, body: DecideIn) -> Approval:
    """Approve or refuse what is asked of you; a refusal says why."""
    found = approvals.one(request.actor, approval_id)
    services.decide(
        actor=request.actor,
        approval_id=found.pk,
        approve=body.approve,
        comment=body.comment,
        expected_version=expected_version(request, found),
    )
    return approvals.one(request.actor, approval_id)


@router.act("/approvals/{approval_id}/name-approver", TicketApprovalOut)
def name_approver(request: ApiRequest, approval_id: Id, body: NameIn) -> Approval:
    """Ask somebody else too, or in the place of who is away."""
    actor = request.actor
    found = approvals.one(actor, approval_id)
    offered = approvals.may_be_named(actor, found)
    person = offered.filter(pk=body.person_id).first() or required(
        Person, actor, body.person_id, "person_id"
    )
    voice = next((v for v in found.voices.all() if v.person_id == body.instead_of_id), None)
    services.name_approver(
        actor=actor,
        approval_id=found.pk,
        person=person,
        instead_of=voice.person
        if voice
        else chosen(Person, actor, body.instead_of_id, "instead_of_id"),
    )
    return approvals.one(actor, approval_id)


@router.act("/approvals/{approval_id}/give-up", TicketApprovalOut)
def give_up_approval(request: ApiRequest, approval_id: Id, body: GiveUpIn) -> Approval:
    """Ask for an approval no more."""
    found = approvals.one(request.actor, approval_id)
    services.give_up(actor=request.actor, approval_id=found.pk, reason=body.reason)
    return approvals.one(request.actor, approval_id)

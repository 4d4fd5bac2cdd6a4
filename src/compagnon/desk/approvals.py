"""Reads of approvals: what is asked of somebody, what a ticket waits for, what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import (
    Answer,
    Approval,
    ApprovalState,
    ApprovalVoice,
    Message,
    MessageKind,
    Ticket,
)
from compagnon.desk.policies import is_support
from compagnon.desk.services.approval_access import asking, may_give_up, may_name
from compagnon.people.models import Membership, Person
from compagnon.people.queries import PICKED, named

VOICES = Prefetch("voices", ApprovalVoice.objects.select_related("person", "instead_of__person"))


@dataclass(frozen=True, slots=True)
class Shown:
    """An approval as a page shows it to somebody: their own voice, and what they may do."""

    approval: Approval
    voices: list[ApprovalVoice]
    mine: ApprovalVoice | None
    may_decide: bool
    may_name: bool
    may_hand_over: bool
    may_give_up: bool
    sees_comments: bool


def rows(actor: Actor) -> QuerySet[Approval]:
    """Give the approvals that the actor sees, with what is shown of them."""
    return visible(Approval, actor).select_related(
        "ticket__organisation", "ticket__requester", "ticket__beneficiary", "ticket__team",
        "team", "asked_by",
    ).prefetch_related(VOICES)  # fmt: skip


def one(actor: Actor, approval_id: int) -> Approval:
    """Give one approval.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Approval, actor, rows(actor), pk=approval_id)


def asked_of(actor: Actor, *, answered: bool = False) -> QuerySet[Approval]:
    """Give the approvals that wait for the actor's answer, or those that they answered."""
    mine = ApprovalVoice.objects.filter(person_id=actor.id or 0)
    if answered:
        mine = mine.exclude(answer=Answer.AWAITED)
        return rows(actor).filter(pk__in=mine.values("approval_id")).order_by("-id")
    awaited = mine.filter(answer=Answer.AWAITED).values("approval_id")
    return rows(actor).filter(pk__in=awaited, state=ApprovalState.ASKED).order_by("due_at", "id")


def awaited_count(actor: Actor) -> int | None:
    """Count what waits for the actor's answer, up to a hundred; ``None`` for nothing."""
    if actor.id is None:
        return None
    mine = ApprovalVoice.objects.filter(
        person_id=actor.id, answer=Answer.AWAITED, approval__state=ApprovalState.ASKED
    )
    return mine.order_by()[:100].count() or None


def of_ticket(actor: Actor, ticket: Ticket) -> list[Shown]:
    """Give a ticket's approvals, in their order."""
    found = rows(actor).filter(ticket=ticket).order_by("position", "id")
    return [shown(actor, one) for one in found]


def shown(actor: Actor, approval: Approval) -> Shown:
    """Give what a page says of an approval and offers to the actor."""
    voices = list(approval.voices.all())
    mine = next((one for one in voices if one.person_id == actor.id), None)
    ticket = approval.ticket
    own_request = actor.id in asking(ticket, approval)
    awaited = mine is not None and mine.answer == Answer.AWAITED
    asked = approval.state == ApprovalState.ASKED
    return Shown(
        approval=approval,
        voices=voices,
        mine=mine,
        may_decide=asked and awaited and (approval.self_allowed or not own_request),
        may_name=approval.is_open and may_name(actor, ticket, approval),
        may_hand_over=approval.is_open and awaited,
        may_give_up=approval.is_open and may_give_up(actor, ticket, approval),
        sees_comments=sees_comments(actor, approval),
    )


def sees_comments(actor: Actor, approval: Approval) -> bool:
    """Tell whether the actor reads what each one answered: support, and those who are asked.

    Who asks for it is told the decision, and why it is refused.
    """
    asked = any(one.person_id == actor.id for one in approval.voices.all())
    return asked or is_support(actor, approval.ticket)


def page_of(actor: Actor, ticket_id: int) -> str:
    """Give the page of the approval that a ticket asks of the actor; their list without one."""
    voices = ApprovalVoice.objects.filter(
        person_id=actor.id or 0, approval__ticket_id=ticket_id
    ).order_by("answer", "-id")
    found = voices.values_list("approval_id", flat=True).first()
    return reverse("desk:approval", args=[found]) if found else reverse("desk:approvals")


def description(approval: Approval) -> Message | None:
    """Give what who asked wrote first; who decides must read it, and sees no more of the ticket."""
    return Message.objects.filter(
        ticket_id=approval.ticket_id, kind=MessageKind.DESCRIPTION, is_public=True
    ).first()


def may_be_named(actor: Actor, approval: Approval) -> QuerySet[Person]:
    """Give who may be named: of one's own organisation, of the team asked, or seen by a role; not
    who is asked already, and nobody who would answer what they ask for themselves."""
    here = Person.objects.filter(is_active=True)
    near = here.filter(organisation_id=actor.scope.organisation_id or 0)
    if approval.team_id:
        members = Membership.objects.filter(team_id=approval.team_id)
        near |= here.filter(pk__in=members.values("person_id"))
    if actor.scope.allows_somewhere("person.view"):
        near |= visible(Person, actor, here).filter(organisation_id=approval.ticket.organisation_id)
    refused = {actor.id, *(voice.person_id for voice in approval.voices.all())}
    if not approval.self_allowed:
        refused |= asking(approval.ticket, approval)
    return near.exclude(pk__in=refused - {None})


def pick_named(actor: Actor, approval: Approval, text: str) -> list[Person]:
    """Give at most 20 of those who may be named and answer to the words typed.

    Raises:
        Refused: the actor may neither name somebody nor hand over.
    """
    told = shown(actor, approval)
    if not (told.may_name or told.may_hand_over):
        raise Refused
    rows = named(may_be_named(actor, approval), text[:200]).select_related("organisation")
    return list(rows.order_by("search_name", "id")[:PICKED])

"""What the verbs on approvals share: the lock, who asks, who may name or give up, the telling."""

from __future__ import annotations

from datetime import datetime

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible
from compagnon.desk.events import ApprovalEvent, approval_decided
from compagnon.desk.models import Approval, ApprovalVoice, SupplyStep, Ticket
from compagnon.desk.models.approvals import SUPPLY_STEP
from compagnon.desk.policies import may
from compagnon.desk.services.changing import apply

COMMENT_MAX = 2000


def lock(actor: Actor, approval_id: int) -> tuple[Ticket, Approval]:
    """Lock the approval's ticket, then the approval; who is asked need not see the ticket."""
    found = get_visible(Approval, actor, pk=approval_id)
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "organisation")
    ticket = rows.get(pk=found.ticket_id)
    return ticket, Approval.objects.select_for_update(of=("self",)).get(pk=found.pk)


def asking(ticket: Ticket, approval: Approval) -> set[int | None]:
    """Give who asks for it, and so never answers it: the parties of the ticket, who wrote the
    question; of a supply also for whom it is and who retained the quote."""
    found = {ticket.requester_id, ticket.beneficiary_id, approval.asked_by_id}
    if approval.subject_kind == SUPPLY_STEP:
        steps = SupplyStep.objects.filter(pk=approval.subject_id or 0)
        for row in steps.values_list("supply__beneficiary_id", "quote__retained_by_id"):
            found.update(row)
    return found - {None}


def may_give_up(actor: Actor, ticket: Ticket, approval: Approval) -> bool:
    """Tell whether the actor may give it up: what a form asks for is not for everybody to skip."""
    if not may(actor, "approval.ask", ticket):
        return False
    if not approval.plan_key or actor.is_system:
        return True
    parties = {ticket.requester_id, ticket.beneficiary_id}
    return may(actor, "approval.manage", ticket) and actor.id not in parties


def may_name(actor: Actor, ticket: Ticket, approval: Approval) -> bool:
    """Tell whether the actor may name any approver of it."""
    if actor.is_system or may(actor, "approval.manage", ticket):
        return True
    # A lead needs no role for it; their token has to be given it all the same.
    team = approval.team or ticket.team
    leads = team is not None and team.manager_id is not None and team.manager_id == actor.id
    return leads and actor.scope.reaches_own("approval.own")


def announce(actor: Actor, ticket: Ticket, approval: Approval) -> None:
    """Tell what hangs on it that it ended."""
    approval_decided.announce(
        ApprovalEvent(
            approval_id=approval.pk,
            ticket_id=ticket.pk,
            organisation_id=ticket.organisation_id,
            state=str(approval.state),
            subject_kind=approval.subject_kind,
            subject_id=approval.subject_id,
            actor_id=actor.id,
        )
    )


def record(
    actor: Actor, ticket: Ticket, approval: Approval, verb: str, at: datetime, **more: object
) -> None:
    """Keep what was done in the journal, and tell it."""
    after = {"approval_id": approval.pk, "approval": approval.name} | more
    apply(actor=actor, ticket=ticket, verb=verb, at=at, after=after)


def voice_of(actor: Actor, approval: Approval) -> ApprovalVoice:
    """Give the actor's own voice.

    Raises:
        NotFound: they have none.
    """
    found = approval.voices.filter(person_id=actor.id or 0).first()
    if found is None:
        raise NotFound
    return found

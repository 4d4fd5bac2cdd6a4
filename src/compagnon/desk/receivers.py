"""What the desk receives from ``contracts``, and what it lends to its pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from compagnon.contracts import events
from compagnon.contracts import queries as contract_queries
from compagnon.contracts.models import in_reader_language
from compagnon.contracts.subjects import (
    Breach,
    Measure,
    Moved,
    Reach,
    Standing,
    describe_subjects,
    offer_categories,
    offer_standing,
)
from compagnon.core.actor import Actor
from compagnon.core.tasks import system_actor
from compagnon.core.visibility import visible
from compagnon.desk.events import ApprovalEvent, approval_decided
from compagnon.desk.models import OPEN_STATES, Category, Ticket
from compagnon.desk.models.approvals import SUPPLY_STEP
from compagnon.desk.services import supply_approving
from compagnon.desk.services.changing import SUBJECT, facts_of, subject_of
from compagnon.desk.services.notices import end_with_session, tell_due


@events.clocks_moved.receive
def note_due_times(moved: Moved) -> None:
    """Read again the due times noted on tickets whose clocks a change of contract turned.

    What is noted is not the ticket's own: its version stays, and nobody changed it.
    """
    if moved.subject_kind != SUBJECT:
        return
    due = contract_queries.due_rows(SUBJECT, moved.subject_ids)
    tickets = []
    for ticket in Ticket.objects.filter(pk__in=moved.subject_ids).only("id", "due_at"):
        found = due.get(ticket.pk)
        now = found.due_at if found else None
        if ticket.due_at != now:
            ticket.due_at = now
            tickets.append(ticket)
    Ticket.objects.bulk_update(tickets, ["due_at"], batch_size=200)


@events.commitment_at_risk.receive
def tell_risk(breach: Breach) -> None:
    """Tell who works on a ticket that a commitment on it is at risk."""
    tell_due(actor=system_actor("notices"), breach=breach, missed=False)


@events.commitment_breached.receive
def tell_breach(breach: Breach) -> None:
    """Tell who works on a ticket that a commitment on it is missed."""
    tell_due(actor=system_actor("notices"), breach=breach, missed=True)


@receiver(user_logged_out)
def end_push(request: HttpRequest, **_kwargs: Any) -> None:
    """Tell nothing more to the browser in which somebody signs out: another may use it next."""
    key = request.session.session_key if hasattr(request, "session") else None
    if key:
        end_with_session(actor=system_actor("sign-out"), session_key=key)


def named(actor: Actor, keys: list[int]) -> dict[int, tuple[str, str]]:
    """Give number, title and address of the tickets that the actor sees."""
    return {
        ticket.pk: (str(ticket), reverse("desk:ticket", args=[ticket.pk]))
        for ticket in visible(Ticket, actor).filter(pk__in=keys)
    }


describe_subjects(SUBJECT, named)


def standing(reach: Reach, after: int, limit: int) -> list[Standing]:
    """Give the tickets that somebody still has to work on, locked, in the order of their keys."""
    rows = Ticket.objects.filter(state__in=OPEN_STATES, pk__gt=after)
    if reach.team_id is not None:
        rows = rows.filter(team_id=reach.team_id)
    else:
        rows = rows.filter(organisation_id__in=reach.organisation_ids)
    found = rows.select_for_update(of=("self",)).select_related("category").order_by("pk")[:limit]
    return [
        Standing(
            subject=subject_of(ticket),
            facts=facts_of(ticket),
            opened_at=ticket.opened_at,
            done=_done(ticket),
            reason=ticket.pending_reason,
        )
        for ticket in found
    ]


def _done(ticket: Ticket) -> frozenset[str]:
    found = set()
    if ticket.taken_at is not None or ticket.assignee_id is not None:
        found.add(Measure.TAKE_UP.value)
    if ticket.first_response_at is not None:
        found.add(Measure.FIRST_RESPONSE.value)
    return frozenset(found)


offer_standing(SUBJECT, standing)


@offer_categories
def categories() -> list[tuple[str, str]]:
    """Give every category in use by its path, under the names of those that it is within."""
    rows = {row.pk: row for row in Category.objects.all()}

    def name(row: Category) -> str:
        own = in_reader_language(row.name, row.name_en)
        above = rows.get(row.parent_id or 0)
        return f"{name(above)} › {own}" if above else own

    return sorted(
        ((row.path, name(row)) for row in rows.values() if row.is_active), key=lambda one: one[1]
    )


@approval_decided.receive
def settle_supply(decided: ApprovalEvent) -> None:
    """Keep on a supply what was decided of its approval."""
    if decided.subject_kind == SUPPLY_STEP:
        supply_approving.settle_step(
            actor=system_actor("approvals"), approval_id=decided.approval_id
        )

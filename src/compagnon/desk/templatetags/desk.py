"""Tags of the desk's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from compagnon.desk.models import PendingReason, State, Ticket

register = template.Library()

COLOURS = {
    State.NEW: "blue",
    State.OPEN: "primary",
    State.PENDING: "yellow",
    State.SOLVED: "green",
    State.CLOSED: "secondary",
    State.CANCELLED: "secondary",
}


@register.filter
def state_colour(ticket: Ticket) -> str:
    """The colour of a ticket's state."""
    return COLOURS[State(ticket.state)]


@register.filter
def state_words(ticket: Ticket) -> str:
    """The state, and for what it waits."""
    if ticket.state == State.PENDING and ticket.pending_reason:
        return str(PendingReason(ticket.pending_reason).label)
    return str(State(ticket.state).label)


@register.filter
def due_state(ticket: Ticket) -> str:
    """How the nearest commitment stands: ``late``, ``soon``, ``fine``, or nothing."""
    if ticket.due_at is None or not ticket.is_open:
        return ""
    left = (ticket.due_at - timezone.now()).total_seconds()
    return "late" if left < 0 else "soon" if left < 4 * 3600 else "fine"


@register.filter
def at_key(mapping: Any, key: str) -> Any:
    """The value of a mapping under that key, or nothing."""
    return mapping.get(key) if mapping else None

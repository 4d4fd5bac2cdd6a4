"""What the desk announces, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from compagnon.core.events import Event


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """Something happened to a ticket. Keys only: a receiver reads what it may see."""

    ticket_id: int
    organisation_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class SilenceEvent:
    """Mail stopped coming, or came again. ``since`` is when the last message came."""

    since: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class ApprovalEvent:
    """An approval was decided. ``subject_kind`` and ``subject_id`` are what who asked gave.

    ``state`` is «approved», «refused» or «given_up».
    """

    approval_id: int
    ticket_id: int
    organisation_id: int
    state: str
    subject_kind: str
    subject_id: int | None
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class SupplyEvent:
    """A supply went from one stage to another. Keys only."""

    supply_id: int
    ticket_id: int
    organisation_id: int
    was: str
    stage: str
    actor_id: int | None


ticket_opened: Event[TicketEvent] = Event("desk.ticket_opened")
ticket_changed: Event[TicketEvent] = Event("desk.ticket_changed")
ticket_solved: Event[TicketEvent] = Event("desk.ticket_solved")
ticket_closed: Event[TicketEvent] = Event("desk.ticket_closed")
mail_fell_silent: Event[SilenceEvent] = Event("desk.mail_fell_silent")
mail_heard_again: Event[SilenceEvent] = Event("desk.mail_heard_again")
approval_decided: Event[ApprovalEvent] = Event("desk.approval_decided")
supply_moved: Event[SupplyEvent] = Event("desk.supply_moved")

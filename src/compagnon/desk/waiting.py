"""Reasons for waiting and their schedules, as they stand; the waits of tickets, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from compagnon.contracts import queries as contract_queries
from compagnon.contracts.clock.builtin import BUILT_IN
from compagnon.contracts.clock.calendars import Calendar
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.desk.models import (
    PendingReason,
    Reminded,
    State,
    Ticket,
    Wait,
    WaitReason,
)
from compagnon.desk.working_days import after_working_days

CHANGE = "waiting_change"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A reason as it comes with the product."""

    name: str
    name_en: str
    base: PendingReason
    reminds: Reminded
    remind_after: str = ""
    close_after: int | None = None


# What an administrator then keeps as they like.
SHIPPED: Mapping[str, Shipped] = {
    PendingReason.USER.value: Shipped(
        "En attente de l’utilisateur", "Waiting for the user",
        PendingReason.USER, Reminded.USER, "2, 5", 10,
    ),
    PendingReason.SUPPLIER.value: Shipped(
        "En attente d’un fournisseur", "Waiting for a supplier",
        PendingReason.SUPPLIER, Reminded.TECHNICIAN, "3, 6, 9",
    ),
    CHANGE: Shipped(
        "En attente d’un changement", "Waiting for a change",
        PendingReason.OTHER, Reminded.TECHNICIAN, "5, 10",
    ),
    PendingReason.APPOINTMENT.value: Shipped(
        "En attente du rendez-vous", "Waiting for the appointment",
        PendingReason.APPOINTMENT, Reminded.NOBODY,
    ),
    PendingReason.APPROVAL.value: Shipped(
        "En attente de l’accord du client", "Waiting for the client’s approval",
        PendingReason.APPROVAL, Reminded.TECHNICIAN, "3, 6",
    ),
    PendingReason.OTHER.value: Shipped(
        "Autre raison", "Another reason",
        PendingReason.OTHER, Reminded.TECHNICIAN, "5, 10",
    ),
}  # fmt: skip
DEFAULT_CALENDAR = "fr-office"


def shipped_row(code: str) -> WaitReason:
    """Make, unsaved, the row of a reason that comes with the product."""
    one = SHIPPED[code]
    return WaitReason(
        code=code,
        name=one.name,
        name_en=one.name_en,
        base=one.base,
        reminds=one.reminds,
        remind_after=one.remind_after,
        close_after=one.close_after,
    )


def choices() -> list[tuple[str, str]]:
    """Give the reasons that are offered, as (code, words), in one query."""
    rows = {row.code: row for row in WaitReason.objects.filter(is_active=True)}
    first = [code for code in SHIPPED if code in rows]
    others = sorted((code for code in rows if code not in SHIPPED), key=lambda c: str(rows[c]))
    found = [(code, capfirst(str(rows[code]))) for code in [*first, *others]]
    return found or [(one.value, capfirst(str(one.label))) for one in PendingReason]


def chosen(code: str) -> WaitReason:
    """Give the reason of that code, as it is kept or else as it is shipped.

    Raises:
        Invalid: there is no such reason, or it is no longer offered.
    """
    row = WaitReason.objects.filter(code=code).first()
    if row is None and code in SHIPPED:
        return shipped_row(code)
    if row is None or not row.is_active:
        raise Invalid(
            _("There is no such reason for waiting."),
            fields={"reason": [_("Choose one of the reasons offered.")]},
        )
    return row


def known(code: str) -> WaitReason | None:
    """Give the reason of that code, offered or not; ``None`` when it was deleted."""
    return WaitReason.objects.filter(code=code).first()


def calendar_of(ticket: Ticket, at: datetime) -> Calendar:
    """Give the calendar on which a ticket's waits are counted: of its client's contract.

    Without a contract, office hours.
    """
    found = contract_queries.calendar_of_client(ticket.organisation_id, at)
    return found or BUILT_IN[DEFAULT_CALENDAR]


def next_step(wait: Wait, calendar: Calendar, now: datetime) -> datetime | None:
    """Give when the next reminder leaves, or the closing; ``None``: nothing more.

    Counted from the beginning of the wait. What is late (workers were stopped, the calendar
    changed) leaves one working day after the one before, so that nobody is closed on the day they
    are reminded.
    """
    steps: list[int] = wait.steps
    if wait.reminded < len(steps):
        days: int | None = steps[wait.reminded]
    else:
        days = wait.close_after
    if days is None:
        return None
    wanted = after_working_days(calendar, wait.began_at, days)
    if wanted is None or wanted > now or wait.reminded == 0:
        return wanted
    return after_working_days(calendar, now, 1)


def awaits_user(ticket: Ticket) -> bool:
    """Tell whether the user's answer takes the ticket off hold."""
    if ticket.state != State.PENDING:
        return False
    if ticket.pending_reason == PendingReason.USER:
        return True
    return ticket.wait_reason is not None and ticket.wait_reason.reminds == Reminded.USER


def current(actor: Actor, ticket: Ticket) -> Wait | None:
    """Give the wait of a ticket that is on hold, for those who work on it; one query at most."""
    if ticket.state != State.PENDING:
        return None
    rows = ticket.waits.filter(ended_at=None).select_related("reason", "stopped_by")
    return visible(Wait, actor, rows).first()


def waits(actor: Actor) -> QuerySet[Wait]:
    """Give the waits that last, with what a list shows of them."""
    rows = Wait.objects.filter(ended_at=None, ticket__state=State.PENDING)
    return visible(Wait, actor, rows).select_related(
        "reason", "ticket__organisation", "ticket__assignee", "ticket__beneficiary", "stopped_by"
    )

"""What every verb on a supply does first and last: lock, check, move, journal, tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Stale
from compagnon.core.visibility import get_visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.events import SupplyEvent, supply_moved
from compagnon.desk.models import PurchaseOrder, SupplyCase, SupplyStage, Ticket
from compagnon.desk.policies_supply import check
from compagnon.desk.services.changing import apply
from compagnon.desk.supplying import stages

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def lock(
    *, actor: Actor, supply_id: int, verb: str, expected_version: int | None = None
) -> SupplyCase:
    """Fetch a supply for changing it: visible, allowed, and not changed since it was read.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: the actor may not do ``verb`` there.
        Stale: its version is not ``expected_version``.
    """
    rows = SupplyCase.objects.select_for_update(of=("self",)).select_related("organisation")
    supply = get_visible(SupplyCase, actor, rows, pk=supply_id)
    check(actor, verb, supply.organisation_id)
    if expected_version is not None and expected_version != supply.version:
        raise Stale(
            _(
                "Supply %(reference)s was changed since you opened it. Nothing of yours was "
                "saved: look at what changed, then send again."
            )
            % {"reference": supply.reference}
        )
    return supply


def lock_order(
    *, actor: Actor, order_id: int, verb: str, expected_version: int | None = None
) -> tuple[SupplyCase, PurchaseOrder]:
    """Fetch an order and its supply for changing them; the version is the order's.

    Raises:
        NotFound, Refused, Stale: see :func:`lock`.
    """
    found = get_visible(PurchaseOrder, actor, pk=order_id)
    supply = lock(actor=actor, supply_id=found.supply_id, verb=verb)
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("supplier", "quote")
    order = rows.get(pk=order_id)
    if expected_version is not None and expected_version != order.version:
        raise Stale(
            _(
                "Order %(reference)s was changed since you opened it. Nothing of yours was "
                "saved: look at what changed, then send again."
            )
            % {"reference": order.reference}
        )
    order.supply, order.version = supply, order.version + 1
    return supply, order


def check_writable(supply: SupplyCase) -> None:
    """Refuse to change the wish or the quotes once somebody is asked to approve them.

    Raises:
        IllegalMove: it is too late.
    """
    if supply.stage not in stages.WRITABLE:
        raise IllegalMove(
            _("This supply is “%(stage)s”: its wish and its quotes stay as they are.")
            % {"stage": supply.get_stage_display()}
        )


def check_open(supply: SupplyCase) -> None:
    """Refuse to go further towards an order while the request is over.

    Raises:
        IllegalMove: the ticket is solved, closed or cancelled.
    """
    if not supply.ticket.is_open:
        raise IllegalMove(
            _("Request %(reference)s is over: reopen it to go on with this supply.")
            % {"reference": supply.ticket.reference}
        )


def move(supply: SupplyCase, target: str) -> None:
    """Set the stage, if the move is legal; nothing is written yet.

    Raises:
        IllegalMove: it is not.
    """
    if not stages.may_go(supply.stage, target):
        raise IllegalMove(
            _("A supply that is “%(stage)s” cannot become “%(target)s”.")
            % {"stage": supply.get_stage_display(), "target": SupplyStage(target).label}
        )
    supply.stage = target


def finish(
    *,
    actor: Actor,
    supply: SupplyCase,
    verb: str,
    was: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> SupplyCase:
    """Write the supply with its next version, journal, and tell the ticket if the stage moved.

    Args:
        was: the stage as it was when the verb began.
    """
    at = at or timezone.now()
    moved = supply.stage != was
    if moved:
        supply.moved_at = at
    supply.version += 1
    supply.save()
    journal.record(
        actor=actor,
        verb=verb,
        subject=supply,
        before={**(before or {}), **({"stage": was} if moved else {})},
        after={**(after or {}), **({"stage": supply.stage} if moved else {})},
        occurred_at=at,
    )
    if moved:
        told = {"supply_id": supply.pk, "supply_stage": supply.stage}
        apply(
            actor=actor, ticket=ticket_of(supply), verb="ticket.supply", at=at,
            after=told | {"supply_was": was},
        )  # fmt: skip
        supply_moved.announce(
            SupplyEvent(supply.pk, supply.ticket_id, supply.organisation_id, was, supply.stage,
                        actor.id)
        )  # fmt: skip
    return supply


def ticket_of(supply: SupplyCase) -> Ticket:
    """Give the supply's ticket, held until the transaction ends."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "organisation")
    return rows.get(pk=supply.ticket_id)


def line_of_words(text: str, most: int) -> str:
    """Give a text on one line, without what no letter is."""
    return " ".join(text.replace("\x00", "").split())[:most]


def check_day(day: date | None, field: str) -> date | None:
    """Give the day, if it is one that a supply may have.

    Raises:
        Invalid: it is not of this century.
    """
    if day is not None and not EARLIEST <= day <= LATEST:
        raise Invalid(
            _("This date cannot be right."), fields={field: [_("Write a date of this century.")]}
        )
    return day

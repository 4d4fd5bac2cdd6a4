"""Qualifying a ticket: what it is about, how grave, how urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.desk import rules, search
from compagnon.desk.errors import IllegalMove
from compagnon.desk.inbound.cleaning import line
from compagnon.desk.models import Category, Impact, State, Ticket, TicketKind, Urgency
from compagnon.desk.services.changing import apply, lock, rules_of
from compagnon.desk.services.tagging import put_by_rule
from compagnon.people.models import Person


@dataclass(frozen=True, slots=True)
class Unset:
    """Marks what a call leaves as it is, where ``None`` empties it."""


UNSET = Unset()


@service("ticket.qualify")
def qualify(
    *,
    actor: Actor,
    ticket_id: int,
    title: str | Unset = UNSET,
    kind: TicketKind | Unset = UNSET,
    category: Category | Unset | None = UNSET,
    service: Service | Unset | None = UNSET,
    request_type: RequestType | Unset | None = UNSET,
    impact: Impact | Unset = UNSET,
    urgency: Urgency | Unset = UNSET,
    affected_item: str | Unset = UNSET,
    beneficiary: Person | Unset = UNSET,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Change what is given and leave the rest; the priority and the commitments follow.

    The category's team answers if nobody else was chosen yet. A beneficiary of another
    organisation is refused: transfer the ticket instead.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: the ticket is closed or cancelled.
        Invalid: an empty title, or a value out of its range.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.qualify", expected_version=expected_version
    )
    at = at or timezone.now()
    if ticket.state in {State.CLOSED, State.CANCELLED}:
        raise IllegalMove(_("This ticket is closed: reopen it to qualify it again."))
    values = _plain_values(title, kind, affected_item, beneficiary, ticket)
    if not isinstance(category, Unset):
        values["category_id"] = category.pk if category else None
        if category and category.team_id and ticket.team_id is None:
            values["team_id"] = category.team_id
    if not isinstance(service, Unset):
        values["service_id"] = service.pk if service else None
    if not isinstance(request_type, Unset):
        values["request_type_id"] = request_type.pk if request_type else None
        if request_type is not None:
            values["service_id"] = request_type.service_id
            values["kind"] = request_type.kind
    if not isinstance(impact, Unset):
        values["impact"] = Impact(impact)
    if not isinstance(urgency, Unset):
        values["urgency"] = Urgency(urgency)
    values["priority"] = rules.priority(
        values.get("impact", ticket.impact),
        values.get("urgency", ticket.urgency),
        rules_of(ticket).matrix,
    )
    if ticket.qualified_at is None:
        values["qualified_at"] = at
    apply(actor=actor, ticket=ticket, verb="ticket.qualify", at=at, values=values)
    if "title" in values or "affected_item" in values:
        search.index_ticket(ticket)
    if "category_id" in values:
        ticket.category = category if not isinstance(category, Unset) else ticket.category
    put_by_rule(actor=actor, ticket=ticket, at=at)
    return ticket


def _plain_values(
    title: str | Unset,
    kind: TicketKind | Unset,
    affected_item: str | Unset,
    beneficiary: Person | Unset,
    ticket: Ticket,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not isinstance(title, Unset):
        values["title"] = line(title, 200)
        if not values["title"]:
            raise Invalid(
                _("Give the request a title."), fields={"title": [_("The title is empty.")]}
            )
    if not isinstance(kind, Unset):
        values["kind"] = TicketKind(kind)
    if not isinstance(affected_item, Unset):
        values["affected_item"] = affected_item.strip()[:120]
    if not isinstance(beneficiary, Unset):
        if beneficiary.organisation_id != ticket.organisation_id:
            raise Invalid(
                _("The beneficiary must belong to the ticket's organisation."),
                fields={"beneficiary": [_("This person belongs to another organisation.")]},
            )
        values["beneficiary_id"] = beneficiary.pk
        values["site_id"] = beneficiary.site_id
    return values

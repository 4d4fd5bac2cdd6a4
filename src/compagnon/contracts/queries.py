"""Reads of ``contracts``: the clocks of a subject, the catalogue, calendars and contracts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.clock.counting import elapsed
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import (
    CalendarRevision,
    Clock,
    ClockState,
    Commitment,
    RequestType,
    Service,
    ServiceContract,
)
from compagnon.contracts.readings import (
    ClockReading,
    DueSummary,
    clocks_of,
    due_rows,
    reading_of,
)
from compagnon.contracts.services.terms_writing import reading_order
from compagnon.contracts.subjects import Measure
from compagnon.contracts.terms import current_for
from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible

__all__ = [
    "Branch",
    "ClockReading",
    "DueSummary",
    "Kept",
    "calendar_named",
    "calendar_of_client",
    "catalogue",
    "clocks_of",
    "commitments",
    "contracts",
    "due_rows",
    "get_contract",
    "kept_since",
    "open_seconds",
    "reading_of",
]


def calendar_named(name: str) -> ClockCalendar | None:
    """Give the calendar in force with that code, or else that name; ``None`` without one.

    For the program and its operator: calendars belong to nobody.
    """
    rows = CalendarRevision.objects.filter(number=F("calendar__revision"))
    found = (
        rows.filter(calendar__code=name).first() or rows.filter(calendar__name__iexact=name).first()
    )
    return calendar_of(found) if found else None


def open_seconds(name: str, start: datetime, end: datetime) -> int | None:
    """Give the seconds that the calendar of that code or name counts between two moments.

    ``None`` when there is no such calendar. For the program and its operator.
    """
    found = calendar_named(name)
    return elapsed(found, start, max(start, end)) if found else None


def calendar_of_client(organisation_id: int, at: datetime) -> ClockCalendar | None:
    """Give the calendar of the contract that serves a client then, the nearest above it first.

    ``None`` without one. One query; for the program, which shows it to nobody.
    """
    terms, ancestry = current_for(organisation_id)
    serving = [
        contract
        for key in ancestry
        for contract in terms.by_client.get(key, ())
        if contract.in_force(at)
    ]
    found = terms.calendars.get(serving[-1].calendar_id) if serving else None
    return found.calendar if found else None


def contracts(actor: Actor) -> QuerySet[ServiceContract]:
    """Give the contracts that the actor may see, with what a list shows of them."""
    return visible(ServiceContract, actor).select_related("provider", "client", "team", "calendar")


def get_contract(actor: Actor, contract_id: int) -> ServiceContract:
    """Give one contract.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(ServiceContract, actor, contracts(actor), pk=contract_id)


def commitments(contract: ServiceContract) -> list[Commitment]:
    """Give a visible contract's commitments in force, in the order of a ticket's life."""
    rows = contract.commitments.filter(retired_at=None).select_related(
        "calendar", "service", "request_type"
    )
    return sorted(rows, key=reading_order)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many clocks of a measure were met and missed."""

    measure: str
    met: int
    missed: int

    @property
    def label(self) -> str:
        """The measure in words."""
        return str(Measure(self.measure).label)

    @property
    def percent(self) -> int:
        """The share met, rounded down: 100 only when every one was."""
        return self.met * 100 // max(self.met + self.missed, 1)


def kept_since(actor: Actor, contract: ServiceContract, since: datetime) -> list[Kept]:
    """Count the clocks of a contract that started since then and have stopped, by measure."""
    rows = (
        visible(Clock, actor)
        .filter(
            contract=contract,
            started_at__gte=since,
            state__in=[ClockState.MET, ClockState.MISSED],
        )
        .values("measure")
        .annotate(
            met=Count("pk", filter=Q(state=ClockState.MET)),
            missed=Count("pk", filter=Q(state=ClockState.MISSED)),
        )
        .order_by("measure")
    )
    found = {row["measure"]: Kept(row["measure"], row["met"], row["missed"]) for row in rows}
    return [found[measure] for measure in Measure.values if measure in found]


@dataclass(frozen=True, slots=True)
class Branch:
    """A service of the catalogue with its request types, and where it stands in the tree."""

    service: Service
    depth: int
    parent: str
    request_types: list[RequestType]


def catalogue(actor: Actor, *, offered: bool = True) -> list[Branch]:
    """Give the catalogue as a tree laid flat, in the order of names, in two queries.

    Args:
        offered: leave out what is off offer, and all that is part of it.
    """
    services = visible(Service, actor).select_related("support_team")
    types = visible(RequestType, actor).order_by("name_fr")
    if offered:
        services, types = services.filter(is_active=True), types.filter(is_active=True)
    below: dict[int | None, list[Service]] = {}
    for row in services.order_by("name_fr"):
        below.setdefault(row.parent_id, []).append(row)
    asked: dict[int, list[RequestType]] = {}
    for each in types:
        asked.setdefault(each.service_id, []).append(each)

    def walk(parent: int | None, depth: int, name: str) -> Iterator[Branch]:
        for row in below.get(parent, []):
            yield Branch(row, depth, name, asked.get(row.pk, []))
            yield from walk(row.pk, depth + 1, row.name)

    return list(walk(None, 0, ""))

"""What the page of a machine, a ticket's card and the API show of an asset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.visibility import get_visible, visible
from compagnon.park import models
from compagnon.park.models import Asset, Installation, Machine

SHOWN_ROWS = 200
RELATED = (
    "type", "organisation", "site", "place", "person", "team", "machine__system",
)  # fmt: skip
SECTIONS: tuple[tuple[str, type[models.SectionRow]], ...] = (
    ("processors", models.Processor),
    ("memory", models.MemoryModule),
    ("storages", models.Storage),
    ("volumes", models.Volume),
    ("ports", models.NetworkPort),
    ("addresses", models.NetworkAddress),
    ("monitors", models.Monitor),
    ("printers", models.AttachedPrinter),
    ("supplies", models.Supply),
    ("counters", models.Counter),
    ("virtual_machines", models.VirtualMachine),
    ("databases", models.DatabaseServer),
    ("antivirus", models.Antivirus),
    ("components", models.Component),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A section's first rows, and how many there are."""

    rows: list[Any]
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether more rows stand than are shown."""
        return self.count > len(self.rows)


def asset(actor: Actor, pk: int) -> Asset:
    """Give an asset with what its page's head shows.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Asset, actor, Asset.objects.select_related(*RELATED), pk=pk)


def machine_of(row: Asset) -> Machine | None:
    """Give what an inventory told of the asset; nothing when none did."""
    return getattr(row, "machine", None)


def parts(row: Asset) -> dict[str, Part]:
    """Give the sections of an asset that the caller has shown to be visible."""
    found = {}
    for name, model in SECTIONS:
        rows: QuerySet[Any] = model._default_manager.filter(asset=row)
        if model is models.VirtualMachine:
            rows = rows.select_related("guest")
        taken = list(rows[: SHOWN_ROWS + 1])
        count = len(taken) if len(taken) <= SHOWN_ROWS else rows.count()
        found[name] = Part(taken[:SHOWN_ROWS], count)
    return found


def software(row: Asset, text: str = "") -> QuerySet[Installation]:
    """Give what is installed on an asset that the caller has shown to be visible."""
    rows = Installation.objects.filter(asset=row).select_related("version__product")
    word = " ".join(text.split())[:80]
    if word:
        rows = rows.filter(
            Q(version__product__name__icontains=word)
            | Q(version__product__publisher__icontains=word)
        )
    return rows.order_by("version__product__name", "version__version", "pk")


def history(row: Asset, *, days: int | None = None) -> QuerySet[Entry]:
    """Give what was journaled of an asset that the caller has shown to be visible, newest first."""
    rows = journal.history(row)
    if days is not None:
        rows = rows.filter(occurred_at__gte=timezone.now() - timedelta(days=days))
    return rows.order_by("-occurred_at", "-id")


def machines_of_person(actor: Actor, person_id: int) -> QuerySet[Asset]:
    """Give the assets that a person holds, of those that the actor sees."""
    rows = visible(Asset, actor).filter(person_id=person_id)
    return rows.select_related("type", "organisation", "machine__system").order_by("name", "pk")


def support_is_over(row: Asset, on: date | None = None) -> bool:
    """Tell whether the support of the machine's system is over."""
    machine = machine_of(row)
    ends = machine.system.support_ends_on if machine and machine.system else None
    return ends is not None and ends < (on or timezone.localdate())


def warranty_is_over(row: Asset, on: date | None = None) -> bool:
    """Tell whether the warranty is over; false where none is known."""
    ends = row.warranty_ends_on
    return ends is not None and ends < (on or timezone.localdate())


def installed_counts(actor: Actor, products: Iterable[int]) -> dict[int, int]:
    """Give on how many visible machines each product is installed."""
    seen = visible(Asset, actor).values("pk")
    rows = (
        Installation.objects.filter(version__product__in=list(products), asset__in=seen)
        .values("version__product")
        .annotate(count=Count("asset", distinct=True))
    )
    return {row["version__product"]: row["count"] for row in rows}

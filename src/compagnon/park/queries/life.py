"""What the pages of the life of assets show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import models
from compagnon.park.models import Asset, Loan, LoanState

ROWS = 100


def movements(actor: Actor, asset: Asset) -> list[models.Movement]:
    """Give where an asset stood, newest first."""
    rows = visible(models.Movement, actor).filter(asset=asset)
    return list(rows.select_related("site", "place", "person", "team", "by")[:ROWS])


def sheets(actor: Actor, asset: Asset) -> list[models.CustodySheet]:
    """Give the hand-overs and returns of an asset, newest first."""
    rows = visible(models.CustodySheet, actor).filter(asset=asset)
    return list(rows.select_related("person", "team")[:ROWS])


def loanable(actor: Actor) -> QuerySet[Asset]:
    """Give the assets that are lent, of those that the actor sees."""
    gone = (models.AssetState.RETIRED, models.AssetState.DISPOSED)
    return visible(Asset, actor).filter(is_loanable=True).exclude(state__in=gone)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of an asset: its loan, and whether the day begins it on the page."""

    day: date
    loan: Loan | None
    begins: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The week of an asset."""

    asset: Asset
    cells: list[Cell]


def week(actor: Actor, monday: date) -> list[Row]:
    """Give the week of every asset that is lent: who has it each day."""
    days = [monday + timedelta(days=n) for n in range(7)]
    assets = list(loanable(actor).select_related("type").order_by("name", "pk")[: 2 * ROWS])
    taken = visible(models.LoanDay, actor).filter(
        asset__in=[one.pk for one in assets], day__gte=days[0], day__lte=days[-1]
    )
    by_day = {(one.asset_id, one.day): one.loan for one in taken.select_related("loan__borrower")}
    rows = []
    for asset in assets:
        cells, before = [], None
        for day in days:
            loan = by_day.get((asset.pk, day))
            cells.append(Cell(day, loan, loan is not None and loan != before))
            before = loan
        rows.append(Row(asset, cells))
    return rows


def loans(actor: Actor) -> QuerySet[Loan]:
    """Give loans with what a list shows."""
    return visible(Loan, actor).select_related("asset", "borrower")


def overdue(actor: Actor) -> QuerySet[Loan]:
    """Give the loans that should have come back, the oldest first."""
    rows = loans(actor).filter(state=LoanState.OUT, last_day__lt=timezone.localdate())
    return rows.order_by("last_day", "pk")


def counts(actor: Actor) -> QuerySet[models.StockTaking]:
    """Give the counts with how many of each came out, newest first."""
    state = models.LineState
    return (
        visible(models.StockTaking, actor)
        .select_related("organisation", "site", "place")
        .annotate(
            found=Count("lines", filter=Q(lines__state=state.FOUND), distinct=True),
            total=Count("lines", distinct=True),
            unknown=Count("strays", distinct=True),
        )
        .order_by("-opened_at", "-pk")
    )


def low_stock(actor: Actor) -> QuerySet[models.Consumable]:
    """Give the consumables at their minimum or under."""
    rows = visible(models.Consumable, actor).filter(quantity__lte=F("minimum"))
    return rows.select_related("organisation", "place").order_by("name", "pk")


def lots(actor: Actor) -> QuerySet[models.Disposal]:
    """Give the lots of electrical waste, newest first."""
    rows = visible(models.Disposal, actor).select_related("organisation")
    return rows.annotate(count=Count("items")).order_by("-collected_on", "-pk")


def items(lot: models.Disposal) -> QuerySet[Any]:
    """Give what is in a lot that the caller has shown to be visible."""
    return lot.items.select_related("asset__type", "proof").order_by("pk")

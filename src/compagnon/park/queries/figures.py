"""Money and energy of the park, by year and by site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import depreciation, energy
from compagnon.park.models import Asset, AssetState, Budget, EnergyProfile, GridFactor

RUNNING = (AssetState.USE, AssetState.REPAIR)
MOST = 50_000
IDLE_WATTS = Decimal(30)
NIGHT_HOURS = Decimal(14)


@dataclass(slots=True)
class YearOfMoney:
    """A year: euros planned, bought, borne by depreciation, and to be bought again."""

    year: int
    planned: Decimal = Decimal(0)
    bought: Decimal = Decimal(0)
    borne: Decimal = Decimal(0)
    ending: Decimal = Decimal(0)


def money(actor: Actor, organisation_id: int | None = None) -> list[YearOfMoney]:
    """Give the years from five ago to five ahead, of the visible assets and budgets."""
    now = timezone.localdate().year
    years = {year: YearOfMoney(year) for year in range(now - 5, now + 6)}
    assets = visible(Asset, actor).filter(purchase_price__isnull=False)
    budgets = visible(Budget, actor).filter(year__in=list(years))
    if organisation_id:
        assets = assets.filter(organisation_id=organisation_id)
        budgets = budgets.filter(organisation_id=organisation_id)
    for year, planned in budgets.values_list("year").annotate(total=Sum("amount")).order_by():
        years[year].planned = planned
    for row in assets.order_by().only(*COLUMNS)[:MOST]:
        _add(years, row)
    return list(years.values())


COLUMNS = (
    "purchase_price",
    "purchased_on",
    "in_service_on",
    "depreciation_months",
    "depreciation_method",
)


def _add(years: dict[int, YearOfMoney], row: Asset) -> None:
    price = row.purchase_price or Decimal(0)
    bought = row.purchased_on or row.in_service_on
    if bought is not None and bought.year in years:
        years[bought.year].bought += price
    spread = spread_of(row)
    for one in spread:
        if one.year in years:
            years[one.year].borne += one.amount
    if spread and spread[-1].year in years:
        years[spread[-1].year].ending += price


def spread_of(row: Asset) -> list[depreciation.Year]:
    """Give the depreciation of an asset; nothing where price, day or duration is not known."""
    start = row.in_service_on or row.purchased_on
    if row.purchase_price is None or start is None or not row.depreciation_months:
        return []
    return depreciation.spread(
        row.purchase_price, start, row.depreciation_months, row.depreciation_method
    )


@dataclass(slots=True)
class SiteEnergy:
    """A site: machines that run, those whose consumption is known, and what they use."""

    name: str
    machines: int = 0
    known: int = 0
    kwh: Decimal = Decimal(0)
    kg: Decimal = Decimal(0)
    making_kg: Decimal = Decimal(0)


@dataclass(slots=True)
class Park:
    """The energy of a park under a country's grid."""

    country: str
    grams: Decimal
    source: str
    sites: list[SiteEnergy] = field(default_factory=list)
    savings: list[energy.Saving] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @property
    def total(self) -> SiteEnergy:
        """All sites together."""
        whole = SiteEnergy("")
        for one in self.sites:
            whole.machines += one.machines
            whole.known += one.known
            whole.kwh += one.kwh
            whole.kg += one.kg
            whole.making_kg += one.making_kg
        return whole


def profiles() -> dict[int, energy.Figure]:
    """Give the installation's own figures by type."""
    return {
        row.type_id: energy.Figure(row.kwh_per_year, row.making_kg, row.source)
        for row in EnergyProfile.objects.all()
    }


def of_asset(row: Asset) -> energy.Figure | None:
    """Give what an asset uses in a year; nothing where nobody has said."""
    own = EnergyProfile.objects.filter(type_id=row.type_id).first()
    if own is not None:
        return energy.Figure(own.kwh_per_year, own.making_kg, own.source)
    return energy.shipped(row.type.code, get_language() or "en")


def countries() -> list[str]:
    """Give the countries whose grid is known."""
    own = GridFactor.objects.values_list("country", flat=True)
    return sorted({*own, *energy.facts()["grids"]})


def grid(country: str) -> tuple[Decimal, str]:
    """Give a country's g CO₂ a kWh and its source; the European Union's where it is not known."""
    own = GridFactor.objects.filter(country=country).first()
    if own is not None:
        return own.grams_per_kwh, own.source
    spoken = get_language() or "en"
    return energy.grid(country, spoken) or energy.grid("EU", spoken) or (Decimal(0), "")


def park(
    actor: Actor,
    country: str = "FR",
    *,
    idle_watts: Decimal = IDLE_WATTS,
    night_hours: Decimal = NIGHT_HOURS,
) -> Park:
    """Give what the running machines that the actor sees use in a year, by site."""
    spoken = get_language() or "en"
    grams, source = grid(country)
    own = profiles()
    rows = (
        visible(Asset, actor)
        .filter(state__in=RUNNING, type__kind__in=MACHINES)
        .exclude(type__code="virtual-machine")
        .order_by()
        .values_list("site__name", "type_id", "type__code")
        .annotate(count=Count("pk"))
    )
    sites: dict[str, SiteEnergy] = {}
    by_code: defaultdict[str, int] = defaultdict(int)
    used: dict[str, energy.Figure] = {}
    for site, type_id, code, count in rows:
        one = sites.setdefault(site or "", SiteEnergy(site or _("Without a site")))
        one.machines += count
        figure = own.get(type_id) or energy.shipped(code, spoken)
        if figure is None:
            continue
        used[code] = figure
        by_code[code] += count
        one.known += count
        kwh = figure.kwh_per_year * count
        one.kwh += kwh
        one.kg += energy.use_kg(kwh, grams)
        one.making_kg += (figure.making_kg or Decimal(0)) * count
    ordered = sorted(sites.values(), key=lambda one: (-one.kwh, one.name))
    sources = sorted({figure.source for figure in used.values()})
    savings = list(_savings(by_code, used, grams, idle_watts, night_hours))
    return Park(country, grams, source, ordered, savings, sources)


MACHINES = ("computer", "printer", "networking", "phone", "monitor", "peripheral", "other")


def _savings(
    by_code: dict[str, int],
    used: dict[str, energy.Figure],
    grams: Decimal,
    idle_watts: Decimal,
    night_hours: Decimal,
) -> Iterable[energy.Saving]:
    desks = by_code.get("computer", 0)
    if desks:
        yield energy.off_at_night(desks, idle_watts, night_hours, grams)
        then = used.get("laptop") or energy.shipped("laptop")
        if then is not None:
            yield energy.replace_by(desks, used["computer"], then, grams)
        if used["computer"].making_kg:
            yield energy.keep_longer(desks, used["computer"], energy.LIFE_YEARS, 1)

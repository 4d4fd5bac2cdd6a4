"""Where licences stand: what was bought, what is used, what is over or left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.licensing import (
    Entitlement,
    Given,
    Metric,
    Place,
    Position,
    count,
    literal_of,
    matches,
)
from compagnon.park.licensing.counting import folded
from compagnon.park.models import (
    Asset,
    AssetState,
    Installation,
    Licence,
    LicenceAllocation,
    Processor,
    SoftwareProduct,
    SupplierContract,
)

MOST_LICENCES = 500
AWAY = (AssetState.RETIRED, AssetState.DISPOSED)


@dataclass(frozen=True, slots=True)
class Pool:
    """Licences that are counted together, and where they stand."""

    licences: list[Licence]
    position: Position
    on: date

    @property
    def first(self) -> Licence:
        """The licence that names the pool."""
        return self.licences[0]

    @property
    def widest(self) -> int:
        """The longer of the two bars, never zero."""
        return max(self.position.used, self.position.bought, 1)

    def width(self, units: int) -> int:
        """Give the length of a bar, of 1,000."""
        return round(units * 1000 / self.widest)

    @property
    def used_width(self) -> int:
        """What is used within what was bought."""
        return self.width(self.position.used - self.position.over)

    @property
    def over_width(self) -> int:
        """What is used beyond."""
        return 1000 - self.used_width if self.position.over else 0

    @property
    def bought_width(self) -> int:
        """What was bought."""
        return self.width(self.position.bought)


def pools(
    actor: Actor, licences: QuerySet[Licence] | None = None, *, on: date | None = None
) -> list[Pool]:
    """Count the licences that the actor sees, those together that cover the same thing.

    Five queries, however many licences.
    """
    day = on or timezone.localdate()
    rows = visible(Licence, actor) if licences is None else licences
    found = list(rows.select_related("organisation").order_by("name", "pk")[:MOST_LICENCES])
    groups: dict[tuple[Any, ...], list[Licence]] = defaultdict(list)
    for one in found:
        groups[pool_key(one)].append(one)
    material = _gather(found)
    given = _given(found)
    return [
        Pool(
            group,
            count(
                Metric(group[0].metric),
                [_entitlement(one) for one in group],
                material.places(group[0]),
                [each for one in group for each in given[one.pk]],
                on=day,
            ),
            day,
        )
        for group in groups.values()
    ]


def pool_key(row: Licence) -> tuple[Any, ...]:
    """Give what licences that are counted together have in common."""
    return (
        row.organisation_id, folded(row.product_pattern), folded(row.publisher_pattern),
        row.metric, row.currency,
    )  # fmt: skip


def pool_of(actor: Actor, row: Licence) -> Pool:
    """Count one licence with those that cover the same thing."""
    same = visible(Licence, actor).filter(
        organisation_id=row.organisation_id, metric=row.metric, currency=row.currency
    )
    keys = [one.pk for one in same[:MOST_LICENCES] if pool_key(one) == pool_key(row)]
    return next(iter(pools(actor, visible(Licence, actor).filter(pk__in=keys))))


@dataclass(frozen=True, slots=True)
class Material:
    """Where the products in question are installed, read once for many licences."""

    products: dict[int, tuple[str, str]]
    machines: dict[int, list[tuple[int, int | None, str]]]
    cores: dict[int, int]

    def places(self, row: Licence) -> list[Place]:
        """Give the machines on which a licence's product is installed, within its reach."""
        seen: dict[int, Place] = {}
        for product in self.answering(row):
            for asset, person, path in self.machines.get(product, ()):
                if path.startswith(row.organisation.path):
                    seen[asset] = Place(asset, person, self.cores.get(asset))
        return list(seen.values())

    def answering(self, row: Licence) -> list[int]:
        """Give the products that a licence covers."""
        publisher = row.publisher_pattern
        return [
            pk
            for pk, (name, maker) in self.products.items()
            if matches(row.product_pattern, name) and (not publisher or matches(publisher, maker))
        ]


def _gather(licences: Iterable[Licence]) -> Material:
    rows = list(licences)
    if not rows:
        return Material({}, {}, {})
    named = Q(pk__in=[])
    for literal in {literal_of(one.product_pattern) for one in rows}:
        named |= Q(name__icontains=literal) if literal else Q()
    if any(not literal_of(one.product_pattern) for one in rows):
        named = Q()
    candidates = SoftwareProduct.objects.filter(named).values_list("pk", "name", "publisher")
    everything = Material({pk: (name, maker) for pk, name, maker in candidates}, {}, {})
    wanted = {pk for one in rows for pk in everything.answering(one)}
    within = Q()
    for path in {one.organisation.path for one in rows}:
        within |= Q(asset__organisation__path__startswith=path)
    machines: dict[int, list[tuple[int, int | None, str]]] = defaultdict(list)
    installed = (
        Installation.objects.filter(within, version__product__in=_some(wanted))
        .filter(asset__merged_into__isnull=True)
        .exclude(asset__state__in=AWAY)
        .values_list(
            "version__product", "asset_id", "asset__person_id", "asset__organisation__path"
        )
        .distinct()
    )
    for product, asset, person, path in installed:
        machines[product].append((asset, person, path))
    cores = {}
    if any(one.metric == Metric.CORE for one in rows):
        summed = (
            Processor.objects.filter(asset__organisation__in=_organisations(rows))
            .values("asset_id")
            .annotate(total=Sum("cores"))
        )
        cores = {row["asset_id"]: row["total"] or 0 for row in summed}
    chosen = {pk: everything.products[pk] for pk in wanted}
    return Material(chosen, dict(machines), cores)


def _some(keys: set[int]) -> list[int]:
    # A database takes only so many parameters; a licence that answers to more is badly written.
    return sorted(keys)[:5000]


def _organisations(rows: Iterable[Licence]) -> QuerySet[Any]:
    from compagnon.people.models import Organisation

    within = Q()
    for path in {one.organisation.path for one in rows}:
        within |= Q(path__startswith=path)
    return Organisation.objects.filter(within).values("pk")


def _given(licences: Iterable[Licence]) -> dict[int, list[Given]]:
    found: dict[int, list[Given]] = defaultdict(list)
    rows = LicenceAllocation.objects.filter(
        licence__in=[one.pk for one in licences], released_at__isnull=True
    ).exclude(asset__state__in=AWAY)
    for licence, asset, person in rows.values_list("licence_id", "asset_id", "person_id"):
        found[licence].append(Given(asset, person))
    return found


def _entitlement(row: Licence) -> Entitlement:
    return Entitlement(row.pk, row.quantity, row.unit_price_cents, row.starts_on, row.ends_on)


def installed_on(row: Licence) -> QuerySet[Asset]:
    """Give the machines that a licence's product is installed on.

    The caller has shown the licence to be visible, and narrows to what the actor sees.
    """
    places = _gather([row]).places(row)
    return Asset.objects.filter(pk__in=[one.asset for one in places][:1000])


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that ends, or whose notice must be given."""

    kind: str  # "licence", "notice" or "contract"
    row: Licence | SupplierContract
    day: date
    days_left: int


def deadlines(
    actor: Actor | None, *, on: date | None = None, within: int | None = None
) -> list[Deadline]:
    """Give what comes to its end, the nearest first.

    Args:
        actor: whose sight it is; ``None``: everything, for the daily task.
        within: days; each one's own warning time unless given.
    """
    day = on or timezone.localdate()
    licences = Licence.objects.all() if actor is None else visible(Licence, actor)
    contracts = (
        SupplierContract.objects.all() if actor is None else visible(SupplierContract, actor)
    )
    last = day + timedelta(days=within if within is not None else 730)
    found: list[Deadline] = []
    ending = licences.filter(ends_on__gte=day, ends_on__lte=last).select_related("organisation")
    found.extend(
        Deadline("licence", one, one.ends_on, (one.ends_on - day).days)
        for one in ending[:1000]
        if one.ends_on
    )
    coming = contracts.filter(
        Q(notice_by__gte=day, notice_by__lte=last) | Q(ends_on__gte=day, ends_on__lte=last)
    ).select_related("organisation", "supplier")
    for one in coming[:1000]:
        if when := next_day(one, day):
            kind = "notice" if when == one.notice_by else "contract"
            found.append(Deadline(kind, one, when, (when - day).days))
    limit = within
    return sorted(
        (one for one in found if one.days_left <= (one.row.alert_days if limit is None else limit)),
        key=lambda one: (one.day, one.row.name, one.row.pk),
    )


def covering(actor: Actor, asset_id: int, on: date | None = None) -> list[SupplierContract]:
    """Give the contracts that cover an asset that day, of those that the actor sees.

    The caller has shown the asset to be visible. What renews itself runs on after its end.
    """
    day = on or timezone.localdate()
    rows = visible(SupplierContract, actor).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day) | Q(renews=True),
        covered__asset=asset_id,
        starts_on__lte=day,
    )
    return list(rows.select_related("supplier").order_by("kind", "name", "pk")[:20])


def promised_for(asset_id: int | None, on: date) -> frozenset[int]:
    """Give the keys of the underpinning contracts under which an asset is covered that day.

    For the clocks, which count for everybody: no actor's sight narrows it.
    """
    if asset_id is None:
        return frozenset()
    rows = SupplierContract.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on) | Q(renews=True),
        covered__asset=asset_id,
        starts_on__lte=on,
        service_contract__isnull=False,
    )
    return frozenset(key for key in rows.values_list("service_contract_id", flat=True) if key)


def next_day(row: SupplierContract, on: date) -> date | None:
    """Give the next day that matters: the last for giving notice, or else the last of all."""
    coming = [day for day in (row.notice_by, row.ends_on) if day is not None and day >= on]
    return min(coming, default=None)

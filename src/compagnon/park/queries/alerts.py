"""Alerts: what comes near or runs low, what is still true, who is told, what a page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.models import (
    Alert,
    AlertKind,
    AlertRule,
    Asset,
    AssetState,
    Consumable,
    ConsumableMovement,
    Licence,
    SupplierContract,
)
from compagnon.park.policies import VIEW
from compagnon.people.models import Membership, Role, RoleAssignment

WARRANTY_DAYS = 60
"""Where no rule says otherwise."""
FURTHEST = timedelta(days=730)
MOST = 5_000
AWAY = (AssetState.RETIRED, AssetState.DISPOSED)
TABLES: Mapping[str, Any] = {
    AlertKind.STOCK: Consumable,
    AlertKind.LICENCE: Licence,
    AlertKind.NOTICE: SupplierContract,
    AlertKind.CONTRACT: SupplierContract,
    AlertKind.WARRANTY: Asset,
}
SWITCHES: Mapping[str, str] = {
    AlertKind.STOCK: "stock",
    AlertKind.LICENCE: "licences",
    AlertKind.NOTICE: "contracts",
    AlertKind.CONTRACT: "contracts",
    AlertKind.WARRANTY: "warranties",
}
"""The field of a rule that lets alerts of a kind be raised."""


class Rules:
    """The rules of all organisations, read once: each follows the nearest above it."""

    def __init__(self) -> None:
        rows = AlertRule.objects.select_related("organisation")
        self._by_path = {one.organisation.path: one for one in rows}

    def of(self, path: str) -> AlertRule | None:
        """Give the rule that an organisation follows."""
        while path and path not in self._by_path:
            path = path.rstrip("/").rpartition("/")[0]
            path = f"{path}/" if path else ""
        return self._by_path.get(path)

    def lets(self, path: str, kind: str) -> bool:
        """Tell whether alerts of a kind are wanted there."""
        rule = self.of(path)
        return rule is None or bool(getattr(rule, SWITCHES[kind]))

    def warranty_days(self, path: str) -> int:
        """Give how early the end of a warranty is told there."""
        rule = self.of(path)
        return WARRANTY_DAYS if rule is None else rule.warranty_days

    @property
    def furthest(self) -> int:
        """The longest of these delays."""
        return max([WARRANTY_DAYS, *(one.warranty_days for one in self._by_path.values())])


def newly_low() -> QuerySet[Consumable]:
    """Give the consumables to order of which nobody was told, or saw to, since they were filled."""
    about = Alert.objects.filter(kind=AlertKind.STOCK, subject_id=OuterRef("pk"))
    filled = ConsumableMovement.objects.filter(
        consumable=OuterRef("pk"), quantity_after__gt=OuterRef("minimum")
    )
    last = Subquery(filled.order_by("-at").values("at")[:1])
    rows = Consumable.objects.filter(quantity__lte=F("minimum")).annotate(filled_at=last)
    seen_to = about.filter(ended_by__isnull=False, ended_at__gt=OuterRef("filled_at"))
    never_filled = Q(filled_at__isnull=True) & Exists(about.filter(ended_by__isnull=False))
    return (
        rows.exclude(Exists(about.filter(ended_at__isnull=True)))
        .exclude(Exists(seen_to))
        .exclude(never_filled)
        .select_related("organisation")
    )


def ending_warranties(rules: Rules, on: date) -> Iterator[tuple[Asset, int]]:
    """Give the machines whose warranty ends soon, with the days left, the nearest first."""
    rows = (
        Asset.objects.filter(
            warranty_ends_on__gte=on, warranty_ends_on__lte=on + timedelta(days=rules.furthest)
        )
        .exclude(state__in=AWAY)
        .select_related("organisation")
        .order_by("warranty_ends_on", "pk")
    )
    for row in rows[:MOST]:
        assert row.warranty_ends_on is not None  # noqa: S101 — filtered above
        left = (row.warranty_ends_on - on).days
        if left <= rules.warranty_days(row.organisation.path):
            yield row, left


def subjects_of(alerts: Iterable[Alert]) -> dict[tuple[str, int], Any]:
    """Give what alerts are about, by kind and key; one query a table."""
    keys: dict[Any, set[int]] = defaultdict(set)
    for one in alerts:
        keys[TABLES[one.kind]].add(one.subject_id)
    rows: dict[Any, dict[int, Any]] = {}
    for table, wanted in keys.items():
        ordered, found = sorted(wanted), {}
        for at in range(0, len(ordered), 900):
            found.update(table.objects.in_bulk(ordered[at : at + 900]))
        rows[table] = found
    return {
        (one.kind, one.subject_id): rows[TABLES[one.kind]][one.subject_id]
        for one in alerts
        if one.subject_id in rows[TABLES[one.kind]]
    }


def is_true(alert: Alert, row: Any) -> bool:
    """Tell whether what an alert says still holds of its subject."""
    match alert.kind:
        case AlertKind.STOCK:
            return bool(row.is_low)
        case AlertKind.LICENCE | AlertKind.CONTRACT:
            return bool(row.ends_on == alert.day)
        case AlertKind.NOTICE:
            return bool(row.notice_by == alert.day)
        case _:
            return row.warranty_ends_on == alert.day and row.state not in AWAY


class Holders:
    """Who may do what where, and who is in which team: read once for many alerts."""

    def __init__(self, verbs: Iterable[str]) -> None:
        wanted = {*verbs, VIEW}
        roles = {
            one.pk: wanted.intersection(one.verbs)
            for one in Role.objects.all()
            if wanted.intersection(one.verbs)
        }
        rows = RoleAssignment.objects.filter(
            role__in=list(roles), person__is_active=True, person__organisation__is_active=True
        ).values_list("role_id", "organisation__path", "person_id")
        self._by_path: dict[str, list[tuple[int, set[str]]]] = defaultdict(list)
        for role, path, person in rows.order_by("person_id"):
            self._by_path[path].append((person, roles[role]))

    def of(self, verb: str, path: str) -> list[int]:
        """Give who holds a verb on an organisation, each once."""
        found: dict[int, None] = {}
        for at, held in self._by_path.items():
            if path.startswith(at):
                found.update((person, None) for person, verbs in held if verb in verbs)
        return list(found)


def recipients(
    alerts: Sequence[Alert], verbs: Mapping[str, str]
) -> Iterator[tuple[Alert, list[int]]]:
    """Give for each alert the keys of those who are told of it by mail."""
    if not alerts:
        return
    rules, holders = Rules(), Holders(verbs.values())
    members: dict[int, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(team__is_active=True, person__is_active=True)
    for team, person in rows.values_list("team_id", "person_id"):
        members[team].add(person)
    for one in alerts:
        path = one.organisation.path
        rule = rules.of(path)
        if rule is not None and not rule.by_mail:
            continue
        if rule is not None and rule.team_id is not None:
            seeing = holders.of(VIEW, path)
            yield one, [person for person in seeing if person in members[rule.team_id]]
        else:
            yield one, holders.of(verbs[one.kind], path)


@dataclass(slots=True)
class Line:
    """Alerts that are told together: one, or the warranties of a day."""

    kind: str
    day: date | None
    organisation: Any
    alerts: list[Alert] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What it is about, in words."""
        return str(AlertKind(self.kind).label)

    @property
    def names(self) -> list[tuple[str, str]]:
        """The first of the subjects, each with the address of its page."""
        return [(str(row), address_of(self.kind, row)) for row in self.rows[:5]]

    @property
    def more(self) -> int:
        """How many others there are."""
        return max(len(self.rows) - 5, 0)

    @property
    def days_left(self) -> int | None:
        """Days until the one that matters; under zero once it is over."""
        return None if self.day is None else (self.day - timezone.localdate()).days

    @property
    def days_over(self) -> int:
        """Days since it."""
        return -(self.days_left or 0)


def address_of(kind: str, row: Any) -> str:
    """Give the page on which an alert is seen to."""
    names = {
        AlertKind.STOCK: "park:consumable_movements",
        AlertKind.LICENCE: "park:licence_detail",
        AlertKind.NOTICE: "park:supplier_contract_detail",
        AlertKind.CONTRACT: "park:supplier_contract_detail",
        AlertKind.WARRANTY: "park:asset_detail",
    }
    return reverse(names[AlertKind(kind)], args=[row.pk])


def lines(alerts: Sequence[Alert]) -> list[Line]:
    """Put alerts into lines, in their order; those whose subject is gone are left out."""
    rows = subjects_of(alerts)
    found: dict[Any, Line] = {}
    for one in alerts:
        row = rows.get((one.kind, one.subject_id))
        if row is None:
            continue
        key: Any = one.pk
        if one.kind == AlertKind.WARRANTY:
            key = (one.kind, one.day, one.organisation_id)
        line = found.setdefault(key, Line(one.kind, one.day, one.organisation))
        line.alerts.append(one)
        line.rows.append(row)
    return list(found.values())


def waiting(actor: Actor) -> QuerySet[Alert]:
    """Give the alerts that nobody has seen to, the nearest day first, stocks before."""
    rows = visible(Alert, actor).filter(ended_at__isnull=True).select_related("organisation")
    return rows.order_by(F("day").asc(nulls_first=True), "pk")

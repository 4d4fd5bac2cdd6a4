"""What a ticket shows of the park: somebody's machines, a machine's card, who is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Manager
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.park.models import Asset, AssetState, Installation, Machine, SupplierContract
from compagnon.park.queries import baselines, impact, licences, machines
from compagnon.park.queries.impact import Item, Place
from compagnon.park.telling import ChangeLine, lines_of
from compagnon.people.models import Organisation, Person, Site

BEFORE = timedelta(days=14)
ENTRIES = 20
LINES = 40
MACHINES = 20
PERSONS = 500


@dataclass(frozen=True, slots=True)
class ChangesAt:
    """What one journal entry tells that changed on a machine."""

    at: datetime
    verb: str
    lines: list[ChangeLine]
    more: int


@dataclass(frozen=True, slots=True)
class Affected:
    """Who is touched when an asset falls: items that fall, people who hold them, where."""

    items: list[Place]
    weakened: list[Item]
    persons: list[Person]
    persons_count: int
    organisations: list[tuple[str, int]]
    sites: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Card:
    """A machine as a ticket shows it. ``changes``: those before ``at``, newest first."""

    asset: Asset
    machine: Machine | None
    support_ends_on: date | None
    support_is_over: bool
    warranty_is_over: bool
    software_count: int
    changes: list[ChangesAt]
    affected: Affected
    drift: int
    contracts: list[SupplierContract]


def machines_of(actor: Actor, person: Person | int) -> list[Asset]:
    """Give the assets that a person holds and that the actor sees, those in use first."""
    key = person if isinstance(person, int) else person.pk
    gone = {AssetState.RETIRED, AssetState.DISPOSED}
    rows = machines.machines_of_person(actor, key)[: MACHINES * 2]
    ordered = sorted(rows, key=lambda one: (one.state in gone, one.type.kind != "computer"))
    return ordered[:MACHINES]


def card(actor: Actor, asset_id: int, at: datetime | None = None) -> Card:
    """Give a machine's card as it concerns something that happened at ``at`` (now).

    Raises:
        NotFound: there is no such asset, or the actor does not see it.
    """
    row = machines.asset(actor, asset_id)
    machine = machines.machine_of(row)
    system = machine.system if machine else None
    return Card(
        asset=row,
        machine=machine,
        support_ends_on=system.support_ends_on if system else None,
        support_is_over=machines.support_is_over(row),
        warranty_is_over=machines.warranty_is_over(row),
        software_count=Installation.objects.filter(asset=row).count() if machine else 0,
        changes=changes_before(row, at or timezone.now()),
        affected=_affected(actor, row),
        drift=sum(count for _baseline, count in baselines.drift_counts(actor, row.pk)),
        contracts=licences.covering(actor, row.pk),
    )


def changes_before(
    row: Asset, at: datetime, *, within: timedelta = BEFORE, bound: int = LINES
) -> list[ChangesAt]:
    """Give what changed on a visible asset in the days before a moment, newest first."""
    entries = (
        journal.history(row)
        .filter(occurred_at__lte=at, occurred_at__gt=at - within)
        .order_by("-occurred_at", "-id")
    )
    found, left = [], bound
    for entry in entries[:ENTRIES]:
        lines = _lines(entry)
        if not lines or left <= 0:
            continue
        shown = lines[:left]
        left -= len(shown)
        more = len(lines) - len(shown) + int(entry.after.get("more_changes") or 0)
        found.append(ChangesAt(entry.occurred_at, entry.verb, shown, more))
    return found


def _lines(entry: Entry) -> list[ChangeLine]:
    after: Mapping[str, object] = entry.after
    return [] if after.get("first_inventory") else lines_of(after)


def affected(actor: Actor, asset_id: int) -> Affected:
    """Give who is touched when an asset falls, of what the actor sees.

    Raises:
        NotFound: there is no such asset, or the actor does not see it.
    """
    return _affected(actor, machines.asset(actor, asset_id))


def _affected(actor: Actor, row: Asset) -> Affected:
    answer = impact.falling_with(actor, row)
    everything = [answer.start, *answer.items]
    keys = {one.person_id for one in everything if one.person_id}
    rows = visible(Person, actor).filter(is_active=True).order_by("last_name", "first_name", "pk")
    persons = [
        one
        for at in range(0, len(keys), 900)
        for one in rows.filter(pk__in=sorted(keys)[at : at + 900]).select_related("organisation")
    ]
    return Affected(
        items=answer.items,
        weakened=answer.weakened,
        persons=sorted(persons, key=lambda one: (one.last_name, one.first_name))[:PERSONS],
        persons_count=len(persons),
        organisations=_counted(Organisation.objects, (one.organisation_id for one in everything)),
        sites=_counted(Site.objects, (one.site_id for one in everything if one.site_id)),
    )


def _counted(rows: Manager[Any], keys: Iterable[int | None]) -> list[tuple[str, int]]:
    """Count keys, the most frequent first, under the names of their rows: all of visible assets."""
    counts = Counter(keys)
    names = dict(rows.filter(pk__in=list(counts)).values_list("pk", "name")) if counts else {}
    return [(names.get(key, ""), count) for key, count in counts.most_common()]

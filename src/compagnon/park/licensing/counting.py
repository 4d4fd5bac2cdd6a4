"""Count what is used of what was bought, and what the difference costs.

Licences of the same product, publisher and measure of one organisation are one pool: what is used
is counted once and taken from each in turn, the one that ends first being used first. What is over
is priced as the licence bought last; what is left over, as the licence that holds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Metric(StrEnum):
    """What one unit covers."""

    USER = "user"
    DEVICE = "device"
    CORE = "core"
    CONCURRENT = "concurrent"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Place:
    """A machine on which the product is installed.

    Args:
        person: who has the machine.
        cores: of its processors; ``None``: unknown, counted as one.
    """

    asset: int
    person: int | None = None
    cores: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A unit that was given: to a machine, or to a person."""

    asset: int | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """So many units, bought at a price (cents), for some days."""

    key: int
    quantity: int
    unit_price: int = 0
    starts_on: date = date.min
    ends_on: date | None = None

    def is_valid(self, on: date) -> bool:
        """Whether it may be used that day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pool stands; prices in cents.

    Args:
        used: units that are used.
        bought: units that are valid that day.
        taken: used units by licence; licences that are not valid hold none.
        over, over_price: units that are missing, and what they would cost.
        spare, spare_price: units that nobody uses, and what they cost.
        unknown: machines whose cores nobody knows, counted as one each.
    """

    used: int
    bought: int
    taken: dict[int, int]
    over: int
    over_price: int
    spare: int
    spare_price: int
    unknown: int = 0


def count(
    metric: Metric,
    entitlements: Sequence[Entitlement],
    places: Iterable[Place],
    given: Iterable[Given],
    *,
    on: date,
) -> Position:
    """Count a pool: one product, one measure, one organisation."""
    where = {one.asset: one for one in places}
    used, unknown = _used(metric, where, list(given))
    valid = [one for one in entitlements if one.is_valid(on)]
    taken = {one.key: 0 for one in entitlements}
    left = used
    for one in sorted(valid, key=lambda each: (each.ends_on or date.max, each.starts_on, each.key)):
        taken[one.key] = min(left, one.quantity)
        left -= taken[one.key]
    last = max(entitlements, key=lambda each: (each.starts_on, each.key), default=None)
    return Position(
        used=used,
        bought=sum(one.quantity for one in valid),
        taken=taken,
        over=left,
        over_price=left * (last.unit_price if last else 0),
        spare=sum(one.quantity - taken[one.key] for one in valid),
        spare_price=sum((one.quantity - taken[one.key]) * one.unit_price for one in valid),
        unknown=unknown,
    )


def _used(metric: Metric, where: dict[int, Place], given: list[Given]) -> tuple[int, int]:
    """Give the units used, and the machines of unknown cores."""
    machines = {one.asset for one in given if one.asset is not None}
    persons = {one.person for one in given if one.person is not None}
    if metric is Metric.CONCURRENT:
        # No inventory tells who works at the same time: what was given out is what may.
        return len(machines) + len(persons), 0
    if metric is Metric.DEVICE:
        # A unit given to a person covers the machines that this person has.
        covered = {one.person for one in where.values()}
        return len({*where, *machines}) + len(persons - covered), 0
    if metric is Metric.CORE:
        unknown = sum(1 for one in where.values() if not one.cores)
        idle = len(machines - {*where})
        return sum(one.cores or 1 for one in where.values()) + idle, unknown
    # Users and subscriptions: who has a machine with it; a machine that nobody has is one user.
    holders = {one.person for one in where.values() if one.person is not None}
    nobody_s = {one.asset for one in where.values() if one.person is None}
    held = {one.asset for one in where.values() if one.person is not None}
    return len(holders | persons) + len(nobody_s | (machines - held)), 0


def folded(text: str) -> str:
    """Give a text without case, accents nor doubled spaces."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in bare if not unicodedata.combining(char)).split())


def matches(pattern: str, text: str) -> bool:
    """Tell whether a name answers to a pattern, ``*`` standing for any letters.

    Walks the pieces between the stars from left to right: linear, whatever the pattern.
    """
    parts = re.sub(r"\*+", "*", folded(pattern)).split("*")
    name = folded(text)
    if len(parts) == 1:
        return name == parts[0]
    if not name.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(parts[-1]) and name.endswith(parts[-1])


def literal_of(pattern: str) -> str:
    """Give the longest run of plain letters that every match holds, for a database to search."""
    pieces = re.split(r"[^0-9A-Za-z ]+", pattern)
    return max((piece.strip() for piece in pieces), key=len, default="")

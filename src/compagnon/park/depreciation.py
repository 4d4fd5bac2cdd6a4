"""Spreading the price of an asset over years, to the cent. Pure.

Straight line: by days on years of 360, from the day it is used (French general chart of accounts,
articles 214-13 and following). Declining balance: general tax code, article 39 A, and its annex
II, articles 23 to 25: coefficients 1.25, 1.75 and 2.25, whole months from the month of purchase,
three years at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
SHORTEST_DECLINING = 36


@dataclass(frozen=True, slots=True)
class Year:
    """What a calendar year bears, and what is left at its end; euros."""

    year: int
    amount: Decimal
    left: Decimal


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def straight_line(price: Decimal, start: date, months: int) -> list[Year]:
    """Spread a price evenly; the years' amounts add up to the price.

    Args:
        price: euros, not under zero.
        start: the first day of use.
        months: over how many months, at least one.
    """
    total = months * 30
    before = (start.month - 1) * 30 + min(start.day, 30) - 1
    rows: list[Year] = []
    spread, year = Decimal(0), start.year
    while True:
        days = min(total, (year - start.year + 1) * 360 - before)
        upto = _cents(price * days / total)
        rows.append(Year(year, upto - spread, price - upto))
        if days == total:
            return rows
        spread, year = upto, year + 1


def coefficient(months: int) -> Decimal:
    """Give the declining balance's coefficient for a duration."""
    years = months / 12
    return Decimal("1.25") if years < 5 else Decimal("1.75") if years <= 6 else Decimal("2.25")


def declining(price: Decimal, start: date, months: int) -> list[Year]:
    """Spread a price by declining balance, then evenly once that is more.

    Under three years there is no declining balance: it is spread evenly.
    """
    if months < SHORTEST_DECLINING:
        return straight_line(price, start, months)
    count = -(-months // 12)
    rate = coefficient(months) * 12 / months
    rows: list[Year] = []
    left = price
    for index in range(count):
        part = Decimal(13 - start.month) / 12 if index == 0 else Decimal(1)
        even = left / (count - index)
        amount = left if index == count - 1 else _cents(max(left * rate, even) * part)
        left -= amount
        rows.append(Year(start.year + index, amount, left))
    return rows


def spread(price: Decimal, start: date, months: int, method: str = "line") -> list[Year]:
    """Spread by a method's code: ``line`` or ``declining``."""
    return (declining if method == "declining" else straight_line)(price, start, months)


def value_at(price: Decimal, rows: Sequence[Year], year: int) -> Decimal:
    """Give what is left at the end of a year; the price before the first."""
    left = price
    for row in rows:
        if row.year <= year:
            left = row.left
    return left

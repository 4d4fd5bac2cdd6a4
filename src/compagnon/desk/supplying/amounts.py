"""Amounts as French invoices reckon them: whole cents, VAT by rate on the sum of its lines.

Each line is rounded once, to the cent, half up. VAT is reckoned for each rate on what its lines
add up to (code général des impôts, annex II, article 242 nonies A, I, 11° and 12°), never as a sum
of rounded lines; what each line bears of it is its share, so that the lines always add up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WHOLE = 10_000
"""A hundred percent, in hundredths of a percent."""


class Priced(Protocol):
    """What has a quantity, a price in cents, and rates in hundredths of a percent."""

    quantity: int
    unit_price_cents: int
    discount_bp: int
    vat_bp: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be reckoned."""

    quantity: int
    unit_price_cents: int
    discount_bp: int = 0
    vat_bp: int = 2000


@dataclass(frozen=True, slots=True)
class Rate:
    """What one VAT rate bears: its base and its tax, in cents."""

    vat_bp: int
    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines come to, in cents. ``lines`` holds (before tax, its share of VAT), in order."""

    net: int
    vat: int
    rates: tuple[Rate, ...]
    lines: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.vat


def half_up(numerator: int, denominator: int) -> int:
    """Divide, to the nearest whole, half up. Neither is negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def net_of(line: Priced) -> int:
    """Give what a line costs before tax, its discount taken off, rounded once."""
    gross = line.quantity * line.unit_price_cents
    return half_up(gross * (WHOLE - line.discount_bp), WHOLE)


def totals(lines: Sequence[Priced]) -> Totals:
    """Reckon lines: each, by VAT rate, and in all."""
    nets = [net_of(line) for line in lines]
    shares = [0] * len(lines)
    rates = []
    for rate in sorted({line.vat_bp for line in lines}):
        places = [at for at, line in enumerate(lines) if line.vat_bp == rate]
        base = sum(nets[at] for at in places)
        tax = half_up(base * rate, WHOLE)
        rates.append(Rate(rate, base, tax))
        for at, share in zip(places, spread(tax, [nets[at] for at in places]), strict=True):
            shares[at] = share
    return Totals(
        net=sum(nets),
        vat=sum(one.vat for one in rates),
        rates=tuple(rates),
        lines=tuple(zip(nets, shares, strict=True)),
    )


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weights, in whole cents that add up to it (largest remainders)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * one // whole for one in weights]
    left = amount - sum(shares)
    order = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at))
    for at in order[:left]:
        shares[at] += 1
    return shares


def part(amount: int, taken: int, of: int) -> int:
    """Give what ``taken`` of ``of`` cost; all of them cost the whole, to the cent."""
    return half_up(amount * taken, of) if of else 0


def one_by_one(amount: int, first: int, count: int, of: int) -> list[int]:
    """Price units one by one, from the one after ``first``: all of them add up to the amount."""
    return [part(amount, first + at + 1, of) - part(amount, first + at, of) for at in range(count)]

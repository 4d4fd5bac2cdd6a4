"""What machines use and what that costs the climate: estimates, each with its source. Pure.

A figure of an installation (a power meter's, a maker's sheet) comes before those of the facts.
What nobody has published in a form that fits is not guessed: the machine is counted as unknown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

HOURS_PER_YEAR = 8766
LIFE_YEARS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """What a machine uses: kWh a year, kg CO₂ of its making (where known), where that is from."""

    kwh_per_year: Decimal
    making_kg: Decimal | None
    source: str


@cache
def facts() -> Mapping[str, Any]:
    """Give the published figures that come with the program."""
    text = resources.files("compagnon.park").joinpath("energy_facts.toml").read_text("utf-8")
    return tomllib.loads(text)


def in_words(source: Mapping[str, str], language: str) -> str:
    """Tell a source in a language («fr», «fr-ca»), in English where it is not told in that one."""
    return source.get(language.split("-", maxsplit=1)[0], source["en"])


def shipped(type_code: str, language: str = "en") -> Figure | None:
    """Give the published figure for a shipped type of asset; nothing where none fits."""
    found = facts()["types"].get(type_code)
    if found is None:
        return None
    making = found.get("making_kg")
    return Figure(
        Decimal(str(found["kwh_per_year"])),
        None if making is None else Decimal(str(making)),
        in_words(found["source"], language),
    )


def grid(country: str, language: str = "en") -> tuple[Decimal, str] | None:
    """Give g CO₂ a kWh of a country, and the source; nothing where none is known."""
    found = facts()["grids"].get(country)
    if found is None:
        return None
    return Decimal(str(found["grams_per_kwh"])), in_words(found["source"], language)


def use_kg(kwh: Decimal, grams_per_kwh: Decimal) -> Decimal:
    """Give the kg CO₂ of some electricity."""
    return kwh * grams_per_kwh / 1000


@dataclass(frozen=True, slots=True)
class Saving:
    """What a setting or a choice would save in a year."""

    code: str
    machines: int
    kwh: Decimal
    kg: Decimal


def off_at_night(
    machines: int, idle_watts: Decimal, hours_per_day: Decimal, grams_per_kwh: Decimal
) -> Saving:
    """Estimate what switching idle machines off saves: watts, hours a day, every day."""
    kwh = machines * idle_watts * hours_per_day * Decimal(HOURS_PER_YEAR) / 24 / 1000
    return Saving("night", machines, kwh, use_kg(kwh, grams_per_kwh))


def replace_by(machines: int, now: Figure, then: Figure, grams_per_kwh: Decimal) -> Saving:
    """Estimate what another kind of machine saves in use; never under zero."""
    kwh = max(Decimal(0), (now.kwh_per_year - then.kwh_per_year) * machines)
    return Saving("replace", machines, kwh, use_kg(kwh, grams_per_kwh))


def keep_longer(machines: int, figure: Figure, years: int, more: int) -> Saving:
    """Estimate what each year gains when the making is spread over ``more`` years more."""
    making = figure.making_kg or Decimal(0)
    kg = machines * making * (Decimal(1) / years - Decimal(1) / (years + more))
    return Saving("longer", machines, Decimal(0), kg)

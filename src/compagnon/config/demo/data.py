"""The texts of the demonstration, read from the files beside."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that may happen on the way to a solution.

    ``chance`` is between 0 and 1. Which lists hold texts depends on what happens: a visit has
    titles and reports, an escalation reasons, what was tried and what is needed; ``days`` is how
    long a third party takes.
    """

    chance: float = 0.0
    level: int = 2
    days: Sequence[int] = (0, 2)
    titles: Sequence[str] = ()
    reports: Sequence[str] = ()
    reasons: Sequence[str] = ()
    tried: Sequence[str] = ()
    needed: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One kind of request: what users write, what technicians find, how it ends.

    ``impact`` and ``urgency`` are weights of the levels 1 to 3; ``questions`` are a question then
    its possible answers; ``minutes`` is the median of the work and its spread; ``season`` weighs
    months, and ``channel`` names the door when it is always the same.
    """

    category: str
    service: str
    titles: Sequence[str]
    texts: Sequence[str]
    solutions: Sequence[str]
    weight: float = 1.0
    kind: str = "incident"
    request: str = ""
    channel: str = ""
    season: Mapping[str, float] = field(default_factory=dict)
    titles_en: Sequence[str] = ()
    texts_en: Sequence[str] = ()
    impact: Sequence[float] = (0, 1, 9)
    urgency: Sequence[float] = (1, 2, 1)
    items: Sequence[str] = ()
    questions: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    workarounds: Sequence[str] = ()
    escalation: Turn = Turn()
    on_site: Turn = Turn()
    supplier: Turn = Turn()
    approval: Turn = Turn()
    minutes: Sequence[float] = (40, 0.7)


TURNS = frozenset({"escalation", "on_site", "supplier", "approval"})


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Give every kind of request; a story's cases share all that they do not say themselves.

    Raises:
        TypeError: a file says something that no field is for.
    """
    return tuple(
        _scenario(one)
        for path in sorted((FOLDER / "stories").glob("*.toml"))
        for found in _read(path)["story"]
        for one in _cases(found)
    )


def _cases(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {name: value for name, value in found.items() if name != "cases"}
    cases = found.get("cases", [{}])
    whole = sum(case.get("weight", 1.0) for case in cases)
    for case in cases:
        share = found.get("weight", 1.0) * case.get("weight", 1.0) / whole
        yield shared | case | {"weight": share}


def _scenario(found: dict[str, Any]) -> Scenario:
    known = {each.name for each in fields(Scenario)}
    if unknown := found.keys() - known:
        raise TypeError(f"{found.get('category')}: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {
        name: Turn(**value) if name in TURNS else value for name, value in found.items()
    }
    return Scenario(**values)


@cache
def phrases() -> dict[str, Any]:
    """Give what is said on every ticket."""
    return _read(FOLDER / "phrases.toml")


@cache
def organisation() -> dict[str, Any]:
    """Give who and what there is."""
    return _read(FOLDER / "organisation.toml")


@cache
def daily() -> dict[str, Any]:
    """Give what the desk keeps ready, and what happens these days beside the requests."""
    return _read(FOLDER / "daily.toml")


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))

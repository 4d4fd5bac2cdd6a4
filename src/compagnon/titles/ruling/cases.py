"""A candidacy placed: its title's structure, what is held under that version, day and stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from .candidacy import Candidacy, Element
from .correspondences import Replay, replay
from .json_values import Problem, Unreadable
from .structures import TitleStructure, VersionStructure, inline, known_title, title_code
from .wording import Words


class Verdict(StrEnum):
    """What a check found."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's verdict, in words, with the inputs it looked at and the values it computed."""

    verdict: Verdict
    words: Words
    inputs: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[["Case", Mapping[str, Any]], Finding]


@dataclass(frozen=True, slots=True)
class Case:
    """A candidacy with what was looked up about it.

    Args:
        held: CCP of this version that the candidate holds, to the day each was obtained.
        replayed: how CCPs of older versions were carried over, where there were any.
        asked: numbers of the CCPs asked for; all of the title's for a title.
    """

    candidacy: Candidacy
    at: date
    version: VersionStructure
    held: Mapping[str, date | None]
    asked: tuple[str, ...]
    stage: str
    replayed: tuple[Replay, ...] = ()

    @property
    def code(self) -> str:
        """The title's code."""
        return self.version.code

    @property
    def remaining(self) -> tuple[str, ...]:
        """The CCPs of the title that are not held."""
        return tuple(number for number in self.version.numbers if number not in self.held)

    def elements(self, kind: str) -> tuple[Element, ...]:
        """The elements of that kind that count: not those said to be unsigned."""
        return tuple(
            one for one in self.candidacy.elements if one.kind == kind and one.signed is not False
        )


def place(candidacy: Candidacy, at: date) -> Case:
    """Look up the title, and carry what is held over to its version.

    Raises:
        Unreadable: the title or a CCP is not known.
    """
    title = known_title(candidacy.title)
    version = _version(candidacy, title, at)
    held, replays = _held(candidacy, title, version)
    asked = tuple(
        _number(version, name, f"/request/ccps/{n}") for n, name in enumerate(candidacy.asked_ccps)
    )
    if candidacy.request == "title":
        asked = version.numbers
    elif candidacy.request == "ccp" and not asked:
        raise _unreadable("/request/ccps", "quel CCP ? champ absent", "which CCP? field missing")
    return Case(
        candidacy, at, version, held, asked, _stage(candidacy, version, held), tuple(replays)
    )


def _version(candidacy: Candidacy, title: TitleStructure | None, at: date) -> VersionStructure:
    if candidacy.title_ccps:
        return inline(title_code(candidacy.title), candidacy.version, candidacy.title_ccps)
    if title is None:
        if candidacy.request == "ccs":
            return inline(title_code(candidacy.title), candidacy.version, ())
        raise _unreadable(
            "/title/code", "titre inconnu : donner ses CCP dans /title/ccps",
            "unknown title: list its CCPs in /title/ccps",
        )  # fmt: skip
    found = title.version(candidacy.version, at)
    if found is None:
        known = ", ".join(each.version for each in title.versions)
        raise _unreadable(
            "/title/version", f"version inconnue ; connues : {known}",
            f"unknown version; known: {known}",
        )  # fmt: skip
    return found


def _held(
    candidacy: Candidacy, title: TitleStructure | None, version: VersionStructure
) -> tuple[dict[str, date | None], list[Replay]]:
    """Give what is held under ``version``, what older versions gave included."""
    found: dict[str, date | None] = {}
    older: dict[str, dict[str, date | None]] = {}
    for index, one in enumerate(candidacy.held):
        source = version
        if one.version and title is not None and not candidacy.title_ccps:
            named = title.version(one.version)
            if named is None:
                raise _unreadable(f"/held/{index}/version", "version inconnue", "unknown version")
            source = named
        number = _number(source, one.ccp, f"/held/{index}/ccp")
        into = found if source is version else older.setdefault(source.version, {})
        _keep_earliest(into, number, one.obtained_on)
    replays: list[Replay] = []
    if title is None:
        return found, replays
    for name, held in older.items():
        done = replay(held, title.correspondences, name, candidacy.answers, until=version.version)
        replays.append(done)
        if done.version == version.version:
            for number, day in done.held.items():
                _keep_earliest(found, number, day)
    return found, replays


def _keep_earliest(into: dict[str, date | None], number: str, day: date | None) -> None:
    before = into.get(number)
    into[number] = min(before, day) if before and day else before or day


def _number(version: VersionStructure, named: str, pointer: str) -> str:
    found = version.find(named)
    if found is None:
        known = " ; ".join(f"{ccp.number} {ccp.name}" for ccp in version.ccps)
        raise _unreadable(
            pointer, f"CCP inconnu de cette version ; connus : {known}",
            f"CCP unknown in this version; known: {known}",
        )  # fmt: skip
    return found.number


def ccp_number(case: Case, named: str, pointer: str) -> str:
    """Give the number of a CCP named loosely.

    Raises:
        Unreadable: the version has none of that name.
    """
    return _number(case.version, named, pointer)


def _stage(candidacy: Candidacy, version: VersionStructure, held: Mapping[str, date | None]) -> str:
    if candidacy.request != "title":
        return "session"
    if candidacy.stage:
        return candidacy.stage
    if candidacy.path == "discontinuous":
        return "capitalisation"
    everything = bool(version.numbers) and set(version.numbers) <= held.keys()
    return "capitalisation" if everything else "session"


def _unreadable(pointer: str, fr: str, en: str) -> Unreadable:
    return Unreadable([Problem(pointer, Words(fr, en))])

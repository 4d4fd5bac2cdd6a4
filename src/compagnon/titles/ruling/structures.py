"""The structure that decisions need of a title: versions, their CCPs, CCS and correspondences.

Codes, official names and numbers only. A candidacy about another title lists its CCPs itself.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from .correspondences import Correspondence, Relation
from .requirements import Requirement, requirement

_EDGES = re.compile(r"[^0-9a-z]+")
_PREFIX = re.compile(r"^(?:certificat de competences professionnelles|ccp|bloc|at)\s*(?=\d+$)")


def normalised(label: str) -> str:
    """Give a label without case, accents, punctuation and broken spacing («TCP/ IP»)."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = _EDGES.sub(" ", plain.replace("œ", "oe")).strip()
    return _PREFIX.sub("", plain)


@dataclass(frozen=True, slots=True)
class CcpStructure:
    """One CCP: its number in its version, its name, what it requires of its competences."""

    number: str
    name: str
    requires: Requirement


@dataclass(frozen=True, slots=True)
class VersionStructure:
    """One version of a title."""

    code: str
    version: str
    aliases: frozenset[str]
    valid_from: date | None
    valid_until: date | None
    ccps: tuple[CcpStructure, ...]

    def find(self, named: str) -> CcpStructure | None:
        """Find a CCP by its number («2», «CCP 2») or its name, written loosely."""
        sought = normalised(named)
        for ccp in self.ccps:
            if sought in {normalised(ccp.number), normalised(ccp.name)}:
                return ccp
        return None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Give the numbers of its CCPs, in order."""
        return tuple(ccp.number for ccp in self.ccps)


@dataclass(frozen=True, slots=True)
class TitleStructure:
    """A title's versions, oldest first, and how each corresponds to the next."""

    code: str
    name: str
    acronym: str
    versions: tuple[VersionStructure, ...]
    correspondences: tuple[Correspondence, ...]

    def version(self, named: str = "", at: date | None = None) -> VersionStructure | None:
        """Give a version by its name, else the one in force that day, else the latest."""
        if named:
            sought = normalised(named)
            for each in self.versions:
                if sought in {normalised(each.version), *map(normalised, each.aliases)}:
                    return each
            return None
        begun = [
            one for one in self.versions if not at or not one.valid_from or one.valid_from <= at
        ]
        return begun[-1] if begun else None


def title_code(written: str) -> str:
    """Give a code as the tree has it: «485», «TP 00485» and «tp-00485» are «TP-00485»."""
    digits = re.sub(r"\D", "", written)
    if digits and re.fullmatch(r"(?i)\s*(?:tp)?[\s_-]*\d{1,5}\s*", written):
        return f"TP-{int(digits):05}"
    return written.strip().upper()


@cache
def shipped() -> Mapping[str, TitleStructure]:
    """Give the titles whose structure comes with the product, by code."""
    files = resources.files(__package__) / "structures"
    found = {}
    for entry in files.iterdir():
        if entry.name.endswith(".toml"):
            title = structure(tomllib.loads(entry.read_text(encoding="utf-8")))
            found[title.code] = title
    return found


def known_title(written: str) -> TitleStructure | None:
    """Find a shipped title by its code or its acronym (TSSI)."""
    found = shipped().get(title_code(written))
    if found is None:
        sought = normalised(written)
        for title in shipped().values():
            if sought in {normalised(title.acronym), normalised(title.name)}:
                return title
    return found


def structure(table: Mapping[str, Any]) -> TitleStructure:
    """Build a title from its table."""
    return TitleStructure(
        code=table["code"],
        name=table["name"],
        acronym=table.get("acronym", ""),
        versions=tuple(_version(table["code"], value) for value in table["version"]),
        correspondences=tuple(correspondence(one) for one in table.get("correspondence", [])),
    )


def _version(code: str, value: Mapping[str, Any]) -> VersionStructure:
    return VersionStructure(
        code=code,
        version=value["version"],
        aliases=frozenset(value.get("aliases", ())),
        valid_from=value.get("valid_from"),
        valid_until=value.get("valid_until"),
        ccps=tuple(_ccp(one) for one in value["ccp"]),
    )


def _ccp(value: Mapping[str, Any]) -> CcpStructure:
    given: Mapping[str, Any] = value.get("requires", {"all": value.get("competences", [])})
    return CcpStructure(str(value["number"]), value["name"], requirement(given))


def inline(code: str, version: str, ccps: Iterable[tuple[str, str]]) -> VersionStructure:
    """Build the version that a candidacy itself describes: the numbers and names of its CCPs."""
    return VersionStructure(
        code, version, frozenset(), None, None,
        tuple(CcpStructure(number, name, Requirement(frozenset())) for number, name in ccps),
    )  # fmt: skip


def correspondence(value: Mapping[str, Any]) -> Correspondence:
    """Read a correspondence; «none» is an empty list on the right."""
    return Correspondence(
        str(value["from"]),
        str(value["to"]),
        tuple(
            Relation(
                frozenset(str(one) for one in pair["from"]),
                frozenset(str(one) for one in pair["to"]),
                pair.get("when", ""),
            )
            for pair in value["relations"]
        ),
        value.get("source", ""),
    )

"""The table of the rules read in the seeds: what a row is, and the documents that it names.

[000] cdts-tssi, [001] annexe-2002-tssi, [002] rncp-227-tssi, [003] reac-tssi-2013-v08,
[004] cdts-tsgeri. Lines are those of the files given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compagnon.titles.importing.document import read
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.ruling import rule_set

OLD = rule_set("arretes-2006-2008")
FILES = {
    "000": "cdts-tssi.txt", "001": "annexe-2002-tssi.txt", "002": "rncp-227-tssi.txt",
    "003": "reac-tssi-2013-v08.txt", "004": "cdts-tsgeri.txt",
}  # fmt: skip


class Seeds:
    """The documents, read once by the importers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, number: str) -> Recognised:
        return _recognised(self.folder / FILES[number])

    def line(self, number: str, line: int) -> str:
        """A line of a document, from 1."""
        return (self.folder / FILES[number]).read_text(encoding="utf-8").split("\n")[line - 1]


@cache
def _recognised(path: Path) -> Recognised:
    (found,) = read(path.read_bytes())
    return found


@dataclass(frozen=True)
class Row:
    """A rule, where its sentence stands, a word that the line holds, and what it does."""

    number: str
    says: str
    places: tuple[tuple[str, int, str], ...]
    holds: Callable[[Seeds], object]


ROWS: list[Row] = []


def row(number: str, says: str, *places: tuple[str, int, str]) -> Callable[..., None]:
    """Add a row to the table; the function is what must hold."""

    def add(holds: Callable[[Seeds], object]) -> None:
        ROWS.append(Row(number, says, places, holds))

    return add


def sizes(found: Recognised) -> list[int]:
    """How many competences each activity has."""
    return [len(activity.competences) for activity in found.activities]

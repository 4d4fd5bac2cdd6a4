"""Reading JSON with patience: many spellings in, one form out, and each fault with its place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .wording import Words

LARGEST = 1_000_000
DEEPEST = 40
MOST_PROBLEMS = 50
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
TRUE = {"yes", "true", "oui", "y", "1"}
FALSE = {"no", "false", "non", "n", "0"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be read, and the JSON pointer of where it stands."""

    pointer: str
    words: Words


class Unreadable(ValueError):
    """A candidacy that cannot be read; every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{one.pointer or '/'}: {one.words.en}" for one in self.problems)
        )


@dataclass(slots=True)
class Reader:
    """Collects problems while values are read."""

    problems: list[Problem] = field(default_factory=list)

    def fault(self, pointer: str, fr: str, en: str) -> None:
        """Note a problem."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(pointer, Words(fr, en)))

    def table(self, value: Any, pointer: str) -> Mapping[str, Any]:
        """Read an object; an empty one when it is not."""
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.fault(pointer, "un objet est attendu", "an object is expected")
        return {}

    def known(self, table: Mapping[str, Any], pointer: str, keys: Iterable[str]) -> None:
        """Note the keys that nobody reads: a misspelt one must not pass for one left out."""
        names = sorted(keys)
        for key in table:
            if key not in names:
                listed = ", ".join(names)
                where = str(key).replace("~", "~0").replace("/", "~1")
                self.fault(
                    f"{pointer}/{where}",
                    f"clé inconnue ; attendu : {listed}",
                    f"unknown key; expected: {listed}",
                )

    def rows(self, value: Any, pointer: str) -> list[Any]:
        """Read a list; a single value is a list of one."""
        if value is None:
            return []
        return list(value) if isinstance(value, list) else [value]

    def text(self, value: Any, pointer: str, longest: int = 200) -> str:
        """Read a short text; a number is its digits."""
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.fault(pointer, "un texte est attendu", "a text is expected")
            return ""
        found = str(value).strip()
        if len(found) > longest or any(ord(each) < 32 for each in found):
            self.fault(
                pointer,
                f"un texte de {longest} caractères au plus, sans caractère de commande",
                f"a text of at most {longest} characters, without control characters",
            )
            return ""
        return found

    def day(self, value: Any, pointer: str) -> date | None:
        """Read a day: ``2014-05-02`` (a time after it is left out) or ``02/05/2014``."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                if match := _FRENCH.fullmatch(value.strip()):
                    day, month, year = map(int, match.groups())
                    return _within(date(year, month, day))
                if len(value) > 10:
                    return _within(datetime.fromisoformat(value.strip()).date())
                return _within(date.fromisoformat(value.strip()))
            except ValueError:
                pass
        self.fault(pointer, "un jour AAAA-MM-JJ est attendu", "a day YYYY-MM-DD is expected")
        return None

    def flag(self, value: Any, pointer: str) -> bool | None:
        """Read yes or no; ``None`` when nothing is told."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in TRUE | FALSE:
            return value.strip().lower() in TRUE
        self.fault(pointer, "true ou false est attendu", "true or false is expected")
        return None

    def months(self, table: Mapping[str, Any], pointer: str, *keys: str) -> int | None:
        """Read a duration from ``months`` or ``years`` (decimals allowed)."""
        for key in keys:
            value = table.get(key)
            if value is None:
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or not 0 <= value <= 1200:
                self.fault(
                    f"{pointer}/{key}", "un nombre positif est attendu",
                    "a positive number is expected",
                )  # fmt: skip
                return None
            return int(value * (12 if "years" in key else 1))
        return None

    def word(
        self, value: Any, pointer: str, known: Iterable[str], synonyms: Mapping[str, str]
    ) -> str:
        """Read a word of a list, or one of its synonyms; empty when it is neither."""
        found = self.text(value, pointer).lower().replace(" ", "_").replace("-", "_")
        found = synonyms.get(found, found)
        names = tuple(known)
        if found and found not in names:
            listed = ", ".join(names)
            self.fault(
                pointer, f"valeur inconnue ; attendu : {listed}",
                f"unknown value; expected: {listed}",
            )  # fmt: skip
            return ""
        return found

    def finish(self) -> None:
        """Refuse when anything was noted.

        Raises:
            Unreadable: something was.
        """
        if self.problems:
            raise Unreadable(self.problems)


def _within(day: date) -> date:
    if not 1950 <= day.year <= 2150:
        raise ValueError(day)
    return day


def parse(text: str | bytes) -> Any:
    """Parse JSON within bounds of size and depth.

    Raises:
        Unreadable: it is not JSON, too large, too deep, or holds a key twice.
    """
    reader = Reader()
    if len(text) > LARGEST:
        reader.fault("", f"plus de {LARGEST} octets", f"more than {LARGEST} bytes")
    reader.finish()
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        reader.fault("", "JSON trop imbriqué", "JSON nested too deeply")
    except UnicodeDecodeError:
        reader.fault("", "le fichier n’est pas en UTF-8", "the file is not UTF-8")
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        reader.fault("", f"JSON illisible ({where})", f"not JSON ({where})")
    except ValueError as error:
        reader.fault("", f"JSON refusé : {error}", f"JSON refused: {error}")
    reader.finish()
    if _too_deep(value):
        reader.fault("", "JSON trop imbriqué", "JSON nested too deeply")
        reader.finish()
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def unkeepable(value: Any) -> bool:
    """Tell whether some text holds what no database keeps (NUL, half a character), or too deep."""
    if _too_deep(value):
        return True
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str) and any(
            each == "\0" or "\ud800" <= each <= "\udfff" for each in one
        ):
            return True
        if isinstance(one, Mapping):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            stack += one
    return False


def _too_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return True
        level = [
            child
            for each in level
            if isinstance(each, Mapping | list)
            for child in (each.values() if isinstance(each, Mapping) else each)
        ]
    return False

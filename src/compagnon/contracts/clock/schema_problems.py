"""Collecting what is wrong in a calendar file, each problem with its path."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from reprlib import repr as shown
from typing import Any
from unicodedata import category

from .errors import CalendarError, Problem

PROBLEMS_MAX = 50
LABEL_MAX = 200
ENTRIES_MAX = 2_000
"""Most holidays, closures or openings in one list."""

# Control characters, lone surrogates, line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class Problems:
    """The problems of one file, in reading order."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, code: str, path: str, **params: object) -> None:
        """Note a problem; stop reading when there are too many."""
        said = {key: _safe(str(value)[:1500]) for key, value in params.items()}
        self.found.append(Problem(code, _safe(path), said))
        if len(self.found) >= PROBLEMS_MAX:
            raise CalendarError(self.found)

    def adopt(self, error: CalendarError, path: str) -> None:
        """Note the problems of a value under the path where it was read."""
        for problem in error.problems:
            inner = ".".join(part for part in (path, problem.path) if part)
            self.add(problem.code, inner, **problem.params)

    def raise_any(self) -> None:
        """CalendarError when something was noted."""
        if self.found:
            raise CalendarError(self.found)


def fields(
    raw: Mapping[str, Any],
    accepted: Mapping[str, Collection[str]],
    path: str,
    problems: Problems,
) -> dict[str, Any]:
    """The values of `raw` under their canonical names.

    `accepted` maps each canonical name to its other spellings. Unknown fields are problems: a
    misspelt `closures` silently ignored would count wrong. `$schema`, `description`, `comment` and
    names that start with `x-` or `_` are ignored.
    """
    spelling = {_fold(name): name for name in accepted}
    for canonical, others in accepted.items():
        spelling |= {_fold(other): canonical for other in others}
    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key in {"$schema", "description", "comment"} or key.startswith(("x-", "_")):
            continue
        name: str | None = spelling.get(_fold(key))
        where = f"{path}.{key[:64]}" if path else key[:64]
        if name is None:
            near = get_close_matches(_fold(key), spelling, n=1)
            known = spelling[near[0]] if near else ", ".join(accepted)
            problems.add("field_unknown", where, value=key[:64], known=known)
        elif name in found:
            problems.add("field_twice", where, value=name)
        else:
            found[name] = value
    return found


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").casefold()


def text_of(value: object, path: str, problems: Problems, *, limit: int = LABEL_MAX) -> str:
    """A text of at most `limit` characters, "" for null; control characters are problems."""
    if value is None:
        return ""
    if not isinstance(value, str):
        problems.add("not_text", path, value=shown(value))
        return ""
    if len(value) > limit or any(category(each) in _UNPRINTABLE for each in value):
        problems.add("text_bad", path, maximum=limit)
        return ""
    return value.strip()


def entries_of(value: object, path: str, problems: Problems) -> list[Any]:
    """A list within bounds; nothing for null and false."""
    if value is None or value is False:
        return []
    if not isinstance(value, list):
        problems.add("not_list", path, value=shown(value))
        return []
    if len(value) > ENTRIES_MAX:
        problems.add("too_many", path, maximum=ENTRIES_MAX)
        return []
    return value


def _safe(text: str) -> str:
    """What a file says, without what could drive a terminal or break its encoding."""
    return "".join("\ufffd" if category(each) in _UNPRINTABLE else each for each in text)

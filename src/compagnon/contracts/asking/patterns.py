"""Patterns that a form may ask of a whole text: a grammar of our own, that cannot run away.

A pattern is read as regular expressions are: letters stand for themselves, ``.`` for anything,
``[A-Z0-9_-]`` and ``[^,;]`` for one of those or none of them, ``\\d`` a digit, ``\\w`` a letter,
a digit or ``_``, ``\\s`` a blank (capitals: anything else), ``a|b`` one or the other, ``( )`` a
group, ``? * + {2} {2,} {2,5}`` how often; ``^`` and ``$`` the beginning and the end; ``(?i)`` in
front takes capitals and small letters alike. Nothing else: no reference, no look-around.

It becomes an automaton (Thompson), whose states are walked all at once: the time is that of the
states times the characters, whatever the pattern, so groups may be repeated. Both are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

PATTERN_MAX = 120
TEXT_MAX = 200
STATES_MAX = 1_000
MOST_TIMES = 1_000
_TIMES = re.compile(r"\{([0-9]*)(?:(,)([0-9]*))?\}")
_GROUP = re.compile(r"\?(?::|P<[A-Za-z_][A-Za-z0-9_]*>)")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}

Test = Callable[[str], bool]
_KINDS: dict[str, Test] = {
    "d": lambda one: one.isascii() and one.isdigit(),
    "w": lambda one: one.isalnum() or one == "_",
    "s": str.isspace,
    "D": lambda one: not (one.isascii() and one.isdigit()),
    "W": lambda one: not (one.isalnum() or one == "_"),
    "S": lambda one: not one.isspace(),
}


class BadPattern(ValueError):
    """The pattern uses what is not in the grammar, or is too large."""


class One(NamedTuple):
    """One character that the test takes."""

    takes: Test


class Edge(NamedTuple):
    """The beginning or the end of the text."""

    start: bool


class Both(NamedTuple):
    """One after the other."""

    parts: Sequence[Node]


class Either(NamedTuple):
    """One of them."""

    parts: Sequence[Node]


class Times(NamedTuple):
    """The same several times; ``most`` None: as often as one likes."""

    part: Node
    least: int
    most: int | None


Node = One | Edge | Both | Either | Times


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.any_case = pattern.startswith("(?i)")
        self.text, self.at = pattern.removeprefix("(?i)"), 0

    def whole(self) -> Node:
        found = self.either()
        if self.at < len(self.text):
            raise BadPattern
        return found

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        if self.at >= len(self.text):
            raise BadPattern
        self.at += 1
        return self.text[self.at - 1]

    def either(self) -> Node:
        parts = [self.row()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.row())
        return parts[0] if len(parts) == 1 else Either(parts)

    def row(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self.often(self.piece()))
        return Both(parts)

    def often(self, part: Node) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return part
        if isinstance(part, Edge) or self.bounds() is not None:
            raise BadPattern
        return Times(part, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        mark = self.peek()
        if mark and mark in "?*+":
            self.at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[mark]
        found = _TIMES.match(self.text, self.at)
        if found is None or found[0] == "{}":
            return None
        self.at = found.end()
        least = int(found[1] or 0)
        most = (int(found[3]) if found[3] else None) if found[2] else least
        if max(least, most or 0) > MOST_TIMES or (most is not None and least > most):
            raise BadPattern
        return least, most

    def piece(self) -> Node:
        mark = self.next()
        if mark == "(":
            return self.group()
        if mark == "[":
            return One(self.among())
        if mark in "^$":
            return Edge(mark == "^")
        if mark == ".":
            return One(lambda one: one != "\n")
        if mark == "\\":
            return self.escaped()
        if mark in "*+?" or (mark == "{" and self.is_times()):
            raise BadPattern
        return One(self.exactly(mark))

    def is_times(self) -> bool:
        found = _TIMES.match(self.text, self.at - 1)
        return found is not None and found[0] != "{}"

    def group(self) -> Node:
        if self.peek() == "?":
            found = _GROUP.match(self.text, self.at)
            if found is None:
                raise BadPattern
            self.at = found.end()
        inner = self.either()
        if self.next() != ")":
            raise BadPattern
        return inner

    def escaped(self) -> Node:
        mark = self.next()
        if mark in "AZ":
            return Edge(mark == "A")
        return One(_KINDS.get(mark) or self.exactly(self.plain(mark)))

    def plain(self, mark: str) -> str:
        """Give what an escaped character stands for."""
        if mark in _CONTROLS:
            return _CONTROLS[mark]
        if mark.isascii() and mark.isalnum():
            # A reference, a code, an edge of words: not of this grammar.
            raise BadPattern
        return mark

    def among(self) -> Test:
        """Read what stands between square brackets."""
        none_of = self.peek() == "^"
        self.at += none_of
        tests: list[Test] = []
        begun = self.at
        while (mark := self.next()) != "]" or self.at - 1 == begun:
            if mark == "\\" and self.peek() in _KINDS and self.peek():
                tests.append(_KINDS[self.next()])
                continue
            first = self.plain(self.next()) if mark == "\\" else mark
            tests.append(self.span(first))
        held = tuple(tests)
        return lambda one: any(test(one) for test in held) != none_of

    def span(self, first: str) -> Test:
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in {"]", ""}:
            return self.exactly(first)
        self.at += 1
        mark = self.next()
        last = self.plain(self.next()) if mark == "\\" else mark
        if last < first:
            raise BadPattern
        return self.folded(lambda one: first <= one <= last)

    def exactly(self, mark: str) -> Test:
        return self.folded(lambda one: one == mark)

    def folded(self, test: Test) -> Test:
        if not self.any_case:
            return test
        return lambda one: test(one) or test(one.lower()) or test(one.upper())


@dataclass(slots=True)
class _State:
    """A state of the automaton: ``takes`` a character on the way to ``then``, or leads there."""

    then: list[int]
    takes: Test | None = None
    edge: bool | None = None


class _Automaton:
    """The states of a pattern; the last one is the end."""

    def __init__(self, node: Node) -> None:
        self.states: list[_State] = []
        self.first = self.state([])
        self.last = self.add(node, self.first)

    def state(self, then: list[int], takes: Test | None = None, edge: bool | None = None) -> int:
        if len(self.states) >= STATES_MAX:
            raise BadPattern
        self.states.append(_State(then, takes, edge))
        return len(self.states) - 1

    def add(self, node: Node, begins: int) -> int:
        """Add a node behind a state; gives the state behind it."""
        if isinstance(node, Both):
            for part in node.parts:
                begins = self.add(part, begins)
            return begins
        if isinstance(node, Either):
            ends = self.state([])
            for part in node.parts:
                way = self.state([])
                self.states[begins].then.append(way)
                self.states[self.add(part, way)].then.append(ends)
            return ends
        if isinstance(node, Times):
            return self.repeat(node, begins)
        ends = self.state([])
        takes, edge = (node.takes, None) if isinstance(node, One) else (None, node.start)
        self.states[begins].then.append(self.state([ends], takes, edge))
        return ends

    def repeat(self, node: Times, begins: int) -> int:
        for _time in range(node.least):
            begins = self.add(node.part, begins)
        ends = self.state([])
        self.states[begins].then.append(ends)
        if node.most is None:
            again = self.state([])
            self.states[begins].then.append(again)
            self.states[self.add(node.part, again)].then += [again, ends]
        else:
            for _time in range(node.most - node.least):
                way = self.state([])
                self.states[begins].then.append(way)
                begins = self.add(node.part, way)
                self.states[begins].then.append(ends)
        return ends

    def reached(self, begun: set[int], *, start: bool, end: bool) -> set[int]:
        """Give the states that these lead to without a character."""
        found: set[int] = set()
        left = list(begun)
        while left:
            key = left.pop()
            if key in found:
                continue
            found.add(key)
            one = self.states[key]
            if one.takes is None and (one.edge is None or (start if one.edge else end)):
                left += one.then
        return found

    def takes(self, text: str) -> bool:
        """Tell whether the whole text leads from the first state to the last."""
        now = self.reached({self.first}, start=True, end=not text)
        for at, char in enumerate(text, 1):
            went = {
                then
                for one in map(self.states.__getitem__, now)
                if one.takes is not None and one.takes(char)
                for then in one.then
            }
            if not went:
                return False
            now = self.reached(went, start=False, end=at == len(text))
        return self.last in now


@lru_cache(maxsize=256)
def _automaton(pattern: str) -> _Automaton:
    if len(pattern) > PATTERN_MAX:
        raise BadPattern
    return _Automaton(_Reader(pattern).whole())


def is_safe(pattern: str) -> bool:
    """Tell whether a pattern can be used."""
    try:
        _automaton(pattern)
    except BadPattern:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text, of :data:`TEXT_MAX` characters at most, is as the pattern says.

    A pattern that cannot be read, published before this grammar, asks nothing more: a form that
    nobody can send would be worse.
    """
    try:
        found = _automaton(pattern)
    except BadPattern:
        return True
    return len(text) <= TEXT_MAX and found.takes(text)

"""A clock and its ledger as a page shows them: gauge, sentence, lines of the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from compagnon.contracts.clock.engine import LedgerLine
from compagnon.contracts.clock.plan import COUNTED, Why
from compagnon.contracts.clock.texts import LANGUAGES, Language, Text
from compagnon.contracts.clock.words import duration_words, reason_words, span_words
from compagnon.contracts.subjects import PauseReason

_CLOSED = frozenset({Why.OUTSIDE_HOURS, Why.WEEKEND, Why.DAY_CLOSED, Why.HOLIDAY, Why.CLOSURE})


def language() -> Language:
    """Give the language in force, as the clock names it."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


@cache
def reason_text(reason: str) -> Text | None:
    """Give the words for a reason to wait, in both languages; nothing for none."""
    if not reason:
        return None
    if reason not in PauseReason.values:
        return Text.same(reason)
    said: dict[str, str] = {}
    for each in LANGUAGES:
        with override(each):
            said[each] = str(PauseReason(reason).label)
    return Text(said["fr"], said["en"])


def reason_label(reason: str) -> str:
    """Give the words for a reason to wait in the language in force."""
    found = reason_text(reason)
    return found.in_language(language()) if found else ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the account, in words: neighbouring closed stretches stand as one."""

    span: str
    why: str
    counted: str
    counts: bool
    waits: str


@dataclass(slots=True)
class _Run:
    """Lines shown as one."""

    lines: list[LedgerLine]

    @property
    def start(self) -> datetime:
        return self.lines[0].start

    @property
    def end(self) -> datetime:
        return self.lines[-1].end


def shown_lines(ledger: Iterable[LedgerLine]) -> list[ShownLine]:
    """Tell a ledger in the language in force.

    A night, a weekend and a holiday in a row make one line that names them all: each stretch is
    explained, and the account of two months stays readable.
    """
    return [_shown(run, language()) for run in _runs(ledger)]


def _runs(ledger: Iterable[LedgerLine]) -> Iterator[_Run]:
    held: _Run | None = None
    for line in ledger:
        if held is not None and _together(held.lines[-1], line):
            held.lines.append(line)
            continue
        if held is not None:
            yield held
        held = _Run([line])
    if held is not None:
        yield held


def _together(one: LedgerLine, other: LedgerLine) -> bool:
    return (
        one.why in _CLOSED
        and other.why in _CLOSED
        and one.cause == other.cause
        and one.calendar == other.calendar
    )


def _shown(run: _Run, spoken: Language) -> ShownLine:
    first = run.lines[0]
    counted = sum(line.counted_seconds for line in run.lines)
    left_out = sum(line.open_seconds for line in run.lines) - counted
    counts = first.why in COUNTED
    waits = reason_label(first.cause) if counts and first.cause else ""
    said = dict.fromkeys(reason_words(line, spoken) for line in run.lines)
    if counted:
        amount = duration_words(counted)
    elif left_out:
        amount = _("not counted (%(time)s of opening hours)") % {"time": duration_words(left_out)}
    else:
        amount = _("not counted")
    return ShownLine(
        span=span_words(run.start, run.end, first.calendar.timezone, spoken),
        why=", ".join(said),
        counted=amount,
        counts=counted > 0,
        waits=waits,
    )

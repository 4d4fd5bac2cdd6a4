"""Filters of the pages that show clocks, contracts and calendars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template

from compagnon.contracts.clock.engine import LedgerLine
from compagnon.contracts.clock.words import instant_words
from compagnon.contracts.models import Commitment
from compagnon.contracts.readings import ClockReading
from compagnon.contracts.showing import ShownLine, language, reason_label, shown_lines
from compagnon.contracts.subjects import category_label

register = template.Library()
MOST_LINES = 60


@register.filter
def ledger_lines(ledger: Iterable[LedgerLine]) -> list[ShownLine]:
    """Tell a whole ledger, line by line."""
    return shown_lines(ledger)


@register.filter
def latest_lines(reading: ClockReading) -> list[ShownLine]:
    """Tell the last lines of a reading's ledger: those that fit beside a ticket."""
    return shown_lines(reading.ledger)[-MOST_LINES:]


@register.filter
def is_long(reading: ClockReading) -> bool:
    """Tell whether a reading's ledger has more lines than fit beside a ticket."""
    return len(reading.ledger) > MOST_LINES and len(shown_lines(reading.ledger)) > MOST_LINES


@register.filter
def on_calendar(moment: datetime | None, zone: str) -> str:
    """Say a moment on a wall clock of a calendar's zone: «lun. 30 mars 2026 09:00»."""
    return instant_words(moment, zone, language()) if moment else ""


@register.filter
def waits_for(reason: str) -> str:
    """Say a reason to wait."""
    return reason_label(reason)


@register.filter
def criteria(commitment: Commitment) -> list[str]:
    """Say which tickets a commitment is about; nothing for every ticket."""
    found = [f"P{each}" for each in commitment.priorities]
    if commitment.kind:
        found.append(commitment.get_kind_display())
    found += [str(each) for each in (commitment.service, commitment.request_type) if each]
    if commitment.category_path:
        found.append(category_label(commitment.category_path))
    return found


@register.filter
def times(value: int, by: int) -> int:
    """Multiply: a place in a drawing."""
    return int(value) * int(by)


@register.filter
def plus(value: int, more: int) -> int:
    """Add: a place in a drawing."""
    return int(value) + int(more)

"""Months and years counted from a date, as the texts count them."""

from __future__ import annotations

import calendar
from datetime import date


def add_months(start: date, months: int) -> date:
    """Give the same day some months later, or the last of that month where there is no such day."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def add_years(start: date, years: int) -> date:
    """Give the same day some years later; 29 February gives 28 where the year is common."""
    return add_months(start, 12 * years)


def months_between(start: date, end: date) -> int:
    """Count the whole months from one date to a later one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1

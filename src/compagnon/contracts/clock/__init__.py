"""The SLA clock: pure values and functions, no Django, no database.

- `Calendar` and its parts (`calendars`), read and written as JSON by `schema`;
- `elapsed` and `add` (`counting`): counted seconds between two instants, and the inverse;
- `read_clock` (`engine`): elapsed, remaining, due time and ledger of a history of `Segment`s;
- `words`: the ledger in French and English; `command`: the `compagnon clock` command.

Everything is immutable and safe to share between threads. Documented in docs/reference/clock.md.
"""

from __future__ import annotations

from .builtin import BUILT_IN
from .calendars import (
    ALL_DAY,
    Calendar,
    DayHours,
    DayRange,
    HolidayRule,
    Hours,
    InstantRange,
    NamedDay,
    YearlyDay,
)
from .counting import HORIZON_YEARS, TARGET_MAX, add, elapsed
from .engine import (
    ClockReading,
    Due,
    LedgerLine,
    Segment,
    State,
    reached_at,
    read_clock,
    under_contract,
)
from .errors import CalendarError, ClockError, InstantError, Problem, TimelineError
from .json_schema import JSON_SCHEMA
from .plan import Why
from .public_holidays import canonical_rule, holidays_of
from .schema import dump_calendar, load_calendar, load_calendar_text
from .texts import Language, Text

__all__ = [
    "ALL_DAY",
    "BUILT_IN",
    "HORIZON_YEARS",
    "JSON_SCHEMA",
    "TARGET_MAX",
    "Calendar",
    "CalendarError",
    "ClockError",
    "ClockReading",
    "DayHours",
    "DayRange",
    "Due",
    "HolidayRule",
    "Hours",
    "InstantError",
    "InstantRange",
    "Language",
    "LedgerLine",
    "NamedDay",
    "Problem",
    "Segment",
    "State",
    "Text",
    "TimelineError",
    "Why",
    "YearlyDay",
    "add",
    "canonical_rule",
    "dump_calendar",
    "elapsed",
    "holidays_of",
    "load_calendar",
    "load_calendar_text",
    "reached_at",
    "read_clock",
    "under_contract",
]

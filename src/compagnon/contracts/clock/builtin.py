"""Calendars known by name on any installation, an empty database included."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .calendars import ALL_DAY, Calendar, HolidayRule, Hours

_HOUR = 3600
_OFFICE = (Hours(9 * _HOUR, 12 * _HOUR), Hours(14 * _HOUR, 18 * _HOUR))
_LONG_DAY = (Hours(8 * _HOUR, 20 * _HOUR),)
_WEEKEND: tuple[tuple[Hours, ...], ...] = ((), ())


def _french(name: str, *, long: bool = False, subdivision: str = "") -> Calendar:
    weekly = (_LONG_DAY,) * 6 + ((),) if long else (_OFFICE,) * 5 + _WEEKEND
    return Calendar("Europe/Paris", weekly, name, (HolidayRule("FR", subdivision),))


BUILT_IN: Mapping[str, Calendar] = MappingProxyType(
    {
        each.name: each
        for each in (
            Calendar("UTC", (ALL_DAY,) * 7, "24x7"),
            _french("fr-office"),
            _french("fr-office-alsace", subdivision="6AE"),
            _french("fr-office-moselle", subdivision="57"),
            _french("fr-extended", long=True),
        )
    }
)
"""`24x7` (UTC, no holiday); `fr-office` (Monday to Friday 9:00–12:00 and 14:00–18:00, French public
holidays, Europe/Paris), the same for Alsace and Moselle; `fr-extended` (Monday to Saturday
8:00–20:00)."""

"""Writing calendars. Each change freezes a new revision, which running clocks follow from then."""

from __future__ import annotations

from datetime import datetime

from compagnon.contracts.clock.schema import dump_calendar
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Calendar, CalendarRevision
from compagnon.contracts.terms import touch


def revise(calendar: Calendar, *, at: datetime) -> bool:
    """Freeze a calendar's rows as its next revision; tell whether they say something new.

    Raises:
        Invalid: the clock cannot count with them.
    """
    frozen = freeze(calendar, calendar.closures.all())
    latest = CalendarRevision.objects.filter(calendar=calendar, number=calendar.revision).first()
    if latest is not None and latest.fingerprint == frozen.fingerprint:
        return False
    calendar.revision += 1
    CalendarRevision.objects.create(
        calendar=calendar,
        number=calendar.revision,
        document=dump_calendar(frozen),
        fingerprint=frozen.fingerprint,
        created_at=at,
    )
    calendar.save(update_fields=["revision"])
    touch()
    return True

"""The calendar file of a summons (RFC 5545): one event, changed or taken back by its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When and where somebody is expected.

    Args:
        uid: the same for every message about this event.
        sequence: grows with each; a calendar keeps the highest.
    """

    uid: str
    sequence: int
    summary: str
    description: str
    place: str
    starts_at: datetime
    ends_at: datetime
    organiser: str
    attendee: str
    attendee_name: str
    made_at: datetime
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What the calendar is asked: ``REQUEST`` or ``CANCEL``."""
        return "CANCEL" if self.cancelled else "REQUEST"


def calendar_file(one: Appointment) -> bytes:
    """Give the calendar with its one event, in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Compagnon//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", one.method)
    event = Event()
    event.add("uid", one.uid)
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.made_at.astimezone(UTC))
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", one.summary)
    event.add("description", one.description)
    event.add("location", one.place)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{one.organiser}"))
    attendee = vCalAddress(f"mailto:{one.attendee}")
    attendee.params["CN"] = one.attendee_name.replace('"', "'")
    event.add("attendee", attendee)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content

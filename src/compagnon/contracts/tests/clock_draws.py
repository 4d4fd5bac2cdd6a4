"""Random calendars and instants for the clock's tests, drawn where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from compagnon.contracts.clock import Calendar, load_calendar

from .clock_oracle import DAYS

CHANGES = [
    ("Europe/Paris", "2026-03-29T01:00"),
    ("Europe/Paris", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T06:00"),
    # Clocks changed at 00:01: the day before came back for a minute less than an hour.
    ("America/St_Johns", "2006-10-29T02:31"),
    ("America/St_Johns", "2006-04-02T03:31"),
    # By half an hour.
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    # A civil day that never was.
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Pacific/Kwajalein", "1993-08-21T12:00"),
    # A day that starts at 01:00, and one that has 23:00 twice.
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"),
    # By two hours; and by a quarter for good.
    ("Antarctica/Troll", "2026-03-29T01:00"),
    ("Asia/Kathmandu", "1985-12-31T18:30"),
    # Summer time put off for Ramadan.
    ("Africa/Casablanca", "2026-02-15T02:00"),
    # Years that do not end when UTC's does.
    ("UTC", "2026-12-31T23:00"),
    ("America/New_York", "2027-01-01T02:00"),
    ("Pacific/Apia", "2026-12-31T12:00"),
]
ZONES = sorted({zone for zone, _ in CHANGES})


@st.composite
def places(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and an instant in it, more often than not near a change of the clocks."""
    if draw(st.booleans()):
        zone, text = draw(st.sampled_from(CHANGES))
        return zone, datetime.fromisoformat(text).replace(tzinfo=UTC)
    minutes = draw(st.integers(min_value=2_000_000, max_value=68_000_000))
    return draw(st.sampled_from(ZONES)), datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        minutes=minutes
    )


def clock_times(step: int) -> st.SearchStrategy[int]:
    return st.integers(min_value=0, max_value=1440 // step).map(lambda n: n * step)


@st.composite
def day_hours(draw: st.DrawFn, least: int = 0) -> list[list[str]]:
    """Up to three segments of a day, on minutes that clocks' changes cut."""
    size = draw(st.integers(min_value=least, max_value=3)) * 2
    step = draw(st.sampled_from([1, 15, 30, 60]))
    times = sorted(draw(st.lists(clock_times(step), min_size=size, max_size=size, unique=True)))
    text = [f"{time // 60:02}:{time % 60:02}" for time in times]
    return [text[index : index + 2] for index in range(0, size, 2)]


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    if draw(st.integers(min_value=0, max_value=4)) == 0:
        return {day: [["00:00", "24:00"]] for day in DAYS}
    one = draw(day_hours(least=1))
    return {day: draw(st.sampled_from([one, one, [], draw(day_hours())])) for day in DAYS}


@st.composite
def entries(draw: st.DrawFn, zone: str, near: datetime, *, opening: bool) -> dict[str, Any]:
    """A closure or an exceptional opening within three days of `near`."""

    def day() -> date:
        shift = timedelta(days=draw(st.integers(min_value=-3, max_value=3)))
        return (near + shift).date()

    forms = ["hours", "instants"] + ([] if opening else ["day", "days", "yearly"])
    form = draw(st.sampled_from(forms))
    if form == "day":
        return {"date": day().isoformat()}
    if form == "days":
        first, last = sorted([day(), day()])
        return {"start": first.isoformat(), "end": last.isoformat()}
    if form == "yearly":
        return {"yearly": f"{day():%m-%d}"}
    if form == "hours":
        return {"date": day().isoformat(), "hours": draw(day_hours(least=1))}
    start = near + timedelta(minutes=draw(st.integers(min_value=-3000, max_value=3000)))
    end = start + timedelta(minutes=draw(st.integers(min_value=1, max_value=3000)))
    local = [each.astimezone(ZoneInfo(zone)).isoformat() for each in (start, end)]
    return {"start": local[0], "end": local[1]}


HOLIDAYS = [
    [],
    [{"country": "FR"}],
    [{"country": "FR", "subdivision": "57"}],
    [{"country": "FR", "subdivision": "6AE"}],
]


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """A calendar's document, and an instant near which it is interesting."""
    zone, near = draw(places())
    document: dict[str, Any] = {
        "timezone": zone,
        "weekly": draw(weeks()),
        "holidays": list(draw(st.sampled_from(HOLIDAYS))),
        "closures": draw(st.lists(entries(zone, near, opening=False), max_size=2)),
        "openings": draw(st.lists(entries(zone, near, opening=True), max_size=2)),
    }
    if draw(st.booleans()):
        document["holidays"].append({"date": near.date().isoformat()})
    return document, near


@st.composite
def timed(draw: st.DrawFn, count: int) -> tuple[Calendar, list[datetime]]:
    """A calendar and `count` instants in order, to the second."""
    document, near = draw(situations())
    reach = draw(st.sampled_from([3600, 86_400, 400_000, 40_000_000]))
    shifts = sorted(
        draw(
            st.lists(st.integers(min_value=-reach, max_value=reach), min_size=count, max_size=count)
        )
    )
    return load_calendar(document), [near + timedelta(seconds=shift) for shift in shifts]

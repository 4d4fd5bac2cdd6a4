"""What counts when the clocks change: a time is open when a wall clock shows an open time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compagnon.contracts.clock import Segment, elapsed, load_calendar, read_clock
from compagnon.contracts.clock.zones import (
    load_zone,
    offset_pieces,
    resolve_local,
    wall_trouble,
    year_bounds,
)

MINUTE = 60


def counted(zone: str, day: str, *segments: str) -> int:
    """Minutes counted on one civil day, opened at `segments` every day of the week."""
    calendar = load_calendar({"timezone": zone, "weekly": {"everyday": list(segments)}})
    midnight = datetime.fromisoformat(day)
    start = resolve_local(midnight, zone)
    end = resolve_local(midnight + timedelta(days=1), zone)
    return elapsed(calendar, start, end) // MINUTE


@pytest.mark.parametrize(
    ("zone", "day", "segment", "minutes", "because"),
    [
        # Paris, 29 March 2026: 02:00 becomes 03:00.
        ("Europe/Paris", "2026-03-29", "00:00-24:00", 23 * 60, "the day has 23 hours"),
        ("Europe/Paris", "2026-03-29", "02:00-03:00", 0, "these times do not exist"),
        ("Europe/Paris", "2026-03-29", "01:30-02:30", 30, "01:30–02:00; then it is 03:00"),
        ("Europe/Paris", "2026-03-29", "02:30-03:30", 30, "03:00–03:30"),
        ("Europe/Paris", "2026-03-29", "01:00-04:00", 120, "three hours less the missing one"),
        ("Europe/Paris", "2026-03-29", "09:00-18:00", 540, "after the change nothing differs"),
        ("Europe/Paris", "2026-03-28", "22:00-06:00", 480, "22–24 that day, 00–06 the same day"),
        # Paris, 25 October 2026: 03:00 becomes 02:00.
        ("Europe/Paris", "2026-10-25", "00:00-24:00", 25 * 60, "the day has 25 hours"),
        ("Europe/Paris", "2026-10-25", "02:00-03:00", 120, "the hour comes twice: both count"),
        ("Europe/Paris", "2026-10-25", "01:30-02:30", 90, "01:30–02:30, and 02:00–02:30 again"),
        ("Europe/Paris", "2026-10-25", "02:30-03:30", 90, "02:30–03:00, 02:30–03:00, 03:00–03:30"),
        ("Europe/Paris", "2026-10-25", "09:00-18:00", 540, "after the change nothing differs"),
        # Lord Howe, by half an hour: 02:00 becomes 01:30 on 5 April, 02:30 on 4 October 2026.
        ("Australia/Lord_Howe", "2026-04-05", "00:00-24:00", 24 * 60 + 30, "24 h 30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:30-02:00", 60, "the half hour comes twice"),
        ("Australia/Lord_Howe", "2026-10-04", "00:00-24:00", 24 * 60 - 30, "23 h 30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:00-03:00", 30, "02:30–03:00"),
        # St John's, 29 October 2006: at 00:01 it became 23:01 the day before.
        ("America/St_Johns", "2006-10-29", "00:00-00:01", 2, "the first minute comes twice"),
        # Apia had no 30 December 2011, by crossing the date line.
        ("Pacific/Apia", "2011-12-30", "00:00-24:00", 0, "the day never was"),
        ("Pacific/Apia", "2011-12-29", "00:00-24:00", 24 * 60, "the day before was whole"),
        ("Pacific/Apia", "2011-12-31", "00:00-24:00", 24 * 60, "the day after too"),
        # Casablanca leaves summer time for Ramadan, from 15 February to 22 March 2026.
        ("Africa/Casablanca", "2026-02-15", "00:00-24:00", 25 * 60, "03:00 became 02:00"),
        ("Africa/Casablanca", "2026-03-22", "00:00-24:00", 23 * 60, "02:00 became 03:00"),
        # São Paulo, 4 November 2018: the day started at 01:00.
        ("America/Sao_Paulo", "2018-11-04", "00:00-02:00", 60, "01:00–02:00"),
    ],
)
def test_hours_across_a_change(
    zone: str, day: str, segment: str, minutes: int, because: str
) -> None:
    assert counted(zone, day, segment) == minutes, because


def test_a_repeated_part_of_a_segment_is_a_stretch_of_its_own() -> None:
    """Open 01:30–02:30: closed from the first 02:30 until 02:00 comes again."""
    calendar = load_calendar(
        {"timezone": "Europe/Paris", "weekly": {"sunday": [["01:30", "02:30"]]}}
    )
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 01:30, summer time
    reading = read_clock([Segment(start, None, calendar)], as_of=start + timedelta(hours=2))
    assert [line.duration_seconds // MINUTE for line in reading.ledger] == [60, 30, 30]
    assert [line.counted_seconds // MINUTE for line in reading.ledger] == [60, 0, 30]


def test_a_holiday_lasts_as_long_as_its_civil_day() -> None:
    closed = load_calendar(
        {"timezone": "Europe/Paris", "always_open": True, "closures": ["2026-10-25"]}
    )
    start = datetime(2026, 10, 24, tzinfo=UTC)
    days = 4 * 86_400
    assert elapsed(closed, start, start + timedelta(days=4)) == days - 25 * 3600


@pytest.mark.parametrize(
    ("text", "instant", "trouble"),
    [
        ("2026-10-25T02:30", "2026-10-25T00:30Z", "wall_twice"),  # the first, in summer time
        ("2026-03-29T02:30", "2026-03-29T01:30Z", "wall_never"),  # 03:30, as RFC 5545 says
        ("2026-03-29T03:30", "2026-03-29T01:30Z", ""),
        ("2026-06-01T12:00", "2026-06-01T10:00Z", ""),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30Z", ""),  # its own offset decides
    ],
)
def test_times_without_offset(text: str, instant: str, trouble: str) -> None:
    wall = datetime.fromisoformat(text)
    assert resolve_local(wall, "Europe/Paris") == datetime.fromisoformat(instant)
    assert wall_trouble(wall, "Europe/Paris") == trouble


@pytest.mark.parametrize("zone", ["Europe/Paris", "Africa/Casablanca", "Africa/Monrovia"])
@pytest.mark.parametrize("year", [1972, 2011, 2026, 2099])
def test_the_pieces_of_a_year_have_the_zone_offset_everywhere(zone: str, year: int) -> None:
    pieces = offset_pieces(zone, year)
    assert (pieces[0][0], pieces[-1][1]) == year_bounds(year)
    assert [low for low, _, _ in pieces[1:]] == [high for _, high, _ in pieces[:-1]]
    for low, high, offset in pieces:
        for at in (low, *range(low, high, 3600), high - 1):
            real = datetime.fromtimestamp(at, load_zone(zone)).utcoffset()
            assert real == timedelta(seconds=offset)

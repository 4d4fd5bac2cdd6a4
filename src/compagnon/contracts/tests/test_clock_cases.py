"""Cases counted by hand, each with its reasoning: days, their edges, kinds of closing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compagnon.contracts.clock import (
    BUILT_IN,
    Calendar,
    CalendarError,
    InstantError,
    Segment,
    TimelineError,
    Why,
    add,
    elapsed,
    load_calendar,
    read_clock,
)
from compagnon.contracts.clock.zones import resolve_local

HOUR = 3600
OFFICE = BUILT_IN["fr-office"]
WEEK = {
    day: [["09:00", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
}


def paris(text: str) -> datetime:
    return resolve_local(datetime.fromisoformat(text), "Europe/Paris")


def calendar(**fields: Any) -> Calendar:
    return load_calendar({"timezone": "Europe/Paris", "weekly": WEEK, **fields})


@pytest.mark.parametrize(
    ("start", "end", "hours", "because"),
    [
        ("2026-03-09T09:00", "2026-03-09T18:00", 7, "a Monday: 3 h, then 4 h; lunch is closed"),
        ("2026-03-09T11:30", "2026-03-09T14:30", 1, "half an hour on each side of lunch"),
        ("2026-03-09T12:00", "2026-03-09T14:00", 0, "lunch"),
        ("2026-03-09T18:00", "2026-03-10T09:00", 0, "the night, from closing to opening"),
        ("2026-03-09T17:59:59", "2026-03-10T09:00:01", 2 / HOUR, "one second on each side of it"),
        ("2026-03-13T17:00", "2026-03-16T10:00", 2, "Friday evening to Monday morning"),
        ("2026-03-14T00:00", "2026-03-16T00:00", 0, "a weekend"),
        ("2026-03-09T00:00", "2026-03-16T00:00", 35, "a French week of 35 hours"),
        ("2026-05-11T00:00", "2026-05-18T00:00", 28, "without Ascension, Thursday 14 May 2026"),
        ("2026-05-01T09:00", "2026-05-01T18:00", 0, "1 May, a Friday"),
        ("2026-04-30T17:00", "2026-05-04T10:00", 2, "Thursday 17–18, 1 May, weekend, Monday 9–10"),
        (
            "2026-03-23T00:00",
            "2026-04-06T00:00",
            70,
            "two weeks with the spring change on a Sunday",
        ),
        ("2026-10-19T00:00", "2026-11-02T00:00", 70, "two weeks with the autumn change"),
        # 2026: 261 weekdays; on weekdays 1 Jan, 6 Apr, 1, 8, 14 and 25 May, 14 Jul, 11 Nov, 25 Dec.
        ("2026-01-01T00:00", "2027-01-01T00:00", (261 - 9) * 7, "a whole year"),
    ],
)
def test_office_hours(start: str, end: str, hours: float, because: str) -> None:
    assert elapsed(OFFICE, paris(start), paris(end)) == round(hours * HOUR), because


@pytest.mark.parametrize(
    ("start", "seconds", "due", "because"),
    [
        ("2026-03-09T09:00", 4 * HOUR, "2026-03-09T15:00", "3 h before lunch, 1 h after"),
        ("2026-03-09T09:00", 3 * HOUR, "2026-03-09T12:00", "at closing, not at reopening"),
        ("2026-03-09T09:00", 7 * HOUR, "2026-03-09T18:00", "at the end of the day"),
        ("2026-03-09T09:00", 7 * HOUR + 1, "2026-03-10T09:00:01", "one second too many for Monday"),
        ("2026-03-13T16:00", 4 * HOUR, "2026-03-16T11:00", "2 h on Friday, 2 h on Monday"),
        ("2026-03-14T15:00", 1, "2026-03-16T09:00:01", "opened on a Saturday"),
        ("2026-12-24T17:00", 2 * HOUR, "2026-12-28T10:00", "Christmas is a Friday in 2026"),
        ("2026-03-14T15:00", 0, "2026-03-14T15:00", "nothing to count is due at once"),
    ],
)
def test_due_time(start: str, seconds: int, due: str, because: str) -> None:
    assert add(OFFICE, paris(start), seconds) == paris(due), because


def test_round_the_clock_counts_real_time_even_when_clocks_change() -> None:
    always = BUILT_IN["24x7"]
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert elapsed(always, start, start + timedelta(days=400)) == 400 * 86_400
    assert add(always, start, 86_400) == start + timedelta(days=1)


def test_a_day_open_until_midnight_joins_the_next_one() -> None:
    late = load_calendar(
        {
            "timezone": "Europe/Paris",
            "weekly": {"monday": [["20:00", "24:00"]], "tuesday": [["00:00", "02:00"]]},
        }
    )
    start, end = paris("2026-03-09T12:00"), paris("2026-03-10T12:00")
    assert elapsed(late, start, end) == 6 * HOUR
    ledger = read_clock([Segment(start, None, late)], as_of=end).ledger
    assert [line.why for line in ledger] == [Why.OUTSIDE_HOURS, Why.OPEN, Why.OUTSIDE_HOURS]


def test_a_night_shift_runs_past_midnight_into_the_next_day() -> None:
    night = load_calendar({"timezone": "Europe/Paris", "weekly": {"sun": [["22:00", "06:00"]]}})
    # Sunday 22:00–24:00, then Monday 00:00–06:00.
    assert elapsed(night, paris("2026-03-08T12:00"), paris("2026-03-09T12:00")) == 8 * HOUR
    assert elapsed(night, paris("2026-03-09T00:00"), paris("2026-03-10T00:00")) == 6 * HOUR


@pytest.mark.parametrize(
    ("extra", "hours", "because"),
    [
        ({"closures": ["2026-03-10"]}, 28, "Tuesday closed"),
        ({"closures": ["2026-03-10..2026-03-11"]}, 21, "a range of days includes its last day"),
        ({"closures": [{"start": "2026-03-10", "end": "2026-03-11"}]}, 21, "the same as an object"),
        (
            {"closures": [{"start": "2026-03-10T16:00", "end": "2026-03-11T10:00"}]},
            32,
            "Tuesday 16–18 and Wednesday 9–10 closed",
        ),
        (
            {"closures": [{"date": "2026-03-10", "hours": [["00:00", "10:00"]]}]},
            34,
            "Tuesday opens at 10",
        ),
        ({"closures": [{"yearly": "03-12"}]}, 28, "the same Thursday every year"),
        ({"closures": ["2026-03-14"]}, 35, "a Saturday was closed anyway"),
        ({"holidays": ["2026-03-10"]}, 28, "a holiday given by its date"),
        ({"openings": [{"date": "2026-03-14", "hours": [["10:00", "12:00"]]}]}, 37, "a Saturday"),
        (
            {"openings": [{"date": "2026-03-10", "hours": [["11:00", "15:00"]]}]},
            37,
            "11–15 adds only lunch, 12–14: open time is never counted twice",
        ),
        (
            {"closures": ["2026-03-10"], "openings": [{"date": "2026-03-10"}]},
            35,
            "an opening wins over a closure, with the weekday's own hours",
        ),
        (
            {
                "closures": ["2026-03-10"],
                "openings": [{"start": "2026-03-10T10:00", "end": "2026-03-10T11:00"}],
            },
            29,
            "an opening of one hour in a closed day",
        ),
        ({"closures": ["2026-03-10", "2026-03-10"]}, 28, "closed twice is closed once"),
    ],
)
def test_closures_and_openings(extra: dict[str, Any], hours: float, because: str) -> None:
    got = elapsed(calendar(**extra), paris("2026-03-09T00:00"), paris("2026-03-16T00:00"))
    assert got == hours * HOUR, because


def test_the_ledger_names_each_closing() -> None:
    busy = calendar(
        holidays={"country": "FR"},
        closures=[{"start": "2026-05-15", "end": "2026-05-17", "label": "Pont de l’Ascension"}],
        openings=[{"date": "2026-05-16", "hours": [["10:00", "11:00"]], "label": "Déménagement"}],
    )
    start, end = paris("2026-05-13T17:00"), paris("2026-05-18T10:00")
    ledger = read_clock([Segment(start, None, busy)], as_of=end).ledger
    assert [
        (line.why.value, line.label.fr if line.label else "", line.counted_seconds)
        for line in ledger
    ] == [
        ("open", "", HOUR),
        ("outside_hours", "", 0),
        ("holiday", "Ascension", 0),
        ("closure", "Pont de l’Ascension", 0),
        ("opening", "Déménagement", HOUR),
        ("closure", "Pont de l’Ascension", 0),
        ("outside_hours", "", 0),
        ("open", "", HOUR),
    ]


def kinds(busy: Calendar, day: str) -> list[tuple[str, str]]:
    start = paris(f"{day}T00:00")
    reading = read_clock([Segment(start, None, busy)], as_of=start + timedelta(days=1))
    return [(line.why.value, line.label.fr if line.label else "") for line in reading.ledger]


def test_the_strongest_reason_is_the_one_named() -> None:
    busy = calendar(
        holidays="FR",
        closures=[
            {"date": "2026-05-14", "label": "one"},
            {"date": "2026-05-14", "label": "two"},
            {"start": "2026-05-14T08:00", "end": "2026-05-14T12:00", "label": "three"},
        ],
        openings=[{"start": "2026-05-14T09:00", "end": "2026-05-14T10:00", "label": "four"}],
    )
    assert kinds(busy, "2026-05-14") == [
        ("closure", "one"), ("closure", "three"), ("opening", "four"), ("closure", "three"),
        ("closure", "one"),
    ]  # fmt: skip
    assert kinds(busy, "2026-05-25") == [("holiday", "Lundi de Pentecôte")]


def test_an_opening_round_the_clock_is_named_and_counted_once() -> None:
    opening = {"date": "2026-05-14", "hours": ["00:00", "24:00"], "label": "Migration"}
    busy = load_calendar({"timezone": "Europe/Paris", "always_open": True, "openings": [opening]})
    assert kinds(busy, "2026-05-14") == [("opening", "Migration")]
    assert elapsed(busy, paris("2026-05-14T00:00"), paris("2026-05-15T00:00")) == 24 * HOUR


def test_a_yearly_closure_holds_where_the_year_starts_before_or_after_utc() -> None:
    for zone in ("Pacific/Auckland", "Europe/Paris", "America/Los_Angeles"):
        shut = load_calendar(
            {"timezone": zone, "always_open": True, "closures": [{"yearly": "01-01"}]}
        )
        middle = resolve_local(datetime(2026, 1, 1, 12), zone)  # noqa: DTZ001
        day = timedelta(days=1)
        assert elapsed(shut, middle - day, middle + day) == 24 * HOUR
        leap = load_calendar(
            {"timezone": zone, "always_open": True, "closures": [{"yearly": "02-29"}]}
        )
        june = datetime(2026, 6, 1, tzinfo=UTC)
        assert elapsed(leap, june, june + 365 * day) == 365 * 24 * HOUR
        assert elapsed(leap, june + 365 * day, june + 731 * day) == 365 * 24 * HOUR


def test_a_year_of_utc_starts_with_nothing_counted() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert elapsed(OFFICE, start, start + timedelta(days=1)) == 0
    assert elapsed(OFFICE, start - timedelta(days=1), start) == 7 * HOUR


def test_fractions_of_a_second_are_floored_the_same_way_everywhere() -> None:
    start = paris("2026-03-09T09:00:00.900")
    middle = paris("2026-03-09T09:00:01.100")
    end = paris("2026-03-09T09:00:02.999")
    assert elapsed(OFFICE, start, middle) == 1
    assert elapsed(OFFICE, middle, end) == 1
    assert elapsed(OFFICE, start, end) == 2


def test_the_zone_in_which_an_instant_is_written_changes_nothing() -> None:
    tokyo = datetime.fromisoformat("2026-03-09T17:00:00+09:00")  # 9:00 in Paris
    assert elapsed(OFFICE, tokyo, tokyo + timedelta(hours=3)) == 3 * HOUR


def test_a_calendar_that_never_opens_has_no_due_time() -> None:
    closed = load_calendar({"timezone": "UTC", "weekly": {}})
    assert add(closed, datetime(2026, 1, 1, tzinfo=UTC), 1) is None
    walled = calendar(closures=["1970-01-01..2100-12-31"])
    assert add(walled, datetime(2026, 1, 1, tzinfo=UTC), 1) is None


def test_a_closed_calendar_with_one_opening_is_due_in_it_or_never() -> None:
    once = load_calendar({
        "timezone": "UTC", "weekly": {},
        "openings": [{"date": "2030-01-01", "hours": [["09:00", "10:00"]]}],
    })  # fmt: skip
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert add(once, start, HOUR) == datetime(2030, 1, 1, 10, tzinfo=UTC)
    assert add(once, start, HOUR + 1) is None


def test_years_meet_without_seam() -> None:
    start, end = paris("2025-12-31T17:00"), paris("2026-01-02T10:00")
    assert elapsed(OFFICE, start, end) == 2 * HOUR
    always = load_calendar({
        "timezone": "Europe/Paris", "always_open": True,
        "closures": [{"date": "2020-01-01"}],
    })  # fmt: skip
    ledger = read_clock([Segment(start, None, always)], as_of=end).ledger
    assert [line.duration_seconds for line in ledger] == [41 * HOUR]


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 3, 9, 9)  # noqa: DTZ001
    with pytest.raises(InstantError, match="without UTC offset"):
        elapsed(OFFICE, naive, paris("2026-03-09T12:00"))
    with pytest.raises(InstantError):
        add(OFFICE, naive, 1)
    with pytest.raises(InstantError):
        read_clock([Segment(naive, None, OFFICE)], as_of=paris("2026-03-09T12:00"))


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(TimelineError) as refused:
        elapsed(OFFICE, paris("2026-03-09T12:00"), paris("2026-03-09T11:59:59"))
    assert refused.value.code == "end_before_start"


@pytest.mark.parametrize("year", [1, 1969, 2102, 9999])
def test_years_outside_the_known_ones_are_refused(year: int) -> None:
    far = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InstantError) as refused:
        elapsed(OFFICE, far, far)
    assert refused.value.code == "instant_range"


@pytest.mark.parametrize("seconds", [-1, 11 * 366 * 86_400])
def test_targets_out_of_bounds_are_refused(seconds: int) -> None:
    with pytest.raises(TimelineError):
        add(OFFICE, paris("2026-03-09T09:00"), seconds)


def test_a_week_of_six_days_is_refused() -> None:
    with pytest.raises(CalendarError):
        Calendar("UTC", ((),) * 6)


def test_equal_calendars_are_one_for_the_plan_cache() -> None:
    one, two = calendar(name="x"), calendar(name="x")
    assert one is not two
    assert one == two
    assert hash(one) == hash(two)
    assert one != calendar(name="y")
    assert one.fingerprint == two.fingerprint

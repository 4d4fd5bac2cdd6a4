"""Calendar files: every accepted spelling, every refusal with its path, and the way back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.contracts.clock import (
    ALL_DAY,
    BUILT_IN,
    JSON_SCHEMA,
    Calendar,
    CalendarError,
    DayHours,
    DayRange,
    HolidayRule,
    Hours,
    InstantRange,
    NamedDay,
    YearlyDay,
    dump_calendar,
    load_calendar,
    load_calendar_text,
)
from compagnon.contracts.clock.wordings import WORDINGS, wording

from .clock_draws import situations

HOUR = 3600
OFFICE_DAY = (Hours(9 * HOUR, 12 * HOUR), Hours(14 * HOUR, 18 * HOUR))
MORNING = (Hours(9 * HOUR, 12 * HOUR),)
MORNING_TEXT = [["09:00", "12:00"]]
PAIRS = [["09:00", "12:00"], ["14:00", "18:00"]]


def load(**fields: Any) -> Calendar:
    return load_calendar({"timezone": "Europe/Paris", "weekly": {}, **fields})


def refused(raw: object) -> list[tuple[str, str]]:
    with pytest.raises(CalendarError) as caught:
        load_calendar(raw)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "hours",
    [
        PAIRS,
        ["09:00-12:00", "14:00-18:00"],
        "09:00-12:00, 14:00-18:00",
        "9-12,14-18",
        "9h-12h ; 14h00–18h",
        [["9:00", "12:00"], ["14:00:00", "18:00:00"]],
        [{"start": "09:00", "end": "12:00"}, {"from": "14:00", "to": "18:00"}],
        [["14:00", "18:00"], ["09:00", "12:00"]],
        [["09:00", "11:00"], ["10:00", "12:00"], ["14:00", "16:00"], ["16:00", "18:00"]],
    ],
)
def test_hours_of_a_day(hours: object) -> None:
    assert load(weekly={"monday": hours}).weekly[0] == OFFICE_DAY


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (["09:00", "12:00"], MORNING),
        ({"start": "09:00", "end": "12:00"}, MORNING),
        ([["00:00", "24:00"]], ALL_DAY),
        ([["00:00", "00:00"]], ALL_DAY),
        ("24h", ALL_DAY),
        (True, ALL_DAY),
        ([["22:00", "00:00"]], (Hours(22 * HOUR, 24 * HOUR),)),
        ([], ()),
        (None, ()),
        (False, ()),
        ("closed", ()),
    ],
)
def test_whole_and_closed_days(hours: object, expected: tuple[Hours, ...]) -> None:
    assert load(weekly={"monday": hours}).weekly[0] == expected


@pytest.mark.parametrize(
    "weekly",
    [
        dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), MORNING_TEXT),
        dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), MORNING_TEXT),
        dict.fromkeys(("mon.", "tues", "weds", "thurs", "FRI"), MORNING_TEXT),
        dict.fromkeys(("lundi", "mardi", "mer", "jeu", "vendredi"), MORNING_TEXT),
        dict.fromkeys(("0", "1", "2", "3", "4"), MORNING_TEXT),
        dict.fromkeys(("1", "2", "3", "4", "5"), MORNING_TEXT),
        {"mon-fri": MORNING_TEXT},
        {"mon,tue,wed-fri": MORNING_TEXT},
        {"weekdays": MORNING_TEXT, "weekend": []},
        [MORNING_TEXT] * 5 + [[], None],
        [{"day": day, "start": "09:00", "end": "12:00"} for day in range(5)],
        [{"days": ["mon", "tue", "wed", "thu", "fri"], "hours": MORNING_TEXT}],
    ],
)
def test_days_of_the_week(weekly: object) -> None:
    assert load(weekly=weekly).weekly == (MORNING,) * 5 + ((), ())


def test_sunday_is_6_counting_from_0_and_7_counting_from_1() -> None:
    assert load(weekly={"0": [], "6": ["09:00", "12:00"]}).weekly[6] == MORNING
    assert load(weekly={"7": ["09:00", "12:00"]}).weekly[6] == MORNING


def test_days_may_stand_at_the_root() -> None:
    found = load_calendar({"tz": "UTC", "monday": PAIRS, "sunday": []})
    assert found.weekly[0] == OFFICE_DAY


@pytest.mark.parametrize("field", ["weekly", "hours", "weekly_hours", "workingHours", "week"])
def test_other_names_of_the_week(field: str) -> None:
    found = load_calendar({"time_zone": "UTC", field: {"monday": PAIRS}})
    assert found.weekly[0] == OFFICE_DAY


def test_round_the_clock() -> None:
    for found in (
        load_calendar({"timezone": "UTC", "always_open": True}),
        load_calendar({"timezone": "UTC", "weekly": "24x7"}),
        load_calendar({"timezone": "UTC", "weekly": {"everyday": "24h"}}),
    ):
        assert found.always_open


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        ({"country": "FR"}, (HolidayRule("FR"),)),
        ({"country": "fr", "subdivision": 57}, (HolidayRule("FR", "57"),)),
        ({"country": "FR", "region": "Alsace-Moselle"}, (HolidayRule("FR", "6AE"),)),
        ("FR", (HolidayRule("FR"),)),
        (["FR-974"], (HolidayRule("FR", "974"),)),
        (
            {"country": "FR", "except": ["Lundi de Pentecôte"]},
            (HolidayRule("FR", exceptions=("Lundi de Pentecôte",)),),
        ),
        (["2026-05-15"], (NamedDay(date(2026, 5, 15)),)),
        ({"2026-05-15": "Pont"}, (NamedDay(date(2026, 5, 15), "Pont"),)),
        (
            ["2026-05-15", {"date": "2026-05-16", "name": "Pont"}, {"country": "FR"}],
            (NamedDay(date(2026, 5, 15)), NamedDay(date(2026, 5, 16), "Pont"), HolidayRule("FR")),
        ),
        ([], ()),
        (None, ()),
    ],
)
def test_holidays(holidays: object, expected: tuple[object, ...]) -> None:
    assert load(holidays=holidays).holidays == expected


@pytest.mark.parametrize(
    ("closure", "expected"),
    [
        ("2026-05-15", DayRange(date(2026, 5, 15), date(2026, 5, 15))),
        (["2026-05-15"], DayRange(date(2026, 5, 15), date(2026, 5, 15))),
        ("2026-08-01..2026-08-16", DayRange(date(2026, 8, 1), date(2026, 8, 16))),
        ("2026-08-01/2026-08-16", DayRange(date(2026, 8, 1), date(2026, 8, 16))),
        (["2026-08-01", "2026-08-16", "Été"], DayRange(date(2026, 8, 1), date(2026, 8, 16), "Été")),
        (
            {"from": "2026-08-01", "to": "2026-08-16", "reason": "Été"},
            DayRange(date(2026, 8, 1), date(2026, 8, 16), "Été"),
        ),
        ({"yearly": "12-24", "label": "x"}, YearlyDay(12, 24, "x")),
        ({"yearly": "--12-24"}, YearlyDay(12, 24)),
        (
            {"date": "2026-12-24", "hours": ["16:00", "24:00"]},
            DayHours(date(2026, 12, 24), (Hours(16 * HOUR, 24 * HOUR),)),
        ),
    ],
)
def test_closures(closure: object, expected: object) -> None:
    assert load(closures=[closure]).closures == (expected,)


@pytest.mark.parametrize(
    ("start", "end", "utc"),
    [
        ("2026-05-14T12:00", "2026-05-15T08:00", ("2026-05-14T10:00", "2026-05-15T06:00")),
        ("2026-05-14T12:00Z", "2026-05-15T08:00+01:00", ("2026-05-14T12:00", "2026-05-15T07:00")),
        # A date at one end: the first starts its day, the last ends it.
        ("2026-05-14T12:00", "2026-05-15", ("2026-05-14T10:00", "2026-05-15T22:00")),
        ("2026-05-14", "2026-05-15T24:00", ("2026-05-13T22:00", "2026-05-15T22:00")),
        # 02:30 does not exist on 29 March: 03:30. It happens twice on 25 October: the first.
        ("2026-03-29T02:30", "2026-10-25T02:30", ("2026-03-29T01:30", "2026-10-25T00:30")),
    ],
)
def test_closures_between_instants(start: str, end: str, utc: tuple[str, str]) -> None:
    (found,) = load(closures=[{"start": start, "end": end}]).closures
    assert isinstance(found, InstantRange)
    assert (found.start.isoformat()[:16], found.end.isoformat()[:16]) == utc


def test_a_night_opening_is_two_days() -> None:
    found = load(
        openings=[{"date": "2026-05-16", "hours": ["22:00", "02:00"], "label": "Migration"}]
    )
    assert found.openings == (
        DayHours(date(2026, 5, 16), (Hours(22 * HOUR, 24 * HOUR),), "Migration"),
        DayHours(date(2026, 5, 17), (Hours(0, 2 * HOUR),), "Migration"),
    )


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        ([], [("", "not_object")]),
        ("x", [("", "not_object")]),
        ({}, [("timezone", "field_missing"), ("weekly", "field_missing")]),
        ({"timezone": "Europe/Pari", "weekly": {}}, [("timezone", "zone_unknown")]),
        ({"timezone": "../../etc/passwd", "weekly": {}}, [("timezone", "zone_unknown")]),
        ({"timezone": "Europe", "weekly": {}}, [("timezone", "zone_unknown")]),
        ({"timezone": "localtime", "weekly": {}}, [("timezone", "zone_unknown")]),
        ({"timezone": 1, "weekly": {}}, [("timezone", "not_text"), ("timezone", "field_missing")]),
        ({"timezone": "UTC", "weekly": {}, "closure": []}, [("closure", "field_unknown")]),
        ({"timezone": "UTC", "weekly": {}, "hours": {}}, [("hours", "field_twice")]),
        ({"timezone": "UTC", "weekly": {}, "monday": []}, [("weekly", "weekly_ways")]),
        ({"timezone": "UTC", "weekly": {}, "always_open": True}, [("weekly", "weekly_ways")]),
        ({"timezone": "UTC", "always_open": "yes"}, [("always_open", "not_bool")]),
        ({"timezone": "UTC", "weekly": []}, [("weekly", "week_bad")]),
        ({"timezone": "UTC", "weekly": 5}, [("weekly", "week_bad")]),
        ({"timezone": "UTC", "weekly": {}, "name": "x" * 201}, [("name", "text_bad")]),
        ({"timezone": "UTC", "weekly": {}, "name": "\x1b[31m"}, [("name", "text_bad")]),
    ],
)
def test_refusals_at_the_root(raw: object, problems: list[tuple[str, str]]) -> None:
    assert refused(raw) == problems


@pytest.mark.parametrize(
    ("weekly", "path", "code"),
    [
        ({"dayone": PAIRS}, "weekly.dayone", "day_unknown"),
        ({"mon": [], "monday": []}, "weekly.monday", "day_twice"),
        ({"mon-fri": [], "fri": []}, "weekly.fri", "day_twice"),
        ({"0": [], "7": []}, "weekly", "day_number"),
        ({"8": []}, "weekly", "day_number"),
        ({"monday": [["09:00", "25:00"]]}, "weekly.monday[0][1]", "time_bad"),
        ({"monday": [PAIRS[0], ["14:00", "24:01"]]}, "weekly.monday[1][1]", "time_bad"),
        ({"monday": [["09:60", "12:00"]]}, "weekly.monday[0][0]", "time_bad"),
        ({"monday": [[9, "12:00"]]}, "weekly.monday[0][0]", "time_bad"),
        ({"monday": [["9am", "12:00"]]}, "weekly.monday[0][0]", "time_bad"),
        ({"monday": [["09:00", None]]}, "weekly.monday[0][1]", "time_bad"),
        ({"monday": [{"start": "09:00"}]}, "weekly.monday[0].end", "time_bad"),
        ({"monday": [{"start": "09:00", "fin": "12:00"}]}, "weekly.monday[0].fin", "field_unknown"),
        ({"monday": [["09:00"]]}, "weekly.monday[0]", "segment_bad"),
        ({"monday": [["09:00", "12:00", "14:00"]]}, "weekly.monday[0]", "segment_bad"),
        ({"monday": ["09:00"]}, "weekly.monday[0]", "segment_bad"),
        ({"monday": [["09:00", "09:00"]]}, "weekly.monday[0]", "segment_empty"),
        ({"monday": [["24:00", "09:00"]]}, "weekly.monday[0]", "segment_empty"),
        ({"monday": 9}, "weekly.monday", "hours_bad"),
        ({"monday": PAIRS * 25}, "weekly.monday", "too_many"),
        ([[]] * 6, "weekly", "week_bad"),
        ([{"day": "mon", "hours": PAIRS, "start": "09:00"}], "weekly[0]", "field_twice"),
        ([{"start": "09:00", "end": "12:00"}], "weekly[0]", "day_unknown"),
    ],
)
def test_refusals_in_the_week(weekly: object, path: str, code: str) -> None:
    assert (path, code) in refused({"timezone": "UTC", "weekly": weekly})


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"holidays": {"country": "ZZ"}}, "holidays.country", "country_unknown"),
        ({"holidays": [{"country": "FR", "subdivision": "X"}]}, "holidays[0].subdivision",
         "subdivision_unknown"),
        ({"holidays": {"subdivision": "57"}}, "holidays.country", "field_missing"),
        ({"holidays": {"country": "FR", "categories": ["x"]}}, "holidays.categories",
         "category_unknown"),
        ({"holidays": {"country": "FR", "categories": 5}}, "holidays", "rule_lists"),
        ({"holidays": {"country": "FR", "observed": 1}}, "holidays.observed", "not_bool"),
        ({"holidays": {"country": "FR", "except": ["Noel"]}}, "holidays.except[0]",
         "exception_unknown"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]", "moment_bad"),
        ({"holidays": [{"date": "demain", "name": "x"}]}, "holidays[0].date", "moment_bad"),
        ({"holidays": [5]}, "holidays[0]", "moment_bad"),
        ({"holidays": ["2026-02-03T10:00"]}, "holidays[0]", "date_bad"),
        ({"holidays": 5}, "holidays", "not_list"),
        ({"holidays": ["2026-01-01"] * 2001}, "holidays", "too_many"),
        ({"closures": "2026-01-01"}, "closures", "not_list"),
        ({"closures": [5]}, "closures[0]", "range_bad"),
        ({"closures": [[]]}, "closures[0]", "range_bad"),
        ({"closures": ["2026-01-02..2026-01-01"]}, "closures[0]", "range_reversed"),
        ({"closures": [{"start": "2026-01-02T10:00", "end": "2026-01-02T10:00"}]}, "closures[0]",
         "range_reversed"),
        ({"closures": [{"start": "2026-01-02"}]}, "closures[0].end", "moment_bad"),
        ({"closures": [{"date": "2026-01-02", "end": "2026-01-03"}]}, "closures[0]",
         "range_mixed"),
        ({"closures": [{"date": "1969-12-31"}]}, "closures[0].start", "instant_range"),
        ({"closures": [{"yearly": "02-30"}]}, "closures[0].yearly", "month_day_bad"),
        ({"closures": [{"yearly": 1224}]}, "closures[0].yearly", "month_day_bad"),
        ({"closures": [{"date": "2026-01-02", "hours": []}]}, "closures[0].hours", "hours_none"),
        ({"closures": [{"date": "2026-01-02", "label": 5}]}, "closures[0].label", "not_text"),
        ({"closures": [{"dat": "2026-01-02"}]}, "closures[0].dat", "field_unknown"),
        ({"openings": ["2026-01-03..2026-01-04"]}, "openings[0]", "opening_hours"),
        ({"openings": ["2026-01-03"]}, "openings[0]", "opening_hours"),
        ({"openings": [{"yearly": "01-03"}]}, "openings[0].yearly", "opening_yearly"),
    ],
)  # fmt: skip
def test_refusals_in_holidays_closures_and_openings(
    fields: dict[str, Any], path: str, code: str
) -> None:
    assert (path, code) in refused({"timezone": "UTC", "weekly": {}, **fields})


def test_every_problem_is_told_at_once_and_in_both_languages() -> None:
    with pytest.raises(CalendarError) as caught:
        load_calendar(
            {
                "timezone": "Mars/Olympus",
                "weekly": {"monday": [["09:00", "9:99"]]},
                "closures": ["x"],
            }
        )
    assert caught.value.text("en").splitlines() == [
        "timezone: unknown time zone “Mars/Olympus”; expected an IANA name such as Europe/Paris",
        "weekly.monday[0][1]: unreadable time '9:99'; expected \"HH:MM\" from 00:00 to 24:00",
        "closures[0].start: expected an ISO 8601 date or time, not 'x'",
        "closures[0].end: expected an ISO 8601 date or time, not 'x'",
    ]
    first = caught.value.text("fr").splitlines()[0]
    assert first == (
        "timezone\u202f: fuseau inconnu «\u202fMars/Olympus\u202f»\u202f; "
        "attendu un nom IANA, comme Europe/Paris"
    )


def test_an_unknown_field_suggests_the_one_that_was_meant() -> None:
    with pytest.raises(CalendarError, match=r"“holyday”; expected: holidays"):
        load(holyday={})


def test_comments_and_extensions_are_ignored() -> None:
    load_calendar({
        "$schema": "x", "description": "x", "comment": "x", "x-owner": 1, "_note": 1,
        "timezone": "UTC", "weekly": {"_note": "x", "monday": PAIRS},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "json_bad"),
        ("", "json_bad"),
        ('{"timezone": "UTC", "timezone": "UTC"}', "json_duplicate"),
        ('{"timezone": "UTC", "weekly": {"monday": [], "monday": []}}', "json_duplicate"),
        ('{"timezone": NaN}', "json_constant"),
        (b"\xff\xfe", "not_utf8"),
        ("[" * 100_000, "too_deep"),
        (b" " * 1_000_001, "too_large"),
        ('{"timezone": ' + "9" * 5000 + "}", "json_bad"),
    ],
)
def test_refusals_of_the_document(text: str | bytes, code: str) -> None:
    with pytest.raises(CalendarError) as caught:
        load_calendar_text(text)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_byte_order_mark_is_no_trouble() -> None:
    text = '\ufeff{"timezone": "UTC", "weekly": {}}'.encode()
    assert load_calendar_text(text, default_name="x").name == "x"


def test_a_deep_or_strange_value_is_refused_not_crashed_on() -> None:
    deep: object = "x"
    for _ in range(300):
        deep = [deep]
    paths = refused({"timezone": "UTC", "weekly": {"monday": deep}, "\ud800\x1b": 1})
    assert {code for _, code in paths} == {"field_unknown", "segment_bad"}
    for path, _ in paths:
        path.encode()  # no lone surrogate, no escape sequence, reaches a terminal
        assert "\x1b" not in path


@pytest.mark.parametrize("calendar", BUILT_IN.values(), ids=BUILT_IN)
def test_built_in_calendars_survive_the_way_there_and_back(calendar: Calendar) -> None:
    assert load_calendar_text(json.dumps(dump_calendar(calendar))) == calendar


@settings(max_examples=60, deadline=None)
@given(situations())
def test_any_calendar_survives_the_way_there_and_back(
    situation: tuple[dict[str, Any], object],
) -> None:
    calendar = load_calendar(situation[0])
    text = json.dumps(dump_calendar(calendar))
    again = load_calendar_text(text)
    assert again == calendar
    assert again.fingerprint == calendar.fingerprint
    assert dump_calendar(again) == dump_calendar(calendar)


@settings(max_examples=50, deadline=None)
@given(situations())
def test_what_is_written_fits_the_published_schema(
    situation: tuple[dict[str, Any], object],
) -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    validator = jsonschema_rs.Draft202012Validator(JSON_SCHEMA)
    validator.validate(dump_calendar(load_calendar(situation[0])))
    assert not validator.is_valid({"timezone": "UTC"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["09:00", "24:00", "2026-05-15", "FR", "UTC", "mon", "12-25"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["mon", "0", "start", "end", "date", "hours", "country", "yearly", "day"])
        | st.text(max_size=4), inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(
    st.sampled_from(["timezone", "weekly", "holidays", "closures", "openings", "name", "mon"]),
    JSON | st.just("UTC"), max_size=6,
))  # fmt: skip
def test_whatever_the_document_it_is_read_or_refused(raw: dict[str, Any]) -> None:
    try:
        calendar = load_calendar(raw)
    except CalendarError as error:
        found = error
    else:
        assert load_calendar(dump_calendar(calendar)) == calendar
        return
    assert found.problems
    assert found.text("fr")
    assert found.text("en")


def test_every_wording_exists_in_both_languages_with_the_same_parameters() -> None:
    import re

    for code, text in WORDINGS.items():
        assert text.fr, code
        assert text.en, code
        assert set(re.findall(r"{\w+}", text.fr)) == set(re.findall(r"{\w+}", text.en)), code
        assert not re.search(r"[^\u202f\d:T]: |[^\u202f] ?[;!?]( |$)|« | »", wording(code, "fr")), (
            code
        )

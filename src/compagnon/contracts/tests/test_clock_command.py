"""`compagnon clock`: what it prints, in JSON and for people, and its exit status."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest

from compagnon.contracts.clock import BUILT_IN, Calendar
from compagnon.contracts.clock.command import add_arguments, main, run

OFFICE = {
    "timezone": "Europe/Paris",
    "weekly": {"mon-fri": [["09:00", "12:00"], ["14:00", "18:00"]]},
    "holidays": {"country": "FR"},
    "closures": [{"date": "2026-05-15", "label": "Pont"}],
}


@pytest.fixture
def office(tmp_path: Path) -> str:
    path = tmp_path / "office.json"
    path.write_text(json.dumps(OFFICE))
    return str(path)


def clock(*argv: str, resolve: Any = None) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(argv, resolve, out, err)
    return status, out.getvalue(), err.getvalue()


def answer(*argv: str, resolve: Any = None) -> dict[str, Any]:
    status, out, _ = clock(*argv, "--json", resolve=resolve)
    assert status == 0
    result: dict[str, Any] = json.loads(out)
    return result


def reasons(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["reason"], item["counted_seconds"]) for item in found["items"]]


def test_counts_a_file_and_explains_every_stretch(office: str) -> None:
    found = answer("--calendar", office, "--start", "2026-05-13T17:00", "--end", "2026-05-18T10:00")
    assert found["elapsed_seconds"] == 7200
    assert found["elapsed"] == "2\u00a0h"
    assert found["calendar"] == "office"
    assert found["timezone"] == "Europe/Paris"
    assert found["start"] == "2026-05-13T17:00:00+02:00"
    assert found["end"] == "2026-05-18T10:00:00+02:00"
    assert reasons(found) == [
        ("open", 3600), ("outside_hours", 0), ("holiday", 0), ("closure", 0), ("weekend", 0),
        ("outside_hours", 0), ("open", 3600),
    ]  # fmt: skip
    assert [item["label"] for item in found["items"] if item["label"]] == ["Ascension", "Pont"]
    assert sum(item["counted_seconds"] for item in found["items"]) == 7200
    assert "target_seconds" not in found


def test_prints_for_people_in_french_by_default(office: str) -> None:
    ascension = "jour férié\u202f: Ascension"
    status, out, err = clock(
        "--calendar", office, "--start", "2026-05-13T17:00", "--end", "2026-05-15T10:00"
    )
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "office (Europe/Paris)",
        "3600 s comptées",
        "compté\u202f: 1\u00a0h",
        "  mer. 13 mai 2026 17:00 → 18:00 · heures ouvrées · 1\u00a0h",
        "  mer. 13 mai 2026 18:00 → jeu. 14 mai 2026 00:00 · hors des heures ouvrées · non compté",
        f"  jeu. 14 mai 2026 00:00 → ven. 15 mai 2026 00:00 · {ascension} · non compté",
        "  ven. 15 mai 2026 00:00 → 10:00 · fermeture\u202f: Pont · non compté",
    ]


def test_prints_in_english(office: str) -> None:
    _, out, _ = clock(
        "--calendar", office, "--start", "2026-05-14T17:00", "--end", "2026-05-14T18:00",
        "--lang", "en",
    )  # fmt: skip
    assert out.splitlines()[-1] == (
        "  Thu 14 May 2026 17:00 → 18:00 · public holiday: Ascension Day · not counted"
    )


def test_a_target_gives_remaining_due_and_breach() -> None:
    base = ["--calendar", "fr-office", "--start", "2026-03-09T09:00", "--target", "4h"]
    early = answer(*base, "--end", "2026-03-09T11:00")
    assert early["target_seconds"] == 14_400
    assert early["remaining_seconds"] == 7200
    assert (early["due"], early["due_at"]) == ("known", "2026-03-09T15:00:00+01:00")
    assert (early["breached"], early["breached_at"]) == (False, None)
    late = answer(*base, "--end", "2026-03-09T16:00")
    assert (late["remaining_seconds"], late["breached"]) == (-3600, True)
    assert late["breached_at"] == "2026-03-09T15:00:00+01:00"


@pytest.mark.parametrize("target", ["14400", "4h", "4H", "3h60", "240m", "PT4H", "3h 59m 60s"])
def test_targets_as_people_write_them(target: str) -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--target", target
    )
    assert found["target_seconds"] == 14_400


def test_a_pause_is_not_counted() -> None:
    found = answer(
        "--calendar", "fr-office", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "2026-03-09T10:00..2026-03-09T15:00", "--target", "4h",
    )  # fmt: skip
    assert found["elapsed_seconds"] == 4 * 3600
    assert found["due_at"] == "2026-03-09T18:00:00+01:00"
    assert reasons(found) == [("open", 3600), ("paused", 0), ("open", 10_800)]
    assert found["items"][1]["open_seconds"] == 3 * 3600
    assert found["notes"] == []


def test_overlapping_pauses_are_taken_once_and_said() -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "2026-03-09T12:00..2026-03-09T14:00",
        "--paused", "2026-03-09T10:00..2026-03-09T13:00",
        "--paused", "2026-03-09T14:00..2026-03-09T15:00", "--lang", "en",
    )  # fmt: skip
    assert found["elapsed_seconds"] == 4 * 3600
    labels = [item["label"] for item in found["items"] if item["reason"] == "paused"]
    assert labels == ["pauses 1, 2 merged", "pause 3"]
    assert [note["code"] for note in found["notes"]] == ["pauses_merged"]


def test_a_pause_within_another_adds_nothing() -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "2026-03-09T10:00..2026-03-09T14:00",
        "--paused", "2026-03-09T11:00..2026-03-09T12:00",
    )  # fmt: skip
    assert found["elapsed_seconds"] == 5 * 3600


def test_pauses_out_of_range_are_cut_and_said() -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "2026-03-09T08:00..2026-03-09T10:00",
        "--paused", "2026-03-09T17:00..2026-03-09T20:00",
        "--paused", "2026-03-08T08:00..2026-03-08T10:00",
        "--paused", "2026-03-10T08:00..2026-03-10T10:00",
        "--paused", "2026-03-09T12:00..2026-03-09T12:00",
        "--target", "20h", "--lang", "en",
    )  # fmt: skip
    assert found["elapsed_seconds"] == 7 * 3600
    assert found["start"] == found["items"][0]["start"] == "2026-03-09T09:00:00+00:00"
    assert found["items"][0]["label"] == "pause 1, cut at the start"
    assert found["items"][-1]["label"] == "pause 2, cut at the end"
    assert sorted(note["code"] for note in found["notes"]) == [
        "pause_after", "pause_before", "pause_cut_end", "pause_cut_start", "pause_empty",
    ]  # fmt: skip
    # 7 h by 18:00; again from 20:00 to 08:00 (19 h), then from 10:00 the last hour.
    assert found["due_at"] == "2026-03-10T11:00:00+00:00"


def test_a_pause_without_end_leaves_no_due_time() -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "2026-03-09T12:00..", "--target", "4h",
    )  # fmt: skip
    assert (found["state"], found["due"], found["due_at"]) == ("paused", "paused", None)
    assert found["elapsed_seconds"] == 3 * 3600


def test_a_pause_without_start_begins_with_the_clock() -> None:
    found = answer(
        "--calendar", "24x7", "--start", "2026-03-09T09:00", "--end", "2026-03-09T18:00",
        "--paused", "..2026-03-09T12:00",
    )  # fmt: skip
    assert reasons(found) == [("paused", 0), ("open", 6 * 3600)]


def test_times_without_offset_are_on_the_wall_clock_of_the_calendar() -> None:
    naive = answer("--calendar", "fr-office", "--start", "2026-07-01 09:00",
                   "--end", "2026-07-01T12:00")  # fmt: skip
    aware = answer("--calendar", "fr-office", "--start", "2026-07-01T07:00Z",
                   "--end", "2026-07-01T19:00+09:00")  # fmt: skip
    assert naive == aware
    assert naive["elapsed_seconds"] == 3 * 3600


def test_times_that_clocks_skip_or_repeat_are_settled_and_said() -> None:
    found = answer(
        "--calendar", "fr-office", "--start", "2026-03-29T02:30", "--end", "2026-10-25T02:30"
    )
    assert found["start"] == "2026-03-29T03:30:00+02:00"
    assert found["end"] == "2026-10-25T02:30:00+02:00"
    assert [note["code"] for note in found["notes"]] == ["wall_never", "wall_twice"]


def test_no_time_at_all_counts_nothing(office: str) -> None:
    found = answer("--calendar", office, "--start", "2026-03-09", "--end", "2026-03-09")
    assert (found["elapsed_seconds"], found["items"]) == (0, [])


def test_a_name_is_looked_up_before_the_built_in_ones() -> None:
    mine = Calendar("UTC", ((),) * 7, "mine")
    names = {"mine": mine, "24x7": mine}
    base = ["--start", "2026-03-09", "--end", "2026-03-10"]
    assert answer("--calendar", "mine", *base, resolve=names.get)["elapsed_seconds"] == 0
    assert answer("--calendar", "24x7", *base, resolve=names.get)["elapsed_seconds"] == 0
    assert answer("--calendar", "24x7", *base)["elapsed_seconds"] == 86_400


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_calendars_work_without_a_database(name: str) -> None:
    found = answer("--calendar", name, "--start", "2026-03-09", "--end", "2026-03-16")
    assert found["elapsed_seconds"] > 0


def test_a_file_needs_no_extension_when_its_path_is_given(tmp_path: Path) -> None:
    path = tmp_path / "calendar"
    path.write_text(json.dumps(OFFICE))
    found = answer("--calendar", str(path), "--start", "2026-03-09", "--end", "2026-03-10")
    assert found["elapsed_seconds"] == 7 * 3600


def test_a_day_that_ends_just_before_midnight_is_remarked(tmp_path: Path) -> None:
    path = tmp_path / "late.json"
    path.write_text('{"timezone": "UTC", "weekly": {"monday": ["00:00", "23:59"]}}')
    status, _, err = clock("--calendar", str(path), "--start", "2026-03-09", "--end", "2026-03-10")
    assert status == 0
    assert "weekly.monday" in err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["--calendar", "nope", "--start", "2026-03-09", "--end", "2026-03-10"],
         "calendar_unknown"),
        (["--calendar", "no\0pe", "--start", "2026-03-09", "--end", "2026-03-10"],
         "calendar_unknown"),
        (["--calendar", "x" * 9999, "--start", "2026-03-09", "--end", "2026-03-10"],
         "calendar_unknown"),
        (["--calendar", "/nowhere/x.json", "--start", "2026-03-09", "--end", "2026-03-10"],
         "file_unreadable"),
        (["--calendar", "24x7", "--start", "2026-03-10", "--end", "2026-03-09"],
         "end_before_start"),
        (["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10",
          "--paused", "2026-03-09T12:00..2026-03-09T11:00"], "pause_reversed"),
        (["--calendar", "24x7", "--start", "2026-03-09", "--end", "9999-12-31"], "instant_range"),
        (["--calendar", "UTC", "--start", "0001-01-01T00:00+05:00", "--end", "2026-03-10"],
         "calendar_unknown"),
        (["--calendar", "24x7", "--start", "0001-01-01T00:00+05:00", "--end", "2026-03-10"],
         "instant_range"),
        (["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10",
          "--target", "999999999"], "target_bounds"),
    ],
)  # fmt: skip
def test_refusals_end_in_1_and_say_why(argv: list[str], code: str) -> None:
    status, out, err = clock(*argv, "--json")
    assert status == 1
    found = json.loads(out)
    assert found["error"]["code"] == code
    assert found["items"] == []
    assert found["error"]["detail"] in err
    status, out, err = clock(*argv)
    assert (status, out) == (1, "")
    assert err.startswith("compagnon clock: ")


def test_a_bad_file_is_refused_field_by_field(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"timezone": "Paris", "weekly": {"monday": [["9", "26:00"]]}}')
    status, out, err = clock(
        "--calendar", str(path), "--start", "2026-03-09", "--end", "2026-03-10", "--json"
    )
    assert status == 1
    assert [each["field"] for each in json.loads(out)["error"]["errors"]] == [
        "timezone", "weekly.monday[0][1]",
    ]  # fmt: skip
    assert "weekly.monday[0][1]" in err


def test_a_folder_or_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "huge.json").write_bytes(b" " * 1_000_001)
    for name, code in (("folder", "file_unreadable"), ("huge", "too_large")):
        status, out, _ = clock(
            "--calendar", str(tmp_path / f"{name}.json"),
            "--start", "2026-03-09", "--end", "2026-03-10", "--json",
        )  # fmt: skip
        assert (status, json.loads(out)["error"]["code"]) == (1, code)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--calendar", "24x7"],
        ["--calendar", "24x7", "--start", "yesterday", "--end", "2026-03-10"],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-13-10"],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--paused", "x"],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--paused", ".."],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--target", "2d"],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--lang", "de"],
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--what"],
    ],
)
def test_misuse_ends_in_2_with_nothing_on_standard_output(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = clock(*argv, "--json")
    assert (status, out, err) == (2, "", "")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage:" in printed.err


def test_it_plugs_into_another_parser() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    add_arguments(parser, with_json=False, language="en")
    args = parser.parse_args(
        ["--calendar", "24x7", "--start", "2026-03-09", "--end", "2026-03-10", "--json"]
    )
    out = io.StringIO()
    assert run(args, stdout=out, stderr=io.StringIO()) == 0
    assert json.loads(out.getvalue())["items"][0]["reason_words"] == "opening hours"


def test_a_poor_terminal_loses_no_more_than_signs() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    argv = ["--calendar", "fr-office", "--start", "2026-05-01", "--end", "2026-05-02"]
    assert main(argv, None, out, io.StringIO()) == 0
    out.flush()
    assert b"0 s compt?es" in raw.getvalue()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--start", "2026-07-09", "--end", "2026-07-10",
          "--paused", "2026-07-09T12:00..2026-07-09T11:00"],
         ["2026-07-09T12:00:00+02:00", "2026-07-09T11:00:00+02:00"]),
        (["--start", "2026-07-10", "--end", "2026-07-09T10:00:00Z"],
         ["2026-07-10T00:00:00+02:00", "2026-07-09T12:00:00+02:00"]),
        (["--start", "2026-07-09", "--end", "2150-01-01"], ["2150-01-01T00:00:00"]),
    ],
)  # fmt: skip
def test_a_refusal_tells_times_of_the_calendars_zone(argv: list[str], told: list[str]) -> None:
    status, _out, err = clock("--calendar", "fr-office", *argv)
    assert status == 1
    assert all(time in err for time in told), err
    assert "+00:00" not in err


def test_everything_told_is_in_the_calendars_zone() -> None:
    for form in ((), ("--json",)):
        status, out, err = clock(
            "--calendar", "fr-office", "--start", "2026-07-09T00:00Z", "--end", "2026-07-10T12:00Z",
            "--paused", "2026-07-08T22:00Z..2026-07-09T08:00Z", "--target", "90h", *form,
        )  # fmt: skip
        assert status == 0
        assert "+00:00" not in out + err
        assert "Z" not in err

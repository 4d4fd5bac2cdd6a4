"""A ledger and a reading in words, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compagnon.contracts.clock import (
    BUILT_IN,
    ClockReading,
    Language,
    Segment,
    State,
    Text,
    load_calendar,
    read_clock,
)
from compagnon.contracts.clock.words import (
    WHY,
    duration_words,
    instant_words,
    line_words,
    reading_words,
    span_words,
)
from compagnon.contracts.clock.zones import resolve_local

OFFICE = BUILT_IN["fr-office"]
PARIS = "Europe/Paris"


def at(text: str) -> datetime:
    return resolve_local(datetime.fromisoformat(f"2026-03-{text}"), PARIS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (5445, "1 h 30 min 45 s"),
        (360_000, "100 h"),
        (-3660, "−1 h 1 min"),
    ],
)
def test_durations(seconds: int, words: str) -> None:
    assert duration_words(seconds).replace("\u00a0", " ") == words


def test_instants() -> None:
    first = datetime(2026, 2, 1, 8, 5, 9, tzinfo=UTC)
    assert instant_words(first, PARIS, "fr") == "dim. 1er février 2026 09:05:09"
    assert instant_words(first, PARIS, "en") == "Sun 1 Feb 2026 09:05:09"


def test_offsets_are_shown_only_when_clocks_change_between() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    words = span_words(start, start + timedelta(hours=1), PARIS, "en")
    assert words == "Sun 25 Oct 2026 02:30 (UTC+02:00) → 02:30 (UTC+01:00)"


def reading(as_of: str, target: int | None = 14_400, end: str | None = None) -> ClockReading:
    segments = [Segment(at("09 09:00"), at(end) if end else None, OFFICE, target_seconds=target)]
    if end:
        segments.append(Segment(at(end), None, OFFICE, State.PAUSED, target))
    return read_clock(segments, as_of=at(as_of))


@pytest.mark.parametrize(
    ("found", "french", "english"),
    [
        (
            reading("09 11:00"),
            "compté : 2 h sur 4 h, reste 2 h, échéance le lun. 9 mars 2026 15:00",
            "counted: 2 h of 4 h, 2 h left, due Mon 9 Mar 2026 15:00",
        ),
        (
            reading("09 16:00"),
            "compté : 5 h sur 4 h, dépassé de 1 h depuis le lun. 9 mars 2026 15:00",
            "counted: 5 h of 4 h, exceeded by 1 h since Mon 9 Mar 2026 15:00",
        ),
        (
            reading("09 16:00", end="09 11:00"),
            "compté : 2 h sur 4 h, reste 2 h, pas d’échéance tant que la pause dure",
            "counted: 2 h of 4 h, 2 h left, no due time as long as the pause lasts",
        ),
        (reading("09 11:00", target=None), "compté : 2 h", "counted: 2 h"),
    ],
)
def test_readings(found: ClockReading, french: str, english: str) -> None:
    def plain(language: Language) -> str:
        return reading_words(found, PARIS, language).replace("\u00a0", " ").replace("\u202f", " ")

    assert (plain("fr"), plain("en")) == (french, english)


def test_a_pause_says_why_and_what_it_holds() -> None:
    segments = [
        Segment(
            at("09 10:00"), None, OFFICE, State.PAUSED,
            cause="waiting_user", label=Text("en attente de l’utilisateur", "waiting for the user"),
        )
    ]  # fmt: skip
    (line,) = read_clock(segments, as_of=at("09 15:00")).ledger
    assert line_words(line, "fr").replace("\u00a0", " ") == (
        "lun. 9 mars 2026 10:00 → 15:00 · en pause\u202f: en attente de l’utilisateur · "
        "non compté (3 h d’ouverture)"
    )
    assert line_words(line, "en").endswith("(3\u00a0h of opening time)")


def test_a_cause_without_label_is_still_said() -> None:
    segments = [Segment(at("09 10:00"), None, OFFICE, State.PAUSED, cause="waiting_user")]
    (line,) = read_clock(segments, as_of=at("09 15:00")).ledger
    assert "paused: waiting_user" in line_words(line, "en")


def test_every_reason_has_words_in_both_languages() -> None:
    from compagnon.contracts.clock import Why

    assert set(WHY) == set(Why)
    assert all(text.fr and text.en and text.fr != text.en for text in WHY.values())


def test_a_holiday_speaks_the_language_of_the_reader() -> None:
    calendar = load_calendar({"timezone": PARIS, "weekly": {}, "holidays": "FR"})
    start = datetime(2026, 12, 25, 9, tzinfo=UTC)
    (line,) = read_clock([Segment(start, None, calendar)], as_of=start + timedelta(hours=1)).ledger
    assert "jour férié\u202f: Noël" in line_words(line, "fr")
    assert "public holiday: Christmas Day" in line_words(line, "en")

"""Numbers, times and names as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from compagnon.ui import words
from compagnon.ui.words import GAP, MINUS

NOW = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)  # 14:05 in Paris


@pytest.fixture(autouse=True)
def in_paris() -> object:
    with timezone.override(ZoneInfo("Europe/Paris")):
        yield


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0, f"0{GAP}s"),
        (45.9, f"45{GAP}s"),
        (60, f"1{GAP}min"),
        (740, f"12{GAP}min"),
        (3600, f"1{GAP}h"),
        (7500, f"2{GAP}h{GAP}05"),
        (-1200, f"{MINUS}20{GAP}min"),
        (timedelta(hours=125, minutes=30), f"125{GAP}h{GAP}30"),
    ],
)
def test_duration(seconds: float | None, said: str) -> None:
    assert words.duration(seconds) == said


@given(st.integers(min_value=0, max_value=10**9))
def test_duration_never_says_more_than_it_is(seconds: int) -> None:
    with translation.override("en"):
        said = words.duration(seconds).replace(",", "").replace(GAP, " ")
    parts = said.split(" ")
    number, unit = int(parts[0]), parts[1]
    told = number * {"s": 1, "min": 60, "h": 3600}[unit] + (
        int(parts[2]) * 60 if len(parts) == 3 else 0
    )
    assert told <= seconds < told + 60


@pytest.mark.parametrize(
    ("ago", "french", "english"),
    [
        (timedelta(seconds=20), "à l’instant", "just now"),
        (timedelta(minutes=15), f"il y a 15{GAP}min", f"15{GAP}min ago"),
        (timedelta(hours=5), f"il y a 5{GAP}h", f"5{GAP}h ago"),
        (timedelta(hours=13), "aujourd’hui à 01:05", "today at 01:05"),
        (timedelta(hours=20), "hier à 18:05", "yesterday at 18:05"),
        (timedelta(days=3), "il y a 3 jours", "3 days ago"),
        (timedelta(days=40), "31 jan. 2026", "31 Jan. 2026"),
        (timedelta(minutes=-15), f"dans 15{GAP}min", f"in 15{GAP}min"),
        (timedelta(hours=-20), "demain à 10:05", "tomorrow at 10:05"),
        (timedelta(days=-3), "dans 3 jours", "in 3 days"),
    ],
)
def test_relative_time(ago: timedelta, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.relative_time(NOW - ago, NOW) == french
    with translation.override("en"):
        assert words.relative_time(NOW - ago, NOW) == english


def test_full_time_says_the_zone() -> None:
    with translation.override("fr"):
        assert words.full_time(NOW) == "12 mars 2026, 14:05 CET"
    with translation.override("en"), timezone.override(ZoneInfo("Indian/Reunion")):
        assert words.full_time(NOW) == "12 March 2026, 17:05 +04"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Claire Moreau", "CM"),
        ("Anne-Sophie Le Gall", "AG"),
        ("Élodie", "É"),
        ("42", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert words.initials(name) == letters


@given(st.text(max_size=40))
def test_initials_are_two_letters_at_most(name: str) -> None:
    assert 1 <= len(words.initials(name)) <= 4  # «ß» in capitals is two letters
    assert words.tint(name) in words.TINTS


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, f"0{GAP}o"),
        (312, f"312{GAP}o"),
        (1_432_000, f"1,4{GAP}Mo"),
        (25_000_000, f"25{GAP}Mo"),
        (999_600, f"1{GAP}Mo"),
        (3 * 10**12, f"3000{GAP}Go"),
    ],
)
def test_size(count: int, said: str) -> None:
    with translation.override("fr"):
        assert words.size(count).replace("\u202f", "").replace("\xa03000", "3000") == said


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
    ],
)  # fmt: skip
def test_browser(agent: str, said: str) -> None:
    assert words.browser(agent) == said


def test_browser_unknown() -> None:
    with translation.override("fr"):
        assert words.browser("") == "Navigateur inconnu"

"""Folding names, reading addresses and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.people import rules


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie", "elodie"),
        ("Œuvré", "oeuvre"),
        ("STRAẞE", "strasse"),
        ("Łukasz Đorđe Søren", "lukasz dorde soren"),
        ("Nguyễn", "nguyen"),
        ("İstanbul", "istanbul"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert rules.fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert rules.fold(rules.fold(text)) == rules.fold(text)


@given(st.text(max_size=60))
def test_words_are_folded_bounded_and_once(text: str) -> None:
    words = rules.words(text)
    assert len(words) == len(set(words))
    assert all(0 < len(word) <= 80 and rules.fold(word) == word for word in words)


def test_search_name_sorts_by_last_name_without_accents() -> None:
    names = [("Zoé", "Étienne"), ("Anne", "Fabre"), ("Bob", "Durand")]
    assert [last for _first, last in sorted(names, key=lambda n: rules.search_name(*n))] == [
        "Durand",
        "Étienne",
        "Fabre",
    ]


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Marie.Durand@Example.FR", "marie.durand@example.fr"),
        ("  m+tag@sub.example.org ", "m+tag@sub.example.org"),
        ("root@localhost", "root@localhost"),
        ("élise@exemple.fr", "élise@exemple.fr"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_normal_email(text: str, email: str) -> None:
    assert rules.normal_email(text) == email


@pytest.mark.parametrize(
    "text",
    ["", "@", "a@", "@b.fr", "a b@c.fr", "a@b..fr", "a@-b.fr", "a\n@b.fr", "a@b.fr\nx", "a@@b.fr",
     ".a@b.fr", "x" * 65 + "@b.fr", "<a@b.fr>", "a@b.fr,c@d.fr", "a\0@b.fr"],
)  # fmt: skip
def test_not_an_email(text: str) -> None:
    assert rules.normal_email(text) is None


@given(st.text(max_size=300))
def test_reading_an_email_never_fails_and_is_stable(text: str) -> None:
    found = rules.normal_email(text)
    assert found is None or rules.normal_email(found) == found


def test_domains_above() -> None:
    assert rules.domains_above("a@mail.paris.example.fr") == [
        "mail.paris.example.fr",
        "paris.example.fr",
        "example.fr",
    ]
    assert rules.domains_above("a@localhost") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01 23 45 67 89", "+33123456789"),
        ("01.23.45.67.89", "+33123456789"),
        ("+33 (0)1 23 45 67 89", "+33123456789"),
        ("0033 1 23 45 67 89", "+33123456789"),
        ("+44 20 7946 0958", "+442079460958"),
        ("06 12 34 56 78", "+33612345678"),
        ("4123", "4123"),
        ("3949", "3949"),
    ],
)
def test_normal_phone(text: str, number: str) -> None:
    assert rules.normal_phone(text) == number


@pytest.mark.parametrize("text", ["", "1", "abc", "01 23 45 67 8x", "+", "+123", "0" * 30])
def test_not_a_phone(text: str) -> None:
    assert rules.normal_phone(text) is None


@given(st.text(max_size=60))
def test_reading_a_number_never_fails_and_is_stable(text: str) -> None:
    found = rules.normal_phone(text)
    assert found is None or rules.normal_phone(found) == found


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Marie Durand", ("Marie", "Durand")),
        ("DURAND Marie", ("Marie", "Durand")),
        ("Marie DURAND", ("Marie", "Durand")),
        ("Durand, Marie", ("Marie", "Durand")),
        ("Jean-Pierre DE LA TOUR", ("Jean-Pierre", "De La Tour")),
        ("Support", ("", "Support")),
        ("", ("", "")),
    ],
)
def test_split_name(full: str, parts: tuple[str, str]) -> None:
    assert rules.split_name(full) == parts


@given(st.text(max_size=400))
def test_a_name_of_any_kind_fits_its_columns(full: str) -> None:
    first, last = rules.split_name(full)
    assert len(first) <= 80
    assert len(last) <= 80
    assert "\0" not in first + last


def test_name_from_address() -> None:
    assert rules.name_from_address("marie.durand+test@example.fr") == "Marie Durand"
    assert rules.name_from_address("+@example.fr") == "+@example.fr"


def test_paths_are_whole_keys() -> None:
    assert rules.child_path(None, 1) == "/1/"
    assert rules.child_path("/1/", 10) == "/1/10/"
    assert rules.keys_of("/1/10/") == [1, 10]
    assert rules.is_within("/1/10/", "/1/")
    assert not rules.is_within("/10/", "/1/")

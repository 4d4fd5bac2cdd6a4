"""Public holidays: French law, computed twice; the regions and overseas; exceptions; names."""

from __future__ import annotations

from datetime import date

import pytest

from compagnon.contracts.clock import CalendarError, canonical_rule, holidays_of

from .clock_oracle import french_holidays


@pytest.mark.parametrize("year", range(1970, 2101))
def test_france_is_what_the_labour_code_says(year: int) -> None:
    assert set(holidays_of(canonical_rule("FR"), year)) == french_holidays(year)


@pytest.mark.parametrize("subdivision", ["57", "6AE"])
@pytest.mark.parametrize("year", [1970, 2005, 2026, 2100])
def test_alsace_and_moselle_have_good_friday_and_26_december(subdivision: str, year: int) -> None:
    rule = canonical_rule("FR", subdivision)
    assert set(holidays_of(rule, year)) == french_holidays(year, alsace_moselle=True)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("57", "57"), ("FR-57", "57"), ("Moselle", "57"), ("6AE", "6AE"), ("alsace", "6AE"),
        ("Alsace-Moselle", "6AE"), ("67", "6AE"), ("68", "6AE"), ("FR-974", "974"), ("RE", "974"),
        ("La Réunion", "974"), ("988", "NC"), ("987", "PF"), ("975", "PM"), ("Mayotte", "976"),
        ("75", ""), ("2A", ""), ("IDF", ""), ("métropole", ""), ("", ""),
    ],
)  # fmt: skip
def test_french_subdivisions_as_people_write_them(written: str, code: str) -> None:
    assert canonical_rule("FR", written).subdivision == code


@pytest.mark.parametrize(
    ("subdivision", "day", "name"),
    [
        ("971", date(2026, 5, 27), "Abolition de l’esclavage"),
        ("972", date(2026, 5, 22), "Abolition de l’esclavage"),
        ("973", date(2026, 6, 10), "Abolition de l’esclavage"),
        ("974", date(2026, 12, 20), "Abolition de l’esclavage"),
        ("976", date(2026, 4, 27), "Abolition de l’esclavage"),
        ("NC", date(2026, 9, 24), "Fête de la Citoyenneté"),
        ("WF", date(2026, 7, 29), "Fête du Territoire"),
    ],
)
def test_overseas(subdivision: str, day: date, name: str) -> None:
    assert holidays_of(canonical_rule("FR", subdivision), 2026)[day].fr == name
    assert day not in holidays_of(canonical_rule("FR"), 2026)


def test_a_territory_given_as_a_country_is_its_french_subdivision() -> None:
    assert canonical_rule("RE") == canonical_rule("FR", "974")


def test_names_are_in_french_and_english_whatever_the_machine_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE", "uk")
    noel = holidays_of(canonical_rule("FR", "974"), 2031)[date(2031, 12, 25)]
    assert (noel.fr, noel.en) == ("Noël", "Christmas Day")


@pytest.mark.parametrize(
    "exception", ["Lundi de Pentecôte", "lundi de pentecôte", "Pentecost Monday", "2026-05-25"]
)
def test_a_worked_holiday_is_excepted_by_name_or_date(exception: str) -> None:
    rule = canonical_rule("FR", exceptions=(exception,))
    assert date(2026, 5, 25) not in holidays_of(rule, 2026)
    assert len(holidays_of(rule, 2026)) == 10


@pytest.mark.parametrize("name", ["Jour de l'an", "Jour de l’an", "JOUR DE L’AN"])
def test_either_apostrophe_will_do(name: str) -> None:
    assert date(2026, 1, 1) not in holidays_of(canonical_rule("FR", exceptions=(name,)), 2026)


def test_a_day_of_two_holidays_is_worked_only_when_both_are_excepted() -> None:
    day = date(2008, 5, 1)  # Labour Day and Ascension
    assert day in holidays_of(canonical_rule("FR", exceptions=("Ascension",)), 2008)
    both = canonical_rule("FR", exceptions=("Ascension", "Fête du Travail"))
    assert day not in holidays_of(both, 2008)
    assert day not in holidays_of(canonical_rule("FR", exceptions=("05-01",)), 2008)


def test_observed_days_are_a_choice() -> None:
    # Independence Day 2021 was a Sunday, observed on Monday 5 July.
    assert date(2021, 7, 5) in holidays_of(canonical_rule("US"), 2021)
    assert date(2021, 7, 5) not in holidays_of(canonical_rule("US", observed=False), 2021)
    # New Year 2022 was a Saturday, observed the year before.
    assert date(2021, 12, 31) in holidays_of(canonical_rule("US"), 2021)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"country": "XX"}, "country_unknown"),
        ({"country": ""}, "country_unknown"),
        ({"country": "FR", "subdivision": "99"}, "subdivision_unknown"),
        ({"country": "FR", "subdivision": "GES"}, "subdivision_unknown"),  # only a part has them
        ({"country": "FR", "categories": ("nope",)}, "category_unknown"),
        ({"country": "FR", "categories": ()}, "category_unknown"),
        ({"country": "FR", "exceptions": ("Pentecote",)}, "exception_unknown"),
        ({"country": "FR", "exceptions": ("2026-05-26",)}, "exception_unknown"),
    ],
)
def test_unknown_rules_are_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(CalendarError) as refused:
        canonical_rule(**arguments)  # type: ignore[arg-type]
    assert [problem.code for problem in refused.value.problems] == [code]

"""Public holidays by country and subdivision, named in French and English.

Source: the `holidays` library (MIT), which cites the decree of each day. Its French subdivisions:
57 Moselle and 6AE Alsace (Good Friday, 26 December), 971 Guadeloupe, 972 Martinique, 973 Guyane,
974 La Réunion, 976 Mayotte, BL, MF, NC, PF, PM, TF, WF.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

from .calendars import HolidayRule
from .errors import CalendarError, Problem
from .texts import Text

_JOIN = "; "  # how the library joins two holidays that fall on one day
_NAME_YEARS = range(2000, 2041)  # enough for every name and month-day of a rule in force

# What people write for France, and the library's code for it ("" = no holiday of its own).
_FRENCH = {
    "alsace-moselle": "6AE", "bas-rhin": "6AE", "haut-rhin": "6AE", "67": "6AE", "68": "6AE",
    "975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC",
    "metropole": "", "métropole": "", "metropolitan": "", "france": "",
    "réunion": "974", "reunion": "974",
}  # fmt: skip
# Countries of ISO 3166-1 that the library serves as aliases of a French subdivision.
_FRENCH_TERRITORIES = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976", "BL": "BL", "MF": "MF",
    "NC": "NC", "PF": "PF", "PM": "PM", "TF": "TF", "WF": "WF",
}  # fmt: skip
_FRENCH_REGIONS = {
    "idf", "ara", "bfc", "bre", "cvl", "cor", "20r", "hdf", "naq", "nor", "occ", "pac", "pdl",
}  # fmt: skip
_DEPARTMENT = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[ab]|[1-9]")


def canonical_rule(
    country: str,
    subdivision: str = "",
    categories: tuple[str, ...] = ("public",),
    *,
    observed: bool = True,
    exceptions: tuple[str, ...] = (),
) -> HolidayRule:
    """The rule in the library's own codes.

    CalendarError with `country_unknown`, `subdivision_unknown`, `category_unknown` or
    `exception_unknown`, whose path is the field's name.
    """
    code = country.strip().upper()
    if code in _FRENCH_TERRITORIES and not subdivision:
        code, subdivision = "FR", _FRENCH_TERRITORIES[code]
    elif code == "FRA":
        code = "FR"
    if code not in holidays.list_supported_countries(include_aliases=True):
        raise CalendarError([Problem("country_unknown", "country", {"value": country[:64]})])
    entity = holidays.country_holidays(code, expand=False)
    wrong = [each for each in categories if each not in entity.supported_categories]
    if wrong or not categories:
        params = {"value": ", ".join(wrong)[:64], "known": ", ".join(entity.supported_categories)}
        raise CalendarError([Problem("category_unknown", "categories", params)])
    rule = HolidayRule(code, _subdivision(code, subdivision), categories, observed)
    exceptions = tuple(_canonical_exception(each) for each in exceptions)
    for index, exception in enumerate(exceptions):
        if not _is_known_exception(rule, exception):
            names = sorted({text.fr for _, text in _sample(rule)})
            params = {"value": exception[:64], "known": " ; ".join(names)[:1500]}
            raise CalendarError([Problem("exception_unknown", f"except[{index}]", params)])
    return HolidayRule(code, rule.subdivision, categories, observed, exceptions)


def _subdivision(country: str, written: str) -> str:
    wanted = written.strip()
    if not wanted:
        return ""
    bare = wanted[len(country) + 1 :] if wanted.upper().startswith(f"{country}-") else wanted
    entity = type(holidays.country_holidays(country, expand=False))
    codes = {code.casefold(): code for code in entity.subdivisions}
    codes |= {alias.casefold(): code for alias, code in entity.subdivisions_aliases.items()}
    folded = bare.casefold()
    if folded in codes:
        return codes[folded]
    if country == "FR":
        if folded in _FRENCH:
            return _FRENCH[folded]
        if folded in _FRENCH_REGIONS or _DEPARTMENT.fullmatch(folded):
            return ""
    params = {"value": wanted[:64], "country": country, "known": ", ".join(entity.subdivisions)}
    raise CalendarError([Problem("subdivision_unknown", "subdivision", params)])


@lru_cache(maxsize=2048)
def holidays_of(rule: HolidayRule, year: int) -> Mapping[date, Text]:
    """The days of `year` that `rule` closes, with their names."""
    return MappingProxyType(
        {
            day: name
            for day, name in _library_days(rule, year).items()
            if not _excepted(rule, day, name)
        }
    )


@lru_cache(maxsize=4096)
def _raw_days(
    country: str, subdivision: str, categories: tuple[str, ...], observed: bool, year: int
) -> Mapping[date, Text]:
    entity = holidays.country_holidays(country, expand=False)
    spoken = entity.supported_languages
    english = next((each for each in ("en_US", "en_GB", *spoken) if each.startswith("en")), None)

    def named(language: str | None) -> dict[date, str]:
        if language not in spoken:
            # The language must be said: without it the library follows the machine's locale.
            language = entity.default_language
        return dict(
            holidays.country_holidays(
                country,
                subdiv=subdivision or None,
                years=year,
                categories=categories,
                observed=observed,
                language=language,
                expand=False,
            )
        )

    french, english_names = named("fr"), named(english)
    return MappingProxyType(
        {
            day: Text(name.replace("'", "’"), english_names.get(day, name))
            for day, name in sorted(french.items())
            if day.year == year
        }
    )


def _library_days(rule: HolidayRule, year: int) -> Mapping[date, Text]:
    return _raw_days(rule.country, rule.subdivision, rule.categories, rule.observed, year)


def _excepted(rule: HolidayRule, day: date, name: Text) -> bool:
    if not rule.exceptions:
        return False
    folded = {_fold(exception) for exception in rule.exceptions}
    if day.isoformat() in folded or day.strftime("%m-%d") in folded:
        return True
    # When two holidays share a day, both must be excepted for the day to be worked.
    return any(
        all(_fold(part) in folded for part in names.split(_JOIN)) for names in (name.fr, name.en)
    )


def _fold(name: str) -> str:
    return name.replace("’", "'").casefold()


def _sample(rule: HolidayRule) -> list[tuple[date, Text]]:
    return [
        (day, Text(fr, en))
        for year in _NAME_YEARS
        for day, name in _library_days(rule, year).items()
        for fr, en in zip(name.fr.split(_JOIN), name.en.split(_JOIN), strict=False)
    ]


def _canonical_exception(written: str) -> str:
    try:
        return date.fromisoformat(written.strip()).isoformat()
    except ValueError:
        return written.strip()


def _is_known_exception(rule: HolidayRule, exception: str) -> bool:
    try:
        day = date.fromisoformat(exception)
    except ValueError:
        folded = _fold(exception)
        return any(
            folded in (each.strftime("%m-%d"), _fold(name.fr), _fold(name.en))
            for each, name in _sample(rule)
        )
    return day in _library_days(rule, day.year)

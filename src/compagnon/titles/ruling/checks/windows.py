"""How long a CCP counts towards the title: the several answers that the texts give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from compagnon.titles.ruling.calendar_months import add_months, add_years
from compagnon.titles.ruling.cases import Case, Check, Finding, Verdict
from compagnon.titles.ruling.wording import Words

Params = Mapping[str, Any]
_NONE = Words("aucun CCP acquis auparavant : rien ne court", "no CCP held before: nothing runs")


def years_from_first(case: Case, params: Params) -> Finding:
    """All CCPs are gained within so many years of the first.

    The years count until the last CCP is *gained*: the interview that follows may come later.
    """
    days = [day for day in case.held.values() if day is not None]
    inputs: dict[str, Any] = {"held": {n: case.held[n] for n in sorted(case.held)}}
    if not case.held:
        return Finding(Verdict.MET, _NONE, inputs)
    if case.candidacy.request == "title" and case.stage == "session":
        words = Words("la session porte sur tout le titre", "the session is on the whole title")
        return Finding(Verdict.MET, words, inputs)
    if len(days) < len(case.held):
        words = Words(
            "date d’obtention d’un CCP non indiquée", "day when a CCP was obtained not told"
        )
        return Finding(Verdict.NOT_STATED, words, inputs)
    first = min(days)
    end = add_years(first, params["years"])
    whole = case.candidacy.request == "title" and not case.remaining
    last: date = max(days) if whole else case.at
    inputs |= {"first": first, "until": end, "last": last}
    words = Words(
        "premier CCP le {first}, délai jusqu’au {end}, compté le {last}",
        "first CCP on {first}, until {end}, counted on {last}",
    ).fill(first=first, end=end, last=last)
    return Finding(Verdict.MET if last <= end else Verdict.NOT_MET, words, inputs)


def title_validity(case: Case, params: Params) -> Finding:
    """While the title is valid, and so many months more for who holds a CCP of it."""
    until = case.candidacy.title_valid_until
    inputs: dict[str, Any] = {"title_valid_until": until, "held": sorted(case.held)}
    if until is None:
        words = Words(
            "fin de validité du titre non indiquée", "end of the title’s validity not told"
        )
        return Finding(Verdict.NOT_STATED, words, inputs)
    end = add_months(until, params["months"]) if case.held else until
    inputs["until"] = end
    words = Words(
        "titre valide jusqu’au {until}, délai jusqu’au {end}",
        "title valid until {until}, until {end}",
    ).fill(until=until, end=end)
    return Finding(Verdict.MET if case.at <= end else Verdict.NOT_MET, words, inputs)


def unlimited(case: Case, _params: Params) -> Finding:
    """What was gained stays gained."""
    words = Words("sans limite de durée", "without limit in time")
    return Finding(Verdict.MET, words, {"held": sorted(case.held)})


CHECKS: Mapping[str, Check] = {
    "years_from_first": years_from_first,
    "title_validity": title_validity,
    "unlimited": unlimited,
}

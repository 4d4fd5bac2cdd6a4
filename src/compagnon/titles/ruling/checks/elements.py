"""What the judges must have had before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compagnon.titles.ruling.cases import Case, Check, Finding, Verdict
from compagnon.titles.ruling.wording import Words

Params = Mapping[str, Any]
NAMES = {
    "course_results": Words("résultats des évaluations en cours de formation", "course results"),
    "practice_dossier": Words("dossier de pratique professionnelle", "practice dossier"),
    "situation": Words("mise en situation professionnelle", "professional situation"),
    "interview": Words("entretien", "interview"),
    "final_interview": Words("entretien final", "final interview"),
}


def elements(case: Case, params: Params) -> Finding:
    """Each element of the rule is there, for each CCP where it is told CCP by CCP.

    ``final_interview`` and ``interview`` stand for each other: documents of both periods name them
    loosely.
    """
    missing: list[Words] = []
    seen: dict[str, Any] = {}
    for kind in params["required"]:
        found = _given(case, kind)
        seen[kind] = [
            {"ccp": one.ccp, "date": one.on} if one.ccp else {"date": one.on} for one in found
        ]
        dated_later = [one for one in found if one.on and one.on > case.at]
        lacking = _lacking(case, [one for one in found if one not in dated_later])
        if lacking:
            where = "" if len(lacking) == len(case.asked) else f" (CCP {', '.join(lacking)})"
            name = NAMES[kind]
            missing.append(Words(name.fr + where, name.en + where))
    if missing:
        words = Words("manque : {missing}", "missing: {missing}").fill(missing=missing)
        return Finding(Verdict.NOT_MET, words, {"elements": seen})
    words = Words("présents : {all}", "present: {all}").fill(
        all=[NAMES[kind] for kind in params["required"]]
    )
    return Finding(Verdict.MET, words, {"elements": seen})


def _given(case: Case, kind: str) -> list[Any]:
    kinds = ("interview", "final_interview") if kind.endswith("interview") else (kind,)
    return [one for name in kinds for one in case.elements(name)]


def _lacking(case: Case, found: list[Any]) -> list[str]:
    """Which of the CCPs asked for the element does not cover."""
    if any(not one.ccp for one in found) or (found and not case.asked):
        return []
    covered = {ccp.number for one in found if (ccp := case.version.find(one.ccp))}
    needed = [n for n in case.asked if n not in case.held] or list(case.asked)
    if not case.asked:
        return [case.candidacy.ccs or "CCS"]
    lacking = [number for number in needed if number not in covered]
    return list(case.asked) if len(lacking) == len(needed) else lacking


def dossier_by_activity(case: Case, params: Params) -> Finding:
    """The practice dossier describes each activity type concerned, with its examples."""
    told = [one for one in case.elements("practice_dossier") if one.activities is not None]
    if not told:
        words = Words(
            "les activités décrites ne sont pas indiquées", "the activities described are not told"
        )
        return Finding(Verdict.NOT_STATED, words)
    named = [name for one in told for name in one.activities or ()]
    covered = {ccp.number for name in named if (ccp := case.version.find(name))}
    lacking = [number for number in case.asked if number not in covered]
    inputs = {"activities": named, "concerned": list(case.asked)}
    if lacking:
        words = Words(
            "activités types non décrites : {lacking}", "activity types not described: {lacking}"
        ).fill(lacking=lacking)
        return Finding(Verdict.NOT_MET, words, inputs)
    most = params.get("most_examples")
    over = sorted({n for n in named if most and named.count(n) > most})
    if over:
        words = Words(
            "plus de {most} exemples : activités {over}", "over {most} examples: activities {over}"
        ).fill(most=most, over=over)
        return Finding(Verdict.NOT_MET, words, inputs)
    words = Words("chaque activité type est décrite", "each activity type is described")
    return Finding(Verdict.MET, words, inputs)


def all_ccps_held(case: Case, _params: Params) -> Finding:
    """Capitalisation wants every CCP of the title, none later than the day of the decision."""
    later = {n for n, day in case.held.items() if day is not None and day > case.at}
    lacking = [n for n in case.version.numbers if n not in case.held or n in later]
    inputs = {"held": {n: case.held[n] for n in sorted(case.held)}, "title": case.code}
    if lacking:
        words = Words("CCP non acquis : {lacking}", "CCP not held: {lacking}").fill(lacking=lacking)
        return Finding(Verdict.NOT_MET, words, inputs)
    words = Words("tous les CCP du titre sont acquis", "every CCP of the title is held")
    return Finding(Verdict.MET, words, inputs)


CHECKS: Mapping[str, Check] = {
    "elements": elements,
    "dossier_by_activity": dossier_by_activity,
    "all_ccps_held": all_ccps_held,
}

"""Who judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compagnon.titles.ruling.calendar_months import add_months
from compagnon.titles.ruling.candidacy import Member
from compagnon.titles.ruling.cases import Case, Check, Finding, Verdict
from compagnon.titles.ruling.wording import Words

Params = Mapping[str, Any]
QUALITIES = {
    "professional": Words("professionnel", "professional"),
    "trainer": Words("formateur", "trainer"),
    "supervisor": Words("encadrant", "supervisor"),
    "other": Words("autre", "other"),
}
TIES = {
    "trained": Words("a formé le candidat", "trained the candidate"),
    "accompanied": Words("a accompagné le candidat", "accompanied the candidate"),
    "employs": Words("emploie le candidat", "employs the candidate"),
    "kin": Words("parent du candidat", "kin of the candidate"),
    "shared_employer": Words("même entreprise que le candidat", "shares the candidate’s employer"),
    "shared_training_body": Words(
        "même organisme de formation que le candidat", "shares the candidate’s training body"
    ),
    "professional": Words("lien professionnel", "professional link"),
    "personal": Words("lien personnel", "personal link"),
}
_UNKNOWN = Words("la composition n’est pas indiquée", "who judges is not told")


def judging(case: Case) -> list[Member]:
    """The members who take part in the deliberation."""
    return [one for one in case.candidacy.jury or () if one.judges]


def _listed(members: list[Member]) -> list[dict[str, Any]]:
    return [{"name": one.name, "quality": one.quality} for one in members]


def composition(case: Case, params: Params) -> Finding:
    """A jury of the qualities named, or a pair of one of each."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    members = judging(case)
    inputs = {"judges": _listed(members)}
    wanted = params["qualities"]
    have = sorted(one.quality for one in members)
    if params.get("pair"):
        met = have == sorted(wanted)
    else:
        met = bool(have) and set(have) <= set(wanted)
        if needed := params.get("including"):
            met = met and needed in have
    words = Words("jugent : {have}", "judging: {have}").fill(
        have=[QUALITIES[quality] for quality in have] or Words("personne", "nobody")
    )
    return Finding(Verdict.MET if met else Verdict.NOT_MET, words, inputs)


def quorum(case: Case, params: Params) -> Finding:
    """So many members present."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    count, needed = len(judging(case)), params["members"]
    words = Words(
        "{count} membre(s), {needed} exigé(s)", "{count} member(s), {needed} needed"
    ).fill(count=count, needed=needed)
    met = Verdict.MET if count >= needed else Verdict.NOT_MET
    return Finding(met, words, {"judges": count, "needed": needed})


def ties(case: Case, params: Params) -> Finding:
    """None who judges is tied to the candidate in a way that the rule names."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    barred = set(params["barred"])
    found = [(one.name, sorted(one.ties & barred)) for one in judging(case) if one.ties & barred]
    inputs = {"ties": dict(found)}
    if found:
        told = [
            Words("{name} : {kinds}", "{name}: {kinds}").fill(
                name=name, kinds=[TIES[kind] for kind in kinds]
            )
            for name, kinds in found
        ]
        return Finding(Verdict.NOT_MET, Words("{told}", "{told}").fill(told=told), inputs)
    words = Words("aucun lien qui écarte un juge", "no tie that bars a judge")
    return Finding(Verdict.MET, words, inputs)


def trade_experience(case: Case, params: Params) -> Finding:
    """So many months in the trade, not left for longer than so many years."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    members = [one for one in judging(case) if one.quality in params["qualities"]]
    short, unknown = [], []
    for one in members:
        left = one.left_trade_on
        if one.experience_months is None:
            unknown.append(one.name)
        elif one.experience_months < params["months"] or (
            left is not None and add_months(left, 12 * params["left_years"]) < case.at
        ):
            short.append(one.name)
    inputs = {
        "needed_months": params["months"], "left_years": params["left_years"],
        "experience_months": {one.name: one.experience_months for one in members},
        "left_trade_on": {one.name: one.left_trade_on for one in members if one.left_trade_on},
    }  # fmt: skip
    if short:
        words = Words(
            "expérience insuffisante ou trop ancienne : {short}",
            "experience too short, or left too long ago: {short}",
        ).fill(short=short)
        return Finding(Verdict.NOT_MET, words, inputs)
    if unknown or not members:
        words = Words("expérience non indiquée : {unknown}", "experience not told: {unknown}").fill(
            unknown=unknown
        )
        return Finding(Verdict.NOT_STATED, words, inputs)
    words = Words("expérience suffisante", "experience long enough")
    return Finding(Verdict.MET, words, inputs)


def authorised(case: Case, _params: Params) -> Finding:
    """Each member is empowered by the State's territorial representative, that day."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    members = judging(case)
    refused = [
        one.name
        for one in members
        if one.authorised is False or (one.authorised_until and one.authorised_until < case.at)
    ]
    inputs = {
        "authorised": {one.name: one.authorised for one in members},
        "until": {one.name: one.authorised_until for one in members if one.authorised_until},
    }
    if refused:
        words = Words("non habilité(s) ce jour : {refused}", "not authorised that day: {refused}")
        return Finding(Verdict.NOT_MET, words.fill(refused=refused), inputs)
    if any(one.authorised is None and one.authorised_until is None for one in members):
        words = Words("habilitation non indiquée", "authorisation not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    return Finding(Verdict.MET, Words("juges habilités", "judges authorised"), inputs)


def qualified(case: Case, params: Params) -> Finding:
    """At least so many qualified representatives of the trade."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    members = judging(case)
    # A professional of the trade is one, unless it is said otherwise.
    count = sum(
        one.qualified if one.qualified is not None else one.quality == "professional"
        for one in members
    )
    needed = params["members"]
    words = Words(
        "{count} membre(s) qualifié(s), {needed} exigé(s)",
        "{count} qualified member(s), {needed} needed",
    ).fill(count=count, needed=needed)
    met = Verdict.MET if count >= needed else Verdict.NOT_MET
    return Finding(met, words, {"qualified": count, "needed": needed})


def balance(case: Case, _params: Params) -> Finding:
    """Women and men both sit."""
    if case.candidacy.jury is None:
        return Finding(Verdict.NOT_STATED, _UNKNOWN)
    told = [one.sex for one in judging(case) if one.sex]
    inputs = {"f": told.count("f"), "m": told.count("m")}
    if len(told) < len(judging(case)):
        words = Words("non indiqué pour chaque membre", "not told for each member")
        return Finding(Verdict.NOT_STATED, words, inputs)
    words = Words("{f} femme(s), {m} homme(s)", "{f} women, {m} men").fill(**inputs)
    met = Verdict.MET if len(set(told)) == 2 else Verdict.NOT_MET
    return Finding(met, words, inputs)


CHECKS: Mapping[str, Check] = {
    "composition": composition,
    "quorum": quorum,
    "ties": ties,
    "trade_experience": trade_experience,
    "authorised": authorised,
    "qualified": qualified,
    "balance": balance,
}

"""Who may come before the judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compagnon.titles.ruling.calendar_months import add_months
from compagnon.titles.ruling.cases import Case, Check, Finding, Verdict
from compagnon.titles.ruling.structures import title_code
from compagnon.titles.ruling.wording import Words

Params = Mapping[str, Any]


def training_completed(case: Case, _params: Params) -> Finding:
    """The training that leads to the title is over, at the day of the session."""
    done, on = case.candidacy.training_completed, case.candidacy.training_completed_on
    inputs = {"training_completed": done, "completed_on": on}
    if done is None:
        words = Words("la formation n’est pas décrite", "the training is not described")
        return Finding(Verdict.NOT_STATED, words, inputs)
    if done and (on is None or on <= case.at):
        return Finding(Verdict.MET, Words("formation achevée", "training completed"), inputs)
    return Finding(Verdict.NOT_MET, Words("formation inachevée", "training not completed"), inputs)


def experience(case: Case, params: Params) -> Finding:
    """The candidate proves so many months of experience related to the title."""
    needed, have = params["months"], case.candidacy.experience_months
    inputs = {"experience_months": have, "needed_months": needed}
    if needed == 0:
        return Finding(
            Verdict.MET, Words("aucune durée n’est exigée", "no duration is required"), inputs
        )
    if have is None:
        words = Words("durée d’expérience non indiquée", "length of experience not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    words = Words(
        "{have} mois d’expérience, {needed} exigés", "{have} months of experience, {needed} needed"
    ).fill(have=have, needed=needed)
    return Finding(Verdict.MET if have >= needed else Verdict.NOT_MET, words, inputs)


def admissibility(case: Case, params: Params) -> Finding:
    """The authority told the candidate that they may register, before the session."""
    given = case.candidacy.admissibility
    if given is None:
        words = Words("aucune notification de recevabilité", "no admissibility notice")
        return Finding(Verdict.NOT_MET, words, {"admissibility": None})
    inputs: dict[str, Any] = {"status": given.status, "notified_on": given.notified_on}
    if given.status != "favourable":
        words = Words("recevabilité : {status}", "admissibility: {status}").fill(
            status=given.status
        )
        return Finding(Verdict.NOT_MET, words, inputs)
    if given.notified_on is not None and given.notified_on > case.at:
        words = Words(
            "recevabilité notifiée le {day}, après la session",
            "admissibility notified on {day}, after the session",
        ).fill(day=given.notified_on)
        return Finding(Verdict.NOT_MET, words, inputs)
    months = params.get("valid_months")
    if months and given.notified_on is not None:
        end = add_months(given.notified_on, months)
        inputs["valid_until"] = end
        if case.at > end:
            words = Words(
                "recevabilité valable jusqu’au {end}", "admissibility was valid until {end}"
            ).fill(end=end)
            return Finding(Verdict.NOT_MET, words, inputs)
    return Finding(Verdict.MET, Words("recevabilité notifiée", "admissibility notified"), inputs)


def silence(case: Case, params: Params) -> Finding:
    """What two months without an answer to the application mean."""
    given = case.candidacy.admissibility
    if given is None or given.status != "silence":
        return Finding(
            Verdict.MET,
            Words("l’autorité n’est pas restée silencieuse", "the authority was not silent"),
        )
    inputs: dict[str, Any] = {"requested_on": given.requested_on}
    if given.requested_on is None:
        words = Words("date de la demande non indiquée", "day of the application not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    end = add_months(given.requested_on, params["months"])
    inputs["silence_until"] = end
    words = Words(
        "silence depuis le {day} : {months} mois le {end}, vaut {meaning}",
        "silence since {day}: {months} months on {end}, means {meaning}",
    ).fill(day=given.requested_on, months=params["months"], end=end, meaning=params["meaning"])
    met = params["meaning"] == "acceptance" and case.at >= end
    return Finding(Verdict.MET if met else Verdict.NOT_MET, words, inputs)


def prior_title(case: Case, _params: Params) -> Finding:
    """A CCS wants the title that it is associated to."""
    hosts = {title_code(code) for code in case.candidacy.ccs_hosts} or {case.code}
    held = {title_code(code): on for code, on in case.candidacy.titles_held}
    inputs = {"host_titles": sorted(hosts), "titles_held": sorted(held)}
    for code in sorted(hosts & held.keys()):
        on = held[code]
        if on is None or on <= case.at:
            words = Words("titre {code} déjà détenu", "title {code} already held").fill(code=code)
            return Finding(Verdict.MET, words, inputs)
    words = Words(
        "le titre associé ({hosts}) n’est pas détenu", "the associated title ({hosts}) is not held"
    ).fill(hosts=sorted(hosts))
    return Finding(Verdict.NOT_MET, words, inputs)


def training_or_experience(case: Case, params: Params) -> Finding:
    """A CCS follows a training, or so many months of experience (VAE)."""
    if case.candidacy.path == "vae":
        return experience(case, params)
    return training_completed(case, params)


def ccp_held_already(case: Case, _params: Params) -> Finding:
    """Nobody gains twice what they hold."""
    twice = [number for number in case.asked if number in case.held]
    inputs = {"asked": list(case.asked), "held": sorted(case.held)}
    if twice:
        words = Words("CCP déjà acquis : {twice}", "CCP already held: {twice}").fill(twice=twice)
        return Finding(Verdict.NOT_MET, words, inputs)
    words = Words("aucun des CCP demandés n’est déjà acquis", "no CCP asked for is held already")
    return Finding(Verdict.MET, words, inputs)


CHECKS: Mapping[str, Check] = {
    "training_completed": training_completed,
    "experience": experience,
    "admissibility": admissibility,
    "silence": silence,
    "prior_title": prior_title,
    "training_or_experience": training_or_experience,
    "ccp_held_already": ccp_held_already,
}

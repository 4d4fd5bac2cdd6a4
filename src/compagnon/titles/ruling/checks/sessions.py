"""Where and when the session is held, and what was sent before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from compagnon.titles.ruling.calendar_months import add_months
from compagnon.titles.ruling.cases import Case, Check, Finding, Verdict
from compagnon.titles.ruling.wording import Words

Params = Mapping[str, Any]


def approved_centre(case: Case, _params: Params) -> Finding:
    """The centre is approved for the title, that day."""
    session = case.candidacy.session
    inputs = {"approved": session.centre_approved, "approved_until": session.approval_until}
    if session.centre_approved is None and session.approval_until is None:
        words = Words("agrément non indiqué", "approval not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    ended = session.approval_until is not None and session.approval_until < case.at
    if session.centre_approved is False or ended:
        words = Words("centre non agréé ce jour", "centre not approved that day")
        return Finding(Verdict.NOT_MET, words, inputs)
    return Finding(Verdict.MET, Words("centre agréé", "approved centre"), inputs)


def notice(case: Case, params: Params) -> Finding:
    """The candidate was told at least so many months or days before the session."""
    session = case.candidacy.session
    held = session.on or case.at
    inputs: dict[str, Any] = {"summoned_on": session.summoned_on, "session": held}
    if session.summoned_on is None:
        words = Words("date de convocation non indiquée", "day of the summons not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    if months := params.get("months"):
        latest = add_months(held, -months)
    else:
        latest = held - timedelta(days=params["days"])
    inputs["latest"] = latest
    words = Words(
        "convocation du {day}, au plus tard le {latest}", "summons of {day}, {latest} at the latest"
    ).fill(day=session.summoned_on, latest=latest)
    met = Verdict.MET if session.summoned_on <= latest else Verdict.NOT_MET
    return Finding(met, words, inputs)


def forecast(case: Case, params: Params) -> Finding:
    """The session was in the forecast sent before a day of its year (31 January)."""
    session = case.candidacy.session
    year = (session.on or case.at).year
    latest = date(year, params["month"], params["day"])
    inputs = {"forecast_on": session.forecast_on, "before": latest}
    if session.forecast_on is None:
        words = Words("calendrier prévisionnel non indiqué", "forecast not told")
        return Finding(Verdict.NOT_STATED, words, inputs)
    words = Words("prévision du {day}, avant le {latest}", "forecast of {day}, before {latest}")
    met = Verdict.MET if session.forecast_on < latest else Verdict.NOT_MET
    return Finding(met, words.fill(day=session.forecast_on, latest=latest), inputs)


def identity(case: Case, _params: Params) -> Finding:
    """The candidate's identity was checked before the first test."""
    checked = case.candidacy.session.identity_checked
    inputs = {"identity_checked": checked}
    if checked is None:
        return Finding(Verdict.NOT_STATED, Words("non indiqué", "not told"), inputs)
    if checked:
        return Finding(Verdict.MET, Words("identité vérifiée", "identity checked"), inputs)
    return Finding(Verdict.NOT_MET, Words("identité non vérifiée", "identity not checked"), inputs)


def remote(case: Case, params: Params) -> Finding:
    """A session at a distance needs a text that allows it, within its bounds."""
    session = case.candidacy.session
    inputs = {"remote": session.remote, "mentioned": session.remote_mentioned}
    if not session.remote:
        return Finding(Verdict.MET, Words("session sur place", "session on site"), inputs)
    if not params.get("allowed"):
        words = Words("aucun texte ne permet la distance", "no text allows a distance")
        return Finding(Verdict.NOT_MET, words, inputs)
    if case.candidacy.request != "ccp" or len(case.asked) > params["most_ccps"]:
        words = Words("permise pour un seul CCP", "allowed for a single CCP")
        return Finding(Verdict.NOT_MET, words, inputs)
    if session.remote_mentioned is False:
        words = Words("le procès-verbal doit le mentionner", "the minutes must mention it")
        return Finding(Verdict.NOT_MET, words, inputs)
    words = Words("session à distance permise", "remote session allowed")
    return Finding(Verdict.MET, words, inputs)


def attempts(case: Case, params: Params) -> Finding:
    """After a failure or an absence, so many sessions within a year of the first, then training."""
    failed = sorted(
        one.on for one in case.candidacy.attempts if one.outcome in {"refused", "absent"}
    )
    inputs: dict[str, Any] = {"failed_or_absent": failed}
    if not failed:
        words = Words("aucun échec ni absence indiqués", "no failure nor absence told")
        return Finding(Verdict.MET, words, inputs)
    end = add_months(failed[0], params["months"])
    inputs["until"] = end
    trained = case.candidacy.training_completed_on
    if trained is not None and trained > failed[-1]:
        words = Words("nouvelle formation suivie depuis", "trained again since")
        return Finding(Verdict.MET, words, inputs)
    number = len(failed) + 1
    words = Words(
        "{number}e session, délai jusqu’au {end}", "session number {number}, until {end}"
    ).fill(number=number, end=end)
    met = case.at <= end and number <= params["most"]
    return Finding(Verdict.MET if met else Verdict.NOT_MET, words, inputs)


CHECKS: Mapping[str, Check] = {
    "approved_centre": approved_centre,
    "notice": notice,
    "forecast": forecast,
    "identity": identity,
    "remote": remote,
    "attempts": attempts,
}

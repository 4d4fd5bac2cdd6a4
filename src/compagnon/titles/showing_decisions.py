"""Decisions and rules as pages show them: documents in one language, inputs in lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.titles.ruling import Language, Rule, RuleSet, document
from compagnon.titles.ruling.decision import Decision
from compagnon.titles.ruling.written import rule_document

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "granted": ("green", "circle-check"),
    "partial": ("lime", "circle-dashed"),
    "refused": ("red", "circle-x"),
    "not_receivable": ("orange", "ban"),
    "needs_person": ("blue", "help-circle"),
}
VERDICTS: Mapping[str, tuple[str | Promise, str, str]] = {
    "met": (pgettext_lazy("rule", "met"), "green", "circle-check"),
    "not_met": (pgettext_lazy("rule", "not met"), "red", "circle-x"),
    "not_stated": (pgettext_lazy("rule", "not stated"), "secondary", "circle-dashed"),
}
EFFECTS: Mapping[str, tuple[str | Promise, str]] = {
    "block": (pgettext_lazy("effect of a rule", "blocks"), "orange"),
    "ask": (pgettext_lazy("effect of a rule", "asks a person"), "blue"),
    "warn": (pgettext_lazy("effect of a rule", "warns"), "yellow"),
    "tell": (pgettext_lazy("effect of a rule", "tells"), "secondary"),
    "settle": (pgettext_lazy("effect of a rule", "settles"), "green"),
}
PATHS: Mapping[str, str | Promise] = {
    "continuous": _("Continuous training"),
    "vae": _("Validation of experience (VAE)"),
    "discontinuous": _("Discontinuous, by CCP"),
}
REQUESTS: Mapping[str, str | Promise] = {
    "title": _("Full title"),
    "ccp": _("Certificate of competences (CCP)"),
    "ccs": _("Complementary certificate (CCS)"),
}
AREAS: Mapping[str, str | Promise] = {
    "continuous": _("Who may come"), "vae": _("Who may come"), "ccs": _("Who may come"),
    "ccp": _("Who may come"), "discontinuous": _("Capitalisation"),
    "elements": _("What the judges look at"), "dossier": _("What the judges look at"),
    "jury": _("Who judges"), "session": _("The session"), "window": _("How long a CCP counts"),
    "decision": _("The decision"), "paper": _("Papers"),
}  # fmt: skip
INPUTS: Mapping[str, str | Promise] = {
    "training_completed": _("training completed"), "completed_on": _("completed on"),
    "experience_months": _("months of experience"), "needed_months": _("months needed"),
    "status": _("status"), "notified_on": _("notified on"), "valid_until": _("valid until"),
    "requested_on": _("requested on"), "host_titles": _("associated titles"),
    "titles_held": _("titles held"), "asked": _("asked for"), "held": _("held"),
    "elements": _("elements"), "activities": _("activities described"),
    "concerned": _("activities concerned"), "title": _("title"), "judges": _("judges"),
    "needed": _("needed"), "ties": _("ties"), "authorised": _("authorised"), "until": _("until"),
    "qualified": _("qualified"), "approved": _("approved"), "approved_until": _("approved until"),
    "summoned_on": _("summoned on"), "session": _("session"), "latest": _("at the latest"),
    "forecast_on": _("forecast of"), "before": _("before"), "remote": _("at a distance"),
    "identity_checked": _("identity checked"), "failed_or_absent": _("failures and absences"),
    "first": _("first CCP"), "last": _("counted on"), "title_valid_until": _("title valid until"),
    "proposal": _("the judges’ decision"), "ccps": _("CCP"), "votes": _("votes"),
    "for": _("for"), "against": _("against"), "left_years": _("years since the trade was left"),
    "left_trade_on": _("trade left on"), "mentioned": _("mentioned in the minutes"),
    "competences": _("competences"), "results": _("results"), "answer": _("answer"),
    "must": _("compulsory"), "silence_until": _("silence until"), "f": _("women"), "m": _("men"),
    "casting_vote": _("casting vote"), "admissibility": _("admissibility"),
    "months": _("months"), "valid_months": _("valid, in months"), "meaning": _("means"),
    "required": _("required"), "qualities": _("qualities"), "pair": _("one of each"),
    "including": _("including"), "members": _("members"), "barred": _("ties that bar"),
    "days": _("days"), "years": _("years"), "most": _("sessions at most"), "month": _("month"),
    "day": _("day"), "allowed": _("allowed"), "most_ccps": _("CCP at most"),
    "most_examples": _("examples at most"),
}  # fmt: skip
VALUES: Mapping[str, str | Promise] = {
    "course_results": _("course results"), "practice_dossier": _("practice dossier"),
    "situation": _("professional situation"), "interview": _("interview"),
    "final_interview": _("final interview"), "professional": _("professional"),
    "trainer": _("trainer"), "supervisor": _("supervisor"), "other": _("other"),
    "trained": _("trained the candidate"), "accompanied": _("accompanied the candidate"),
    "employs": _("employs the candidate"), "kin": _("kin of the candidate"),
    "shared_employer": _("shares the candidate’s employer"),
    "shared_training_body": _("shares the candidate’s training body"),
    "personal": _("personal link"), "refusal": _("refusal"), "acceptance": _("acceptance"),
    "favourable": _("favourable"), "unfavourable": _("unfavourable"), "silence": _("silence"),
    "pending": _("pending"),
}  # fmt: skip
YES, NO, NOTHING = _("yes"), _("no"), "—"


def localised(told: Any, language: Language) -> Any:
    """Give a document with each pair of ``fr`` and ``en`` replaced by one of them."""
    if isinstance(told, Mapping):
        if told.keys() == {"fr", "en"}:
            return told[language]
        return {key: localised(value, language) for key, value in told.items()}
    if isinstance(told, list):
        return [localised(one, language) for one in told]
    return told


def shown(told: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Give a decision's document as the page draws it."""
    page: dict[str, Any] = localised(told, language)
    page["colour"], page["icon"] = OUTCOMES[page["outcome"]]
    page["path_words"] = PATHS[page["path"]]
    page["request_words"] = REQUESTS[page["request"]]
    page["date"] = date.fromisoformat(page["date"])
    page["counts"] = {
        verdict: sum(1 for one in page["rules"] if one["verdict"] == verdict)
        for verdict in VERDICTS
    }
    for one in page["rules"]:
        _dress(one)
    for conflict in page["conflicts"]:
        for one in conflict["results"]:
            _dress(one)
            one["outcome_colour"], one["outcome_icon"] = OUTCOMES[one["outcome"]]
            one["outcome_words"] = localised(_outcome_words(one["outcome"]), language)
    page["decisive"] = [one for one in page["rules"] if one["decisive"]]
    return page


def shown_decision(decision: Decision, language: Language) -> dict[str, Any]:
    """Give a decision that was not kept as the page draws it."""
    return shown(document(decision), language)


def _outcome_words(outcome: str) -> dict[str, str]:
    from compagnon.titles.ruling.decision import OUTCOME_WORDS, Outcome

    return OUTCOME_WORDS[Outcome(outcome)].document()


def _dress(one: dict[str, Any]) -> None:
    words, colour, icon = VERDICTS[one["verdict"]]
    one.update(verdict_words=words, colour=colour, icon=icon)
    one["lines"] = input_lines(one["inputs"])


def input_lines(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give inputs as pairs of a label and a text."""
    return [
        (str(INPUTS.get(key, key.replace("_", " "))), written(value))
        for key, value in inputs.items()
    ]


def written(value: Any) -> str:
    """Give an input as a short text."""
    if value is None or value in ({}, []):
        return NOTHING
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{VALUES.get(key) or INPUTS.get(key, key)} ({written(inner)})"
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return ", ".join(written(one) for one in value)
    return str(VALUES.get(str(value), value))


def shown_rule(rule: Rule, language: Language) -> dict[str, Any]:
    """Give a rule of a set as pages draw it."""
    told: dict[str, Any] = localised(rule_document(rule), language)
    told["effect_words"], told["effect_colour"] = EFFECTS[rule.effect]
    told["lines"] = input_lines(told["parameters"])
    told["path_words"] = [] if len(rule.paths) == len(PATHS) else [
        PATHS[one] for one in PATHS if one in rule.paths
    ]  # fmt: skip
    told["request_words"] = [] if len(rule.requests) == len(REQUESTS) else [
        REQUESTS[one] for one in REQUESTS if one in rule.requests
    ]  # fmt: skip
    told["days"] = (rule.since, rule.until, rule.begun_from, rule.suspended)
    return told


def areas_of(chosen: RuleSet, language: Language) -> list[dict[str, Any]]:
    """Give the rules of a set by area, in the set's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for rule in chosen.rules:
        label = str(AREAS.get(rule.id.partition(".")[0], rule.id))
        found.setdefault(label, []).append(shown_rule(rule, language))
    return [{"label": label, "rules": rules} for label, rules in found.items()]

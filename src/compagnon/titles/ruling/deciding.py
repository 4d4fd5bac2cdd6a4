"""Decides a candidacy under a rule set: pure, repeatable, and able to say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .candidacy import Candidacy
from .cases import Case, Finding, Verdict, place
from .checks import CHECKS
from .decision import Applied, Decision, Grant, Outcome, Question, Reading, ShownConflict
from .json_values import Problem, Unreadable
from .rule_sets import Conflict, Rule, RuleSet, in_force, rule_set
from .settling import Settlement, affirmed, settle
from .wording import Words


def decide(
    candidacy: Candidacy, *, at: date | None = None, rule_set: RuleSet | None = None
) -> Decision:
    """Decide a candidacy.

    Args:
        at: the day of the decision; the candidacy's own (its date, or its session's) unless given.
        rule_set: the set to decide under; the candidacy's own, or the one in force, unless given.

    Raises:
        Unreadable: the candidacy has no date, or names a title or a CCP that is not known.
        UnknownRuleSet: there is no such set, or none in force that day.
    """
    day = at or candidacy.on
    if day is None:
        words = Words("date de la décision absente", "day of the decision missing")
        raise Unreadable([Problem("/date", words)])
    chosen, because = _choose(candidacy, day, rule_set)
    case = place(candidacy, day)
    active, shadows = _active(case, chosen)
    found = _core(case, active)
    conflicts = tuple(
        shown
        for conflict in chosen.conflicts
        if (shown := _conflict(case, conflict, active, shadows, found.outcome))
    )
    return Decision(
        outcome=found.outcome,
        grant=found.grant,
        case=case,
        rule_set=chosen,
        chosen_because=because,
        applied=tuple(found.applied),
        conflicts=conflicts,
        questions=tuple(found.questions),
        warnings=(*found.warnings, *_warnings(chosen, conflicts, day)),
        next_steps=tuple(found.next_steps),
        papers=tuple(found.settlement.papers) if found.settlement else (),
    )


def _choose(candidacy: Candidacy, day: date, given: RuleSet | None) -> tuple[RuleSet, Words]:
    if given is None and candidacy.rule_set:
        given = rule_set(candidacy.rule_set)
    if given is None:
        chosen = in_force(day)
        return chosen, Words(
            "en vigueur le {day} (du {start} au {end})", "in force on {day} (from {start} to {end})"
        ).fill(day=day, start=chosen.valid_from, end=chosen.valid_until or Words("ce jour", "now"))
    if given.in_force(day):
        return given, Words(
            "demandé, et en vigueur le {day}", "asked for, and in force on {day}"
        ).fill(day=day)
    return given, Words(
        "demandé ; n’était pas en vigueur le {day}", "asked for; was not in force on {day}"
    ).fill(day=day)


def _active(case: Case, chosen: RuleSet) -> tuple[list[Rule], dict[str, Rule]]:
    """Give the rules that decide, and those only computed because a conflict names them."""
    one = case.candidacy
    concerned = [
        rule
        for rule in chosen.rules
        if rule.concerns(path=one.path, request=one.request, stage=case.stage)
        and rule.in_force(case.at, one.begun_on)
    ]
    aside = {name for each in chosen.conflicts for name in each.rules if name != each.applied}
    shadows = {rule.id: rule for rule in concerned if rule.id in aside}
    return [rule for rule in concerned if rule.id not in aside], shadows


# --- one pass over the rules ----------------------------------------------------------------------


@dataclass(slots=True)
class _Pass:
    outcome: Outcome = Outcome.REFUSED
    grant: Grant = field(default_factory=Grant)
    applied: list[Applied] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)
    next_steps: list[Words] = field(default_factory=list)
    blocked: bool = False
    settlement: Settlement | None = None


def _core(case: Case, rules: list[Rule]) -> _Pass:
    found = _Pass()
    for replayed in case.replayed:
        for unclear in replayed.unclear:
            found.questions.append(Question(unclear.question, unclear.words, unclear.options))
    for rule in rules:
        if rule.effect != "settle":
            _weigh(found, case, rule)
    if found.blocked:
        # What older CCPs give is not settled: what blocks may not, once it is.
        open_cases = any(replayed.unclear for replayed in case.replayed)
        found.outcome = Outcome.NEEDS_PERSON if open_cases else Outcome.NOT_RECEIVABLE
        return found
    done = settle(case, [rule for rule in rules if rule.effect == "settle"])
    found.settlement = done
    found.applied += done.applied
    found.questions += done.questions
    found.warnings += done.warnings
    if found.questions or done.granted is None:
        found.outcome = Outcome.NEEDS_PERSON
        done.papers.clear()
        return found
    found.outcome, found.grant = done.outcome, done.grant
    found.next_steps += done.next_steps
    return found


def _weigh(found: _Pass, case: Case, rule: Rule) -> None:
    """Evaluate one rule, and draw what follows from its effect."""
    finding = CHECKS[rule.kind](case, rule.params)
    follows = _consequence(case, rule, finding)
    others = _other_readings(case, rule)
    hinges = rule.uncertain is not None and any(
        (follows == "block") != (other == "block") for other in others
    )
    if hinges:
        follows = "ask"
    decisive, answered, verdict = follows in {"block", "ask"}, False, finding.verdict
    if follows == "block":
        found.blocked = True
    elif follows == "ask":
        answer = case.candidacy.answers.get(rule.id)
        if answer is None:
            found.questions.append(_question(rule, finding))
        else:
            answered, verdict = True, Verdict.MET if affirmed(answer) else Verdict.NOT_MET
            found.blocked |= verdict is Verdict.NOT_MET
    elif follows == "warn":
        found.warnings.append(
            Words("{says} {words}", "{says} {words}").fill(says=rule.says, words=finding.words)
        )
    found.applied.append(Applied(rule, verdict, finding.words, finding.inputs, decisive, answered))


def _consequence(case: Case, rule: Rule, finding: Finding) -> str:
    if finding.verdict is Verdict.NOT_MET:
        return rule.effects.get(case.candidacy.request, rule.effect)
    return rule.absent if finding.verdict is Verdict.NOT_STATED else ""


def _other_readings(case: Case, rule: Rule) -> list[str]:
    """What would follow under the other readings of an uncertain rule; or without it."""
    if rule.uncertain is None:
        return []
    if not rule.alternatives:
        return [""]
    return [
        _consequence(case, rule, CHECKS[rule.kind](case, {**rule.params, **params}))
        for params in rule.alternatives
    ]


def _question(rule: Rule, finding: Finding) -> Question:
    parts: dict[str, Any] = {"says": rule.says, "words": finding.words}
    words = Words(
        "{says} Constat : {words}. Cette condition est-elle remplie ?",
        "{says} Found: {words}. Is this condition met?",
    )
    if rule.uncertain is not None:
        words = Words(
            "{says} Constat : {words}. Incertain : {doubt} Cette condition est-elle remplie ?",
            "{says} Found: {words}. Uncertain: {doubt} Is this condition met?",
        )
        parts["doubt"] = rule.uncertain
    return Question(rule.id, words.fill(**parts), ("yes", "no"), rule.id)


# --- conflicts ------------------------------------------------------------------------------------


def _conflict(
    case: Case,
    conflict: Conflict,
    active: list[Rule],
    shadows: Mapping[str, Rule],
    outcome: Outcome,
) -> ShownConflict | None:
    """Compute every reading of a conflict that concerns the case, and the outcome under each."""
    by_id = {rule.id: rule for rule in active}
    applied = by_id.get(conflict.applied)
    sides = [by_id.get(name) or shadows.get(name) for name in conflict.rules]
    known = [side for side in sides if side is not None]
    if applied is None or len(known) < 2:
        return None
    readings = []
    for rule in known:
        finding = CHECKS[rule.kind](case, rule.params)
        if rule is applied:
            result = outcome
        else:
            result = _core(case, [rule if one is applied else one for one in active]).outcome
        readings.append(
            Reading(rule, finding.verdict, finding.words, finding.inputs, result, rule is applied)
        )
    return ShownConflict(conflict, tuple(readings))


def _warnings(chosen: RuleSet, conflicts: tuple[ShownConflict, ...], day: date) -> list[Words]:
    found = [
        Words(
            "Les textes se contredisent ({question}) et l’issue en dépend : {reason}",
            "The texts conflict ({question}) and the outcome depends on it: {reason}",
        ).fill(question=shown.conflict.question, reason=shown.conflict.reason)
        for shown in conflicts
        if shown.differs
    ]
    if not chosen.in_force(day):
        found.append(
            Words(
                "Cet ensemble de règles n’était pas en vigueur le {day}.",
                "This rule set was not in force on {day}.",
            ).fill(day=day)
        )
    return found

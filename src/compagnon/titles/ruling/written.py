"""A decision as JSON, and in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .decision import OUTCOME_WORDS, Applied, Decision, Reading
from .reevaluating import Comparison
from .rule_sets import Citation, Rule, RuleSet
from .wording import Language, Words, said


def plain(value: Any) -> Any:
    """Give a value as JSON holds it: days as text, sets and tuples as lists."""
    if isinstance(value, Words):
        return value.document()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    return value


def document(decision: Decision) -> dict[str, Any]:
    """Give the decision as JSON, both languages."""
    case = decision.case
    names = {ccp.number: ccp.name for ccp in case.version.ccps}
    told = {
        "reference": case.candidacy.reference,
        "outcome": str(decision.outcome),
        "outcome_words": OUTCOME_WORDS[decision.outcome],
        "granted": {
            "title": decision.grant.title or None,
            "ccps": [{"ccp": n, "name": names[n]} for n in decision.grant.ccps],
            "ccs": decision.grant.ccs or None,
        },
        "holds": [
            {"ccp": n, "name": names[n], "obtained_on": case.held.get(n, decision.at)}
            for n in decision.holds_now()
        ],
        "title": {"code": case.code, "version": case.version.version},
        "path": case.candidacy.path,
        "request": case.candidacy.request,
        "stage": case.stage,
        "date": decision.at,
        "rule_set": {**set_summary(decision.rule_set), "because": decision.chosen_because},
        "rules": [applied_document(one) for one in decision.applied],
        "conflicts": [
            {
                "id": one.conflict.id,
                "question": one.conflict.question,
                "applied": one.conflict.applied,
                "reason": one.conflict.reason,
                "outcome_differs": one.differs,
                "results": [_reading(reading) for reading in one.readings],
            }
            for one in decision.conflicts
        ],
        "questions": [
            {"id": one.id, "rule": one.rule_id or None, "words": one.words, "options": one.options}
            for one in decision.questions
        ],
        "warnings": decision.warnings,
        "next_steps": decision.next_steps,
        "papers": [
            {"kind": one.kind, "words": one.words, "rule": one.rule_id, "issued_by": "state"}
            for one in decision.papers
        ],
        "correspondences": [
            {
                "from": step.old_version, "to": step.new_version, "from_ccps": step.from_ccps,
                "to_ccps": step.to_ccps, "words": step.words, "source": step.source,
            }
            for replay in decision.replays
            for step in replay.steps
        ],
    }  # fmt: skip
    result: dict[str, Any] = plain(told)
    return result


def set_summary(chosen: RuleSet) -> dict[str, Any]:
    """Give a set's id, name, days and digest."""
    return {
        "id": chosen.id,
        "name": chosen.name,
        "valid_from": chosen.valid_from,
        "valid_until": chosen.valid_until,
        "digest": chosen.digest,
    }


def citation_document(citation: Citation) -> dict[str, Any]:
    """Give a citation as JSON."""
    return {
        "text_id": citation.text.id,
        "text": citation.text.name,
        "article": citation.article,
        "document": citation.document,
        "known_by": citation.text.known_by,
    }


def rule_document(rule: Rule) -> dict[str, Any]:
    """Give a rule of a set as JSON."""
    told: dict[str, Any] = plain({
        "id": rule.id,
        "number": rule.number,
        "kind": rule.kind,
        "effect": rule.effect,
        "says": rule.says,
        "citation": citation_document(rule.citation),
        "parameters": rule.params,
        "paths": rule.paths,
        "requests": rule.requests,
        "since": rule.since,
        "until": rule.until,
        "begun_from": rule.begun_from,
        "suspended": rule.suspended,
        "uncertain": rule.uncertain,
    })  # fmt: skip
    return told


def applied_document(one: Applied) -> dict[str, Any]:
    """Give a rule applied, its finding and its inputs, as JSON."""
    rule = one.rule
    told: dict[str, Any] = plain({
        "id": rule.id,
        "number": rule.number,
        "effect": rule.effect,
        "verdict": str(one.verdict),
        "decisive": one.decisive,
        "answered": one.answered,
        "says": rule.says,
        "words": one.words,
        "citation": citation_document(rule.citation),
        "inputs": one.inputs,
        "uncertain": rule.uncertain,
    })  # fmt: skip
    return told


def _reading(one: Reading) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "number": one.rule.number,
        "applied": one.applied,
        "verdict": str(one.verdict),
        "outcome": str(one.outcome),
        "says": one.rule.says,
        "words": one.words,
        "citation": citation_document(one.rule.citation),
        "inputs": one.inputs,
    }


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Give a re-evaluation as JSON: both decisions, and the rules that changed."""
    told: dict[str, Any] = {
        "same_outcome": comparison.same_outcome,
        "decision": document(comparison.decision),
        "other": document(comparison.other),
        "changes": [
            {
                "rule": one.rule_id,
                "before": applied_document(one.before) if one.before else None,
                "after": applied_document(one.after) if one.after else None,
            }
            for one in comparison.changes
        ],
    }
    return told


# --- lines ----------------------------------------------------------------------------------------

_MARKS = {"met": "✓", "not_met": "✗", "not_stated": "·"}
_HEADS: Mapping[str, Words] = {
    "outcome": Words("Décision", "Decision"),
    "granted": Words("Accordé", "Granted"),
    "set": Words("Règles", "Rules"),
    "conflict": Words("Textes en conflit", "Texts in conflict"),
    "question": Words("À trancher", "To settle"),
    "warning": Words("Attention", "Warning"),
    "next": Words("Ensuite", "Next"),
    "because": Words("appliqué, car", "applied, because"),
}


def lines(decision: Decision, language: Language) -> Iterator[str]:
    """Give the decision in lines for a person."""
    colon = "\u202f: " if language == "fr" else ": "

    def head(key: str) -> str:
        return _HEADS[key].text(language) + colon

    case = decision.case
    yield f"{case.code} {case.version.version} · {case.candidacy.path} · {case.candidacy.request}"
    outcome = OUTCOME_WORDS[decision.outcome].text(language)
    yield f"{head('outcome')}{outcome} ({said(decision.at, language)})"
    if granted := _granted(decision):
        yield f"{head('granted')}{granted}"
    chosen = decision.rule_set
    because = decision.chosen_because.text(language)
    yield f"{head('set')}{chosen.id}, {chosen.name.text(language)} ({because})"
    for one in decision.applied:
        yield f"  {_MARKS[one.verdict]} {one.rule.says.text(language)}"
        yield f"      {one.words.text(language)} [{one.rule.id} · {one.rule.citation.line()}]"
    for shown in decision.conflicts:
        yield f"{head('conflict')}{shown.conflict.question.text(language)}"
        for reading in shown.readings:
            mark = "→" if reading.applied else " "
            outcome = OUTCOME_WORDS[reading.outcome].text(language)
            yield f"  {mark} {reading.rule.id}{colon}{reading.words.text(language)} ({outcome})"
        yield f"  {head('because')}{shown.conflict.reason.text(language)}"
    for question in decision.questions:
        yield f"{head('question')}{question.id}{colon}{question.words.text(language)}"
    for warning in decision.warnings:
        yield f"{head('warning')}{warning.text(language)}"
    for step in decision.next_steps:
        yield f"{head('next')}{step.text(language)}"


def _granted(decision: Decision) -> str:
    grant = decision.grant
    parts = [grant.title, *(f"CCP {number}" for number in grant.ccps), grant.ccs]
    return ", ".join(part for part in parts if part)

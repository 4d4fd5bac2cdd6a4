"""The rule sets: dated, cited data of the tree (``sets/*.toml``), read once and checked.

A set is a complete list of rules in force over an interval of days. A file may begin from another
set (``extends``) and then says only what it adds, replaces (same ``id``) or removes.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from .wording import Words, words

EFFECTS = ("block", "ask", "warn", "tell", "settle")


@dataclass(frozen=True, slots=True)
class LegalText:
    """A text that rules come from. ``known_by`` says where its contents were read."""

    id: str
    name: Words
    known_by: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule stands: the text, its article, and the document (with lines) it was read in."""

    text: LegalText
    article: str
    document: str

    def line(self) -> str:
        """Give the citation in one line, French names: they are names of French texts."""
        return " · ".join(part for part in (self.text.name.fr, self.article, self.document) if part)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a set.

    Args:
        kind: which check of ``checks`` evaluates it.
        effect: what follows when it is not met: ``block`` (nothing can be decided), ``ask`` (a
            person settles), ``warn``, ``tell``; ``settle`` for what shapes the outcome itself.
        effects: another effect for some requests (``ccp``).
        absent: the same, when the candidacy does not say.
        uncertain: what is not certain of it; a decision that hinges on it asks a person.
        alternatives: the parameters of the other readings of an uncertain rule.
        since, until: days within the set's interval outside which it does not apply.
        begun_from: it applies to journeys begun that day or later only.
        suspended: the first and last day of a derogation that sets it aside.
        number: its number in the table of the 46 rules, where it has one.
    """

    id: str
    kind: str
    effect: str
    effects: Mapping[str, str]
    absent: str
    says: Words
    citation: Citation
    params: Mapping[str, Any]
    paths: frozenset[str]
    requests: frozenset[str]
    stages: frozenset[str]
    uncertain: Words | None
    alternatives: tuple[Mapping[str, Any], ...]
    since: date | None
    until: date | None
    begun_from: date | None
    suspended: tuple[date, date] | None
    number: int | None
    origin: str

    def concerns(self, *, path: str, request: str, stage: str) -> bool:
        """Tell whether the rule speaks of such a candidacy."""
        return path in self.paths and request in self.requests and stage in self.stages

    def in_force(self, at: date, begun_on: date | None) -> bool:
        """Tell whether it applies that day to a journey begun on ``begun_on`` (or unknown)."""
        if (self.since and at < self.since) or (self.until and at > self.until):
            return False
        if self.suspended and self.suspended[0] <= at <= self.suspended[1]:
            return False
        return self.begun_from is None or (begun_on or at) >= self.begun_from


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that answer one question differently: all are computed, one is applied, for a reason.

    Args:
        rules: ids of rules of the set.
        applied: the one that decides.
    """

    id: str
    question: Words
    rules: tuple[str, ...]
    applied: str
    reason: Words


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in force together from ``valid_from`` to ``valid_until`` (days included)."""

    id: str
    name: Words
    why: Words
    valid_from: date
    valid_until: date | None
    texts: tuple[LegalText, ...]
    rules: tuple[Rule, ...]
    conflicts: tuple[Conflict, ...]
    notes: tuple[Words, ...]
    digest: str = field(compare=False)

    def rule(self, rule_id: str) -> Rule:
        """Give one rule.

        Raises:
            KeyError: the set has no such rule.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def in_force(self, at: date) -> bool:
        """Tell whether the set is in force that day."""
        return self.valid_from <= at and (self.valid_until is None or at <= self.valid_until)


class UnknownRuleSet(LookupError):
    """No rule set of that name, or none in force that day."""


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Give every set of the tree, oldest first."""
    files = resources.files(__package__) / "sets"
    raw = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in files.iterdir()
        if entry.name.endswith(".toml")
    }
    found = [_build(name, raw) for name in raw]
    return tuple(sorted(found, key=lambda each: each.valid_from))


def rule_set(set_id: str) -> RuleSet:
    """Give a set by its id.

    Raises:
        UnknownRuleSet: there is none.
    """
    for each in rule_sets():
        if each.id == set_id:
            return each
    raise UnknownRuleSet(set_id)


def in_force(at: date) -> RuleSet:
    """Give the set in force on a day.

    Raises:
        UnknownRuleSet: the sources hold none for that day.
    """
    for each in rule_sets():
        if each.in_force(at):
            return each
    raise UnknownRuleSet(at.isoformat())


# --- reading --------------------------------------------------------------------------------

ALL_PATHS = frozenset({"continuous", "vae", "discontinuous"})
ALL_REQUESTS = frozenset({"title", "ccp", "ccs"})
ALL_STAGES = frozenset({"session", "capitalisation"})


def _build(name: str, raw: Mapping[str, dict[str, Any]]) -> RuleSet:
    chain = [name]
    while parent := raw[chain[-1]].get("extends"):
        chain.append(parent)
    texts: dict[str, LegalText] = {}
    rules: dict[str, Rule] = {}
    conflicts: dict[str, Conflict] = {}
    for each in reversed(chain):
        table = raw[each]
        for key, value in table.get("texts", {}).items():
            texts[key] = LegalText(key, words(value), value["known_by"])
        for removed in table.get("removes", []):
            del rules[removed]
        for value in table.get("rule", []):
            rule = _rule(value, texts, each)
            rules[rule.id] = rule
        for value in table.get("conflict", []):
            conflicts[value["id"]] = Conflict(
                value["id"], words(value, "question"), tuple(value["rules"]), value["applied"],
                words(value, "reason"),
            )  # fmt: skip
    table = raw[name]
    used = {rule.citation.text.id for rule in rules.values()}
    return RuleSet(
        id=name,
        name=words(table["name"]),
        why=words(table["why"]),
        valid_from=table["valid_from"],
        valid_until=table.get("valid_until"),
        texts=tuple(text for text in texts.values() if text.id in used),
        rules=tuple(rules.values()),
        conflicts=tuple(conflicts.values()),
        notes=tuple(words(note) for note in table.get("note", [])),
        digest=_digest([raw[each] for each in chain]),
    )


def _rule(value: Mapping[str, Any], texts: Mapping[str, LegalText], origin: str) -> Rule:
    if value["effect"] not in EFFECTS:
        raise ValueError(f"{origin}: {value['id']}: {value['effect']}")
    return Rule(
        id=value["id"],
        kind=value["kind"],
        effect=value["effect"],
        effects=value.get("effects", {}),
        absent=value.get("absent", "tell"),
        says=words(value),
        citation=Citation(
            texts[value["text"]], value.get("article", ""), value.get("document", "")
        ),
        params=value.get("params", {}),
        paths=frozenset(value.get("paths", ALL_PATHS)),
        requests=frozenset(value.get("requests", ALL_REQUESTS)),
        stages=frozenset(value.get("stages", ALL_STAGES)),
        uncertain=words(value, "uncertain") if "uncertain_fr" in value else None,
        alternatives=tuple(value.get("alternatives", ())),
        since=value.get("since"),
        until=value.get("until"),
        begun_from=value.get("begun_from"),
        suspended=tuple(value["suspended"]) if "suspended" in value else None,
        number=value.get("number"),
        origin=origin,
    )


def _digest(tables: list[dict[str, Any]]) -> str:
    """Sum up what the set says, so that a decision knows if its set was edited since."""
    canonical = json.dumps(tables, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()

"""The same candidacy under another rule set, as a report: the first decision stays what it is."""

from __future__ import annotations

from dataclasses import dataclass

from .deciding import decide
from .decision import Applied, Decision
from .rule_sets import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule whose finding is not the same on both sides; ``None`` where it was not applied."""

    rule_id: str
    before: Applied | None
    after: Applied | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A decision beside what another set would have given."""

    decision: Decision
    other: Decision
    changes: tuple[RuleChange, ...]

    @property
    def same_outcome(self) -> bool:
        """Whether both give the same outcome and grant the same."""
        return (self.decision.outcome, self.decision.grant) == (
            self.other.outcome, self.other.grant,
        )  # fmt: skip


def reevaluate(decision: Decision, other: RuleSet) -> Comparison:
    """Decide the same candidacy, the same day, under another set; change nothing."""
    again = decide(decision.case.candidacy, at=decision.at, rule_set=other)
    before = {one.rule.id: one for one in decision.applied}
    after = {one.rule.id: one for one in again.applied}
    changes = tuple(
        RuleChange(rule_id, before.get(rule_id), after.get(rule_id))
        for rule_id in dict.fromkeys([*before, *after])
        if _differs(before.get(rule_id), after.get(rule_id))
    )
    return Comparison(decision, again, changes)


def _differs(before: Applied | None, after: Applied | None) -> bool:
    if before is None or after is None:
        return True
    return (before.verdict, before.rule.params, before.rule.says) != (
        after.verdict, after.rule.params, after.rule.says,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetChange:
    """A rule that two sets do not hold alike."""

    rule_id: str
    before: Rule | None
    after: Rule | None


def compare_sets(one: RuleSet, other: RuleSet) -> tuple[SetChange, ...]:
    """Give the rules that differ between two sets, in their order."""
    before = {rule.id: rule for rule in one.rules}
    after = {rule.id: rule for rule in other.rules}
    return tuple(
        SetChange(key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    )

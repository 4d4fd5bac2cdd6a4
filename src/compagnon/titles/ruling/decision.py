"""A decision that explains itself: what was decided, by which rules, from which inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from .cases import Case, Verdict
from .correspondences import Replay
from .rule_sets import Conflict, Rule, RuleSet
from .wording import Words


class Outcome(StrEnum):
    """What came out.

    ``partial``: what was asked is refused, or part of it, and one or several CCPs are granted.
    ``not_receivable``: the judges cannot decide on it; a rule that must be met is not.
    ``needs_person``: it hinges on what nobody has said or what the texts leave open.
    """

    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    NOT_RECEIVABLE = "not_receivable"
    NEEDS_PERSON = "needs_person"


OUTCOME_WORDS: Mapping[Outcome, Words] = {
    Outcome.GRANTED: Words("accordé", "granted"),
    Outcome.PARTIAL: Words("accordé en partie", "granted in part"),
    Outcome.REFUSED: Words("refusé", "refused"),
    Outcome.NOT_RECEIVABLE: Words("non recevable", "not receivable"),
    Outcome.NEEDS_PERSON: Words("une personne doit trancher", "a person must settle it"),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """One rule and what it found.

    Args:
        decisive: the outcome hangs on it.
        answered: a person's kept answer stood in for what was open.
    """

    rule: Rule
    verdict: Verdict
    words: Words
    inputs: Mapping[str, Any]
    decisive: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must settle; the answer goes in ``answers`` under ``id``."""

    id: str
    words: Words
    options: tuple[str, ...] = ("yes", "no")
    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one side of a conflict finds, and what the outcome would be under it."""

    rule: Rule
    verdict: Verdict
    words: Words
    inputs: Mapping[str, Any]
    outcome: Outcome
    applied: bool


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """A conflict between rules: every reading, and why one is applied."""

    conflict: Conflict
    readings: tuple[Reading, ...]

    @property
    def differs(self) -> bool:
        """Whether the outcome would be another under another reading."""
        return len({reading.outcome for reading in self.readings}) > 1


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted: a title's code, CCP numbers, a CCS; nothing when all are empty."""

    title: str = ""
    ccps: tuple[str, ...] = ()
    ccs: str = ""


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper that follows. The State issues both; a centre's is an attestation."""

    kind: str
    words: Words
    rule_id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of :func:`compagnon.titles.ruling.decide`."""

    outcome: Outcome
    grant: Grant
    case: Case
    rule_set: RuleSet
    chosen_because: Words
    applied: tuple[Applied, ...]
    conflicts: tuple[ShownConflict, ...]
    questions: tuple[Question, ...]
    warnings: tuple[Words, ...]
    next_steps: tuple[Words, ...]
    papers: tuple[IssuedPaper, ...]

    @property
    def at(self) -> date:
        """The day decided about."""
        return self.case.at

    @property
    def replays(self) -> tuple[Replay, ...]:
        """How CCPs of older versions were carried over."""
        return self.case.replayed

    def applied_rule(self, rule_id: str) -> Applied | None:
        """Give what a rule found, if it was applied."""
        return next((one for one in self.applied if one.rule.id == rule_id), None)

    def holds_now(self) -> tuple[str, ...]:
        """Give the CCPs of the version held after the decision, in the title's order."""
        return tuple(
            n for n in self.case.version.numbers if n in self.case.held or n in self.grant.ccps
        )

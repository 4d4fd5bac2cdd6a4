"""Decides on candidacies for professional titles: pure, dated, cited. Knows no Django.

::

    candidacy = load_candidacy(text)
    decision = decide(candidacy)                     # under the set in force that day
    report = reevaluate(decision, rule_set("vae-2024"))

Rule sets are data (``sets``), checks are functions (``checks``), a decision says every rule it
applied, its inputs and its words, and computes every side of a conflict between texts.
"""

from .candidacy import Candidacy
from .correspondences import Correspondence, Relation, Replay, replay
from .deciding import decide
from .decision import Decision, Outcome
from .json_values import Problem, Unreadable
from .reading import load_candidacy, read_candidacy
from .reevaluating import Comparison, compare_sets, reevaluate
from .requirements import Requirement, requirement
from .rule_sets import Rule, RuleSet, UnknownRuleSet, in_force, rule_set, rule_sets
from .wording import Language, Words
from .written import document, lines

__all__ = [
    "Candidacy", "Comparison", "Correspondence", "Decision", "Language", "Outcome", "Problem",
    "Relation", "Replay", "Requirement", "Rule", "RuleSet", "UnknownRuleSet", "Unreadable",
    "Words", "compare_sets", "decide", "document", "in_force", "lines", "load_candidacy",
    "read_candidacy", "reevaluate", "replay", "requirement", "rule_set", "rule_sets",
]  # fmt: skip

"""Which rules a fact of work meets.

A rule names a kind of fact and the values it must have::

    Rule(key=1, kind="ticket.solved", conditions={"ticket_kind": ["incident"], "priority": [1, 2]})

A condition's name may end in ``__under``: the fact is a path («Poste de travail/Imprimante»), and
one of the values is it or above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNDER = "__under"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data: its key, the kind of fact it takes, the values each fact may have."""

    key: int
    kind: str
    conditions: Mapping[str, Sequence[Any]]


def meets(rule: Rule, kind: str, facts: Mapping[str, Any]) -> bool:
    """Tell whether a fact of that kind meets every condition of the rule."""
    return rule.kind == kind and all(
        _meets(name, values, facts) for name, values in rule.conditions.items()
    )


def _meets(name: str, values: Sequence[Any], facts: Mapping[str, Any]) -> bool:
    if name.endswith(UNDER):
        path = str(facts.get(name.removesuffix(UNDER)) or "")
        return any(path == value or path.startswith(f"{value}/") for value in values)
    fact = facts.get(name)
    if isinstance(fact, list):
        return any(one in values for one in fact)
    return fact in values


def matching(rules: Iterable[Rule], kind: str, facts: Mapping[str, Any]) -> list[int]:
    """Give the keys of the rules that the fact meets."""
    return [rule.key for rule in rules if meets(rule, kind, facts)]

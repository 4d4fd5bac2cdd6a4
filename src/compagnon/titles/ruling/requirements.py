"""What a CCP requires of its competences: all of these, at least N of that set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .wording import Words


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of these must be mastered."""

    count: int
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """All of ``every``, and each ``at_least`` (the annex of 2002: one of the four starred)."""

    every: frozenset[str]
    at_least: tuple[AtLeast, ...] = ()

    def missing(self, mastered: Collection[str]) -> tuple[Words, ...]:
        """Say what is missing; nothing when the requirement is met."""
        have = frozenset(mastered)
        found = []
        if lacking := sorted(self.every - have, key=_natural):
            found.append(
                Words(
                    "compétences non maîtrisées : {lacking}", "competences not mastered: {lacking}"
                ).fill(lacking=lacking)
            )
        for group in self.at_least:
            if len(group.of & have) < group.count:
                words = Words(
                    "au moins {count} de {group} : {have} maîtrisée(s)",
                    "at least {count} of {group}: {have} mastered",
                )
                starred = sorted(group.of, key=_natural)
                have_now = len(group.of & have)
                found += [words.fill(count=group.count, group=starred, have=have_now)]
        return tuple(found)

    def met_by(self, mastered: Collection[str]) -> bool:
        """Tell whether these competences are enough."""
        return not self.missing(mastered)

    def competences(self) -> frozenset[str]:
        """Give every competence that it names."""
        return self.every.union(*(group.of for group in self.at_least))


def requirement(document: Mapping[str, Any]) -> Requirement:
    """Read ``{"all": ["1", …], "at_least": [{"count": 1, "of": […]}]}``.

    What importers write is read too: ``{"all": [{"competence": 7}, {"at_least": 1, "of": […]}]}``.
    """
    groups = document.get("at_least", [])
    groups = [groups] if isinstance(groups, Mapping) else list(groups)
    every = []
    for one in document.get("all", []):
        if isinstance(one, Mapping) and "at_least" in one:
            groups.append({"count": one["at_least"], "of": one["of"]})
        else:
            every.append(_key(one))
    return Requirement(
        frozenset(every),
        tuple(
            AtLeast(int(group.get("count", 1)), frozenset(_key(one) for one in group["of"]))
            for group in groups
        ),
    )


def _key(one: Any) -> str:
    return str(one["competence"] if isinstance(one, Mapping) else one)


def _natural(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (10**9, text)

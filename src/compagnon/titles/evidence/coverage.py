"""How well a candidate's evidence covers a referential, and what to do next.

A competence is *strong* with two pieces of work, of which one attested at least; *thin* with one,
or with none attested; *missing* with none. What is only proposed, or set aside, does not count.
Work done elsewhere counts for one at most: the journal does not vouch for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 2


class Level(StrEnum):
    """How well a competence is covered."""

    STRONG = "strong"
    THIN = "thin"
    MISSING = "missing"


class Advice(StrEnum):
    """What to do next for a competence."""

    NOTHING = "nothing"
    CHOOSE = "choose"  # proposals wait to be chosen
    FIND = "find"  # no work of the kind yet: ask for some, or for a situation
    ATTEST = "attest"  # ask the tutor or the trainer to attest
    MORE = "more"  # a second piece of work
    CRITERIA = "criteria"  # some criteria are shown by nothing


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence for one competence: its key, state, origin, the criteria it shows."""

    evidence: int
    competence: int
    chosen: bool
    attested: bool
    outside: bool
    criteria: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Covered:
    """One competence: its level, counts, criteria nothing shows, and what to do next."""

    competence: int
    level: Level
    chosen: int
    attested: int
    proposed: int
    missing_criteria: tuple[int, ...]
    advice: Advice


def coverage(
    competences: Iterable[tuple[int, Sequence[int]]], pieces: Iterable[Piece]
) -> list[Covered]:
    """Give each competence's coverage, in the order given.

    Args:
        competences: each competence's key with its criteria's keys.
        pieces: one for each competence that a piece of evidence shows.
    """
    by_competence: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_competence[piece.competence].append(piece)
    return [_covered(key, criteria, by_competence[key]) for key, criteria in competences]


def _covered(key: int, criteria: Sequence[int], pieces: Sequence[Piece]) -> Covered:
    chosen = [piece for piece in pieces if piece.chosen or piece.attested]
    attested = [piece for piece in chosen if piece.attested]
    inside = sum(not piece.outside for piece in chosen)
    weight = inside + min(1, len(chosen) - inside)
    shown = frozenset().union(*(piece.criteria for piece in chosen)) if chosen else frozenset()
    # Who ties evidence to whole competences has said nothing of criteria: nothing is missing.
    missing = tuple(one for one in criteria if one not in shown) if shown else ()
    proposed = len(pieces) - len(chosen)
    if not chosen:
        level = Level.MISSING
    elif weight >= ENOUGH and attested:
        level = Level.STRONG
    else:
        level = Level.THIN
    return Covered(
        competence=key,
        level=level,
        chosen=len(chosen),
        attested=len(attested),
        proposed=proposed,
        missing_criteria=missing,
        advice=_advice(level, chosen=len(chosen), attested=len(attested), weight=weight,
                       proposed=proposed, missing=bool(missing)),
    )  # fmt: skip


def _advice(
    level: Level, *, chosen: int, attested: int, weight: int, proposed: int, missing: bool
) -> Advice:
    if not chosen:
        return Advice.CHOOSE if proposed else Advice.FIND
    if level is Level.STRONG:
        return Advice.CRITERIA if missing else Advice.NOTHING
    if weight < ENOUGH:
        return Advice.CHOOSE if proposed else Advice.MORE
    return Advice.ATTEST if not attested else Advice.MORE

"""What a grid of marks says: where it stands, what two devices disagree on, what assessors do.

A mark is about a *target*: a criterion, or a whole competence. Marks form a tree: each says which
one it follows. The leaves of the tree are what stands: one leaf is the mark; several mean that two
devices marked without knowing of each other, and somebody must say which holds, by a mark that
follows one of them and is later than all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ACQUIRED: Final = "acquired"
NOT_ACQUIRED: Final = "not_acquired"
NOT_SEEN: Final = "not_seen"
# A competence's key, and a criterion's, or none for the competence as a whole.
Target = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark: its key, target, value, comment, and the key of the mark that it follows.

    ``resolves`` are other leaves that its author saw and set aside.
    """

    key: int
    target: Target
    value: str
    comment: str = ""
    after: int | None = None
    resolves: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """How one assessor's grid stands: the mark of each target, and the targets in conflict."""

    marks: Mapping[Target, Marked]
    conflicts: Mapping[Target, tuple[Marked, ...]]


def grid(marks: Iterable[Marked]) -> Grid:
    """Give how a grid stands.

    Leaves that say the same, in the same words, are no conflict. Of leaves in conflict the last
    recorded is shown as the mark, until somebody settles it.
    """
    by_target: dict[Target, list[Marked]] = defaultdict(list)
    for mark in marks:
        by_target[mark.target].append(mark)
    standing: dict[Target, Marked] = {}
    conflicts: dict[Target, tuple[Marked, ...]] = {}
    for target, every in by_target.items():
        followed = {mark.after for mark in every if mark.after is not None}
        followed |= {key for mark in every for key in mark.resolves}
        leaves = sorted((mark for mark in every if mark.key not in followed), key=_key)
        standing[target] = leaves[-1]
        if len({(leaf.value, leaf.comment) for leaf in leaves}) > 1:
            conflicts[target] = tuple(leaves)
    return Grid(standing, conflicts)


def _key(mark: Marked) -> int:
    return mark.key


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a grid may not be signed yet: the targets, by reason."""

    unmarked: tuple[Target, ...] = ()
    uncommented: tuple[Target, ...] = ()
    in_conflict: tuple[Target, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unmarked or self.uncommented or self.in_conflict)


def missing(of: Grid, required: Sequence[Target]) -> Missing:
    """Tell what a grid lacks to be signed.

    Every required target needs a mark, «not acquired» needs a comment that says why, and what two
    devices disagree on must be settled.
    """
    return Missing(
        unmarked=tuple(target for target in required if target not in of.marks),
        uncommented=tuple(
            target
            for target, mark in of.marks.items()
            if mark.value == NOT_ACQUIRED and not mark.comment.strip()
        ),
        in_conflict=tuple(of.conflicts),
    )


def differences(grids: Mapping[int, Grid]) -> dict[Target, dict[int, str]]:
    """Give the targets that assessors marked differently: by target, each assessor's value.

    «Not seen» beside a mark is no difference: who did not see says nothing. On a whole competence
    it is one: a result is needed.
    """
    found: dict[Target, dict[int, str]] = {}
    targets = {target for one in grids.values() for target in one.marks}
    for target in sorted(targets, key=lambda t: (t[0], t[1] or 0)):
        said = {who: one.marks[target].value for who, one in grids.items() if target in one.marks}
        values = set(said.values())
        if target[1] is not None:
            values.discard(NOT_SEEN)
        if len(values) > 1:
            found[target] = said
    return found


def results(
    grids: Mapping[int, Grid], settled: Mapping[Target, str], competences: Sequence[int]
) -> dict[int, str]:
    """Give each competence's result, from what was settled or what all said.

    A competence that nobody marked as a whole is «not seen»: a result is never worked out from
    criteria, it is what assessors say.
    """
    out: dict[int, str] = {}
    for competence in competences:
        target: Target = (competence, None)
        if target in settled:
            out[competence] = settled[target]
            continue
        said = {one.marks[target].value for one in grids.values() if target in one.marks}
        out[competence] = said.pop() if len(said) == 1 else NOT_SEEN
    return out

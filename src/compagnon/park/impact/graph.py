"""Who needs whom, read once and walked both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple


class Dependency(NamedTuple):
    """``dependent`` needs ``on``, alone or as one of a redundancy group."""

    dependent: int
    on: int
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Redundancy:
    """``dependent`` stands while ``needs`` of the group's members stand.

    ``hidden`` members are counted as standing: those that whoever asks does not see.
    """

    id: int
    dependent: int
    needs: int
    hidden: int = 0


NONE: tuple[int, ...] = ()


class Graph:
    """Dependencies indexed both ways; built in one pass.

    A dependency whose group is unknown, or is another item's, counts as one without a group. Plain
    tuples do as well as :class:`Dependency`: tens of thousands are read, and objects cost.
    """

    __slots__ = ("_alone", "_groups", "_members", "_of_group", "dependents", "needed")

    def __init__(
        self,
        dependencies: Iterable[tuple[int, int, int | None]],
        redundancies: Iterable[Redundancy] = (),
    ) -> None:
        self._groups = {one.id: one for one in redundancies}
        self._members: dict[int, set[int]] = {}
        # A pair of items as one number: no object for the collector to look at.
        alone: set[int] = set()
        # on -> what falls with it at once; on -> the groups that lose a member.
        dependents: dict[int, list[int]] = {}
        needed: dict[int, list[int]] = {}
        self._of_group: dict[int, list[int]] = {}
        self._alone, self.dependents, self.needed = alone, dependents, needed
        for dependent, on, group in dependencies:
            if dependent == on:
                continue
            if group is not None and self._join(dependent, on, group):
                continue
            pair = dependent << 64 | on
            if pair in alone:
                continue
            alone.add(pair)
            try:
                dependents[on].append(dependent)
            except KeyError:
                dependents[on] = [dependent]
            try:
                needed[dependent].append(on)
            except KeyError:
                needed[dependent] = [on]

    def _join(self, dependent: int, on: int, group: int) -> bool:
        """Make an item a member of a group of what depends on it; false where it is not its."""
        held = self._groups.get(group)
        if held is None or held.dependent != dependent:
            return False
        members = self._members.setdefault(group, set())
        if on not in members:
            members.add(on)
            self._of_group.setdefault(on, []).append(group)
            self.needed.setdefault(dependent, []).append(on)
        return True

    def hide(self, hidden: Mapping[int, int]) -> None:
        """Count members of groups that stand unseen; before anything is asked of the graph."""
        for key, count in hidden.items():
            if key in self._groups:
                self._groups[key] = replace(self._groups[key], hidden=count)

    def groups_of(self, member: int) -> list[Redundancy]:
        """Give the groups in which an item is a member."""
        return [self._groups[key] for key in self._of_group.get(member, NONE)]

    def spare(self, group: Redundancy) -> int:
        """Give how many members of a group may fall before its dependent does.

        Negative where fewer members are known than are needed: what nobody described yet is not
        held to be down, so that only the fall of a member counts.
        """
        return len(self._members.get(group.id, NONE)) + group.hidden - group.needs

    def is_needed_alone(self, dependent: int, on: int) -> bool:
        """Tell whether ``dependent`` falls as soon as ``on`` does."""
        return dependent << 64 | on in self._alone or any(
            group.dependent == dependent and self.spare(group) <= 0 for group in self.groups_of(on)
        )

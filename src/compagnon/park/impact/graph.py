"""Who needs whom, read once and walked both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dependency:
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


class Graph:
    """Dependencies indexed both ways; built in one pass, never changed.

    A dependency whose group is unknown, or is another item's, counts as one without a group.
    """

    __slots__ = ("_alone", "_groups", "_members", "_of_group", "dependents", "needed")

    def __init__(
        self, dependencies: Iterable[Dependency], redundancies: Iterable[Redundancy] = ()
    ) -> None:
        self._groups = {one.id: one for one in redundancies}
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        self._alone: set[tuple[int, int]] = set()
        # on -> what falls with it at once; on -> the groups that lose a member.
        self.dependents: defaultdict[int, list[int]] = defaultdict(list)
        self._of_group: defaultdict[int, list[int]] = defaultdict(list)
        self.needed: defaultdict[int, list[int]] = defaultdict(list)
        for one in dependencies:
            if one.dependent != one.on:
                self._add(one)

    def _add(self, one: Dependency) -> None:
        group = self._groups.get(one.group) if one.group is not None else None
        if group is not None and group.dependent == one.dependent:
            if one.on not in self._members[group.id]:
                self._members[group.id].add(one.on)
                self._of_group[one.on].append(group.id)
                self.needed[one.dependent].append(one.on)
        elif (one.dependent, one.on) not in self._alone:
            self._alone.add((one.dependent, one.on))
            self.dependents[one.on].append(one.dependent)
            self.needed[one.dependent].append(one.on)

    def groups_of(self, member: int) -> list[Redundancy]:
        """Give the groups in which an item is a member."""
        return [self._groups[key] for key in self._of_group.get(member, ())]

    def spare(self, group: Redundancy) -> int:
        """Give how many members of a group may fall before its dependent does.

        Negative where fewer members are known than are needed: what nobody described yet is not
        held to be down, so that only the fall of a member counts.
        """
        return len(self._members.get(group.id, ())) + group.hidden - group.needs

    def is_needed_alone(self, dependent: int, on: int) -> bool:
        """Tell whether ``dependent`` falls as soon as ``on`` does."""
        return (dependent, on) in self._alone or any(
            group.dependent == dependent and self.spare(group) <= 0 for group in self.groups_of(on)
        )

"""Correspondences between versions of a title, and their replay for a holder.

A correspondence relates *sets* of CCPs: one to one, one to several, one to none («Néant»), several
to one. Where several give one and the text does not say whether all are needed or any is enough, a
holder of some of them is an unclear case: a person says, and the answer is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .wording import Words

ALL, ANY = "all", "any"


@dataclass(frozen=True, slots=True)
class Relation:
    """Who held ``old`` is held to have obtained ``new``; an empty ``new`` is the value «none».

    Args:
        when: ``all`` or ``any`` of ``old`` is needed; empty where the text does not say.
    """

    old: frozenset[str]
    new: frozenset[str]
    when: str = ""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The relations from one version to another, as one text gives them."""

    old_version: str
    new_version: str
    relations: tuple[Relation, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one relation did: which CCPs held gave which; nothing given is told as well."""

    old_version: str
    new_version: str
    from_ccps: tuple[str, ...]
    to_ccps: tuple[str, ...]
    words: Words
    source: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A case that the text leaves open. ``question`` is the key of its answer."""

    question: str
    words: Words
    options: tuple[str, ...] = (ALL, ANY)


@dataclass(frozen=True, slots=True)
class Replay:
    """What is held under the version asked for.

    Args:
        held: CCP of that version to the day it counts from (``None``: not known).
        lost: CCPs of an older version that gave nothing, with the version.
        unclear: open questions; while there is one, what hangs on it is not counted as held.
    """

    version: str
    held: Mapping[str, date | None]
    lost: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    unclear: tuple[Unclear, ...] = ()


def replay(
    held: Mapping[str, date | None],
    chain: Iterable[Correspondence],
    version: str,
    answers: Mapping[str, object] | None = None,
    until: str = "",
) -> Replay:
    """Carry the CCPs held under ``version`` through the chain, step by step.

    Args:
        held: CCP number to the day it was obtained.
        chain: the correspondences, in the order of versions; it starts where ``version`` stands.
        answers: kept answers to unclear cases, ``all`` or ``any`` by question.
        until: stop at that version; the end of the chain unless given.
    """
    now: dict[str, date | None] = dict(held)
    lost: list[tuple[str, str]] = []
    steps: list[Step] = []
    unclear: list[Unclear] = []
    for each in chain:
        if version == until:
            break
        if each.old_version != version:
            continue
        gained: dict[str, date | None] = {}
        given: set[str] = set()
        for relation in each.relations:
            have = relation.old & now.keys()
            if not have:
                continue
            settled = _settled(each, relation, have, answers or {})
            if settled is None:
                unclear.append(_open(each, relation, have))
                continue
            steps.append(_step(each, relation, have, settled))
            if settled and relation.new:
                given |= have
                for ccp in relation.new:
                    _gain(gained, ccp, [now[one] for one in have])
        unsettled = {key for one in unclear for key in _named(one)}
        lost += [(each.old_version, ccp) for ccp in sorted(now.keys() - given - unsettled)]
        now, version = gained, each.new_version
    return Replay(version, now, tuple(lost), tuple(steps), tuple(unclear))


def question_of(correspondence: Correspondence, relation: Relation) -> str:
    """Give the key under which the answer to an unclear relation is kept."""
    old, new = "+".join(sorted(relation.old)), "+".join(sorted(relation.new))
    return f"correspondence:{correspondence.old_version}>{correspondence.new_version}:{old}>{new}"


def _settled(
    each: Correspondence, relation: Relation, have: frozenset[str], answers: Mapping[str, object]
) -> bool | None:
    if have == relation.old or not relation.new:
        return True
    when = relation.when or str(answers.get(question_of(each, relation), "")).lower()
    if when in {ANY, "yes", "true"}:
        return True
    return False if when in {ALL, "no", "false"} else None


def _gain(gained: dict[str, date | None], ccp: str, days: list[date | None]) -> None:
    known = [day for day in days if day is not None]
    # Gained through several: it was whole only when the last of them was obtained.
    day = max(known) if len(known) == len(days) else None
    before = gained.get(ccp)
    gained[ccp] = min(before, day) if before is not None and day is not None else before or day


def _step(each: Correspondence, relation: Relation, have: frozenset[str], met: bool) -> Step:
    new = relation.new if met else frozenset()
    told = (
        Words("{old} ({was}) donne {new} ({now})", "{old} ({was}) gives {new} ({now})")
        if new
        else Words("{old} ({was}) ne donne rien ({now})", "{old} ({was}) gives nothing ({now})")
    )
    old_names, new_names = tuple(sorted(have)), tuple(sorted(new))
    return Step(
        each.old_version, each.new_version, old_names, new_names,
        told.fill(
            old="CCP " + ", ".join(old_names), was=each.old_version,
            new="CCP " + ", ".join(new_names), now=each.new_version,
        ),
        each.source,
    )  # fmt: skip


def _open(each: Correspondence, relation: Relation, have: frozenset[str]) -> Unclear:
    return Unclear(
        question_of(each, relation),
        Words(
            "{old} ({was}) donnent {new} ({now}) : faut-il les avoir tous (all) ou l’un suffit-il "
            "(any) ? Seul(s) {have} : tenu(s).",
            "{old} ({was}) give {new} ({now}): are all of them needed (all), or is any enough "
            "(any)? Only {have} held.",
        ).fill(
            old="CCP " + " + ".join(sorted(relation.old)), was=each.old_version,
            new="CCP " + " + ".join(sorted(relation.new)), now=each.new_version,
            have="CCP " + ", ".join(sorted(have)),
        ),
    )  # fmt: skip


def _named(unclear: Unclear) -> set[str]:
    return set(unclear.question.split(":")[2].split(">")[0].split("+"))

"""Whom to invite: who may judge these candidates that day, in balance, the least asked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Obstacle(StrEnum):
    """Why a juror may not sit in a session."""

    INACTIVE = "inactive"
    NOT_AUTHORISED = "not_authorised"
    AUTHORISATION_ENDS = "authorisation_ends"
    OTHER_TITLE = "other_title"
    TIED = "tied"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Known:
    """A juror as the register knows them.

    ``ties`` holds, by candidate's key, what links them; ``invited`` how often they were in the last
    two years; ``busy`` that they sit elsewhere that day.
    """

    key: int
    quality: str
    sex: str
    titles: frozenset[int]
    authorised_from: date | None
    authorised_to: date | None
    is_active: bool
    ties: Mapping[int, frozenset[str]]
    invited: int = 0
    busy: bool = False


def obstacles(
    juror: Known, *, title: int, first: date, last: date, candidates: Sequence[int]
) -> dict[Obstacle, tuple[int, ...]]:
    """Give why a juror may not sit; with «tied», to which candidates. Empty is none.

    Args:
        first, last: the days of the session: an authorisation must cover both.
    """
    found: dict[Obstacle, tuple[int, ...]] = {}
    if not juror.is_active:
        found[Obstacle.INACTIVE] = ()
    if juror.authorised_from is None or juror.authorised_from > first:
        found[Obstacle.NOT_AUTHORISED] = ()
    elif juror.authorised_to is not None and juror.authorised_to < last:
        found[Obstacle.AUTHORISATION_ENDS] = ()
    if title not in juror.titles:
        found[Obstacle.OTHER_TITLE] = ()
    tied = tuple(one for one in candidates if juror.ties.get(one))
    if tied:
        found[Obstacle.TIED] = tied
    if juror.busy:
        found[Obstacle.ELSEWHERE] = ()
    return found


def suggest(
    jurors: Sequence[Known],
    *,
    size: int,
    title: int,
    first: date,
    last: date,
    candidates: Sequence[int],
    quality: str = "professional",
) -> list[int]:
    """Give the keys of up to ``size`` jurors to invite: free of obstacles, women and men in turn.

    Within each, who was invited least comes first, then the lowest key: the answer is the same for
    the same register.
    """
    free = [
        one
        for one in jurors
        if one.quality == quality
        and not obstacles(one, title=title, first=first, last=last, candidates=candidates)
    ]
    free.sort(key=lambda one: (one.invited, one.key))
    chosen: list[Known] = []
    while free and len(chosen) < size:
        count = {sex: sum(one.sex == sex for one in chosen) for sex in ("f", "m")}
        wanted = "f" if count["f"] <= count["m"] else "m"
        pick = next((one for one in free if one.sex == wanted), free[0])
        chosen.append(pick)
        free.remove(pick)
    return [one.key for one in chosen]

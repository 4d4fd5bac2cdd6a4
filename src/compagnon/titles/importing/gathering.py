"""Putting a REAC together from what it says three times: the table, the lists and the sheets.

The sheets hold the criteria; the lists say which activity type a competence belongs to. Names are
met by their keys, so that «TCP/ IP» is «TCP/IP», in one case or the other, whatever line they are
cut at.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compagnon.titles.importing import limits
from compagnon.titles.importing.labels import key, likeness
from compagnon.titles.importing.outline import Activity, Competence, Losses
from compagnon.titles.importing.reading import Line, cells_of, items, squeeze

ALIKE = 0.86


@dataclass(slots=True)
class Listed:
    """Which competences a source lists under which activity type.

    Args:
        source: ``sheet``, ``list`` or ``synoptic``.
    """

    source: str
    names: dict[int, str] = field(default_factory=dict)
    lines: dict[int, list[Line]] = field(default_factory=dict)
    # The numbers that a table states for its competences.
    numbered: dict[str, int] = field(default_factory=dict)

    def add(self, number: int, name: str, lines: list[Line]) -> None:
        """Add what stands under an activity type."""
        self.names.setdefault(number, name)
        self.lines.setdefault(number, []).extend(lines)


def gather(
    activities: list[Activity],
    competences: list[Competence],
    sources: list[Listed],
    losses: Losses,
) -> list[Activity]:
    """Put each competence under its activity type, once or in several.

    Sources are asked in their order; a competence that none lists goes to the activity type that
    its number's neighbours have, with a doubt. Names that a list holds and no sheet bears make a
    competence without criteria, and a loss.
    """
    activities = activities or _from(sources, losses)
    if not competences:
        competences = _names_alone(activities, sources, losses)
    if not activities:
        if competences:
            losses.miss("no-activity", f"{len(competences)} competences")
        return [Activity(1, "", competences)] if competences else []
    place: dict[int, list[int]] = {}
    for source in sources:
        spread = _spread(source, activities, competences)
        for number, places in spread.items():
            if number not in place:
                place[number] = places
            elif place[number] != places:
                one = next(each for each in competences if each.number == number)
                losses.doubt(f"listed-elsewhere-by-{source.source}", one.name, one.line)
    _unlisted(sources, activities, competences, place, losses)
    _neighbours(competences, activities, place, losses)
    for activity in activities:
        activity.competences = [
            one for one in competences if activity.number in place.get(one.number, [])
        ]
        if not activity.competences:
            losses.miss("activity-without-competence", activity.name, activity.line)
    return activities


def _from(sources: list[Listed], losses: Losses) -> list[Activity]:
    for source in sources:
        if source.names:
            losses.doubt("no-activity-sheet", f"activity types are those of the {source.source}")
            return [Activity(number, name) for number, name in sorted(source.names.items())]
    return []


def _names_alone(
    activities: list[Activity], sources: list[Listed], losses: Losses
) -> list[Competence]:
    for source in sources:
        names: dict[str, Competence] = {}
        for activity in activities:
            for text, line in items(source.lines.get(activity.number, [])):
                number = source.numbered.get(key(text), len(names) + 1)
                names.setdefault(key(text), Competence(number, text.rstrip("."), line=line))
        if names:
            losses.miss("no-competence-sheet", f"{len(names)} names of the {source.source}")
            return list(names.values())
    return []


def _spread(
    source: Listed, activities: list[Activity], competences: list[Competence]
) -> dict[int, list[int]]:
    """Find each competence's key in the running text of each activity type's list."""
    found: dict[int, list[int]] = {}
    by_length = sorted(competences, key=lambda one: -len(key(one.name)))
    for activity in activities:
        text = _running(source.lines.get(_number(source, activity), []))
        for one in by_length:
            needle = key(one.name)
            if needle and needle in text:
                found.setdefault(one.number, []).append(activity.number)
                # A shorter name must not be found inside this one.
                text = text.replace(needle, "\n", 1)
    return found


def _number(source: Listed, activity: Activity) -> int:
    """Find the activity type in the source by its name, else by its number."""
    wanted = key(activity.name)
    return next(
        (number for number, name in source.names.items() if key(name) == wanted), activity.number
    )


def _running(lines: list[Line]) -> str:
    return "".join(key(" ".join(cells_of(line)) if line.is_row else line.content) for line in lines)


def _unlisted(
    sources: list[Listed],
    activities: list[Activity],
    competences: list[Competence],
    place: dict[int, list[int]],
    losses: Losses,
) -> None:
    """Meet the names that no sheet bears to the letter: nearly the same, or missing a sheet."""
    keys = {key(one.name) for one in competences}
    everything = "".join(sorted(keys, key=len, reverse=True))
    settled: set[str] = set()
    for source in sources:
        for activity in activities:
            listed = items(source.lines.get(_number(source, activity), []))
            for text, line in listed[: limits.MAX_ITEMS]:
                name = key(text)
                if not name or name in settled or name in everything or _holds(name, keys):
                    continue
                settled.add(name)
                near = max(competences, key=lambda one: likeness(key(one.name), name), default=None)
                if near is not None and likeness(key(near.name), name) >= ALIKE:
                    losses.doubt("label-differs", f"{squeeze(text)} / {near.name}", line)
                    if near.number not in place:
                        place[near.number] = [activity.number]
                    continue
                losses.miss("no-sheet", text, line)


def _holds(name: str, keys: set[str]) -> bool:
    """Tell whether an item is several known names run together."""
    rest = name
    for one in sorted(keys, key=len, reverse=True):
        rest = rest.replace(one, "")
    return len(rest) <= len(name) // 20


def _neighbours(
    competences: list[Competence],
    activities: list[Activity],
    place: dict[int, list[int]],
    losses: Losses,
) -> None:
    previous = activities[0].number
    for one in sorted(competences, key=lambda each: each.number):
        if one.number not in place:
            place[one.number] = [previous]
            losses.doubt("listed-nowhere", one.name, one.line)
        previous = place[one.number][-1]

"""What follows a request: approvals, then tasks for several teams. Documents, pure.

A plan is ``{"approvals": […], "tasks": […], "ending": "ask" | "propose", "cancel_when_refused":
bool}``. Persons and teams are keys; who reads a plan checks that they exist.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compagnon.contracts.asking import conditions
from compagnon.contracts.asking.conditions import Answer
from compagnon.contracts.asking.definition import KEY, LABEL_MAX, Fault, Words, words

APPROVALS_MAX, TASKS_MAX, PERSONS_MAX = 10, 40, 50
WHOM = ("persons", "team", "representatives", "manager")
RULES = ("any", "all", "count")
ENDINGS = ("ask", "propose")
MINUTES_MAX = 31 * 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """An approval to ask for."""

    key: str
    name: Words
    whom: str
    person_ids: tuple[int, ...]
    team_id: int | None
    rule: str
    needed: int
    position: int
    due_days: int | None
    self_allowed: bool
    amount_field: str
    when: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work, of one team."""

    key: str
    title: Words
    instructions: str
    team_id: int | None
    internal: bool
    minutes: int
    after: tuple[str, ...]
    when: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows a request."""

    approvals: tuple[Step, ...] = ()
    tasks: tuple[Task, ...] = ()
    ending: str = "ask"
    cancel_when_refused: bool = False


def read(document: Mapping[str, Any] | None) -> Plan:
    """Read a plan that has no fault; none is a plan of nothing."""
    document = document or {}
    return Plan(
        approvals=tuple(_step(one) for one in document.get("approvals", [])),
        tasks=tuple(_task(one) for one in document.get("tasks", [])),
        ending=document.get("ending", "ask"),
        cancel_when_refused=bool(document.get("cancel_when_refused")),
    )


def _step(one: Mapping[str, Any]) -> Step:
    return Step(
        key=one["key"],
        name=words(one.get("name")),
        whom=one["whom"],
        # Where others are asked, whatever stands there was never checked.
        person_ids=tuple(one.get("person_ids", [])) if one["whom"] == "persons" else (),
        team_id=one.get("team_id"),
        rule=one.get("rule", "any"),
        needed=one.get("needed") or 1,
        position=one.get("position") or 1,
        due_days=one.get("due_days"),
        self_allowed=bool(one.get("self_allowed")),
        amount_field=one.get("amount_field") or "",
        when=one.get("when"),
    )


def _task(one: Mapping[str, Any]) -> Task:
    return Task(
        key=one["key"],
        title=words(one.get("title")),
        instructions=one.get("instructions") or "",
        team_id=one.get("team_id"),
        internal=bool(one.get("internal")),
        minutes=one.get("minutes") or 0,
        after=tuple(one.get("after", [])),
        when=one.get("when"),
    )


def approvals_for(plan: Plan, answers: Mapping[str, Answer]) -> list[Step]:
    """Give the approvals that these answers call for, in their order."""
    found = [one for one in plan.approvals if conditions.holds(one.when, answers)]
    return sorted(found, key=lambda one: one.position)


def tasks_for(plan: Plan, answers: Mapping[str, Answer]) -> list[tuple[Task, tuple[str, ...]]]:
    """Give the tasks that these answers call for, each with those that it waits for.

    A task that is not called for is passed over: what waited for it waits for what it waited for.
    """
    called = {one.key for one in plan.tasks if conditions.holds(one.when, answers)}
    before = {one.key: one.after for one in plan.tasks}

    def waits(keys: Iterable[str], seen: frozenset[str]) -> set[str]:
        found: set[str] = set()
        for key in keys:
            if key in called:
                found.add(key)
            elif key not in seen:
                found |= waits(before.get(key, ()), seen | {key})
        return found

    return [
        (one, tuple(sorted(waits(one.after, frozenset({one.key})))))
        for one in plan.tasks
        if one.key in called
    ]


def faults(
    document: object,
    fields: Mapping[str, Mapping[str, Any]],
    amounts: Collection[str] | None = None,
) -> list[Fault]:
    """Say what is wrong with a plan; nothing when it can be published.

    Args:
        fields: the form's fields by their keys, which conditions may ask.
        amounts: those of them that hold an amount; any of ``fields`` unless given.
    """
    if not isinstance(document, dict):
        return [("", "shape")]
    approvals, tasks = document.get("approvals", []), document.get("tasks", [])
    parts = [approvals, tasks]
    if not all(isinstance(part, list) for part in parts) or not all(
        isinstance(one, dict) for part in parts for one in part
    ):
        return [("", "shape")]
    if len(approvals) > APPROVALS_MAX or len(tasks) > TASKS_MAX:
        return [("", "too_many")]
    found: list[Fault] = []
    if document.get("ending", "ask") not in ENDINGS:
        found.append(("", "ending"))
    keys: list[str] = []
    for one in [*approvals, *tasks]:
        key = one.get("key")
        if not isinstance(key, str) or not KEY.fullmatch(key):
            found.append((str(key)[:40], "key"))
        elif key in keys:
            found.append((key, "key_twice"))
        keys.append(str(key))
    for one in approvals:
        found += [(str(one.get("key"))[:40], code) for code in _step_faults(one, fields)]
        if one.get("amount_field") and one["amount_field"] not in (
            fields if amounts is None else amounts
        ):
            found.append((str(one.get("key"))[:40], "amount_field"))
    for one in tasks:
        found += [(str(one.get("key"))[:40], code) for code in _task_faults(one, tasks, fields)]
    return found or _circles(tasks)


def _named(value: object) -> list[str]:
    if isinstance(value, Mapping) and not all(
        isinstance(value.get(name) or "", str) for name in ("fr", "en")
    ):
        return ["words"]
    said = words(value)
    if not said.fr.strip():
        return ["label"]
    return ["too_long"] if max(len(said.fr), len(said.en)) > LABEL_MAX else []


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _step_faults(one: dict[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> list[str]:
    codes = _named(one.get("name")) + conditions.faults(one.get("when"), fields)
    persons = one.get("person_ids", [])
    if one.get("whom") not in WHOM or one.get("rule", "any") not in RULES:
        codes.append("whom")
    elif one["whom"] == "team" and not _whole(one.get("team_id"), 1, 2**62):
        codes.append("team")
    elif one["whom"] == "persons" and not (
        isinstance(persons, list)
        and 0 < len(persons) <= PERSONS_MAX
        and all(_whole(key, 1, 2**62) for key in persons)
    ):
        codes.append("whom")
    elif (
        one["whom"] == "persons"
        and one.get("rule") == "count"
        and _whole(one.get("needed", 1), len(set(persons)) + 1, 50)
    ):
        # More than are asked can never agree.
        codes.append("number")
    if not _whole(one.get("needed", 1), 1, 50) or not _whole(one.get("position", 1), 1, 50):
        codes.append("number")
    if one.get("due_days") is not None and not _whole(one["due_days"], 1, 250):
        codes.append("number")
    return codes


def _task_faults(
    one: dict[str, Any],
    tasks: list[dict[str, Any]],
    fields: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    codes = _named(one.get("title")) + conditions.faults(one.get("when"), fields)
    after = one.get("after", [])
    known = {str(other.get("key")) for other in tasks} - {str(one.get("key"))}
    if not isinstance(after, list) or not all(
        isinstance(key, str) and key in known for key in after
    ):
        codes.append("after")
    if not _whole(one.get("minutes", 0), 0, MINUTES_MAX):
        codes.append("number")
    if not _whole(one.get("team_id"), 1, 2**62):
        codes.append("team")
    if not isinstance(one.get("instructions", ""), str) or len(one.get("instructions", "")) > 5000:
        codes.append("too_long")
    return codes


def _circles(tasks: list[dict[str, Any]]) -> list[Fault]:
    """Find tasks that wait for themselves."""
    left = {one["key"]: set(one.get("after", [])) for one in tasks}
    while free := {key for key, after in left.items() if not after & left.keys()}:
        left = {key: after for key, after in left.items() if key not in free}
    return [(key, "circle") for key in left]

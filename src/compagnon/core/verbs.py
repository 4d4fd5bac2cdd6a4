"""The register of what can be done: each room declares its verbs, a role is a set of them.

A verb is ``noun.action`` («ticket.solve»). Its label stands on the roles page, so it is written
for the administrator who ticks it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done, and how the roles page names it."""

    name: str
    label: str | Promise
    room: str


_VERBS: dict[str, Verb] = {}


def declare(room: str, verbs: dict[str, str | Promise]) -> None:
    """Add a room's verbs to the register, by name and label; called once, at the room's import."""
    for name, label in verbs.items():
        if _VERBS.get(name, Verb(name, label, room)).room != room:
            raise ValueError(f"verb {name!r} is declared by {_VERBS[name].room} and {room}")
        _VERBS[name] = Verb(name, label, room)


def all_verbs() -> tuple[Verb, ...]:
    """Give every declared verb, by room then name."""
    return tuple(sorted(_VERBS.values(), key=lambda verb: (verb.room, verb.name)))


def known(name: str) -> bool:
    """Tell whether some room declares that verb."""
    return name in _VERBS

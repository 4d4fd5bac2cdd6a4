"""The register of what can be done: each room declares its verbs, a role is a set of them.

A verb is ``noun.action`` («ticket.solve»). Its label stands on the roles page, so it is written
for the administrator who ticks it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done, and how the roles page names it.

    One that is ``own`` concerns what is one's own: everybody may, so no role gives it, and only
    a token that lists its verbs must list it.
    """

    name: str
    label: str | Promise
    room: str
    own: bool = False


_VERBS: dict[str, Verb] = {}


def declare(room: str, verbs: dict[str, str | Promise], *, own: bool = False) -> None:
    """Add a room's verbs to the register, by name and label; called once, at the room's import.

    Args:
        own: they concern what is one's own, see :class:`Verb`.
    """
    for name, label in verbs.items():
        if _VERBS.get(name, Verb(name, label, room, own)).room != room:
            raise ValueError(f"verb {name!r} is declared by {_VERBS[name].room} and {room}")
        _VERBS[name] = Verb(name, label, room, own)


def all_verbs() -> tuple[Verb, ...]:
    """Give every declared verb that a role may give, by room then name."""
    return tuple(verb for verb in _sorted() if not verb.own)


def own_verbs() -> tuple[Verb, ...]:
    """Give the verbs that everybody has on what is their own, by room then name."""
    return tuple(verb for verb in _sorted() if verb.own)


def known(name: str) -> bool:
    """Tell whether some room declares that verb."""
    return name in _VERBS


def is_own(name: str) -> bool:
    """Tell whether that verb is declared, and concerns what is one's own."""
    return name in _VERBS and _VERBS[name].own


def _sorted() -> list[Verb]:
    return sorted(_VERBS.values(), key=lambda verb: (verb.room, verb.name))

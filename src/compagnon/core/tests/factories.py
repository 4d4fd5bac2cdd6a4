"""What the tests of any room may need of ``core``."""

from __future__ import annotations

from compagnon.core.actor import Actor, ActorKind, Grant, Scope, Source


def actor_with(*verbs: str, organisations: set[int] | None = None, person: int = 1) -> Actor:
    """Give a person who has these verbs on these organisations (everywhere unless given)."""
    reach = None if organisations is None else frozenset(organisations)
    return Actor(
        kind=ActorKind.PERSON,
        id=person,
        label="",
        source=Source.PAGE,
        scope=Scope(person_id=person, grants=(Grant(frozenset(verbs), reach),)),
    )

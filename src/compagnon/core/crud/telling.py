"""A row's history in words: what was done to it, to which fields, by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.crud.listing import field_label
from compagnon.core.crud.resource import Resource, Row, Text
from compagnon.core.journal import history
from compagnon.core.models import Entry

MOST = 20
DONE: dict[str, Text] = {
    "create": _("Added"),
    "change": _("Changed"),
    "remove": _("Deleted"),
}

Naming = Callable[[Actor, set[int]], dict[int, str]]
_naming: list[Naming] = []


def naming(function: Naming) -> Naming:
    """Register the function that names persons by their keys, as far as the actor sees them.

    ``core`` knows no persons: ``people`` registers it.
    """
    _naming[:] = [function]
    return function


def names_of(actor: Actor, keys: set[int]) -> dict[int, str]:
    """Name persons by their keys, as far as the actor sees them."""
    return _naming[0](actor, keys) if _naming and keys else {}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the journal as a page tells it."""

    occurred_at: datetime
    label: Text
    who: str


def told(resource: Resource, actor: Actor, row: Row) -> list[Told]:
    """Tell the last 20 things done to a row, newest first; nothing to who may not read them."""
    if not actor.scope.allows("journal.view", resource.organisation_of(row)):
        return []
    entries = list(history(row).reverse()[:MOST])
    names = names_of(actor, {entry.actor_id for entry in entries if entry.actor_id is not None})
    return [
        Told(
            entry.occurred_at,
            _label(resource, entry),
            names.get(entry.actor_id or 0, entry.actor_label),
        )
        for entry in entries
    ]


def _said(verb: str) -> Text:
    """Give a room's own words for what is neither added, changed nor deleted."""
    from compagnon.core.journal_words import known_words

    said = known_words().get(verb)
    return verb if said is None else capfirst(str(said))


def _label(resource: Resource, entry: Entry) -> Text:
    done = DONE.get(entry.verb.rpartition(".")[2]) or _said(entry.verb)
    if not entry.verb.endswith(".change"):
        return done
    changed = [name for name in entry.after if name != "personal"]
    changed += entry.after.get("personal", [])
    fields = ", ".join(str(field_label(resource, name)) for name in changed)
    return format_lazy(_("{done}: {fields}"), done=done, fields=fields) if fields else done

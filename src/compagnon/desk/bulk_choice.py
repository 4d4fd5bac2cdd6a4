"""Which tickets an action is about: those ticked, or all that a queue's filters match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from compagnon.core.actor import Actor
from compagnon.desk import saved_views
from compagnon.desk.bulk import MOST
from compagnon.desk.models import Ticket


@dataclass(frozen=True, slots=True)
class Choice:
    """Tickets by their keys, or the address of a queue whose every ticket is meant."""

    keys: tuple[int, ...] = ()
    query: str = ""

    def ticket_ids(self, actor: Actor) -> list[int]:
        """Give the keys, at most one more than an action may reach."""
        if self.query:
            rows = matching(actor, QueryDict(self.query)).order_by("pk")
            return list(rows.values_list("pk", flat=True)[: MOST + 1])
        return list(self.keys[: MOST + 1])

    def count(self, actor: Actor) -> int:
        """Tell how many there are, up to one more than an action may reach."""
        return len(self.ticket_ids(actor)) if self.query else len(self.keys)


def numbers(given: Sequence[str]) -> tuple[int, ...]:
    """Read keys, separated by commas or given apart; what is no key is left out."""
    texts = [one.strip() for text in given for one in text[:200_000].split(",")]
    found = {int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < 19}
    return tuple(sorted(found))


def matching(actor: Actor, asked: Mapping[str, str]) -> QuerySet[Ticket]:
    """Give the tickets of a queue as its page narrows it, the saved view that it names included.

    Raises:
        NotFound: the view is nobody's, or somebody else's.
    """
    narrowing, _view = saved_views.opened(actor, asked)
    return narrowing.tickets(actor)

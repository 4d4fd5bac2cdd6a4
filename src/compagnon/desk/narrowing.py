"""What narrows the queue: read from an address or a saved view, the same for list, board, calendar.

What is read is checked by itself: an unknown value narrows nothing. The tickets that it leaves are
always asked again for whoever reads, through visibility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.http import urlencode

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import queries, search, tags
from compagnon.desk.models import Category, Priority, State, Ticket, TicketKind
from compagnon.desk.queries import Queue

ORDERS = {"activity": "activity_at", "priority": "priority", "due": "due_at", "opened": "id"}
NEWEST = "-activity"
WORDS_MAX = 200
KEY_DIGITS = 18
# Within how many days a ticket was opened.
DAYS = (1, 7, 30, 90, 365)
FEW_DAYS = 30
# What stands behind «more filters».
MORE = ("assignee", "category", "kind", "days", "tag")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which tickets, in which order.

    ``priority``, ``team``, ``organisation``, ``tag``, ``assignee`` and ``category`` are keys; a
    category holds those below it. ``days``: opened within so many.
    """

    queue: Queue = Queue.OPEN
    state: str = ""
    priority: int | None = None
    team: int | None = None
    organisation: int | None = None
    tag: int | None = None
    assignee: int | None = None
    category: int | None = None
    kind: str = ""
    days: int | None = None
    q: str = ""
    sort: str = NEWEST

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Read what an address or a saved view says; what is not known is left out."""
        queue = str(given.get("queue", ""))
        state = str(given.get("state", ""))
        sort = str(given.get("sort", ""))
        kind = str(given.get("kind", ""))
        priority, days = _key(given.get("priority")), _key(given.get("days"))
        return cls(
            queue=Queue(queue) if queue in set(Queue) else Queue.OPEN,
            state=state if state in State.values else "",
            priority=priority if priority in Priority.values else None,
            team=_key(given.get("team")),
            organisation=_key(given.get("organisation")),
            tag=_key(given.get("tag")),
            assignee=_key(given.get("assignee")),
            category=_key(given.get("category")),
            kind=kind if kind in TicketKind.values else "",
            days=days if days in DAYS else None,
            q=str(given.get("q", "")).replace("\x00", "").strip()[:WORDS_MAX],
            sort=sort if sort.removeprefix("-") in ORDERS else NEWEST,
        )

    @property
    def narrowed(self) -> dict[str, str | int]:
        """What narrows beside the queue and the words, by its name in the address."""
        names = ("state", "priority", "team", "organisation", *MORE)
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def ordering(self) -> str:
        """The column to sort by, ``-`` before it when descending."""
        sign = "-" if self.sort.startswith("-") else ""
        return sign + ORDERS[self.sort.removeprefix("-")]

    def kept(self) -> dict[str, str | int]:
        """Give what a saved view or an address holds: only what differs from the whole queue."""
        default = type(self)()
        return {
            one.name: value if isinstance(value, int) else str(value)
            for one in fields(self)
            if (value := getattr(self, one.name)) != getattr(default, one.name)
        }

    def address(self, **more: Any) -> str:
        """Give it as the query of an address, with what is added; ``None`` takes a part away."""
        values = self.kept() | more
        return urlencode({name: value for name, value in values.items() if value is not None})

    def condition(self, actor: Actor, *, gather: bool = True) -> Q:
        """Give the filter, the words left out.

        Args:
            gather: see :func:`tags.on_tickets`.
        """
        found = queries.in_queue(self.queue, actor)
        if self.state:
            found &= Q(state=self.state)
        if self.priority:
            found &= Q(priority=self.priority)
        if self.team:
            found &= Q(team_id=self.team)
        if self.organisation:
            found &= Q(organisation_id=self.organisation)
        if self.assignee:
            found &= Q(assignee_id=self.assignee)
        if self.category:
            below = Category.objects.filter(path__contains=f"/{self.category}/")
            found &= Q(category_id__in=below.order_by().values("pk"))
        if self.kind:
            found &= Q(kind=self.kind)
        if self.days:
            since = timezone.now() - timedelta(days=self.days)
            found &= Q(opened_at__gte=since)
            if self.days <= FEW_DAYS or self.sort.lstrip("-") == "activity":
                # What was opened since was active since, which an index finds. Of half a year it
                # would find nearly all, where the order asked for gives the first page at once.
                found &= Q(activity_at__gte=since)
        if self.tag:
            found &= tags.on_tickets(actor, [self.tag], gather=gather)
        return found

    def tickets(self, actor: Actor) -> QuerySet[Ticket]:
        """Give the visible tickets that it leaves, words and all, with what a list shows."""
        rows = queries.tickets(actor).filter(self.condition(actor))
        return search.matching(actor, rows, self.q) if self.q else rows

    def plain(self, actor: Actor) -> QuerySet[Ticket]:
        """Give the visible tickets that it leaves, the words left out, without what hangs on."""
        return visible(Ticket, actor).filter(self.condition(actor, gather=False))

    def but(self, **changed: Any) -> Self:
        """Give the same with something else."""
        return replace(self, **changed)


def _key(given: Any) -> int | None:
    """Give a key; nothing for what is none."""
    text = str(given if given is not None else "")
    known = text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS
    return int(text) or None if known else None

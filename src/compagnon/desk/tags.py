"""Reads of tags: which an organisation has, which stand on tickets, which tickets hold one.

Counts never scan: at most a thousand rows of an index are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import Tag, Ticket, TicketTag
from compagnon.desk.models.tags import fold
from compagnon.people.models import Organisation

COUNTED = 1000
# A tag on fewer tickets than that gives their keys; one on more stands on many of any list.
GATHERED = 1000
OFFERED = 300
AT_ONCE = 100
SOUGHT = re.compile(r'(?:^|(?<=\s))(?:tag|étiquette|etiquette):(?:"([^"]*)"|(\S+))', re.IGNORECASE)


def above(organisation: Organisation) -> list[int]:
    """Give the keys of an organisation and of those above it."""
    return [int(key) for key in organisation.path.strip("/").split("/") if key]


def vocabulary(organisation: Organisation) -> QuerySet[Tag]:
    """Give the tags of an organisation's tickets: its own, and of those above it.

    The caller has shown that the organisation's tickets are visible.
    """
    return Tag.objects.filter(organisation_id__in=above(organisation))


def offered(actor: Actor) -> list[Tag]:
    """Give the tags that lists may be narrowed by, by name; at most 300."""
    rows = visible(Tag, actor).filter(is_active=True).order_by("folded", "pk")
    return list(rows[:OFFERED])


def of_tickets(actor: Actor, tickets: Iterable[Ticket]) -> dict[int, list[Tag]]:
    """Give the tags that the actor sees on visible tickets, by their keys, in one query."""
    keys = [ticket.pk for ticket in tickets]
    found: dict[int, list[Tag]] = {key: [] for key in keys}
    if not keys:
        return found
    rows = visible(TicketTag, actor).filter(ticket_id__in=keys).select_related("tag")
    for row in rows.order_by("tag__folded", "tag_id"):
        found[row.ticket_id].append(row.tag)
    return found


def prefetched(actor: Actor) -> Prefetch[str]:
    """Give what a list of tickets reads with them, for :func:`shown`."""
    rows = visible(TicketTag, actor).select_related("tag").order_by("tag__folded", "tag_id")
    return Prefetch("ticket_tags", queryset=rows, to_attr="seen_tags")


def shown(actor: Actor, ticket: Ticket) -> list[Tag]:
    """Give the tags that the actor sees on a visible ticket; no query if they were prefetched."""
    seen: list[TicketTag] | None = getattr(ticket, "seen_tags", None)
    return of_tickets(actor, [ticket])[ticket.pk] if seen is None else [one.tag for one in seen]


def show(actor: Actor, tickets: Sequence[Ticket]) -> None:
    """Hang on visible tickets the tags that a list shows of them (``shown_tags``), in one query."""
    found = of_tickets(actor, tickets)
    for ticket in tickets:
        ticket.shown_tags = found[ticket.pk]  # type: ignore[attr-defined]


def on_tickets(actor: Actor, keys: Sequence[int], *, gather: bool = True) -> Q:
    """Give the filter for tickets on which the actor sees one of these tags.

    Few tickets are given by their keys; many are met soon in whatever order a list is read.

    Args:
        gather: look how many there are; not where the tickets are few already.
    """
    rows = visible(TicketTag, actor).filter(tag_id__in=keys).order_by()
    if gather:
        gathered = list(rows.values_list("ticket_id", flat=True)[: GATHERED + 1])
        if len(gathered) <= GATHERED:
            return Q(pk__in=sorted(set(gathered)))
    return Q(Exists(rows.filter(ticket_id=OuterRef("pk"))))


def sought(actor: Actor, text: str) -> tuple[str, Q]:
    """Take ``tag:vpn`` and ``tag:"salle blanche"`` out of what is sought; each must stand there."""
    found = Q()
    for match in SOUGHT.finditer(text):
        name = fold((match[1] or match[2] or "").strip())
        keys = list(visible(Tag, actor).filter(folded=name).values_list("pk", flat=True)[:OFFERED])
        found &= on_tickets(actor, keys)
    return " ".join(SOUGHT.sub(" ", text).split()), found


def counts(rows: Sequence[Tag]) -> dict[int, int]:
    """Give on how many tickets each tag stands, up to a thousand: short walks of one index."""
    found: dict[int, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        parts: list[str] = []
        parameters: list[Any] = []
        for number, row in enumerate(some):
            held = TicketTag.objects.filter(tag_id=row.pk).order_by().values("tag_id")[:COUNTED]
            sql, values = held.query.sql_with_params()
            parts.append(f"(SELECT COUNT(*) FROM ({sql}) v{number})")  # noqa: S608
            parameters.extend(values)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", parameters)
            numbers = cursor.fetchone()
        found |= {row.pk: count for row, count in zip(some, numbers, strict=True) if count}
    return found

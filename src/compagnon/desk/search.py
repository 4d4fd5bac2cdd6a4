"""The words of tickets: what users may find, and apart from it what only support may find.

Two indexes: ``PUBLIC`` holds titles, public messages and the names of their files; ``INTERNAL``
holds internal notes. A user's search never asks the second, so that it cannot even tell that a
word is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import nlargest

from django.db import connection
from django.db.models import Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.search import SearchIndex, among, parse
from compagnon.core.search.analysis import document
from compagnon.core.search.query import Query
from compagnon.desk import tags
from compagnon.desk.models import Attachment, Message, Ticket
from compagnon.desk.visibility import support_filter

PUBLIC = SearchIndex("desk_ticket_search")
INTERNAL = SearchIndex("desk_ticket_notes_search")
BATCH = 500
CANDIDATES, OF_COMMON = 200, 40
"""How many of the latest matches the best are chosen among; of words that many tickets hold, whose
rows are looked up one by one, no more than a page."""


SPARSE, SAMPLE = 500, 200
"""As many matches are looked up one by one; of more, so many tell how many of them are seen."""


def _head(ticket: Ticket) -> list[str]:
    return [ticket.reference, ticket.title, ticket.affected_item]


def index_message(ticket: Ticket, message: Message, names: Sequence[str]) -> None:
    """Index a message that was just written, and the names of its files, with its ticket."""
    texts = [message.text, *names]
    if not message.is_public:
        INTERNAL.append(ticket.pk, texts)
    elif message.kind == "description":
        PUBLIC.put(ticket.pk, [*_head(ticket), *texts])
    else:
        PUBLIC.append(ticket.pk, texts)


def index_ticket(ticket: Ticket) -> None:
    """Index a ticket anew, after its title or its affected item changed."""
    index_many([ticket.pk])


def index_many(keys: Iterable[int]) -> int:
    """Index these tickets anew from their rows, in batches; gives their number."""
    waiting = list(keys)
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        PUBLIC.put_many(_documents(batch, is_public=True))
        noted = [pk for pk, texts in _documents(batch, is_public=False) if texts]
        if noted:
            INTERNAL.put_many(_documents(noted, is_public=False))
    return len(waiting)


def _documents(keys: list[int], *, is_public: bool) -> Iterator[tuple[int, list[str]]]:
    texts: dict[int, list[str]] = {key: [] for key in keys}
    if is_public:
        for ticket in Ticket.objects.filter(pk__in=keys).only(
            "title", "affected_item", "external_reference"
        ):
            texts[ticket.pk] += _head(ticket)
    messages = Message.objects.filter(ticket_id__in=keys, is_public=is_public)
    for ticket_id, text in messages.order_by("id").values_list("ticket_id", "text"):
        texts[ticket_id].append(text)
    names = Attachment.objects.filter(ticket_id__in=keys, message__is_public=is_public)
    for ticket_id, name in names.order_by("id").values_list("ticket_id", "name"):
        texts[ticket_id].append(name)
    yield from texts.items()


def matching(actor: Actor, rows: QuerySet[Ticket], query: str) -> QuerySet[Ticket]:
    """Keep the tickets that hold these words where the actor may read them.

    A number finds the ticket of that number too, ``tag:vpn`` those that bear the tag. ``rows`` are
    visible to the actor already.
    """
    query, tagged = tags.sought(actor, query)
    if tagged:
        rows = rows.filter(tagged)
        if not query:
            return rows
    parsed = parse(query)
    keys, found = PUBLIC.sought(parsed)
    reference = query.strip().lstrip("#")
    if reference.isascii() and reference.isdecimal() and len(reference) <= 18:
        found |= Q(pk=int(reference))
        keys = None if keys is None else [*keys, int(reference)]
    support = support_filter(actor.scope)
    noted: list[int] | None = []
    if support is None or actor.scope.allows_somewhere("ticket.view"):
        noted, held = INTERNAL.sought(parsed)
        found |= held if support is None else held & support
    if connection.vendor == "postgresql" and keys is not None and noted is not None:
        # Of two lists joined by «or» PostgreSQL guesses that they hold half of all tickets, and
        # walks through everybody's to find one client's; of one list it knows how many it holds.
        listed = {*keys, *noted}
        if not listed:
            return rows.filter(pk__in=[])
        if _is_sparse(rows, listed):
            rows = rows.filter(among(listed))
    return rows.filter(found)


def _is_sparse(rows: QuerySet[Ticket], keys: Collection[int]) -> bool:
    """Tell whether so few of the tickets found are to be seen that a walk through the tickets that
    moved last would be long: of the newest of them, one in ten."""
    if len(keys) <= SPARSE:
        return True
    newest = nlargest(SAMPLE, keys)
    return rows.filter(pk__in=newest).order_by().count() * 10 < SAMPLE


def best(
    actor: Actor, rows: QuerySet[Ticket], query: str, *, limit: int, named: bool = False
) -> list[Ticket]:
    """Give the tickets that these words most likely mean: those named by them first, then recent.

    Of the latest matches alone, a bounded number: what a word of every day finds is never sorted
    whole. The rank is told by Python from the titles, so that both databases say the same.

    Args:
        rows: visible to the actor already, with what is read of them.
        named: leave out those whose title and affected item hold none of the words.
    """
    found = matching(actor, rows, query).order_by("-activity_at", "-pk")
    parsed = parse(tags.SOUGHT.sub(" ", query))
    candidates = OF_COMMON if _is_common(parsed) else CANDIDATES
    heads = found.values_list("pk", "title", "affected_item")[:candidates]
    scored = [(_named_by(parsed, title, item), pk) for pk, title, item in heads]
    # Sorting keeps the order of activity among equals.
    chosen = [
        pk for score, pk in sorted(scored, key=lambda one: -one[0])[:limit] if score or not named
    ]
    at_hand = {ticket.pk: ticket for ticket in rows.filter(pk__in=chosen)} if chosen else {}
    return [at_hand[pk] for pk in chosen if pk in at_hand]


def _is_common(query: Query) -> bool:
    """Whether so many tickets hold it that the index gathers no list of them."""
    return PUBLIC.sought(query)[0] is None


def _named_by(query: Query, title: str, affected_item: str) -> int:
    """How many of the things looked for stand in a ticket's title or affected item."""
    head = document([title, affected_item])
    return sum(Query((node,)).finds(head) for node in query.wanted)

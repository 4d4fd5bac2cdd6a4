"""Finding one ticket while typing: for pickers and the palette, under a tenth of a second.

Nothing here reads more than some hundred tickets, whatever the number of them: a number is looked
up, whole words are asked of the index of words, and the beginning of a word is sought among the
tickets that moved last, which is where what one has in mind nearly always is.
"""

from __future__ import annotations

import re

from django.db.models import Q

from compagnon.core.actor import Actor
from compagnon.core.search import parse
from compagnon.core.search.analysis import fold
from compagnon.core.visibility import visible
from compagnon.desk import queries, search
from compagnon.desk.models import OPEN_STATES, Ticket
from compagnon.desk.visibility import support_filter
from compagnon.people.queries import begins

PICKED = 20
# Of the tickets that moved last, those among which the beginning of a word is sought.
LATEST = 300
# More tickets that hold the words than that, and the words say nothing.
SEVERAL = 400
WORD = re.compile(r"\w+")


def pick_tickets(
    actor: Actor, text: str, *, limit: int = PICKED, without: int | None = None
) -> list[Ticket]:
    """Give a few tickets that the actor sees and that the words typed may mean.

    First the one of that number, then open ones whose title or person begin words so, then what
    the index finds. Without words, the open tickets that moved last.

    Args:
        without: leave out this one: a ticket is not tied to itself.
    """
    text = " ".join(text.replace("\x00", " ").split())[:100]
    # Keys alone, each once, in the order in which they were found.
    found: dict[int, None] = {}
    if text and (exact := queries.find_by_reference(actor, text)) is not None:
        found[exact.pk] = None
    elif text:
        found |= dict.fromkeys(one.pk for one in _by_reference(actor, text))
    found |= dict.fromkeys(_latest(actor, text, limit))
    # Words alone: a prefix or a phrase would have the index gather all that begins so.
    words = " ".join(WORD.findall(text))
    if words and len(found) < limit:
        found |= dict.fromkeys(_by_words(actor, words, limit))
    keys = [key for key in found if key != without][:limit]
    rows = visible(Ticket, actor).select_related("beneficiary", "organisation").in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def _by_reference(actor: Actor, text: str) -> list[Ticket]:
    """Those whose number in another desk begins so: «INC00» and more."""
    if len(text) < 3 or " " in text:
        return []
    rows = visible(Ticket, actor).filter(begins("external_reference", text.upper()))
    return list(rows.order_by("external_reference")[:5])


def _by_words(actor: Actor, words: str, limit: int) -> list[int]:
    """Give the keys of the latest tickets that hold these words where the actor may read them.

    None for words of every day, which the tickets that moved last have shown already.
    """
    parsed = parse(words)
    told = search.PUBLIC.few(parsed, SEVERAL)
    if told is None:
        return []
    condition = Q(pk__in=told)
    support = support_filter(actor.scope)
    if support is None or actor.scope.allows_somewhere("ticket.view"):
        noted = Q(pk__in=search.INTERNAL.few(parsed, SEVERAL) or [])
        condition |= noted if support is None else noted & support
    rows = visible(Ticket, actor).filter(condition).order_by("-activity_at", "-pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def _latest(actor: Actor, text: str, limit: int) -> list[int]:
    """Give the keys of open tickets that moved last and in which every word typed begins a word."""
    rows = (
        visible(Ticket, actor)
        .filter(Q(state__in=OPEN_STATES))
        .order_by("-activity_at", "-pk")
        .values_list("pk", "title", "beneficiary__search_name", "affected_item")
    )
    wanted = [fold(word) for word in WORD.findall(text)]
    if not wanted:
        return [key for key, *_rest in rows[:limit]]
    return [
        key
        for key, *texts in rows[:LATEST]
        if all(_begins(word, " ".join(filter(None, texts))) for word in wanted)
    ][:limit]


def _begins(word: str, text: str) -> bool:
    return any(fold(one).startswith(word) for one in WORD.findall(text))

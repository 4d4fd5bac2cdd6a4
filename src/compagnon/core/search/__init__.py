"""Finding text: one analysis, in Python, whose tokens both databases index as they are.

    tickets = SearchIndex("desk_ticket_search")      # made by CreateSearchIndex in a migration

    tickets.put(ticket.pk, [ticket.title, *texts])   # in the transaction of the change
    query = parse("imprimante -couleur \\"bourrage papier\\" HP-LJ*")
    rows = visible(Ticket, actor).filter(tickets.matches(query)).order_by("-id")[:50]
    ranges(ticket.title, query)                      # what to highlight

Every word is found by its French and its English stem, whatever its accents and case; references,
addresses and serial numbers whole or by their parts. Results come in the caller's own order:
nothing is ranked.

Public names: ``SearchIndex``, ``among``, ``CreateSearchIndex``, ``Query``, ``parse``, ``ranges``,
``excerpt``.
"""

from compagnon.core.search.highlight import Piece, excerpt, ranges
from compagnon.core.search.index import CreateSearchIndex, SearchIndex, among
from compagnon.core.search.query import Query, parse

__all__ = [
    "CreateSearchIndex", "Piece", "Query", "SearchIndex", "among", "excerpt", "parse", "ranges",
]  # fmt: skip

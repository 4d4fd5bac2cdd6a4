"""The queue as a file that a spreadsheet opens, narrowed and sorted as it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.core.crud import export
from compagnon.core.errors import Refused
from compagnon.desk import queries, queue_columns, search, tags
from compagnon.desk.models import Ticket
from compagnon.desk.views.layouts import narrowing_of


@login_required
@require_safe
def tickets(request: HttpRequest) -> StreamingHttpResponse:
    """Give the tickets of a queue as a CSV file; its last line says so where it stops short.

    It has the columns of the page, or all that are usual for who has chosen none.

    Raises:
        Refused: no role of the actor's lets them read a queue.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not let you read the queue."))
    narrowing, view = narrowing_of(request, actor)
    rows = queries.tickets(actor).filter(narrowing.condition(actor))
    if narrowing.q:
        rows = search.matching(actor, rows, narrowing.q)

    columns = queue_columns.cells(actor, view)

    def tell(batch: Sequence[Ticket]) -> Iterator[list[Any]]:
        tags.show(actor, batch)
        for ticket in batch:
            yield [one.value(ticket) for one in columns]

    name = f"tickets-{timezone.localdate().isoformat()}.csv"
    return export.csv_answer(
        name,
        [str(one.label) for one in columns],
        export.told(rows, tell, ordering=narrowing.ordering, most=export.MOST_ROWS),
    )

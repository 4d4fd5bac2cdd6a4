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
from compagnon.desk import queries, search, tags
from compagnon.desk.models import Tag, Ticket
from compagnon.desk.views.layouts import narrowing_of


@login_required
@require_safe
def tickets(request: HttpRequest) -> StreamingHttpResponse:
    """Give the tickets of a queue as a CSV file; its last line says so where it stops short.

    Raises:
        Refused: no role of the actor's lets them read a queue.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not let you read the queue."))
    narrowing, _view = narrowing_of(request, actor)
    rows = queries.tickets(actor).filter(narrowing.condition(actor))
    if narrowing.q:
        rows = search.matching(actor, rows, narrowing.q)

    def tell(batch: Sequence[Ticket]) -> Iterator[list[Any]]:
        tagged = tags.of_tickets(actor, batch)
        for ticket in batch:
            yield _line(ticket, tagged[ticket.pk])

    name = f"tickets-{timezone.localdate().isoformat()}.csv"
    return export.csv_answer(
        name, _head(), export.told(rows, tell, ordering=narrowing.ordering, most=export.MOST_ROWS)
    )


def _head() -> list[str]:
    return [
        _("Number"),
        _("Title"),
        _("Kind"),
        _("State"),
        _("Priority"),
        _("Organisation"),
        _("Requester"),
        _("For whom"),
        _("Category"),
        _("Service"),
        _("Team"),
        _("Technician"),
        _("Tags"),
        _("Opened on"),
        _("Due on"),
        _("Solved on"),
        _("Closed on"),
        _("Last activity"),
        _("Number in another desk"),
    ]


def _line(ticket: Ticket, tagged: Sequence[Tag]) -> list[Any]:
    return [
        ticket.reference,
        ticket.title,
        ticket.get_kind_display(),
        ticket.get_state_display(),
        ticket.get_priority_display(),
        ticket.organisation,
        ticket.requester,
        ticket.beneficiary,
        ticket.category,
        ticket.service,
        ticket.team,
        ticket.assignee,
        ", ".join(tag.name for tag in tagged),
        ticket.opened_at,
        ticket.due_at,
        ticket.solved_at,
        ticket.closed_at,
        ticket.activity_at,
        ticket.external_reference,
    ]

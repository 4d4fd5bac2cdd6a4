"""What pages show beside lists: the queues' counts, a message as it was laid out, a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from django.http import FileResponse
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, search
from compagnon.desk.api import schemas
from compagnon.desk.models import InterventionSheet, Message, Ticket

router = Routes(tag="tickets")
QueueName = Literal["mine", "team", "unassigned", "breaching"]
NAMES: tuple[QueueName, ...] = ("mine", "team", "unassigned", "breaching")


class QueueOut(Schema):
    """A queue and how many open tickets it holds."""

    queue: QueueName
    count: int = Field(description="Up to 1,000: `more` says that there may be others.")
    more: bool


class QueuesOut(Schema):
    """The queues that technicians take their work from."""

    items: list[QueueOut]


class TicketsFoundOut(Schema):
    """Tickets, the likeliest first."""

    items: list[schemas.TicketOut]


class SearchQuery(Schema):
    """What to find."""

    q: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class MessageInFullOut(schemas.MessageOut):
    """A message with its layout."""

    html: str = Field(description="Sanitised HTML; empty where it came as plain text.")


@router.show("/ticket-queues", QueuesOut)
def count_queues(request: ApiRequest) -> QueuesOut:
    """Count the queues of open tickets."""
    counts = queries.queue_counts(request.actor)
    return QueuesOut(
        items=[
            QueueOut(queue=name, count=counts[queries.Queue(name)], more=_more(counts, name))
            for name in NAMES
        ]
    )


@router.show("/messages/{message_id}", MessageInFullOut)
def get_message(request: ApiRequest, message_id: Id) -> Message:
    """Read a message of a ticket, with the HTML that it came in."""
    return queries.get_message(request.actor, message_id)


@router.download("/sheets/{sheet_id}/signature")
def get_sheet_signature(request: ApiRequest, sheet_id: Id) -> FileResponse:
    """Fetch the picture of a signature."""
    rows = InterventionSheet.objects.select_related("signature")
    sheet = get_visible(InterventionSheet, request.actor, rows, pk=sheet_id)
    if sheet.signature is None:
        raise NotFound
    return files.serve(sheet.signature, name="signature.png")


def _more(counts: Mapping[queries.Queue, int], name: QueueName) -> bool:
    return counts[queries.Queue(name)] >= queries.COUNT_MAX


@router.show("/ticket-search", TicketsFoundOut)
def search_tickets(request: ApiRequest, query: Query[SearchQuery]) -> dict[str, list[Ticket]]:
    """Find the tickets that words most likely mean.

    Those whose title or affected item hold them come first, then the latest; of the latest matches
    alone. `GET /tickets?q=` lists every match.
    """
    rows = queries.tickets(request.actor).select_related("site")
    return {"items": search.best(request.actor, rows, query.q, limit=query.limit)}

"""Taking back one's last act on a ticket, by API."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.errors import NotFound
from compagnon.desk import queries, undoing
from compagnon.desk.api import schemas
from compagnon.desk.models import LastAct, Ticket
from compagnon.desk.services.undoing import undo_last

router = Routes(tag="tickets")


class UndoOut(Schema):
    """What can be undone."""

    verb: str
    done_at: datetime


@router.show("/tickets/{ticket_id}/undo", UndoOut)
def get_undo(request: ApiRequest, ticket_id: Id) -> LastAct:
    """Tell which act of yours on a ticket can be undone now."""
    found = undoing.offer(request.actor, queries.get_ticket(request.actor, ticket_id))
    if found is None:
        raise NotFound
    return found


@router.act("/tickets/{ticket_id}/undo", schemas.TicketOut)
def undo_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Take back your last act on a ticket: within ten minutes, if nothing happened since."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    undone = undo_last(
        actor=request.actor,
        ticket_id=ticket.pk,
        expected_version=expected_version(request, ticket),
    )
    return schemas.shown(undone)

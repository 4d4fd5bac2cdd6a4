"""Sent mail by API: what left, waits or failed, and sending again what failed."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query
from pydantic import Field

from compagnon.core.api import ApiRequest, FilterLookup, Id, ListQuery, Routes
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, services
from compagnon.desk.api.schemas import OutgoingOut
from compagnon.desk.models import OutgoingMail

router = Routes(tag="sent mail")


class OutgoingQuery(ListQuery):
    """Which mail, in which order."""

    state: Literal["waiting", "sending", "sent", "failed", "suppressed"] | None = None
    ticket: Annotated[Id | None, FilterLookup("ticket_id")] = None
    recipient: Annotated[str | None, Field(max_length=254)] = None
    ordering: Literal["created_at", "-created_at"] = "-created_at"


@router.index("/outgoing-mail", OutgoingOut)
def list_outgoing_mail(
    request: ApiRequest,
    query: Query[OutgoingQuery],
) -> QuerySet[OutgoingMail]:
    """List the mail that the tickets you work on sent."""
    return queries.outgoing(request.actor)


@router.show("/outgoing-mail/{mail_id}", OutgoingOut)
def get_outgoing_mail(request: ApiRequest, mail_id: Id) -> OutgoingMail:
    """Read what became of a mail."""
    return get_visible(OutgoingMail, request.actor, pk=mail_id)


@router.act("/outgoing-mail/{mail_id}/retry", OutgoingOut)
def retry_outgoing_mail(request: ApiRequest, mail_id: Id) -> OutgoingMail:
    """Send again a mail that failed."""
    return services.retry_mail(actor=request.actor, mail_id=mail_id)

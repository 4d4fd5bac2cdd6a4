"""Watchers by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from ninja import Query, Schema

from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.core.visibility import visible
from compagnon.desk import queries, services
from compagnon.desk.api import schemas
from compagnon.desk.models import Watcher

router = Routes(tag="tickets")


class WatcherOut(Schema):
    """Who watches."""

    id: int
    ticket_id: int
    person: schemas.Named
    by_mail: bool
    added_at: datetime


class WatcherIn(Body):
    """Who watches; nobody given, the caller."""

    person_id: Id | None = None
    by_mail: bool = True


@router.index("/tickets/{ticket_id}/watchers", WatcherOut)
def list_watchers(
    request: ApiRequest, ticket_id: Id, query: Query[schemas.PlainQuery]
) -> QuerySet[Watcher]:
    """List who watches a ticket, for who works on it; others see themselves."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return visible(Watcher, request.actor, ticket.watchers.select_related("person"))


@router.create("/tickets/{ticket_id}/watchers", WatcherOut, within=True)
def watch_ticket(request: ApiRequest, ticket_id: Id, body: WatcherIn) -> Watcher:
    """Watch a ticket, or let somebody watch it; again, to change the choice of mail."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.watch(
        actor=request.actor, ticket_id=ticket.pk, person_id=body.person_id, by_mail=body.by_mail
    )


@router.remove("/tickets/{ticket_id}/watchers/{person_id}")
def unwatch_ticket(request: ApiRequest, ticket_id: Id, person_id: Id) -> None:
    """Let somebody, or oneself, watch a ticket no more."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    services.unwatch(actor=request.actor, ticket_id=ticket.pk, person_id=person_id)

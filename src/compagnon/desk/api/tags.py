"""Tags by API: the vocabulary, tags of tickets, making one of two."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, services, tags
from compagnon.desk.api.schemas_tags import TagShown
from compagnon.desk.choosing import required
from compagnon.desk.models import Tag
from compagnon.desk.resources_tags import TAGS
from compagnon.desk.services import tagging

router = Routes(tag="tickets")
Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$", examples=["vpn"])]


class TagTicketIn(Body):
    """What is put on, by name or by key, and what is taken off.

    A name that the vocabulary does not hold joins it.
    """

    add: Annotated[list[Name], Field(max_length=30)] = []
    add_ids: Annotated[list[Id], Field(max_length=30)] = []
    remove_ids: Annotated[list[Id], Field(max_length=30)] = []


class TagMergeIn(Body):
    """Into which tag."""

    into_id: Id


class TagsOut(Schema):
    """The tags of a ticket that you see."""

    items: list[TagShown]


@router.show("/tickets/{ticket_id}/tags", TagsOut)
def list_ticket_tags(request: ApiRequest, ticket_id: Id) -> dict[str, list[Tag]]:
    """Read the tags of a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return {"items": tags.of_tickets(request.actor, [ticket])[ticket.pk]}


@router.act("/tickets/{ticket_id}/tags", TagsOut)
def tag_ticket(request: ApiRequest, ticket_id: Id, body: TagTicketIn) -> dict[str, list[Tag]]:
    """Put tags on a ticket and take others off."""
    actor = request.actor
    ticket = queries.get_ticket(actor, ticket_id)
    changed = services.tag_ticket(
        actor=actor,
        ticket_id=ticket.pk,
        add=[*body.add, *(required(Tag, actor, key, "add_ids") for key in body.add_ids)],
        remove=[required(Tag, actor, key, "remove_ids") for key in body.remove_ids],
        expected_version=expected_version(request, ticket),
    )
    return {"items": tags.of_tickets(actor, [changed])[changed.pk]}


@router.act("/tags/{tag_id}/merge", TagShown)
def merge_tag(request: ApiRequest, tag_id: Id, body: TagMergeIn) -> Tag:
    """Make two tags one: what bears this one bears the other from now on."""
    actor = request.actor
    tag = get_visible(Tag, actor, pk=tag_id)
    into = required(Tag, actor, body.into_id, "into_id")
    return tagging.merge_tags(actor=actor, tag=tag, into=into)


router.add_router("", TAGS.routes())

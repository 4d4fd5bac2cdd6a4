"""The vocabulary of tags: kept on its own page, and by API."""

from __future__ import annotations

from typing import Any

from compagnon.core.actor import Actor
from compagnon.core.crud import Boolean, Choice, Column, Resource, Search, Services, Verbs
from compagnon.desk.models import Tag
from compagnon.desk.services import tagging


def _create(actor: Actor, values: dict[str, Any]) -> Tag:
    given = dict(values)
    return tagging.create_tag(
        actor=actor, organisation=given.pop("organisation"), name=given.pop("name"), values=given
    )


def _change(actor: Actor, row: Tag, values: dict[str, Any], version: int | None) -> Tag:
    return tagging.change_tag(actor=actor, tag=row, values=values, expected_version=version)


def _remove(actor: Actor, row: Tag) -> None:
    tagging.remove_tag(actor=actor, tag=row)


TAGS = Resource(
    room="desk",
    model=Tag,
    noun="tag",
    icon="tag",
    columns=(
        Column("name", sort=True),
        Column("colour"),
        Column("is_public"),
        Column("on_category"),
        Column("organisation", sort="organisation__name"),
        Column("is_active"),
    ),
    form=(
        "organisation",
        "name",
        "colour",
        "is_public",
        "on_category",
        "on_channel",
        "on_words",
        "is_active",
    ),
    fixed=("organisation",),
    filters=(
        Search(columns=("name",)),
        Boolean("is_active"),
        Boolean("is_public"),
        Choice("colour"),
    ),
    ordering="name",
    own_verbs=Verbs(
        view="ticket.view", add="phrase.keep", change="desk.configure", delete="desk.configure"
    ),
    services=Services(create=_create, change=_change, remove=_remove),
    examples={"name": "salle blanche", "colour": "blue", "on_words": "vpn, télétravail"},
)

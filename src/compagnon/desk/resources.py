"""The desk's settings that are just kept: categories and mailboxes."""

from __future__ import annotations

from typing import Any

from compagnon.core.actor import Actor
from compagnon.core.crud import Boolean, Column, Relation, Resource, Search, Services, Verbs
from compagnon.desk.models import Category, Mailbox
from compagnon.desk.services import settings


def _create_category(actor: Actor, values: dict[str, Any]) -> Category:
    return settings.create_category(actor=actor, values=values)


def _change_category(
    actor: Actor, row: Category, values: dict[str, Any], _version: int | None
) -> Category:
    return settings.change_category(actor=actor, category=row, values=values)


CATEGORIES = Resource(
    room="desk",
    model=Category,
    noun="category",
    plural="categories",
    icon="tags",
    columns=(
        Column(
            "path",
            value=lambda row: "\u2003" * max(0, row.path.count("/") - 2) + row.name,
            label=Category._meta.get_field("name").verbose_name,
            sort=True,
        ),
        Column("name_en"),
        Column("team"),
        Column("is_active"),
    ),
    form=("parent", "name", "name_en", "team", "is_active"),
    filters=(Search(columns=("name", "name_en")), Boolean("is_active"), Relation("team")),
    ordering="path",
    organisation="",
    own_verbs=Verbs.of(view="", manage="desk.configure"),
    can=frozenset({"add", "change", "delete"}),
    services=Services(create=_create_category, change=_change_category),
    examples={"name": "Impression", "name_en": "Printing"},
)

MAILBOXES = Resource(
    room="desk",
    model=Mailbox,
    noun="mailbox",
    plural="mailboxes",
    icon="mail",
    columns=(
        Column("address", sort=True),
        Column("name", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("team"),
        Column("category", shown=False),
        Column("language", shown=False),
        Column("unknown_sender"),
        Column("is_active"),
    ),
    form=(
        "organisation",
        "address",
        "name",
        "team",
        "category",
        "service",
        "language",
        "reply_to",
        "signature",
        "signature_en",
        "unknown_sender",
        "is_active",
    ),
    filters=(Search(columns=("address", "name")), Boolean("is_active"), Relation("organisation")),
    ordering="address",
    own_verbs=Verbs.of(view="ticket.view", manage="desk.configure"),
    examples={"address": "support@assistance.example", "name": "Assistance"},
)

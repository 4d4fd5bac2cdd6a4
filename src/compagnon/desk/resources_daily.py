"""What is just kept for a day's work: reasons for waiting, types of activity, texts ready."""

from __future__ import annotations

from typing import Any

from compagnon.core.actor import Actor
from compagnon.core.crud import (
    Boolean,
    Choice,
    Column,
    Relation,
    Resource,
    Search,
    Services,
    Verbs,
)
from compagnon.desk.models import ActivityType, CannedReply, TicketTemplate, WaitReason
from compagnon.desk.services import phrases

WAIT_REASONS = Resource(
    room="desk",
    model=WaitReason,
    noun="wait_reason",
    icon="hourglass",
    columns=(
        Column("name", sort=True),
        Column("base"),
        Column("reminds"),
        Column("remind_after"),
        Column("close_after"),
        Column("is_active"),
    ),
    form=(
        "code",
        "name",
        "name_en",
        "base",
        "reminds",
        "remind_after",
        "close_after",
        "is_active",
    ),
    fixed=("code",),
    filters=(Search(columns=("name", "name_en", "code")), Boolean("is_active"), Choice("reminds")),
    ordering="name",
    organisation="",
    own_verbs=Verbs.of(view="", manage="desk.configure"),
    examples={
        "code": "waiting_parts",
        "name": "En attente de pièces",
        "name_en": "Waiting for parts",
        "base": "waiting_supplier",
        "reminds": "technician",
        "remind_after": "2, 5",
    },
)

ACTIVITY_TYPES = Resource(
    room="desk",
    model=ActivityType,
    noun="activity_type",
    icon="activity",
    columns=(Column("name", sort=True), Column("is_billable"), Column("is_active")),
    form=("name", "name_en", "is_billable", "is_active"),
    filters=(Search(columns=("name", "name_en")), Boolean("is_active")),
    ordering="name",
    organisation="",
    own_verbs=Verbs.of(view="", manage="desk.configure"),
    examples={"name": "Diagnostic", "name_en": "Diagnosis"},
)


def _keeping(model: type[Any]) -> Services:
    """Keep rows by the room's own services: a team keeps its own."""

    def create(actor: Actor, values: dict[str, Any]) -> Any:
        return phrases.keep_phrase(actor=actor, row=model(), values=values)

    def change(actor: Actor, row: Any, values: dict[str, Any], version: int | None) -> Any:
        return phrases.keep_phrase(actor=actor, row=row, values=values, expected_version=version)

    def remove(actor: Actor, row: Any) -> None:
        phrases.remove_phrase(actor=actor, row=row)

    return Services(create=create, change=change, remove=remove)


CANNED_REPLIES = Resource(
    room="desk",
    model=CannedReply,
    noun="canned_reply",
    plural="canned_replies",
    icon="message-2",
    columns=(
        Column("name", sort=True),
        Column("language"),
        Column("team"),
        Column("category"),
        Column("organisation", sort="organisation__name"),
        Column("is_active"),
    ),
    form=("organisation", "team", "name", "language", "category", "text", "is_active"),
    filters=(
        Search(columns=("name", "text")),
        Boolean("is_active"),
        Relation("team"),
        Choice("language"),
    ),
    ordering="name",
    own_verbs=Verbs.of(view="ticket.view", manage="phrase.keep"),
    services=_keeping(CannedReply),
    examples={"name": "Accusé", "text": "Bonjour {{user.first_name}},", "language": "fr"},
)

TICKET_TEMPLATES = Resource(
    room="desk",
    model=TicketTemplate,
    noun="ticket_template",
    icon="copy",
    columns=(
        Column("name", sort=True),
        Column("title"),
        Column("team"),
        Column("category"),
        Column("organisation", sort="organisation__name"),
        Column("is_active"),
    ),
    form=(
        "organisation",
        "team",
        "name",
        "title",
        "text",
        "kind",
        "category",
        "service",
        "request_type",
        "impact",
        "urgency",
        "is_active",
    ),
    filters=(Search(columns=("name", "title")), Boolean("is_active"), Relation("team")),
    ordering="name",
    own_verbs=Verbs.of(view="ticket.view", manage="phrase.keep"),
    services=_keeping(TicketTemplate),
    examples={"name": "Arrivée", "title": "Arrivée d’une personne", "kind": "service_request"},
)

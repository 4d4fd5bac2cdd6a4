"""Tags as the API shows them on tickets."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from compagnon.desk import tags
from compagnon.desk.models import Tag, Ticket


class TagShown(Schema):
    """A tag that stands on a ticket."""

    id: int
    name: str
    colour: str
    is_public: bool


def on_ticket(obj: Ticket, context: Any) -> list[Tag]:
    """Give the tags that the caller sees: those read with a list, or read now."""
    return tags.shown(context["request"].actor, obj)

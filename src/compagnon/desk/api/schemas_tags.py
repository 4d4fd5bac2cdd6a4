"""Tags as the API shows them on tickets."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

from compagnon.desk import tags
from compagnon.desk.models import Tag, Ticket


class TagShown(Schema):
    """A tag that stands on a ticket."""

    id: int
    name: str
    colour: str
    is_public: bool


class Tagged(Schema):
    """What bears tags."""

    tags: list[TagShown] = Field(description="Those that you see.")

    @staticmethod
    def resolve_tags(obj: Ticket, context: Any) -> list[Tag]:
        """Those read with a list, or read now."""
        return tags.shown(context["request"].actor, obj)

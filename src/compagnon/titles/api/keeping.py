"""The register of processing by API."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Routes
from compagnon.titles import processing

router = Routes(tag="titles")


class ProcessingOut(Schema):
    """A line of the register; each sentence in French and English."""

    id: str
    months: int | None = Field(description="Kept how long after the end; null without limit.")
    sentences: dict[str, dict[str, str]] = Field(
        description="name, purpose, basis, data, readers, period, erasure: each `fr` and `en`"
    )


class ProcessingsOut(Schema):
    """The register."""

    items: list[ProcessingOut]


@router.show("/title-processings", ProcessingsOut)
def list_title_processings(request: ApiRequest) -> dict[str, Any]:
    """Read what is kept of candidates and jurors, why, how long, and what erases it."""
    return {
        "items": [
            {
                "id": one.id,
                "months": one.months,
                "sentences": {name: words.document() for name, words in one.words.items()},
            }
            for one in processing.register()
        ]
    }

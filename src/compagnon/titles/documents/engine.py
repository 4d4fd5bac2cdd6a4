"""Make a PDF of a template of ``titles``: see :mod:`compagnon.core.documents.engine`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from compagnon.core.documents import engine
from compagnon.core.documents.engine import MOST_TEXT, Attached, Standard

__all__ = ["MOST_TEXT", "Attached", "Standard", "render"]

TEMPLATES = Path(__file__).parent / "templates"


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    standard: Standard,
    attached: Sequence[Attached] = (),
    made_at: datetime | None = None,
) -> bytes:
    """Give the PDF of a template of this room, by its name, and its data.

    Raises:
        CompagnonError: as :func:`compagnon.core.documents.engine.render`.
    """
    return engine.render(
        TEMPLATES / f"{template}.typ",
        data,
        standard=standard,
        attached=attached,
        made_at=made_at,
    )

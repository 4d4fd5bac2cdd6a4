"""What the frame of every page needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the actor and the mode to the templates."""
    return {"actor": getattr(request, "actor", None), "demo_mode": settings.DEMO}

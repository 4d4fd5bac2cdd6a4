"""Places on a room's page where the rooms above it add a part of their own.

A lower room's template offers the place::

    {% panels "people.person" person %}

and an upper room, which may import the lower one, fills it from its ``AppConfig.ready``::

    panels.register(Panel("people.person", "desk", render_recent_tickets, order=20))

where ``render_recent_tickets(request, person)`` gives HTML, or ``None`` to show nothing. It reads
through visibility with ``request.actor`` as any page does, and stays within a few queries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Render = Callable[[HttpRequest, Any], SafeString | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """What one room shows in one place of another's page."""

    place: str
    room: str
    render: Render
    order: int = 100


_PANELS: dict[tuple[str, str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; a room registers its own once, in its ``AppConfig.ready``."""
    # Two modules of a room may each have a function of that name.
    name = f"{panel.render.__module__}.{panel.render.__qualname__}"
    _PANELS[panel.place, panel.room, name] = panel


def rendered(place: str, request: HttpRequest, subject: Any) -> SafeString:
    """Give the HTML of every panel of the place, in order."""
    chosen = sorted(
        (panel for panel in _PANELS.values() if panel.place == place),
        key=lambda panel: (panel.order, panel.room),
    )
    parts = (panel.render(request, subject) for panel in chosen)
    return format_html_join("\n", "{}", ((part,) for part in parts if part))

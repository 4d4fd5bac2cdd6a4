"""Pinned views, in the navigation of the desk's pages, each with what waits in it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk import saved_views
from compagnon.ui import navigation
from compagnon.ui.navigation import Entry, Viewer


def pinned(viewer: Viewer, request: HttpRequest) -> list[Entry]:
    """Give the entries of the views that somebody has pinned or was given, on the desk's pages."""
    if not isinstance(viewer, Actor) or not request.path.startswith("/desk/"):
        return []
    if not viewer.scope.allows_somewhere("ticket.view") or not (rows := saved_views.pinned(viewer)):
        return []
    counts = saved_views.counts(viewer, rows)
    opened = request.GET.get("view")
    return [
        Entry(
            label=row.name,
            icon="bookmark",
            url=saved_views.address(row),
            shortcut="",
            count=str(count) if (count := counts.get(row.pk)) and count.number else None,
            current=opened == str(row.pk),
        )
        for row in rows
    ]


navigation.register_more(_("Views"), pinned)

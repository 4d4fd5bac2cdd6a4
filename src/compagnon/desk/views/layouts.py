"""What list, board and calendar share: filters, the view that is open, the way to the others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import saved_views, tags
from compagnon.desk.forms.fields import holders, teams
from compagnon.desk.models import Category, Layout, Priority, SavedView, State, TicketKind
from compagnon.desk.narrowing import DAYS, MORE, Narrowing
from compagnon.desk.queries import Queue
from compagnon.desk.services.saved_views import may_change
from compagnon.people.models import Organisation

# More than that are found by words.
ORGANISATIONS = 300
TECHNICIANS = 500
TABS = (
    (Queue.MINE, _("Mine"), "user-check"),
    (Queue.TEAM, _("My team’s"), "users"),
    (Queue.UNASSIGNED, _("Unassigned"), "inbox"),
    (Queue.BREACHING, _("Breaching soon"), "clock-exclamation"),
    (Queue.OPEN, _("All open"), "ticket"),
    (Queue.SOLVED, _("Solved"), "circle-check"),
    (Queue.ALL, pgettext_lazy("tickets", "All"), "archive"),
)
LAYOUTS = (
    (Layout.LIST, _("List"), "list-details"),
    (Layout.BOARD, _("Board"), "layout-kanban"),
    (Layout.CALENDAR, _("Calendar"), "calendar"),
)


def narrowing_of(request: HttpRequest, actor: Actor) -> tuple[Narrowing, SavedView | None]:
    """Read what the address narrows, on top of the saved view that it names, if any.

    Raises:
        NotFound: the view is nobody's, or somebody else's.
    """
    return saved_views.opened(actor, request.GET)


def frame(
    request: HttpRequest,
    actor: Actor,
    narrowing: Narrowing,
    view: SavedView | None,
    layout: Layout,
) -> dict[str, Any]:
    """Give what stands above every layout: the others, the filters, the view that is open."""
    kept = f"view={view.pk}" if view and view.filters == narrowing.kept() else narrowing.address()
    is_changed = view is not None and view.filters != narrowing.kept()
    # As it was asked, with its view: what a view narrows and the address frees stays free.
    given = request.GET.copy()
    given.pop("cursor", None)
    asked = given.urlencode()
    found = teams(actor).order_by("level", "name")
    return {
        "layout": layout,
        "layouts": [
            {
                "label": label,
                "icon": icon,
                "current": one == layout,
                "href": f"{reverse(saved_views.PAGES[one])}?{kept}",
            }
            for one, label, icon in LAYOUTS
        ],
        "narrowing": narrowing,
        "queue": narrowing.queue,
        "words": narrowing.q,
        "narrowed": narrowing.narrowed,
        "view": view,
        "view_is_changed": is_changed,
        "may_change_view": view is not None and may_change(actor, view),
        "save_address": f"{reverse('desk:view_new')}?{narrowing.address(layout=layout)}",
        "export_address": f"{reverse('desk:queue_export')}?{asked}",
        "columns_address": f"{reverse('desk:queue_columns')}?{asked}",
        "keep_address": f"{reverse('desk:view_change', args=[view.pk])}"
        f"?{narrowing.address(layout=layout)}"
        if view
        else "",
        "queues": [(tab, label) for tab, label, _icon in TABS],
        "states": State.choices,
        "priorities": Priority.choices,
        "teams": found,
        "organisations": visible(Organisation, actor).order_by("path")[:ORGANISATIONS],
        "tags": tags.offered(actor),
        # Asked by whole pages alone, which have read the teams.
        "technicians": lambda: holders(found)[:TECHNICIANS],
        "categories": visible(Category, actor, Category.objects.filter(is_active=True)).order_by(
            "path"
        ),
        "kinds": TicketKind.choices,
        "days": DAYS,
        "narrowed_more": any(name in narrowing.narrowed for name in MORE),
    }

"""The palette (Ctrl+K): rooms register where they find what somebody types.

The pages of the navigation and what can be done on the page in view are found by the browser, from
the page itself; here is what only the server knows::

    palette.register(Source("desk", _("Tickets"), find_tickets, "ticket.view", order=10))

where ``find_tickets(actor, words)`` gives a few :class:`Found`, through visibility, from an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from compagnon.ui.navigation import Viewer

# Of each source: the palette is for going somewhere, lists are for looking through.
FEW = 5
WORDS_MAX = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A place to go to."""

    label: str
    url: str
    note: str = ""
    icon: str = ""


Find = Callable[[Viewer, str], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Source:
    """What one room finds. ``verb``: who may do it somewhere; none for whoever has signed in."""

    room: str
    label: str | Promise
    find: Find
    verb: str = ""
    order: int = 100


_SOURCES: dict[tuple[str, str], Source] = {}


def register(source: Source) -> None:
    """Add a source; a room registers its own once, in its ``AppConfig.ready``."""
    _SOURCES[source.room, source.find.__qualname__] = source


def found(viewer: Viewer, words: str) -> list[tuple[str, list[Found]]]:
    """Give what each source finds for the words, a few of each; nothing for no words."""
    words = " ".join(words.replace("\x00", " ").split())[:WORDS_MAX]
    if not words or not viewer.is_known:
        return []
    groups = [
        (str(source.label), list(islice(source.find(viewer, words), FEW)))
        for source in sorted(_SOURCES.values(), key=lambda one: (one.order, one.room))
        if not source.verb or viewer.scope.allows_somewhere(source.verb)
    ]
    return [(label, rows) for label, rows in groups if rows]


@login_required
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with what every room finds, as options of the palette."""
    viewer: Viewer = request.actor  # type: ignore[attr-defined]
    groups = found(viewer, request.GET.get("q", ""))
    return render(request, "ui/palette_options.html", {"groups": groups})

"""The navigation: each room registers its entries, each person sees those that serve them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Text = str | Promise


class Reach(Protocol):
    """How far somebody may act; the part of ``core``'s scope that the frame asks."""

    @property
    def facts(self) -> frozenset[str]:
        """What the viewer is known to be («juror»), beside their roles."""
        ...

    def allows_somewhere(self, verb: str) -> bool:
        """Tell whether ``verb`` is allowed on anything at all."""
        ...


class Viewer(Protocol):
    """Whoever looks at the page; ``core``'s actor."""

    @property
    def is_known(self) -> bool:
        """Whether anybody has signed in."""
        ...

    @property
    def scope(self) -> Reach:
        """How far they may act."""
        ...


Badge = Callable[[Viewer], int | None]


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation.

    Args:
        label: what it says; lazily translated.
        icon: a name of the sprite (``assets/icons.json``).
        url_name: the page's route, without arguments; an entry without a page is not shown.
        verb: shown to who may do this somewhere; several as a tuple, any of them; none for
            everybody who has signed in.
        fact: shown to who is known to be this, too, whatever their roles.
        order: place among the entries of its section; sections stand by their lowest order.
        room: who registers it.
        badge: counts what waits, at most one query; nothing is shown for 0 or ``None``.
        section: heading that it stands under; none for the top of the list.
        shortcut: keys that open it («g q»).
    """

    label: Text
    icon: str
    url_name: str
    verb: str | tuple[str, ...] = ()
    order: int = 100
    room: str = ""
    badge: Badge | None = None
    section: Text = ""
    shortcut: str = ""
    fact: str = ""

    def serves(self, viewer: Viewer) -> bool:
        """Tell whether the viewer may use what stands behind the entry."""
        verbs = (self.verb,) if isinstance(self.verb, str) else self.verb
        verbs = tuple(verb for verb in verbs if verb)
        return viewer.is_known and bool(
            not (verbs or self.fact)
            or (self.fact and self.fact in viewer.scope.facts)
            or any(viewer.scope.allows_somewhere(verb) for verb in verbs)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as one page shows it to one person."""

    label: str
    icon: str
    url: str
    shortcut: str
    count: int | str | None
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading; the first section has none."""

    label: str
    entries: tuple[Entry, ...]


More = Callable[[Viewer, HttpRequest], Sequence[Entry]]

_ITEMS: dict[tuple[str, str], NavItem] = {}
_MORE: dict[str, tuple[Text, More]] = {}


def register(*items: NavItem) -> None:
    """Add entries; a room registers its own once, in its ``AppConfig.ready``."""
    for item in items:
        _ITEMS[item.room, item.url_name] = item


def register_more(label: Text, entries: More) -> None:
    """Add a section whose entries are somebody's own: read for each page, in a query or two."""
    _MORE[entries.__module__] = (label, entries)


def own_sections(viewer: Viewer | None, request: HttpRequest) -> tuple[Section, ...]:
    """Give the sections of somebody's own entries, those that have any."""
    if viewer is None or not viewer.is_known:
        return ()
    drawn = ((str(label), tuple(entries(viewer, request))) for label, entries in _MORE.values())
    return tuple(Section(label, entries) for label, entries in drawn if entries)


def sections(viewer: Viewer | None, path: str) -> tuple[Section, ...]:
    """Give what the viewer sees on the page at ``path``, the entry of that page marked."""
    if viewer is None or not viewer.is_known:
        return ()
    shown = [
        (item, url)
        for item in sorted(_ITEMS.values(), key=lambda item: (item.order, item.url_name))
        if item.serves(viewer) and (url := _address(item.url_name)) is not None
    ]
    current = _current((url for _item, url in shown), path)
    grouped: dict[str, list[Entry]] = {}
    for item, url in shown:
        count = item.badge(viewer) if item.badge else None
        grouped.setdefault(str(item.section), []).append(
            Entry(str(item.label), item.icon, url, item.shortcut, count, url == current)
        )
    return tuple(Section(label, tuple(entries)) for label, entries in grouped.items())


def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _current(urls: Iterable[str], path: str) -> str | None:
    """The longest address that the page lies under; the home page only counts for itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default=None)

"""Which columns the queue can show: what each is called, what it says of a ticket, in which order.

Every value is one that the list's own query has read, or one query reads for the whole page (tags):
no column costs a query a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.desk.models import QueueColumns, SavedView, Ticket

Value = Callable[[Ticket], Any]


def _tags(ticket: Ticket) -> str:
    return ", ".join(tag.name for tag in ticket.shown_tags)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a file: its heading, and what it holds of a ticket."""

    label: Promise
    value: Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the queue.

    ``value`` is what a plain cell says; a column without one is laid out by the page. ``sort``
    names an order of ``desk.narrowing``. ``cells``: what it is in a file, where that is not itself.
    ``is_moment``: a point in time. ``is_choice``: one of our words, with a capital on a page.
    ``is_tight``: kept on one line.
    """

    name: str
    label: Promise
    value: Value | None = None
    sort: str = ""
    is_moment: bool = False
    is_tight: bool = False
    is_choice: bool = False
    cells: tuple[Cell, ...] = ()

    @property
    def css(self) -> str:
        """The class of its cells."""
        if self.name == REQUEST:
            return ""
        return "cell-tight" if self.is_tight or self.is_moment else "cell-words"

    def told(self, ticket: Ticket) -> Any:
        """Give what a plain cell says of a ticket; nothing is an empty text."""
        found = self.value(ticket) if self.value else None
        if found is None:
            return ""
        return capfirst(str(found)) if self.is_choice else found

    def in_file(self) -> tuple[Cell, ...]:
        """Give what it is in a file."""
        return self.cells or (Cell(self.label, self.value or str),)


def _moment(name: str, label: Promise, sort: str = "") -> Column:
    return Column(name, label, lambda ticket: getattr(ticket, f"{name}_at"), sort, is_moment=True)


def _plain(name: str, label: Promise) -> Column:
    return Column(name, label, lambda ticket: getattr(ticket, name))


def _choice(name: str, label: Promise) -> Column:
    return Column(
        name, label, lambda ticket: getattr(ticket, f"get_{name}_display")(), is_choice=True
    )


# What a ticket is opened by: it always stands there, in the place that one gives it.
REQUEST = "request"
COLUMNS: tuple[Column, ...] = (
    Column(
        "priority", _("Priority"), sort="priority", is_tight=True,
        cells=(Cell(_("Priority"), lambda ticket: ticket.get_priority_display()),),
    ),
    Column(
        REQUEST, _("Request"),
        cells=(
            Cell(_("Number"), lambda ticket: ticket.reference),
            Cell(_("Title"), lambda ticket: ticket.title),
        ),
    ),
    Column(
        "state", _("State"),
        cells=(Cell(_("State"), lambda ticket: ticket.get_state_display()),),
    ),
    Column(
        "due", _("Due"), sort="due", is_tight=True,
        cells=(Cell(_("Due on"), lambda ticket: ticket.due_at),),
    ),
    Column(
        "who", _("Team and technician"),
        cells=(
            Cell(_("Team"), lambda ticket: ticket.team),
            Cell(_("Technician"), lambda ticket: ticket.assignee),
        ),
    ),
    Column(
        "activity", _("Activity"), lambda ticket: ticket.activity_at, "activity", is_moment=True,
        cells=(Cell(_("Last activity"), lambda ticket: ticket.activity_at),),
    ),
    Column("number", _("Number"), lambda ticket: ticket.reference, "opened", is_tight=True),
    _choice("kind", _("Kind")),
    _plain("organisation", _("Organisation")),
    _plain("requester", _("Requester")),
    _plain("beneficiary", _("For whom")),
    _plain("category", _("Category")),
    _plain("service", _("Service")),
    _plain("team", _("Team")),
    _plain("assignee", _("Technician")),
    _choice("impact", _("Impact")),
    _choice("urgency", _("Urgency")),
    _choice("channel", _("Came by")),
    Column("item", _("Affected item"), lambda ticket: ticket.affected_item),
    Column("tags", _("Tags"), _tags),
    _moment("opened", pgettext_lazy("ticket", "Opened on"), "opened"),
    Column(
        "waits", _("Waits until"), lambda ticket: ticket.pending_until, is_moment=True
    ),
    _moment("solved", _("Solved on")),
    _moment("closed", pgettext_lazy("ticket", "Closed on")),
    Column(
        "elsewhere", _("Number in another desk"), lambda ticket: ticket.external_reference
    ),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
# What somebody finds who has chosen nothing.
AT_FIRST = ("priority", REQUEST, "state", "due", "who", "activity")
# What stands under a title, with the tags, unless it has a column of its own.
UNDER_TITLE = ("number", "beneficiary", "organisation", "category")
# A file for who has chosen nothing holds what a spreadsheet may be asked for.
IN_FILE = (
    REQUEST, "kind", "state", "priority", "organisation", "requester", "beneficiary", "category",
    "service", "who", "tags", "opened", "due", "solved", "closed", "activity", "elsewhere",
)  # fmt: skip


def read(names: Iterable[Any]) -> list[str]:
    """Give the known ones of these names, each once, the request among them.

    What was kept by a former release, or typed by somebody, is left out where it is not known.
    """
    found = list(dict.fromkeys(name for name in names if isinstance(name, str) and name in BY_NAME))
    return found if REQUEST in found else [REQUEST, *found]


def checked(names: Sequence[str], field: str = "columns") -> list[str]:
    """Give names as they are kept.

    Raises:
        Invalid: one is no column of the queue, stands there twice, or none is given.
    """
    if not names:
        raise Invalid(_("Choose a column at least."), fields={field: [_("Choose a column.")]})
    unknown = sorted({name for name in names if name not in BY_NAME})
    if unknown:
        text = gettext("The queue has no column “%(name)s”.") % {"name": unknown[0][:40]}
        raise Invalid(text, fields={field: [text]})
    if len(set(names)) != len(names):
        text = gettext("A column stands in the queue once.")
        raise Invalid(text, fields={field: [text]})
    return read(names)


def own(actor: Actor) -> list[str] | None:
    """Give what somebody chose for themselves, in its order; ``None``: nothing yet."""
    rows = visible(QueueColumns, actor).filter(person_id=actor.id or 0)
    kept = rows.values_list("names", flat=True).first()
    return read(kept) if kept else None


def chosen(actor: Actor, view: SavedView | None) -> list[str] | None:
    """Give what the queue shows: the open view's columns, else the reader's; ``None``: neither."""
    if view is not None and view.columns:
        return read(view.columns)
    return own(actor)


def shown(actor: Actor, view: SavedView | None) -> list[Column]:
    """Give the columns of the queue's page."""
    return [BY_NAME[name] for name in chosen(actor, view) or AT_FIRST]


def cells(actor: Actor, view: SavedView | None) -> list[Cell]:
    """Give the columns of a file: those of the page; all that are usual for who chose nothing."""
    names = chosen(actor, view) or IN_FILE
    return [cell for name in names for cell in BY_NAME[name].in_file()]


def in_order(names: Sequence[str]) -> list[Column]:
    """Give every column there is: these first, in their order, then the others."""
    rest = [name for name in BY_NAME if name not in names]
    return [BY_NAME[name] for name in (*names, *rest)]

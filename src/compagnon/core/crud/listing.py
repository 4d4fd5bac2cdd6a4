"""Reading a resource's list: which columns, which rows, what each cell shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud.forms import capital
from compagnon.core.crud.resource import Column, Resource, Row, Text, Values, url_of

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a list or a page shows of one value. ``url`` is empty unless it leads somewhere."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: its label, the sort its link asks, the order in force.

    ``current`` is ``asc``, ``desc`` or nothing.
    """

    name: str
    label: Text
    sort: str
    current: str


def rows_of(resource: Resource, actor: Actor, values: Values | None = None) -> models.QuerySet[Any]:
    """Give the rows that the actor sees, narrowed by the filters' values, ready for a list."""
    rows = visibility.visible(resource.model, actor)
    for one in resource.filters:
        rows = one.narrow(rows, values or {})
    return rows.select_related(*resource.relations) if resource.relations else rows


def ordering_of(resource: Resource, asked: str) -> str:
    """Give the column to sort by: the one asked for when the list offers it, else its own."""
    name = asked.removeprefix("-")
    for column in resource.columns:
        if column.sort and column.name == name:
            return ("-" if asked.startswith("-") else "") + column.ordering
    return resource.ordering


def headings(resource: Resource, columns: Sequence[Column], asked: str) -> list[Heading]:
    """Give the heads of the columns that are shown."""
    ordering = ordering_of(resource, asked)
    found = []
    for column in columns:
        current = ""
        if column.sort and ordering.removeprefix("-") == column.ordering:
            current = "desc" if ordering.startswith("-") else "asc"
        sort = ""
        if column.sort:
            sort = f"-{column.name}" if current == "asc" else column.name
        found.append(Heading(column.name, label_of(resource, column), sort, current))
    return found


def label_of(resource: Resource, column: Column) -> Text:
    """Name a column for a person."""
    return capital(column.label or field_label(resource, column.name))


def field_label(resource: Resource, name: str) -> Text:
    """Name a field for a person."""
    try:
        found: Any = resource.model._meta.get_field(name)
    except FieldDoesNotExist:
        return name.replace("_", " ")
    return found.verbose_name  # type: ignore[no-any-return]


# -- the columns that a person chose -----------------------------------------------------------
COOKIE_AGE = 365 * 24 * 3600


def cookie_name(resource: Resource) -> str:
    """Name the cookie that keeps the columns a person chose on this device."""
    return f"compagnon_columns_{resource.room}_{resource.noun}"


def chosen_columns(resource: Resource, request: HttpRequest) -> list[Column]:
    """Give the columns to show: the person's choice, else those shown at first."""
    kept = {*request.COOKIES.get(cookie_name(resource), "").split(".")}
    chosen = [column for column in resource.columns if column.name in kept]
    return chosen or [column for column in resource.columns if column.shown]


# -- values -------------------------------------------------------------------------------------
def value_of(row: Row, column: Column) -> Any:
    """Give what a column shows of a row, before it is made text."""
    if column.value is not None:
        return column.value(row)
    display = getattr(row, f"get_{column.name}_display", None)
    return display() if display is not None else getattr(row, column.name)


def line(resource: Resource, row: Row, columns: Sequence[Column]) -> list[tuple[Text, Cell]]:
    """Give a list's line: each column's label and cell. The first cell leads to the row's page."""
    url = resource.url("detail", row)
    found = []
    for column in columns:
        text = shown(value_of(row, column))
        if column is columns[0]:
            cell = Cell(text if text != NOTHING else f"#{row.pk}", url)
        else:
            cell = Cell(text)
        found.append((label_of(resource, column), cell))
    return found


def details(resource: Resource, row: Row) -> Iterator[tuple[Text, Cell]]:
    """Give a page's lines: each field's label, value and, for a row, the way to it."""
    for name in resource.detail:
        column = Column(name)
        value = value_of(row, column)
        url = url_of(value) if isinstance(value, models.Model) else ""
        yield capital(field_label(resource, name)), Cell(shown(value), url)


def shown(value: Any) -> str:
    """Give a value as a person reads it, in their language and time zone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(shown(item) for item in value) or NOTHING
    return str(value)

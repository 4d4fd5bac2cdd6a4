"""Reading a long list page by page, without ever counting it or skipping rows.

A page is found by the place of the row it follows (*keyset*), so the thousandth page costs what
the first does, and a row added meanwhile neither repeats nor hides another. The place travels as a
signed *cursor* that nobody but us can write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Invalid

M = TypeVar("M", bound=Model)

FORWARD, BACKWARD = "n", "p"
_signer = signing.Signer(salt="compagnon.core.keyset")


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """One page of rows, with the cursors of the pages beside it (``None``: there is none)."""

    rows: list[M]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by, seen from the rows' model; ties are broken by the primary key.

    Where a column may be empty, empty comes last when ascending and first when descending, on
    both databases (PostgreSQL's own order, so that its indexes serve).
    """

    column: str
    descending: bool
    field: Field[Any, Any]
    nullable: bool

    @classmethod
    def of(cls, model: type[Model], ordering: str) -> Order:
        """Read ``column`` or ``-column``; the column may lie across ``__`` to-one relations.

        Raises:
            FieldDoesNotExist: no such column; a fault of ours, since callers choose from a list.
        """
        column = ordering.removeprefix("-")
        at: Any = model
        nullable = False
        field: Any = None
        for part in column.split("__"):
            field = at._meta.pk if part == "pk" else at._meta.get_field(part)
            nullable = nullable or bool(field.null)
            at = field.related_model
        return cls(column, ordering.startswith("-"), field, nullable)

    @property
    def name(self) -> str:
        """As a caller writes it: ``-column`` when descending."""
        return f"-{self.column}" if self.descending else self.column

    def expressions(self, *, backward: bool) -> list[Any]:
        """Give the arguments of ``order_by``."""
        descending = self.descending is not backward
        key = "-pk" if descending else "pk"
        if not self.nullable:
            return [f"-{self.column}" if descending else self.column, key]
        column = F(self.column)
        return [
            column.desc(nulls_first=True) if descending else column.asc(nulls_last=True),
            key,
        ]

    def after(self, value: Any, key: Any, *, backward: bool) -> Q:
        """Give the condition of the rows that follow the one with this value and key."""
        descending = self.descending is not backward
        compare = "lt" if descending else "gt"
        beyond = Q(**{f"pk__{compare}": key})
        if value is None:
            same = Q(**{f"{self.column}__isnull": True}) & beyond
            # Descending, the empty ones come first and the others follow them.
            return same | Q(**{f"{self.column}__isnull": False}) if descending else same
        found = Q(**{f"{self.column}__{compare}": value}) | (Q(**{self.column: value}) & beyond)
        if self.nullable and not descending:
            return found | Q(**{f"{self.column}__isnull": True})
        # Said twice: an index is entered by a plain bound, which neither database draws from «or».
        return Q(**{f"{self.column}__{compare}e": value}) & found

    def place(self, row: Model) -> tuple[str | None, str]:
        """Give the row's value and key, as text."""
        value: Any = row
        for part in self.column.split("__"):
            value = getattr(value, part, None)
            if value is None:
                break
        return None if value is None else _text(value), _text(row.pk)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def take(rows: QuerySet[M], *, ordering: str, limit: int, cursor: str | None = None) -> Slice[M]:
    """Read one page of ``rows`` with one query of at most ``limit`` + 1 rows.

    Args:
        ordering: a column the caller was allowed to choose, ``-`` before it for descending.
        limit: rows a page.
        cursor: where a former :class:`Slice` said to go on; the first page without it.

    Raises:
        Invalid: the cursor is not one of ours, or belongs to another ordering.
    """
    order = Order.of(rows.model, ordering)
    backward = False
    if cursor:
        direction, value, key = _read(cursor, order, rows.model)
        backward = direction == BACKWARD
        rows = rows.filter(order.after(value, key, backward=backward))
    found = list(rows.order_by(*order.expressions(backward=backward))[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    if backward:
        found.reverse()
    if not found:
        return Slice([], None, None)
    return Slice(
        found,
        next=_write(order, FORWARD, found[-1]) if more or backward else None,
        previous=_write(order, BACKWARD, found[0]) if (more if backward else cursor) else None,
    )


def _write(order: Order, direction: str, row: Model) -> str:
    value, key = order.place(row)
    return _signer.sign_object([order.name, direction, value, key])


def _read(cursor: str, order: Order, model: type[Model]) -> tuple[str, Any, Any]:
    try:
        name, direction, value, key = _signer.unsign_object(cursor)
        if name == order.name:
            primary = model._meta.pk
            return (
                direction,
                None if value is None else order.field.to_python(value),
                primary.to_python(key),
            )
    except (signing.BadSignature, ValidationError, ValueError):
        pass
    raise Invalid(
        _("This cursor was not given by this list: start again from its first page."),
        code="bad-cursor",
        fields={"cursor": [_("Not a cursor of this list in this order.")]},
    )

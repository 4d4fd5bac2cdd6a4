"""Comparisons of a column that each database reads best."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Field, IntegerField
from django.db.models.lookups import In

CODE = re.compile(r"[a-z][a-z_]*")
KEY = re.compile(r"[0-9]{1,18}")


def key_of(text: str) -> int | None:
    """Read a key that an address or a form says, of at most 64 bits; ``None`` for what is none."""
    return int(text) if KEY.fullmatch(text) else None


class AmongChoices(In):  # type: ignore[type-arg]
    """``state__in=[…]`` whose values, known choices, are written in the statement itself.

    SQLite uses an index that leaves rows out (``WHERE state IN ('new', 'open')``) only for a query
    whose condition it can read before it knows the parameters: with placeholders, a queue of ten
    open tickets would read the hundred thousand that are closed.
    """

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Give the list, written out where every value is a choice of the column."""
        sql, parameters = super().process_rhs(compiler, connection)
        known = dict(getattr(self.lhs.output_field, "flatchoices", ()))
        if not self.rhs_is_direct_value() or not all(
            isinstance(value, str) and value in known and CODE.fullmatch(value)
            for value in parameters
        ):
            return sql, parameters
        return "({})".format(", ".join(f"'{value}'" for value in parameters)), []


@IntegerField.register_lookup
class AmongIntegers(In):  # type: ignore[type-arg]
    """``pk__in=[…]`` that passes over what no column of its kind holds, as ``pk=…`` does.

    What a form is sent may be any number, and the databases refuse those beyond 64 bits.
    """

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Give the list without the numbers that are out of the column's range."""
        if self.rhs_is_direct_value():
            kind = self.lhs.output_field.get_internal_type()
            least, most = connection.ops.integer_field_range(kind)
            self.rhs = [one for one in self.rhs if not _is_beyond(one, least, most)]
        return super().process_rhs(compiler, connection)


def _is_beyond(value: Any, least: int | None, most: int | None) -> bool:
    if not isinstance(value, int):
        return False
    return (least is not None and value < least) or (most is not None and value > most)


def write_choices(field: Field[Any, Any]) -> None:
    """Have ``in`` write this column's choices in the statement; call it beside its model."""
    field.register_lookup(AmongChoices)

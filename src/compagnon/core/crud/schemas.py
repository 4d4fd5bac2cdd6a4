"""The API's schemas of a resource, made from its declaration."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Annotated, Any, ClassVar, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field, create_model

from compagnon.core.actor import Actor
from compagnon.core.api import Body, ListQuery
from compagnon.core.crud.filters import Relation
from compagnon.core.crud.forms import offered
from compagnon.core.crud.resource import Resource, Row
from compagnon.core.errors import Invalid

MOST_KEY = 2**63 - 1

TYPES: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.BooleanField, bool),
    (models.DecimalField, decimal.Decimal),
    (models.FloatField, float),
    (models.IntegerField, int),
    (models.DateTimeField, dt.datetime),
    (models.DateField, dt.date),
    (models.TimeField, dt.time),
    (models.DurationField, dt.timedelta),
    (models.UUIDField, uuid.UUID),
    (models.CharField, str),
    (models.TextField, str),
)
RANGES = {
    "PositiveSmallIntegerField": (0, 32_767),
    "SmallIntegerField": (-32_768, 32_767),
    "PositiveIntegerField": (0, 2**31 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "PositiveBigIntegerField": (0, MOST_KEY),
    "BigIntegerField": (-MOST_KEY - 1, MOST_KEY),
}


def type_of(column: Any, *, choices: bool) -> Any:
    """Give the Python type of a column's values; a key for a foreign key.

    Args:
        choices: limit it to the column's choices: yes for what comes in.
    """
    if isinstance(column, models.ForeignKey):
        return int
    if choices and column.choices:
        found: Any = Literal[tuple(value for value, _label in column.flatchoices)]
        return found
    for kind, type_ in TYPES:
        if isinstance(column, kind):
            return type_
    return Any


def name_of(column: Any) -> str:
    """Give the API's name of a field: ``organisation_id`` for a foreign key."""
    return str(column.attname)


def output(resource: Resource) -> type[Schema]:
    """Give the schema of a row as it is shown."""
    fields: dict[str, Any] = {"id": (int, Field(examples=[7]))}
    for name in resource.detail:
        column: Any = resource.model._meta.get_field(name)
        type_ = type_of(column, choices=False)
        if column.null:
            type_ = type_ | None
        fields[name_of(column)] = (type_, _described(resource, column))
    if resource.versioned:
        fields["version"] = (int, Field(description="Counts the changes.", examples=[1]))
    return create_model(_title(resource, "Out"), __base__=Schema, **fields)


def addition(resource: Resource) -> type[Body]:
    """Give the schema of a row to add: what has a default may be left out."""
    fields: dict[str, Any] = {}
    for name in resource.form:
        column: Any = resource.model._meta.get_field(name)
        type_ = _written(column)
        optional = column.blank or column.has_default()
        default = column.get_default() if optional else ...
        if isinstance(default, models.Model | dt.datetime | dt.date):
            default = None
        if optional and default is None and not column.null:
            # Left out, the model's own default is taken.
            type_ = type_ | None
        fields[name_of(column)] = (type_, _described(resource, column, default=default))
    return create_model(_title(resource, "In"), __base__=Body, **fields)


def patch(resource: Resource) -> type[Body]:
    """Give the schema of a change: any field of the form may be left out, and stays as it is."""
    fields: dict[str, Any] = {}
    for name in resource.form:
        if name not in resource.fixed:
            column: Any = resource.model._meta.get_field(name)
            # The default is never read: what was not sent is not in the dump.
            fields[name_of(column)] = (
                _written(column),
                _described(resource, column, default=None),
            )
    return create_model(_title(resource, "Change"), __base__=Body, **fields)


def listing(resource: Resource) -> type[ListQuery]:
    """Give the schema of a list's query: its filters and its orders."""
    orders = {column.name: column.ordering for column in resource.columns if column.sort}
    own = resource.ordering.removeprefix("-")
    orders.setdefault(next((k for k, v in orders.items() if v == own), own), own)
    usual = next(key for key, column in orders.items() if column == own)
    names = [sign + name for name in orders for sign in ("", "-")]
    fields: dict[str, Any] = {
        "ordering": (
            Literal[tuple(names)],
            ("-" if resource.ordering.startswith("-") else "") + usual,
        )
    }
    for one in resource.filters:
        for parameter in one.parameters(resource.model):
            limits: dict[str, Any] = {"max_length": 200} if parameter.type is str else {}
            if isinstance(one, Relation):
                limits = {"ge": 1, "le": MOST_KEY}
            fields[parameter.name] = (
                Annotated[parameter.type, Field(**limits)] | None,
                Field(None, description=parameter.description),
            )
    made = create_model(_title(resource, "Query"), __base__=_Narrowing, **fields)
    made.resource = resource
    made.columns = orders
    return made


class _Narrowing(ListQuery):
    """A list's query whose filters are the resource's."""

    resource: ClassVar[Resource]

    def narrow(self, rows: Any) -> Any:
        """Keep the rows that the caller asks for."""
        values = self.model_dump()
        for one in self.resource.filters:
            rows = one.narrow(rows, values)
        return rows


def values_of(resource: Resource, sent: Body, actor: Actor) -> dict[str, Any]:
    """Give what was sent by field of the form, with visible rows in place of keys.

    Raises:
        Invalid: a key that is of no row the actor may point at.
    """
    given = sent.model_dump(exclude_unset=True)
    found: dict[str, Any] = {}
    for name in resource.form:
        column: Any = resource.model._meta.get_field(name)
        if name_of(column) not in given:
            continue
        value = given[name_of(column)]
        if isinstance(column, models.ForeignKey) and value is not None:
            value = _referred(resource, actor, name, value)
        if value is None and not column.null:
            continue
        found[name] = value
    return found


def _referred(resource: Resource, actor: Actor, name: str, key: int) -> Row:
    found = offered(resource, actor, name).filter(pk=key).first()
    if found is None:
        column: Any = resource.model._meta.get_field(name)
        raise Invalid(fields={column.attname: [_("There is no such row, or you do not see it.")]})
    return found


def _written(column: Any) -> Any:
    type_ = type_of(column, choices=True)
    limits: dict[str, Any] = {}
    if isinstance(column, models.ForeignKey):
        limits = {"ge": 1, "le": MOST_KEY}
    elif type_ is str:
        if column.max_length:
            limits["max_length"] = column.max_length
        if not column.blank:
            limits["min_length"] = 1
    elif type_ is int:
        low, high = RANGES.get(column.get_internal_type(), RANGES["BigIntegerField"])
        limits = {"ge": low, "le": high}
    found: Any = Annotated[type_, Field(**limits)] if limits else type_
    if column.choices and column.blank and not column.null:
        found = found | Literal[""]
    return found | None if column.null else found


def _described(resource: Resource, column: Any, **more: Any) -> Any:
    example = resource.examples.get(column.name)
    text = str(column.help_text or column.verbose_name)
    if example is not None:
        more["examples"] = [example]
    return Field(description=text, **more)


def _title(resource: Resource, end: str) -> str:
    return "".join(part.title() for part in resource.noun.split("_")) + end

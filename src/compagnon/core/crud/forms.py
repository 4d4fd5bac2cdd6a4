"""The forms of a resource: writing a row, and narrowing its list."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.urls import NoReverseMatch

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud.filters import RelationField, Rows, Search
from compagnon.core.crud.resource import Resource, Row, resource_of
from compagnon.core.errors import CompagnonError

# Above so many rows one searches by typing instead of reading a list.
LONG_LIST = 50
MOST_FOUND = 20


class RowForm(forms.Form):
    """A form over the fields of a resource. It reads and shows; the service checks and writes."""

    def __init__(
        self,
        resource: Resource,
        actor: Actor,
        row: Row | None = None,
        data: QueryDict | None = None,
    ) -> None:
        self.resource = resource
        initial = {} if row is None else {name: _stored(row, name) for name in resource.form}
        if row is not None and resource.versioned:
            initial["version"] = row.version
        super().__init__(data, initial=initial)
        for name in resource.form:
            if row is None or name not in resource.fixed:
                self.fields[name] = form_field(resource, actor, name, row)
        if row is not None and resource.versioned:
            self.fields["version"] = forms.IntegerField(
                required=False, min_value=1, widget=forms.HiddenInput
            )

    def values(self) -> dict[str, Any]:
        """Give what was sent, by field, for the service."""
        return {name: self.cleaned_data[name] for name in self.resource.form if name in self.fields}

    def expected_version(self) -> int | None:
        """Give the version that the person was looking at."""
        found: int | None = self.cleaned_data.get("version")
        return found

    def refuse(self, error: CompagnonError) -> None:
        """Show what a service refused, beside the fields it names."""
        told = False
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, str(text))
                told = True
        if not told:
            self.add_error(None, str(error))


def _stored(row: Row, name: str) -> Any:
    field: Any = row._meta.get_field(name)
    return getattr(row, field.attname)


def form_field(resource: Resource, actor: Actor, name: str, row: Row | None) -> forms.Field:
    """Give the form's field for a model's column; a foreign key offers what the actor sees."""
    column: Any = resource.model._meta.get_field(name)
    label = capital(column.verbose_name)
    if not isinstance(column, models.ForeignKey):
        found: forms.Field = column.formfield(label=label)
        if isinstance(found.widget, forms.Textarea):
            found.widget.attrs["rows"] = 4
        if isinstance(found, forms.DateField):
            # The browser's own calendar, which sends and reads ISO whatever it shows.
            found.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return found
    field = RelationField(
        offered(resource, actor, name),
        required=not column.blank,
        label=label,
        help_text=column.help_text,
        current=None if row is None else getattr(row, name),
    )
    if len(field.shown) > LONG_LIST and searchable(column.related_model):
        with suppress(NoReverseMatch):
            field.options_url = resource.url("options", name=name)
    return field


def offered(resource: Resource, actor: Actor, name: str) -> Rows:
    """Give the rows that a foreign key may take: what the declaration says, of what is visible."""
    related: Any = resource.model._meta.get_field(name).related_model
    start = resource.choices[name](actor) if name in resource.choices else None
    return visibility.visible(related, actor, start)


def searchable(model: Any) -> Search | None:
    """Give the way to search a table by words, where a resource declares one."""
    target = resource_of(model)
    if target is None:
        return None
    return next((one for one in target.filters if isinstance(one, Search)), None)


def found_options(resource: Resource, actor: Actor, name: str, text: str) -> list[Row]:
    """Give the rows that a foreign key may take and that answer to the words typed."""
    rows = offered(resource, actor, name)
    search = searchable(rows.model)
    if search is not None:
        rows = search.narrow(rows, {search.name: text})
    return list(rows[:MOST_FOUND])


def capital(text: Any) -> str:
    """Give the text with a capital first: a column's name as a field's label."""
    words = str(text)
    return words[:1].upper() + words[1:]


class FilterForm(forms.Form):
    """What the reader of a list may narrow it by."""

    def __init__(self, resource: Resource, actor: Actor, data: QueryDict) -> None:
        super().__init__(data)
        for one in resource.filters:
            for parameter in one.parameters(resource.model):
                field = parameter.field(actor)
                field.label = capital(field.label)
                self.fields[parameter.name] = field

    def values(self) -> dict[str, Any]:
        """Give what the list is narrowed by; what was not understood narrows nothing."""
        self.is_valid()
        return dict(self.cleaned_data)

    @property
    def searches(self) -> list[forms.BoundField]:
        """The fields to type words in, shown at once."""
        return [one for one in self if _is_search(one)]

    @property
    def others(self) -> list[forms.BoundField]:
        """The other fields, folded away until one of them narrows the list."""
        return [one for one in self if not _is_search(one)]

    @property
    def used(self) -> bool:
        """Whether anything narrows the list."""
        return any(value not in {None, ""} for value in self.values().values())

    @property
    def narrowed(self) -> bool:
        """Whether a folded field narrows the list, or was not understood."""
        values = self.values()
        return any(one.errors or values.get(one.name) not in {None, ""} for one in self.others)


def _is_search(field: forms.BoundField) -> bool:
    return getattr(field.field.widget, "input_type", "") == "search"

"""What a list may be narrowed by: the page's form and the API's query come from the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django import forms
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator

from compagnon.core import visibility
from compagnon.core.actor import Actor

Text = str | Promise
Rows = QuerySet[Any]

MOST_CHOICES = 500


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a filter takes, as the page asks it and as the API documents it."""

    name: str
    field: Callable[[Actor], forms.Field]
    type: Any
    description: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a list by a column of the model.

    Args:
        name: the column, which is also the parameter's name.
        label: instead of the column's own.
    """

    name: str
    label: Text = ""

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Give what the filter asks."""
        raise NotImplementedError

    def narrow(self, rows: Rows, values: Mapping[str, Any]) -> Rows:
        """Keep the rows that answer to the values; absent and empty ones narrow nothing."""
        value = values.get(self.name)
        return rows if value in (None, "") else rows.filter(**{self.name: value})

    def title(self, model: type[Model]) -> Text:
        """Name it for a person."""
        return self.label or column(model, self.name).verbose_name


def column(model: type[Model], name: str) -> Field[Any, Any]:
    """Give a model's own column.

    Raises:
        FieldDoesNotExist: there is none; a fault in a declaration.
    """
    found = model._meta.get_field(name)
    assert isinstance(found, Field), f"{model.__name__}.{name} is no column"  # noqa: S101
    return found


@dataclass(frozen=True, slots=True)
class Choice(Filter):
    """One of a column's choices."""

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Ask which."""
        choices = [(value, label) for value, label in column(model, self.name).flatchoices]
        label = self.title(model)

        def ask(_actor: Actor) -> forms.Field:
            return forms.TypedChoiceField(
                choices=[("", _("All")), *choices],
                coerce=column(model, self.name).to_python,
                empty_value=None,
                required=False,
                label=str(label),
            )

        return [Parameter(self.name, ask, literal(choices), str(label))]


def literal(choices: list[tuple[Any, Any]]) -> Any:
    """Give the type «one of these values», read from the text of a query."""
    values = {str(value): value for value, _label in choices}
    return Annotated[
        Literal[tuple(values.values())],
        BeforeValidator(
            lambda given: values.get(given, given) if isinstance(given, str) else given
        ),
    ]


@dataclass(frozen=True, slots=True)
class Boolean(Filter):
    """Yes or no."""

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Ask which."""
        label = self.title(model)

        def ask(_actor: Actor) -> forms.Field:
            return forms.TypedChoiceField(
                choices=[("", _("All")), ("true", _("Yes")), ("false", _("No"))],
                coerce=lambda value: value == "true",
                empty_value=None,
                required=False,
                label=str(label),
            )

        return [Parameter(self.name, ask, bool, str(label))]


@dataclass(frozen=True, slots=True)
class Relation(Filter):
    """One of the rows that a foreign key may point at, among those that the actor sees."""

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Ask which."""
        related: Any = column(model, self.name).related_model
        label = self.title(model)

        def ask(actor: Actor) -> forms.Field:
            rows = visibility.visible(related, actor)
            return RelationField(rows, required=False, label=label, empty_label=_("All"))

        return [Parameter(self.name, ask, int, str(label))]


class RelationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among rows, of which the page lists the first 500; all are accepted by their key.

    Args:
        rows: those that may be chosen.
        current: the row chosen now, listed whatever its place.
    """

    def __init__(self, rows: Rows, *, current: Model | None = None, **options: Any) -> None:
        super().__init__(queryset=rows, **options)
        self.options_url = ""
        self.current = current
        self.shown = list(rows[:MOST_CHOICES])
        if current is not None and current not in self.shown:
            self.shown.insert(0, current)
        self.widget.choices = self.listed()

    def listed(self) -> list[tuple[Any, Any]]:
        """Give the choices that the page shows."""
        found: list[tuple[Any, Any]] = [(row.pk, str(row)) for row in self.shown]
        return found if self.empty_label is None else [("", self.empty_label), *found]

    def to_python(self, value: Any) -> Any:
        """Read a key. The row chosen now stays a choice even for who does not see it."""
        if self.current is not None and str(value) == str(self.current.pk):
            return self.current
        return super().to_python(value)


@dataclass(frozen=True, slots=True)
class Dates(Filter):
    """From a day to a day, both included, in the reader's time zone. ``NAME_from``, ``NAME_to``."""

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Ask both ends."""
        label = self.title(model)

        def end(word: Text) -> Callable[[Actor], forms.Field]:
            def ask(_actor: Actor) -> forms.Field:
                return forms.DateField(
                    required=False,
                    label=f"{label} {word}",
                    widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                )

            return ask

        return [
            Parameter(f"{self.name}_from", end(_("from")), dt.date, f"{label}, first day"),
            Parameter(f"{self.name}_to", end(_("to")), dt.date, f"{label}, last day"),
        ]

    def narrow(self, rows: Rows, values: Mapping[str, Any]) -> Rows:
        """Keep what lies between."""
        timed = column(rows.model, self.name).get_internal_type() == "DateTimeField"
        if first := values.get(f"{self.name}_from"):
            rows = rows.filter(**{f"{self.name}__gte": _midnight(first) if timed else first})
        # The last day of the calendar has no day after it.
        if (last := values.get(f"{self.name}_to")) and last < dt.date.max:
            after = last + dt.timedelta(days=1)
            rows = rows.filter(**{f"{self.name}__lt": _midnight(after) if timed else after})
        return rows


def _midnight(day: dt.date) -> dt.datetime:
    naive = dt.datetime.combine(day, dt.time())
    # Far ends of the calendar cannot be moved to UTC.
    if not 2 < day.year < 9998:
        return naive.replace(tzinfo=dt.UTC)
    return timezone.make_aware(naive)


@dataclass(frozen=True, slots=True)
class Search(Filter):
    """Words, each of which some column must hold, whatever the case.

    It reads the table: for one that grows, give ``by``, which asks an index.

    Args:
        columns: where the words are looked for.
        by: narrows the rows to those that match the text, instead of ``columns``.
    """

    name: str = "q"
    columns: tuple[str, ...] = ()
    by: Callable[[Rows, str], Rows] | None = None

    def parameters(self, model: type[Model]) -> list[Parameter]:
        """Ask the words."""

        def ask(_actor: Actor) -> forms.Field:
            return forms.CharField(
                required=False,
                label=str(self.title(model)),
                max_length=200,
                widget=forms.TextInput(attrs={"type": "search"}),
            )

        return [Parameter(self.name, ask, str, "Words, each of which must be found.")]

    def title(self, model: type[Model]) -> Text:
        """Name it for a person."""
        return self.label or _("Search")

    def narrow(self, rows: Rows, values: Mapping[str, Any]) -> Rows:
        """Keep the rows that hold every word."""
        text = str(values.get(self.name) or "")[:200]
        if not text.strip():
            return rows
        if self.by is not None:
            return self.by(rows, text)
        for word in text.split()[:10]:
            found = Q()
            for name in self.columns:
                found |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(found)
        return rows

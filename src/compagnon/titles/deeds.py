"""What may be done to a candidacy, evidence or a dossier from its page: a form, and a service.

A deed is data: its form reads what was typed, ``run`` calls one service, which checks and writes.
``views.deeds`` shows and carries out any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.models import StoredFile
from compagnon.core.visibility import visible
from compagnon.people.models import Person

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
Row: TypeAlias = Any


class PersonField(forms.IntegerField):
    """A person among those whom the actor sees, by their key; the page shows a picker."""

    is_person = True

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**62, **options)
        self.actor: Actor | None = None
        # The name of whom the field holds already: a key tells nobody who that is.
        self.shown = ""

    def clean(self, value: Any) -> Any:
        """Give the person.

        Raises:
            ValidationError: there is none whom the actor sees.
        """
        key = super().clean(value)
        if key is None or self.actor is None:
            return None
        found = visible(Person, self.actor).filter(pk=key).first()
        if found is None:
            raise forms.ValidationError(_("There is nobody of that number whom you see."))
        return found


class DeedForm(forms.Form):
    """A form that knows who fills it, and what it is about."""

    def __init__(self, *args: Any, actor: Actor, row: Row, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.row = actor, row
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))
            if isinstance(field, PersonField):
                field.actor = actor
        self.prepare()
        self._name_persons()

    def _name_persons(self) -> None:
        held = {
            name: int(str(key))
            for name, field in self.fields.items()
            if isinstance(field, PersonField)
            and str(key := self[name].value() or "").isdecimal()
            and len(str(key)) < 19
        }
        found = visible(Person, self.actor).in_bulk(list(held.values())) if held else {}
        for name, key in held.items():
            field = self.fields[name]
            assert isinstance(field, PersonField)  # noqa: S101 - for the type
            field.shown = str(found.get(key, ""))

    def prepare(self) -> None:
        """Narrow the choices to what fits the row."""

    def choose(self, name: str, rows: QuerySet[Any]) -> None:
        """Let a field choose among these rows."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type
        field.queryset = rows


def day(label: Text, **options: Any) -> forms.DateField:
    """Give a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def moment(label: Text, **options: Any) -> forms.DateTimeField:
    """Give a field for a day and an hour."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


def text(label: Text, limit: int, rows: int = 5, **options: Any) -> forms.CharField:
    """Give a field for a text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    options.setdefault("required", False)
    return forms.CharField(label=label, max_length=limit, widget=widget, **options)


def stored(upload: UploadedFile | None) -> StoredFile | None:
    """Keep what was sent, if anything.

    Raises:
        TooLarge: over the limit of files.
    """
    return files.store(upload) if upload else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing to do.

    Args:
        title: what the page that asks is called, and its button.
        form: asks for what it needs; a bare :class:`DeedForm` for what needs nothing.
        run: calls the service with the actor, the row and the form's values.
        may: whether the actor may do it; the service decides in the end.
        done: what is said afterwards.
        kind: of the button.
    """

    title: Text
    run: Callable[[Actor, Row, Mapping[str, Any]], object]
    may: Callable[[Actor, Row], bool]
    done: Text
    form: type[DeedForm] = DeedForm
    icon: str = "check"
    kind: str = "primary"
    help: Text = ""

"""What the desk's forms are made of: fields, and the rows that an actor may choose among."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import OPEN_STATES, Category, Ticket
from compagnon.people.models import Membership, Person, Team

TEXT_MAX = 100_000
LONGEST_MINUTES = 31 * 24 * 60
NONE = "–"


def capitals(*choices: Any) -> Callable[[], list[tuple[Any, str]]]:
    """Give choices as a list shows them: each begins with a capital, in the language in force."""

    def shown() -> list[tuple[Any, str]]:
        return [(one.value, capfirst(str(one.label))) for one in choices]

    return shown


def row_field(model: type[Model], label: Any, *, required: bool = False) -> Any:
    """A choice among rows that the form fills in for its actor."""
    return forms.ModelChoiceField(
        model._default_manager.none(),
        label=label,
        required=required,
        empty_label=_("Choose…") if required else NONE,
    )


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A day and a time, in the zone of the page, none by default."""
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        **more,
    )


def minutes_field(label: Any, *, required: bool = False) -> forms.IntegerField:
    """A number of minutes, up to a month of them."""
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=LONGEST_MINUTES,
        required=required,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class SeveralFiles(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, up to twenty; cleaned as a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Give the list of files."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > 20:
            raise forms.ValidationError(_("At most 20 files at once."))
        return [super(FilesField, self).clean(one, initial) for one in given]


class WithFilesForm(forms.Form):
    """A text with files: where nothing is written, the files speak for themselves."""

    def clean(self) -> dict[str, Any]:
        """Say that something is attached, in the place of a text that was left empty."""
        values = super().clean() or self.cleaned_data
        if self.has_error("text", "required") and values.get("attachments"):
            del self.errors["text"]
            values["text"] = gettext("See what is attached.")
        return values


class TreeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Categories, indented by their depth."""

    def label_from_instance(self, obj: Category) -> str:
        """The name, under its parents."""
        return obj.indented


def text_field(label: Any, *, rows: int = 4, required: bool = True, **more: Any) -> forms.CharField:
    """A text area that grows."""
    return forms.CharField(
        label=label,
        max_length=TEXT_MAX,
        required=required,
        widget=forms.Textarea(
            attrs={"rows": rows, "data-controller": "autosize", "data-action": "autosize#fit"}
        ),
        **more,
    )


def fill_choices(form: forms.Form, actor: Actor) -> None:
    """Offer the categories, services and request types that the actor sees."""
    offered = {
        "category": visible(Category, actor, Category.objects.filter(is_active=True)),
        "service": visible(Service, actor, Service.objects.filter(is_active=True)),
        "request_type": visible(RequestType, actor, RequestType.objects.filter(is_active=True)),
    }
    for name, rows in offered.items():
        form.fields[name].queryset = rows.order_by(  # type: ignore[attr-defined]
            "path" if name == "category" else "pk"
        )


def teams(actor: Actor) -> QuerySet[Team]:
    """Give the teams that the actor can hand a ticket to."""
    return visible(Team, actor, Team.objects.filter(is_active=True))


def technicians(actor: Actor) -> QuerySet[Person]:
    """Give the people of those teams."""
    members = Membership.objects.filter(team__in=teams(actor)).values("person_id")
    return Person.objects.filter(pk__in=members, is_active=True)


def holders(among: Iterable[Team]) -> QuerySet[Person]:
    """Give the people of these teams, and after them who has left and still holds open tickets:
    whoever does not find them hands nothing over."""
    members = Membership.objects.filter(team__in=[team.pk for team in among]).values("person_id")
    held = Ticket.objects.filter(assignee=OuterRef("pk"), state__in=OPEN_STATES)
    found = Person.objects.filter(Q(is_active=True) | Exists(held), pk__in=members)
    return found.order_by("-is_active", "last_name", "first_name")

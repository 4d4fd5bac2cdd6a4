"""What an action on many tickets asks, once for all of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Service
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import queries, tags, waiting
from compagnon.desk.forms.fields import (
    TreeChoice,
    capitals,
    moment_field,
    row_field,
    teams,
    technicians,
    text_field,
)
from compagnon.desk.forms.tags import chosen_tags
from compagnon.desk.forms.ties import ways
from compagnon.desk.models import BulkVerb, Category, Impact, SolutionKind, Tag, Ticket, Urgency
from compagnon.people.models import Person, Team

UNCHANGED = _("unchanged")


class BulkForm(forms.Form):
    """A form that asks nothing; the others inherit it. ``values`` is JSON."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the actor."""

    def values(self) -> dict[str, Any]:
        """Give what was chosen as the action keeps it: keys for rows, moments in ISO form."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if value in (None, ""):
                continue
            if hasattr(value, "isoformat"):
                found[name] = value.isoformat()
            else:
                found[name] = getattr(value, "pk", value)
        return found


class BulkAssignForm(BulkForm):
    """To whom."""

    team = row_field(Team, _("Team"))
    assignee = row_field(Person, _("Technician"))

    def prepare(self) -> None:
        """Offer the teams and their members."""
        self.fields["team"].queryset = teams(self.actor)  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = technicians(self.actor)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a form that would take everybody's work away unsaid."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise forms.ValidationError(_("Say to whom: a team, a technician or both."))
        return given


class BulkQualifyForm(BulkForm):
    """What changes; what is empty stays."""

    category = TreeChoice(
        Category.objects.none(), label=_("Category"), required=False, empty_label=UNCHANGED
    )
    service = row_field(Service, _("Service"))
    impact = forms.TypedChoiceField(
        label=_("Impact"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", UNCHANGED), *capitals(*Impact)()],
    )  # fmt: skip
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", UNCHANGED), *capitals(*Urgency)()],
    )  # fmt: skip

    def prepare(self) -> None:
        """Offer categories and services."""
        rows = visible(Category, self.actor, Category.objects.filter(is_active=True))
        self.fields["category"].queryset = rows.order_by("path")  # type: ignore[attr-defined]
        offered = visible(Service, self.actor, Service.objects.filter(is_active=True))
        self.fields["service"].queryset = offered  # type: ignore[attr-defined]
        self.fields["service"].empty_label = UNCHANGED  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise forms.ValidationError(_("Say what changes."))
        return given


class BulkPendForm(BulkForm):
    """Why they wait."""

    reason = forms.ChoiceField(label=_("It waits for"), choices=waiting.choices)
    until = moment_field(_("Until"), help_text=_("Empty: it waits for somebody."))
    note = text_field(_("Internal note"), rows=2, required=False)


class BulkSolveForm(BulkForm):
    """One solution for all."""

    text = text_field(_("Solution"), rows=5)
    kind = forms.ChoiceField(
        label=_("What kind of solution"),
        choices=capitals(*SolutionKind),
        initial="permanent",
        widget=forms.RadioSelect,
    )


class BulkTextForm(BulkForm):
    """One text for all."""

    text = text_field(_("Message"), rows=5)


class BulkReasonForm(BulkForm):
    """One reason for all."""

    text = text_field(_("Reason"), rows=3)


class BulkOtherForm(BulkForm):
    """One ticket for all."""

    other = forms.CharField(
        label=_("Number of the other ticket"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "search", "autocomplete": "off"}),
    )

    def clean_other(self) -> Ticket:
        """Find it among the tickets that the actor sees."""
        found = queries.find_by_reference(self.actor, self.cleaned_data["other"])
        if found is None:
            raise forms.ValidationError(_("No ticket that you see has this number."))
        return found


class BulkMergeForm(BulkOtherForm):
    """Into which ticket."""

    text = forms.CharField(label=_("Reason"), max_length=500, required=False)


class BulkLinkForm(BulkOtherForm):
    """To which ticket, and how."""

    way = forms.ChoiceField(label=_("These tickets"), choices=ways)
    field_order = ["way", "other"]


class BulkTagForm(BulkForm):
    """What is put on, what is taken off."""

    add = chosen_tags(_("Put on"))
    remove = chosen_tags(_("Take off"))

    def prepare(self) -> None:
        """Offer the tags that the actor sees."""
        for name in ("add", "remove"):
            field: Any = self.fields[name]
            field.queryset = Tag.objects.filter(pk__in=[one.pk for one in tags.offered(self.actor)])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise forms.ValidationError(_("Choose a tag to put on or to take off."))
        return given

    def values(self) -> dict[str, Any]:
        """Give the keys of the tags."""
        return {
            name: sorted(row.pk for row in rows) for name, rows in self.cleaned_data.items() if rows
        }


FORMS: dict[str, type[BulkForm]] = {
    BulkVerb.ASSIGN.value: BulkAssignForm,
    BulkVerb.QUALIFY.value: BulkQualifyForm,
    BulkVerb.PEND.value: BulkPendForm,
    BulkVerb.RESUME.value: BulkForm,
    BulkVerb.SOLVE.value: BulkSolveForm,
    BulkVerb.CLOSE.value: BulkForm,
    BulkVerb.CANCEL.value: BulkReasonForm,
    BulkVerb.MERGE.value: BulkMergeForm,
    BulkVerb.LINK.value: BulkLinkForm,
    BulkVerb.REPLY.value: BulkTextForm,
    BulkVerb.NOTE.value: BulkTextForm,
    BulkVerb.TAG.value: BulkTagForm,
}

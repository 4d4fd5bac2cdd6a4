"""The form of a saved view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import queue_columns
from compagnon.desk.forms.fields import capitals, row_field, teams
from compagnon.desk.models import Layout, Reach
from compagnon.people.models import Organisation, Team


class SavedViewForm(forms.Form):
    """How filters are called, and for whom they are kept."""

    name = forms.CharField(label=_("Name"), max_length=60)
    reach = forms.ChoiceField(
        label=_("For"), choices=capitals(*Reach), widget=forms.RadioSelect, initial=Reach.ME
    )
    team = row_field(Team, _("Team"))
    organisation = row_field(Organisation, _("Organisation"))
    layout = forms.ChoiceField(label=_("Shown as"), choices=capitals(*Layout))
    is_pinned = forms.BooleanField(label=_("In the navigation"), required=False, initial=True)
    with_columns = forms.BooleanField(
        label=_("With these columns for everybody who has it"), required=False
    )
    columns = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    filters = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def chosen_columns(self) -> list[str] | None:
        """Give the columns that the view keeps; ``None``: each reader's own."""
        if not self.cleaned_data["with_columns"]:
            return None
        return queue_columns.read(self.cleaned_data["columns"].split(","))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self["columns"].value()
        names = queue_columns.read(str(given or "").split(","))
        self.fields["with_columns"].help_text = _(
            "%(columns)s. Otherwise each reader finds their own."
        ) % {"columns": ", ".join(str(queue_columns.BY_NAME[name].label) for name in names)}
        offered = teams(actor)
        if not actor.scope.allows_somewhere("desk.configure"):
            offered = offered.filter(pk__in=sorted(actor.scope.team_ids))
        self.fields["team"].queryset = offered  # type: ignore[attr-defined]
        configured = actor.scope.organisations("desk.configure")
        places = visible(Organisation, actor).order_by("path")
        if configured is not None:
            places = places.filter(pk__in=sorted(configured))
        self.fields["organisation"].queryset = places  # type: ignore[attr-defined]
        if not places.exists():
            self.fields.pop("organisation")
            self.fields["reach"].choices = [  # type: ignore[attr-defined]
                one for one in capitals(*Reach)() if one[0] != Reach.ORGANISATION
            ]

"""What a macro does, as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import tags, waiting
from compagnon.desk.forms.fields import NONE, TreeChoice, capitals, row_field, teams, text_field
from compagnon.desk.forms.tags import chosen_tags
from compagnon.desk.macros import TAGS
from compagnon.desk.models import Category, Impact, Macro, Tag, Urgency
from compagnon.people.models import Organisation, Team

UNCHANGED = _("unchanged")


class MacroForm(forms.Form):
    """A macro: whose it is, and its steps in the order in which they are done."""

    name = forms.CharField(label=_("Name"), max_length=80)
    organisation = row_field(Organisation, _("Organisation"), required=True)
    for_team = row_field(Team, _("For the team"))
    assign_to = forms.ChoiceField(
        label=_("Give the ticket"), required=False,
        choices=[("", UNCHANGED), ("me", _("to who runs it")), ("team", _("to a team"))],
    )  # fmt: skip
    team = row_field(Team, _("To the team"))
    category = TreeChoice(
        Category.objects.none(), label=_("Category"), required=False, empty_label=UNCHANGED
    )
    impact = forms.TypedChoiceField(
        label=_("Impact"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", UNCHANGED), *capitals(*Impact)()],
    )  # fmt: skip
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", UNCHANGED), *capitals(*Urgency)()],
    )  # fmt: skip
    tags_add = chosen_tags(_("Put tags on"))
    tags_remove = chosen_tags(_("Take tags off"))
    note = text_field(_("Internal note"), rows=3, required=False)
    reply = text_field(_("Answer to the user"), rows=5, required=False)
    then = forms.ChoiceField(
        label=_("Then"), required=False,
        choices=[("", NONE), ("pend", _("put on hold")), ("solve", _("propose a solution"))],
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("It waits for"), required=False, choices=lambda: [("", NONE), *waiting.choices()]
    )
    solution = text_field(_("Solution"), rows=4, required=False)
    is_active = forms.BooleanField(label=_("Offered"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, macro: Macro | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "for_team": teams(actor),
            "team": teams(actor),
            "category": visible(Category, actor, Category.objects.filter(is_active=True)).order_by(
                "path"
            ),
        }
        known = Tag.objects.filter(pk__in=[one.pk for one in tags.offered(actor)])
        offered |= dict.fromkeys(TAGS, known.order_by("folded", "pk"))
        offered["organisation"] = visible(Organisation, actor).order_by("path")
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if macro is not None:
            self.initial = {
                "name": macro.name,
                "organisation": macro.organisation_id,
                "for_team": macro.team_id,
                "is_active": macro.is_active,
                "version": macro.version,
                **macro.steps,
            }

    def steps(self) -> dict[str, Any]:
        """Give the steps as a macro keeps them."""
        names = ("assign_to", "impact", "urgency", "note", "reply", "then", "reason", "solution")
        found = {name: self.cleaned_data[name] for name in names}
        for name in ("team", "category"):
            row = self.cleaned_data[name]
            found[name] = row.pk if row else None
        for name in TAGS:
            found[name] = sorted(row.pk for row in self.cleaned_data[name])
        return found

    def kept(self) -> dict[str, Any]:
        """Give the macro's values as the service takes them."""
        return {
            "name": self.cleaned_data["name"],
            "organisation": self.cleaned_data["organisation"],
            "team": self.cleaned_data["for_team"],
            "is_active": self.cleaned_data["is_active"],
            "steps": self.steps(),
        }

"""Forms on relations, redundancy, tiers and baselines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.models import RedundancyGroup, RelationKind, Tier
from compagnon.park.policies import RELATIONS
from compagnon.people.models import Organisation

KEY = 2**63 - 1


class TieForm(forms.Form):
    """This asset, how, to which other."""

    kind = forms.ChoiceField(label=_("This asset"))
    other = forms.IntegerField(label=_("Other asset"), min_value=1, max_value=KEY)
    group = forms.ModelChoiceField(
        RedundancyGroup.objects.none(), label=_("Within the redundancy group"), required=False
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, groups: list[RedundancyGroup], **kwargs: Any) -> None:
        super().__init__(data, auto_id="id_tie_%s", **kwargs)
        self.kinds = {one.pk: one for one in RelationKind.objects.all()}
        both = []
        for one in sorted(self.kinds.values(), key=lambda kind: kind.words.casefold()):
            both += [
                (f"{one.pk}-out", f"{one.words} …"),
                (f"{one.pk}-in", f"{one.inverse_words} …"),
            ]
        field: Any = self.fields["kind"]
        field.choices = both
        chosen: Any = self.fields["group"]
        chosen.queryset = RedundancyGroup.objects.filter(pk__in=[one.pk for one in groups])
        if not groups:
            del self.fields["group"]

    def kind_and_way(self) -> tuple[RelationKind, bool]:
        """Give the kind chosen, and whether it goes from this asset."""
        pk, way = self.cleaned_data["kind"].split("-")
        return self.kinds[int(pk)], way == "out"


class RedundancyForm(forms.Form):
    """Which of the asset's relations stand in for each other."""

    name = forms.CharField(label=_("Name of the group"), max_length=80)
    needs = forms.IntegerField(label=_("How many must stand"), min_value=1, max_value=500)
    relations = forms.MultipleChoiceField(
        label=_("Relations that stand in for each other"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, ties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(data, auto_id="id_group_%s", **kwargs)
        field: Any = self.fields["relations"]
        field.choices = [(str(pk), words) for pk, words in ties]


class TierForm(forms.Form):
    """The tier in which an asset works."""

    tier = forms.ChoiceField(label=_("Tier"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="id_tier_%s", **kwargs)
        field: Any = self.fields["tier"]
        field.choices = [("", "—"), *((one.value, one.label.capitalize()) for one in Tier)]


class BaselineForm(forms.Form):
    """Which machines a baseline holds: inventoried, of an organisation, found by a text."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    name = forms.CharField(label=_("Name"), max_length=120)
    named = forms.CharField(
        label=_("Machines whose name, model or address holds"),
        max_length=80,
        required=False,
        help_text=_("Empty: every inventoried machine of the organisation and below."),
    )
    note = forms.CharField(label=_("Note"), max_length=400, required=False)

    def __init__(self, data: Any = None, *, actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = visible(Organisation, actor).filter(is_active=True)
        reach = actor.scope.organisations(RELATIONS)
        if reach is not None:
            rows = rows.filter(pk__in=sorted(reach))
        field: Any = self.fields["organisation"]
        field.queryset = rows

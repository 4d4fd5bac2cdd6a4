"""Forms of the life of assets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import lifecycle
from compagnon.park.documents.labels import PAPERS
from compagnon.park.models import (
    Asset,
    AssetState,
    AssetType,
    SheetKind,
    StockPlace,
    WasteCategory,
    WipingMethod,
)
from compagnon.people.models import Organisation, Person, Site, Team
from compagnon.people.queries import below, named
from compagnon.ui.picked import PickedField

# Organisations below which a picker seeks.
MOST = 100
DAY = {"type": "date"}


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """Give a field for a day, as browsers draw it."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )


def within(actor: Actor, model: Any, asset: Asset) -> QuerySet[Any]:
    """Give the rows of the asset's organisation, or of one above it, that the actor sees."""
    line = [int(one) for one in asset.organisation.path.strip("/").split("/")]
    return visible(model, actor).filter(organisation_id__in=line)


def person_field(label: Any, *, required: bool = True) -> PickedField:
    """Give a field for a person, found while typing; ``offer_people`` says among whom."""
    return PickedField(label=label, required=required, hint=_("Name, mail address or phone"))


def offer_people(form: forms.Form, name: str, actor: Actor, organisations: Iterable[int]) -> None:
    """Let a field choose among those of these organisations and below who have not left."""
    field = form.fields[name]
    assert isinstance(field, PickedField)  # noqa: S101 - for the type
    near = sorted(set(organisations))
    rows = visible(Person, actor).filter(organisation__in=below(near), is_active=True)
    # Beyond what an address holds, the picker offers whomever the actor sees: the form decides.
    asked = urlencode([("within", one) for one in near]) if len(near) <= MOST else ""
    field.offer(rows, f"{reverse('people:pick_persons')}?{asked}", named)


class MoveForm(forms.Form):
    """Where the asset goes."""

    state = forms.ChoiceField(label=_("State"))
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    place = forms.ModelChoiceField(
        label=_("Stock place"), queryset=StockPlace.objects.none(), required=False
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, actor: Actor, asset: Asset, data: Any = None) -> None:
        super().__init__(
            data,
            prefix="move",
            initial={"state": asset.state, "site": asset.site_id, "place": asset.place_id},
        )
        states = [asset.state, *lifecycle.choices(asset.state)]
        self.fields["state"].choices = [(one, AssetState(one).label) for one in states]  # type: ignore[attr-defined]
        self.fields["site"].queryset = within(actor, Site, asset)  # type: ignore[attr-defined]
        self.fields["place"].queryset = within(actor, StockPlace, asset)  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """A hand-over or a return to prepare."""

    kind = forms.ChoiceField(label=_("What"), choices=SheetKind.choices)
    person = person_field(_("Person"), required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    place = forms.ModelChoiceField(
        label=_("Stock place"), queryset=StockPlace.objects.none(), required=False
    )
    accessories = forms.CharField(label=_("Accessories"), max_length=1000, required=False)
    condition = forms.CharField(label=_("Condition"), max_length=1000, required=False)

    def __init__(self, actor: Actor, asset: Asset, data: Any = None) -> None:
        super().__init__(data, initial={"site": asset.site_id, "kind": _kind_after(asset)})
        offer_people(self, "person", actor, [asset.organisation_id])
        for name, model in (("team", Team), ("site", Site), ("place", StockPlace)):
            self.fields[name].queryset = within(actor, model, asset)  # type: ignore[attr-defined]


def _kind_after(asset: Asset) -> str:
    held = asset.person_id or asset.team_id
    return SheetKind.RETURN if asset.state == AssetState.USE and held else SheetKind.HAND_OVER


class SignForm(forms.Form):
    """A signature: drawn, or the name typed."""

    name = forms.CharField(label=_("Name"), max_length=120)
    signature = forms.CharField(required=False, max_length=300_000, widget=forms.HiddenInput)


class LoanForm(forms.Form):
    """A reservation."""

    asset = forms.ModelChoiceField(label=_("Asset"), queryset=Asset.objects.none())
    borrower = person_field(_("Borrower"))
    first_day = day_field(_("From"))
    last_day = day_field(_("Until"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, assets: QuerySet[Asset], actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        self.fields["asset"].queryset = assets  # type: ignore[attr-defined]
        # Whoever is of the assets' organisations, or below: a client lends to its departments.
        near = assets.order_by().values_list("organisation_id", flat=True).distinct()
        offer_people(self, "borrower", actor, near)


class LabelsForm(forms.Form):
    """Which labels, on which paper."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    text = forms.CharField(
        label=_("Which assets"),
        max_length=4000,
        required=False,
        help_text=_("Inventory numbers or names, separated by commas. Empty: all of the site."),
    )
    paper = forms.ChoiceField(
        label=_("Paper"),
        choices=[(key, f"{one.columns} × {one.rows}") for key, one in PAPERS.items()],
    )
    skip = forms.IntegerField(
        label=_("Labels used already"), min_value=0, max_value=39, initial=0, required=False
    )

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        self.fields["organisation"].queryset = visible(Organisation, actor)  # type: ignore[attr-defined]
        self.fields["site"].queryset = visible(Site, actor)  # type: ignore[attr-defined]


class CountForm(forms.Form):
    """A count to open."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    place = forms.ModelChoiceField(
        label=_("Stock place"), queryset=StockPlace.objects.none(), required=False
    )

    def __init__(self, organisations: QuerySet[Organisation], actor: Actor, data: Any = None):
        super().__init__(data)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["site"].queryset = visible(Site, actor)  # type: ignore[attr-defined]
        self.fields["place"].queryset = visible(StockPlace, actor)  # type: ignore[attr-defined]


class CreateForm(forms.Form):
    """The asset of a code that names none."""

    type = forms.ModelChoiceField(label=_("Type"), queryset=AssetType.objects.all())
    name = forms.CharField(label=_("Name"), max_length=200, required=False)


class ConsumableMoveForm(forms.Form):
    """Some that come or go."""

    change = forms.IntegerField(
        label=_("How many"),
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("Over zero: they come in. Under zero: they go out."),
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class LotForm(forms.Form):
    """A lot of electrical waste."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    collector = forms.CharField(label=_("Collector"), max_length=160)
    collected_on = day_field(_("Collected on"))

    def __init__(self, organisations: QuerySet[Organisation], data: Any = None) -> None:
        super().__init__(data)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


class LotItemForm(forms.Form):
    """An asset of a lot."""

    code = forms.CharField(
        label=_("Asset"), max_length=200, help_text=_("Inventory number, serial number or label.")
    )
    category = forms.TypedChoiceField(
        label=_("Category"), choices=WasteCategory.choices, coerce=int, initial=6
    )
    weight_kg = forms.DecimalField(
        label=_("Weight (kg)"), max_digits=7, decimal_places=2, min_value=0
    )
    wiping = forms.ChoiceField(label=_("Data wiping"), choices=WipingMethod.choices)
    wiped_by = forms.CharField(label=_("Wiped by"), max_length=120, required=False)
    wiped_on = day_field(_("Wiped on"), required=False)
    proof = forms.FileField(label=_("Proof"), required=False)


class CertificateForm(forms.Form):
    """The collector's certificate."""

    number = forms.CharField(label=_("Certificate's number"), max_length=80)
    certificate = forms.FileField(label=_("Certificate"))

"""Forms on one asset: its type's own fields, merging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compagnon.park.models import Asset
from compagnon.park.rules import KINDS, LONGEST, MOST_FIELDS, check_values


class ValuesForm(forms.Form):
    """The fields that the asset's type gives it."""

    def __init__(self, asset: Asset, data: QueryDict | None = None) -> None:
        self.own_fields = asset.type.fields
        super().__init__(data, prefix="own")
        for one in self.own_fields:
            self.fields[one["name"]] = field_of(one, asset.values.get(one["name"]))

    def own_values(self) -> dict[str, Any]:
        """Give the values as the asset keeps them: JSON types, nothing empty."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if value in (None, ""):
                continue
            found[name] = value.isoformat() if hasattr(value, "isoformat") else value
        return found

    def clean(self) -> dict[str, Any]:
        """Check as the service does, field by field."""
        cleaned = super().clean() or self.cleaned_data
        for name, text in check_values(self.own_fields, self.own_values()).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, str(text))
        return cleaned


def field_of(one: dict[str, Any], value: Any) -> forms.Field:
    """Give the form's field for an own field."""
    common: dict[str, Any] = {
        "label": one["label"],
        "required": bool(one.get("required")),
        "initial": value,
    }
    match one.get("kind", "text"):
        case "number":
            return forms.FloatField(**common)
        case "date":
            return forms.DateField(
                **common, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )
        case "choice":
            choices = [("", "—"), *((each, each) for each in one.get("choices", []))]
            return forms.ChoiceField(**common, choices=choices)
        case "yes_no":
            return forms.BooleanField(**{**common, "required": False})
    return forms.CharField(**common, max_length=LONGEST)


class MergeForm(forms.Form):
    """Which asset is the same one."""

    other = forms.IntegerField(
        label=_("Number of the other asset"),
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("The number at the end of its page's address."),
    )
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class FieldForm(forms.Form):
    """One own field of a type."""

    name = forms.CharField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and underscores. Empty: the field goes."),
    )
    label = forms.CharField(label=_("Label"), max_length=80, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(
            zip(
                KINDS,
                (_("text"), _("number"), _("date"), _("choice"), _("yes or no")),
                strict=True,
            )
        ),
        required=False,
    )
    required = forms.BooleanField(label=_("Required"), required=False)
    choices = forms.CharField(
        label=_("Choices"), max_length=2000, required=False, help_text=_("Separated by commas.")
    )


FieldForms = forms.formset_factory(
    FieldForm, extra=2, max_num=MOST_FIELDS, absolute_max=MOST_FIELDS + 2
)


def fields_of(rows: forms.BaseFormSet[FieldForm]) -> list[dict[str, Any]]:
    """Give the own fields that the rows of the editor say."""
    found = []
    for form in rows.forms:
        said = form.cleaned_data
        if not said.get("name"):
            continue
        one: dict[str, Any] = {
            "name": said["name"].strip(),
            "label": said.get("label") or said["name"],
            "kind": said.get("kind") or "text",
            "required": bool(said.get("required")),
        }
        choices = [each.strip() for each in said.get("choices", "").split(",") if each.strip()]
        if choices:
            one["choices"] = choices
        found.append(one)
    return found


def rows_of(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the editor's rows for the own fields of a type."""
    return [{**one, "choices": ", ".join(one.get("choices", []))} for one in fields]

"""A request form as a page shows it: fields made from its document. The rules are in ``asking``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.contracts import form_words
from compagnon.contracts.asking import answers as rules
from compagnon.contracts.asking.definition import Field, Form
from compagnon.contracts.asking.limits import TEXT_MAX
from compagnon.ui.picked import PickedField

PREFIX = "f-"
Offer = Callable[[PickedField], None]
"""Says to a field among which rows it chooses (:meth:`PickedField.offer`)."""
Offers = Mapping[str, Offer]
"""Those of each kind of answer that a picker takes: ``person``, ``site``, ``asset``."""
PICKED = MappingProxyType(
    {
        "person": _("Name, mail address or phone"),
        "site": _("Name of the site"),
        "asset": _("Name, serial or inventory number"),
    }
)


class SeveralFiles(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class AskedForm(forms.Form):
    """The fields of a request form, in one language; nothing is required here: see ``settled``."""

    def __init__(
        self,
        *args: Any,
        asked: Form,
        language: str,
        offered: Mapping[str, Mapping[str, str]],
        offers: Offers,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.language, self.offered, self.offers = asked, language, offered, offers
        for one in asked.fields:
            if one.asks:
                self.fields[PREFIX + one.key] = self._field(one)

    def _field(self, one: Field) -> forms.Field:
        common: dict[str, Any] = {
            "label": one.label.said(self.language),
            "help_text": one.help.said(self.language),
            "required": False,
            "initial": one.default or None,
        }
        if one.kind == "long":
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
        if one.kind == "choices":
            return forms.MultipleChoiceField(
                choices=self._choices(one), widget=forms.CheckboxSelectMultiple, **common
            )
        if one.kind in self.offers:
            return self._picked(one.kind, common)
        if one.kind in {"choice", "yesno", "site", "asset"}:
            return self._choice(one, common)
        if one.kind == "file":
            return forms.FileField(widget=SeveralFiles, **common)
        return forms.CharField(widget=_input(one), **common)

    def _choice(self, one: Field, common: dict[str, Any]) -> forms.Field:
        choices = self._choices(one)
        if one.kind in {"choice", "yesno"} and len(choices) <= 6:
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        return forms.ChoiceField(choices=[("", _("Choose…")), *choices], **common)

    def _picked(self, kind: str, common: dict[str, Any]) -> forms.Field:
        field = PickedField(hint=PICKED[kind], **common)
        # Among which depends on who receives what is asked for.
        field.widget.attrs["data-near"] = "beneficiary"
        self.offers[kind](field)
        return field

    def _choices(self, one: Field) -> list[tuple[str, Any]]:
        if one.kind == "yesno":
            return [("yes", _("Yes")), ("no", _("No"))]
        if one.choices:
            return [(value, label.said(self.language)) for value, label in one.choices]
        return list(self.offered.get(one.key, {}).items())

    def given(self) -> dict[str, Any]:
        """Give what was sent, by the keys of the form, as it was sent; of a picked row its key."""
        found: dict[str, Any] = {}
        for one in self.asked.fields:
            if not one.asks or one.kind == "file":
                continue
            name = PREFIX + one.key
            sent = self.data
            if one.kind in self.offers:
                found[one.key] = self.row(one.key)[0]
                continue
            found[one.key] = (
                sent.getlist(name) if one.kind == "choices" and hasattr(sent, "getlist")
                else sent.get(name, "")
            )  # fmt: skip
        return found

    def row(self, key: str) -> tuple[str, str, str]:
        """Give the key and the name of the row that a field with a picker was answered with.

        What names none, or several, is given as it was sent, and why as the last.
        """
        field, sent = self.fields[PREFIX + key], str(self.data.get(PREFIX + key) or "")
        try:
            row = field.clean(sent) if sent.strip() else None
        except ValidationError as error:
            return sent, "", " ".join(error.messages)
        return ("", "", "") if row is None else (str(row.pk), str(row), "")

    def show_faults(self, settled: rules.Settled) -> None:
        """Put what is wrong with the answers on their fields."""
        # Django's own reading of the fields is not the form's rule.
        self._errors = forms.utils.ErrorDict()
        for key, code in settled.faults.items():
            if PREFIX + key in self.fields:
                said = str(form_words.ANSWERS[code])
                field = self.asked.field(key)
                if code == "not_offered" and field and field.kind in self.offers:
                    said = self.row(key)[2] or said
                self._errors[PREFIX + key] = self.error_class([said])

    def sections(self, settled: rules.Settled | None, *, live: bool) -> list[dict[str, Any]]:
        """Give the sections as a template draws them.

        Args:
            settled: what the answers call for; fields that they hide are marked so.
            live: the browser shows and hides; else what is hidden is left out once answered.
        """
        drawn = []
        for section in self.asked.sections:
            fields = []
            for one in section.fields:
                bound = self[PREFIX + one.key] if one.asks else None
                if bound is not None:
                    needed = settled is not None and one.key in settled.required
                    bound.field.required = one.required or needed
                fields.append(
                    {
                        "key": one.key,
                        "bound": bound,
                        "text": one.label.said(self.language),
                        "kind": one.kind,
                        "hidden": live and settled is not None and one.key not in settled.asked,
                        "unit": one.currency if one.kind == "money" else "",
                    }
                )
            title = section.title.said(self.language)
            drawn.append({"key": section.key, "title": title, "fields": fields})
        return drawn

    def conditions(self) -> str:
        """Give the conditions as the browser evaluates them, as JSON."""
        rows = [
            {
                "key": one.key,
                "kind": one.kind,
                "show": one.show,
                "section": section.show,
                "require": one.require,
                "required": one.required,
            }
            for section in self.asked.sections
            for one in section.fields
        ]
        return json.dumps(rows)


def _input(one: Field) -> forms.Widget:
    if one.kind == "date":
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if one.kind == "datetime":
        return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    if one.kind in {"number", "money"}:
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.TextInput(attrs={"maxlength": one.most or str(TEXT_MAX)})


def preview(
    asked: Form, language: str, offers: Offers, data: Any = None
) -> tuple[AskedForm, rules.Settled]:
    """Give a form as its users will see it, with nothing of theirs to choose from."""
    sample = {
        one.key: {"0": str(_("An example"))} for one in asked.fields if one.kind in rules.ROWS
    }
    form = AskedForm(data, asked=asked, language=language, offered=sample, offers=offers)
    given = form.given() if data is not None else initial(asked)
    for one in asked.fields:
        if one.kind in offers and data is not None:
            key, name, _why = form.row(one.key)
            sample[one.key] = {key: name} if name else {}
    settled = rules.settle(asked, given, today=timezone.localdate(), offered=sample)
    if data is not None:
        form.show_faults(settled)
    return form, settled


def initial(asked: Form) -> dict[str, Any]:
    """Give the answers that a form begins with."""
    return {one.key: one.default for one in asked.fields if one.default}

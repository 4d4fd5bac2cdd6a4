"""What the fields of imported lists are called on a page, and how their values are shown."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from compagnon.core.crud.listing import shown
from compagnon.park.models import Asset, Licence


def field_words(name: str) -> str:
    """Name a field for a person, as its form does."""
    if name == "unit_price":
        name = "unit_price_cents"
    for model in (Asset, Licence):
        for field in model._meta.concrete_fields:
            if field.name == name:
                return str(field.verbose_name)
    return _("e-mail address") if name == "email" else name.replace("_", " ")


def told(row: Any, name: str, value: Any) -> tuple[str, str, str]:
    """Give what a line writes in a field: its words, what stands there, what would."""
    before = None if row is None else getattr(row, name)
    return capfirst(field_words(name)), _said(row, name, before), _said(row, name, value)


def _said(row: Any, name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    model = Asset if row is None else type(row)
    if name in {"quantity", "unit_price_cents", "metric"}:
        model = Licence
    field: Any = next((one for one in model._meta.concrete_fields if one.name == name), None)
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices.get(value) or shown(value))[:120]

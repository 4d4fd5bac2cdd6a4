"""The rooms' names, as the roles page heads them."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Text

# What an administrator calls what the code calls otherwise.
NAMES: dict[str, Text] = {"core": _("The program")}


def room_name(key: str) -> Text:
    """Name a room for a person."""
    if key in NAMES:
        return NAMES[key]
    try:
        return apps.get_app_config(key).verbose_name
    except LookupError:
        return key

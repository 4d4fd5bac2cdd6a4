"""The room ``ui``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.ui"
    label = "ui"
    verbose_name = _("Interface")

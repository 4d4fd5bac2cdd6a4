"""The room ``config``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.config"
    label = "config"
    verbose_name = _("Configuration")

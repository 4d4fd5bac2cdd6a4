"""The room ``desk``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.desk"
    label = "desk"
    verbose_name = _("Desk")

"""The room ``core``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Declare the room's verbs and visibility rules."""
        from compagnon.core import lookups, navigation, rules  # noqa: F401

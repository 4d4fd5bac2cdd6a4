"""The room ``park``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParkConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility, its pages in the navigation."""

    name = "compagnon.park"
    label = "park"
    verbose_name = _("Asset park")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.park import navigation, policies, visibility  # noqa: F401

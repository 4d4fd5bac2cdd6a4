"""The room ``people``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Declare the room's verbs and visibility rules."""
        from compagnon.people import verbs, visibility  # noqa: F401

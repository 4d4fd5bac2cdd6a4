"""The room ``contracts``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility, its pages in the navigation."""

    name = "compagnon.contracts"
    label = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.contracts import navigation, policies, resources, visibility  # noqa: F401

"""The room ``contracts``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility."""

    name = "compagnon.contracts"
    label = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.contracts import policies, visibility  # noqa: F401

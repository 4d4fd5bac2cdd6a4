"""The room ``contracts``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.contracts"
    label = "contracts"
    verbose_name = _("Contracts")

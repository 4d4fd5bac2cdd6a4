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
        from compagnon.contracts import policies, resources, visibility  # noqa: F401
        from compagnon.ui.navigation import NavItem, register

        section = _("Service")
        register(
            NavItem(
                _("Contracts"), "file-invoice", "contracts:contract_list",
                verb="contract.view", order=40, room="contracts", section=section,
            ),
            NavItem(
                _("Calendars"), "calendar-time", "contracts:calendar_list",
                verb=("contract.view", "calendar.manage"), order=42, room="contracts",
                section=section,
            ),
            NavItem(
                _("Catalogue"), "books", "contracts:catalogue",
                order=44, room="contracts", section=section,
            ),
        )  # fmt: skip

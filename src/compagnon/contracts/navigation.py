"""The entries of ``contracts`` in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui.navigation import NavItem, register

_SECTION = _("Service")

register(
    NavItem(
        _("Contracts"), "file-invoice", "contracts:contract_list", "contract.view", 40,
        "contracts", section=_SECTION, shortcut="g c",
    ),
    NavItem(
        _("Calendars"), "calendar-time", "contracts:calendar_list",
        ("contract.view", "calendar.manage"), 42, "contracts", section=_SECTION,
    ),
    NavItem(_("Catalogue"), "books", "contracts:catalogue", (), 44, "contracts", section=_SECTION),
)  # fmt: skip

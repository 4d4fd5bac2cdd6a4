"""The entries of licences, suppliers, lists and needs in the navigation, and their panels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.park.views import needs, supplies
from compagnon.ui.navigation import NavItem, register
from compagnon.ui.panels import Panel
from compagnon.ui.panels import register as register_panel

_SECTION = _("Park")

register(
    NavItem(
        _("Licences"), "license", "park:licence_use", "asset.view", 54, "park", section=_SECTION
    ),
    NavItem(
        _("Supplier contracts"), "file-invoice", "park:supplier_contract_list", "asset.view", 55,
        "park", section=_SECTION,
    ),
    NavItem(
        _("Import and export"), "file-spreadsheet", "park:brought_lists", "asset.manage", 59,
        "park", section=_SECTION,
    ),
    NavItem(
        _("Needs and choices"), "clipboard-list", "park:needs_study_list", "asset.view", 56,
        "park", section=_SECTION,
    ),
)  # fmt: skip
register_panel(Panel("park.licence", "park", supplies.licence_panel))
register_panel(Panel("park.supplier_contract", "park", supplies.supplier_panel))
register_panel(Panel("park.needs_study", "park", needs.panel))

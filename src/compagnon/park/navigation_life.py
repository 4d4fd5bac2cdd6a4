"""The life of assets in the navigation, and on an asset's page."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from compagnon.park.models import Asset
from compagnon.ui.navigation import NavItem, register
from compagnon.ui.panels import Panel
from compagnon.ui.panels import register as register_panel

_SECTION = _("Park")


register(
    NavItem(
        _("Read a label"), "qrcode", "park:scan", "asset.view", 48, "park", section=_SECTION
    ),
    NavItem(
        _("Loans"), "calendar-event", "park:loans", "asset.view", 49, "park", section=_SECTION
    ),
    NavItem(
        _("Stock-taking"), "clipboard-check", "park:counts", "stock.manage", 50, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Consumables"), "package", "park:consumable_list", "stock.manage", 51, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Stock places"), "archive", "park:stock_place_list", "stock.manage", 52, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Disposals"), "truck", "park:disposals", "disposal.manage", 53, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Budget"), "coin-euro", "park:budget", "asset.manage", 57, "park", section=_SECTION
    ),
    NavItem(
        _("Energy"), "bolt", "park:energy", "asset.manage", 58, "park", section=_SECTION
    ),
)  # fmt: skip


def life_link(request: HttpRequest, asset: Asset) -> SafeString:
    """Link an asset's page to its life."""
    return render_to_string("park/life/_link.html", {"asset": asset}, request)


register_panel(Panel("park.asset.actions", "park", life_link))

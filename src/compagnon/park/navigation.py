"""The entries of ``park`` in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.park.views import relations
from compagnon.ui.navigation import NavItem, register
from compagnon.ui.panels import Panel
from compagnon.ui.panels import register as register_panel

_SECTION = _("Park")
# What an inventory brings, and what describes the park: below what is done every day.
_INVENTORY = _("Inventory")

register(
    NavItem(
        _("Assets"), "device-desktop", "park:asset_list", "asset.view", 46, "park",
        section=_SECTION, shortcut="g a",
    ),
    NavItem(
        _("Doubts"), "help-circle", "park:doubts", "inventory.manage", 61, "park",
        section=_INVENTORY,
    ),
    NavItem(
        _("Inventories"), "inbox", "park:reports", "inventory.manage", 60, "park",
        section=_INVENTORY,
    ),
    NavItem(
        _("Agents"), "robot", "park:agents", "inventory.manage", 62, "park", section=_INVENTORY
    ),
    NavItem(
        _("Network discovery"), "network", "park:network_jobs", "inventory.manage", 63, "park",
        section=_INVENTORY,
    ),
    NavItem(
        _("Baselines"), "scale", "park:baselines", "asset.view", 66, "park", section=_INVENTORY
    ),
    NavItem(
        _("Kinds of relations"), "sitemap", "park:relation_kind_list", "asset_type.manage", 68,
        "park", section=_INVENTORY,
    ),
    NavItem(
        _("Asset types"), "category", "park:asset_type_list", "asset_type.manage", 67, "park",
        section=_INVENTORY,
    ),
)  # fmt: skip

register_panel(Panel("park.asset", "park", relations.panel, order=10))

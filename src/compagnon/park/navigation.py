"""The entries of ``park`` in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.park.views import relations
from compagnon.ui.navigation import NavItem, register
from compagnon.ui.panels import Panel
from compagnon.ui.panels import register as register_panel

_SECTION = _("Park")

register(
    NavItem(
        _("Assets"), "device-desktop", "park:asset_list", "asset.view", 46, "park",
        section=_SECTION, shortcut="g a",
    ),
    NavItem(
        _("Doubts"), "help-circle", "park:doubts", "inventory.manage", 47, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Inventories"), "inbox", "park:reports", "inventory.manage", 48, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Agents"), "robot", "park:agents", "inventory.manage", 49, "park", section=_SECTION
    ),
    NavItem(
        _("Network discovery"), "network", "park:network_jobs", "inventory.manage", 49, "park",
        section=_SECTION,
    ),
    NavItem(
        _("Baselines"), "scale", "park:baselines", "asset.view", 49, "park", section=_SECTION
    ),
    NavItem(
        _("Kinds of relations"), "sitemap", "park:relation_kind_list", "asset_type.manage", 51,
        "park", section=_SECTION,
    ),
    NavItem(
        _("Asset types"), "category", "park:asset_type_list", "asset_type.manage", 50, "park",
        section=_SECTION,
    ),
)  # fmt: skip

register_panel(Panel("park.asset", "park", relations.panel, order=10))

"""The entries of supplies in the navigation, and what stands on tickets and requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.desk.policies_supply import CONFIGURE, VIEW
from compagnon.desk.views import supply_portal
from compagnon.ui import navigation, panels
from compagnon.ui.navigation import NavItem
from compagnon.ui.panels import Panel

_SECTION = pgettext_lazy("purchase", "Supplies")

navigation.register(
    NavItem(_SECTION, "truck", "desk:supply_list", VIEW, 40, "desk", section=_SECTION),
    NavItem(
        _("Orders"), "shopping-cart", "desk:purchase_order_list", VIEW, 41, "desk",
        section=_SECTION,
    ),
    NavItem(
        _("What is spent"), "chart-bar", "desk:supply_figures", VIEW, 42, "desk",
        section=_SECTION,
    ),
    NavItem(
        _("Thresholds of approval"), "scale", "desk:approval_threshold_list", CONFIGURE, 94,
        "desk", section=_("Settings"),
    ),
)  # fmt: skip
panels.register(Panel("desk.ticket", "desk", supply_portal.on_ticket, order=30))
panels.register(Panel("desk.portal_request", "desk", supply_portal.on_request, order=10))

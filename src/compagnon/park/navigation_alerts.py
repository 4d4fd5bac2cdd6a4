"""The entry of what must be seen to in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui.navigation import NavItem, register

register(
    NavItem(
        _("Alerts and deadlines"), "bell", "park:alerts", "asset.view", 47, "park",
        section=_("Park"),
    )
)  # fmt: skip

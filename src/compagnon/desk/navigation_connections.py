"""The entries in the navigation of what ties the desk to other programs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.desk.policies_connections import WEBHOOK
from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

navigation.register(
    NavItem(_("Webhooks"), "send", "desk:webhooks", WEBHOOK, 95, "desk", section=_("Settings")),
)

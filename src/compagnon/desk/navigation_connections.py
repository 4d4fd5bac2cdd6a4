"""The entries in the navigation of what ties the desk to other programs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.desk.policies_connections import ALERT_SOURCE, CONFIGURE, SILENCE, WEBHOOK
from compagnon.desk.views import alerts, fetching, protection
from compagnon.ui import navigation, panels
from compagnon.ui.navigation import NavItem
from compagnon.ui.panels import Panel

navigation.register(
    NavItem(_("Alerts"), "urgent", "desk:alerts", "ticket.view", 26, "desk"),
    NavItem(
        _("Alert sources"),
        "plug-connected",
        "desk:alert_sources",
        ALERT_SOURCE,
        93,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Alert silences"),
        "bell",
        "desk:alert_silence_list",
        SILENCE,
        94,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Trusted authorities"),
        "certificate",
        "desk:authorities",
        CONFIGURE,
        92,
        "desk",
        section=_("Settings"),
    ),
    NavItem(_("Webhooks"), "send", "desk:webhooks", WEBHOOK, 95, "desk", section=_("Settings")),
)
panels.register(Panel("desk.mailbox", "desk", fetching.panel, order=10))
panels.register(Panel("desk.mailbox", "desk", protection.panel, order=20))
panels.register(Panel("desk.ticket", "desk", alerts.on_ticket, order=5))

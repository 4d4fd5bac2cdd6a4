"""The desk's entries in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.desk.views import assets, notices
from compagnon.ui import navigation, panels
from compagnon.ui.navigation import NavItem

navigation.register(
    NavItem(_("Tickets"), "ticket", "desk:queue", "ticket.view", 10, "desk", shortcut="g q"),
    NavItem(_("My requests"), "lifebuoy", "desk:portal", (), 20, "desk", shortcut="g r"),
    NavItem(_("Requests followed"), "eye", "desk:followed", "ticket.follow", 21, "desk"),
    NavItem(_("For me"), "bell", "desk:for_me", (), 12, "desk"),
    NavItem(_("My tasks"), "calendar-event", "desk:tasks", "ticket.work", 25, "desk"),
    NavItem(_("Received mail"), "inbox", "desk:intake", "intake.view", 30, "desk"),
    NavItem(_("Sent mail"), "mail-forward", "desk:outgoing", "intake.view", 31, "desk"),
    NavItem(
        _("Categories"),
        "tags",
        "desk:category_list",
        "desk.configure",
        90,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Mailboxes"),
        "mail",
        "desk:mailbox_list",
        "desk.configure",
        91,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Priorities and delays"),
        "adjustments",
        "desk:rules",
        "desk.configure",
        92,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Imports"),
        "upload",
        "desk:imports",
        "desk.import",
        95,
        "desk",
        section=_("Settings"),
    ),
)

panels.register(panels.Panel("desk.ticket", "desk", assets.on_ticket, order=10))
panels.register(panels.Panel("park.asset", "desk", assets.on_asset, order=40))
panels.register(panels.Panel("ui.topbar", "desk", notices.bell_panel, order=10))

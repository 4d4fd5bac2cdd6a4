"""Entries of a day's work in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

navigation.register(
    NavItem(_("On hold"), "hourglass", "desk:waits", "ticket.pend", 22, "desk"),
    NavItem(_("Ask for something"), "clipboard-list", "desk:catalogue", (), 28, "desk"),
    NavItem(_("Approvals"), "checks", "desk:approvals", (), 27, "desk"),
    NavItem(_("Week’s sheet"), "clock-hour-4", "desk:time", "ticket.work", 26, "desk"),
    NavItem(
        _("Types of activity"),
        "activity",
        "desk:activity_type_list",
        "desk.configure",
        93,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Canned replies"),
        "message-2",
        "desk:canned_reply_list",
        "phrase.keep",
        85,
        "desk",
        section=_("Settings"),
    ),
    NavItem(
        _("Ticket templates"),
        "copy",
        "desk:ticket_template_list",
        "phrase.keep",
        86,
        "desk",
        section=_("Settings"),
    ),
    NavItem(_("Tags"), "tag", "desk:tags", "ticket.view", 88, "desk", section=_("Settings")),
    NavItem(_("Macros"), "bolt", "desk:macros", "phrase.keep", 87, "desk", section=_("Settings")),
    NavItem(
        _("Reasons for waiting"),
        "hourglass",
        "desk:wait_reason_list",
        "desk.configure",
        92,
        "desk",
        section=_("Settings"),
    ),
)

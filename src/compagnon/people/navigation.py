"""The room's entries in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui.navigation import NavItem, register

_SECTION = _("People")

register(
    NavItem(
        _("Persons"), "users", "people:person_list", "person.view", 60, "people",
        section=_SECTION, shortcut="g p",
    ),
    NavItem(
        _("Organisations"), "sitemap", "people:organisation_tree", "person.view", 61, "people",
        section=_SECTION, shortcut="g o",
    ),
    NavItem(
        _("Sites"), "map-pin", "people:site_list", "person.view", 62, "people", section=_SECTION
    ),
    NavItem(
        _("Teams"), "users-group", "people:team_list", "person.view", 63, "people",
        section=_SECTION,
    ),
    NavItem(
        _("Roles"), "shield-check", "people:role_list", "role.manage", 64, "people",
        section=_SECTION,
    ),
)  # fmt: skip

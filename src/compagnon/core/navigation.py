"""The entries of ``core`` itself in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui.navigation import NavItem, register

_SECTION = _("Administration")

register(
    NavItem(_("Journal"), "history", "core:journal", "journal.view", 95, "core", section=_SECTION)
)
register(
    NavItem(
        _("Background work"), "robot", "core:tasks", "task.manage", 96, "core", section=_SECTION
    )
)

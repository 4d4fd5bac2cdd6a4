"""The entries of evaluations and sessions in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

_SECTION = _("Titles")

navigation.register(
    NavItem(
        _("Evaluations"), "clipboard-check", "titles:evaluation_list",
        ("candidacy.view", "candidacy.train", "candidacy.manage"), 73, "titles",
        section=_SECTION, fact="assessor",
    ),
    NavItem(
        _("My juries"), "users-group", "titles:my_jury", (), 75, "titles", section=_SECTION,
        fact="juror",
    ),
    NavItem(
        _("Sessions"), "calendar-event", "titles:session_list",
        ("session.view", "session.manage"), 74, "titles", section=_SECTION,
    ),
)  # fmt: skip

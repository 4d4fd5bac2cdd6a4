"""The entries of candidacies and evidence in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

_SECTION = _("Titles")


navigation.register(
    NavItem(
        _("My title"), "certificate", "titles:my_title", ("ticket.work", "ticket.solve"), 69,
        "titles", section=_SECTION, fact="candidate",
    ),
    NavItem(
        _("Candidacies"), "user-check", "titles:candidacy_list", "candidacy.view", 71, "titles",
        section=_SECTION,
    ),
    NavItem(
        _("To attest"), "writing-sign", "titles:attesting", "candidacy.train", 72, "titles",
        section=_SECTION, fact="tutor",
    ),
    NavItem(
        _("Evidence rules"), "checklist", "titles:evidence_rule_list", "candidacy.train", 73,
        "titles", section=_SECTION,
    ),
    NavItem(
        _("Personal data"), "shield-lock", "titles:personal_data", "candidacy.manage", 80,
        "titles", section=_SECTION,
    ),
)  # fmt: skip

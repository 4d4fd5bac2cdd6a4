"""The entries of ``titles`` in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

_SECTION = _("Titles")
# Everybody who is known may read referentials; their entry is for who works with titles.
_WORKS_WITH_TITLES = (
    "referential.manage", "candidacy.view", "candidacy.train", "session.view", "decision.view",
    "attestation.view",
)  # fmt: skip

navigation.register(
    NavItem(
        _("Referentials"), "school", "titles:title_list", _WORKS_WITH_TITLES, 70, "titles",
        section=_SECTION,
    ),
    NavItem(
        _("Decisions"), "gavel", "titles:decision_list", ("decision.view", "decision.record"), 76,
        "titles", section=_SECTION,
    ),
    NavItem(
        _("Attestations"), "certificate", "titles:attestation_list",
        ("attestation.view", "attestation.issue", "attestation.withdraw"), 78, "titles",
        section=_SECTION,
    ),
    NavItem(
        _("Statistics of titles"), "chart-bar", "titles:statistics",
        ("session.view", "session.manage"), 79, "titles", section=_SECTION,
    ),
)  # fmt: skip

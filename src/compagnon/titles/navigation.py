"""The entries of ``titles`` in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.ui import navigation
from compagnon.ui.navigation import NavItem

_SECTION = _("Titles")

navigation.register(
    NavItem(
        _("Attestations"), "certificate", "titles:attestation_list",
        ("attestation.view", "attestation.issue", "attestation.withdraw"), 78, "titles",
        section=_SECTION,
    ),
)  # fmt: skip

"""What can be done in ``people``, as roles name it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.verbs import declare

declare(
    "people",
    {
        "person.view": _("See persons, sites and teams"),
        "person.manage": _("Add and change persons and their contact points"),
        "organisation.manage": _("Add, change and move organisations and sites"),
        "team.manage": _("Make teams and choose their members"),
        "role.manage": _("Change roles and give them to persons"),
        "account.manage": _("Open and close accounts, end their sessions and tokens"),
        "identity_provider.manage": _("Say by which providers people sign in, and on what terms"),
        "token.manage": _("Make API tokens for oneself"),
        "directory.manage": _("Take people and groups from directories (LDAP)"),
        "privacy.manage": _("Say how long personal data is kept, give it out, erase it"),
    },
)
declare(
    "people",
    {"self.manage": _("Change one's own details, sessions and tokens")},
    own=True,
)

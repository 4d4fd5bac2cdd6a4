"""Why somebody who comes from a provider is not let in: for them, and for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Text

# By the code that the journal keeps: what is said to the person.
REASONS: Final[Mapping[str, Text]] = {
    "unknown": _("Nobody is known here under the address that it gave. Ask the support centre."),
    "no-account": _("You are known here but have no account yet. Ask the support centre."),
    "no-address": _("It gave no mail address, so we do not know who you are."),
    "unverified": _(
        "It did not verify your mail address, so it may not be yours. Sign in with your password, "
        "then link it on the page «Ways to sign in» of your account."
    ),
    "domain": _("It may not vouch for addresses of this mail domain."),
    "elsewhere": _("It may not vouch for the people of your organisation."),
    "closed": _("Your account, your record or your organisation is closed."),
    "administrator": _(
        "Your account manages others: it is not linked by its address alone. Sign in with your "
        "password, then link it on the page «Ways to sign in» of your account."
    ),
    "other-identity": _(
        "Your account is linked to another identity of this provider. Unlink that one first, or "
        "ask the support centre."
    ),
    "taken": _("This identity is linked to somebody else’s account."),
    "session": _("The page from which you came is gone or too old. Begin again."),
    "cancelled": _("You turned back there. You can begin again."),
    "answer": _("Its answer is not valid: not signed by it, not meant for us, or too old."),
    "replayed": _("Its answer was used already, or nobody asked for it. Begin again."),
    "declined": _(
        "It did not confirm who you are. Begin again; if it goes on, tell the support centre: what "
        "it keeps of us (secret, addresses) may be another."
    ),
    "unreachable": _(
        "%(provider)s does not answer just now. Try again in a few minutes, or sign in another "
        "way below."
    ),
    "faulty": _(
        "%(provider)s is out of order just now: what it answers cannot be read. Try again in a "
        "few minutes, or sign in another way below."
    ),
    "not-installed": _(
        "SAML is not installed on this server: whoever runs it must install compagnon[saml]."
    ),
    "password": _("Your organisation signs in by %(provider)s, not with a password here."),
}
# The provider is out of order, whoever comes: they are led back to where other ways are offered.
AWAY: Final = frozenset({"unreachable", "faulty"})
UNLINKED: Final = _(
    "%(provider)s does not answer just now: nothing was linked. Try again in a few minutes."
)

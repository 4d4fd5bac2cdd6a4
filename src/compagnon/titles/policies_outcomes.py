"""Who may do what on attestations and on the keys that sign them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

verbs.declare(
    "titles",
    {
        "attestation.view": _("See the register of attestations of a centre"),
        "attestation.issue": _("Issue attestations of a centre"),
        "attestation.withdraw": _("Withdraw attestations of a centre"),
        "attestation.keys": _("Make, change and back up the keys that sign attestations"),
    },
)


def may(actor: Actor, verb: str, organisation_id: int) -> bool:
    """Tell whether a role gives the verb on that centre."""
    return actor.scope.allows(verb, organisation_id)


def check(actor: Actor, verb: str, organisation_id: int) -> None:
    """Refuse unless :func:`may`.

    Raises:
        Refused: no role of the actor gives it there.
    """
    if not may(actor, verb, organisation_id):
        raise Refused(_("Your roles do not allow this on the attestations of this centre."))


def check_keys(actor: Actor) -> None:
    """Refuse unless the actor keeps the keys, which belong to the whole installation.

    Raises:
        Refused: no role of the actor gives it on every organisation.
    """
    if not actor.scope.allows("attestation.keys", None):
        raise Refused(_("Signing keys serve every centre: your roles do not reach that far."))

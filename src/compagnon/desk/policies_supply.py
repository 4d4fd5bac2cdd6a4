"""Who may do what on supplies of equipment and services."""

from __future__ import annotations

from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

VIEW = "supply.view"
MANAGE = "supply.manage"
ORDER = "supply.order"
RECEIVE = "supply.receive"
APPROVE = "supply.approve"
CONFIGURE = "supply.configure"

verbs.declare(
    "desk",
    {
        VIEW: _("see supplies, with suppliers and prices"),
        MANAGE: _("write wishes and quotes, retain one, ask for its approval"),
        ORDER: _("order from suppliers, keep their confirmations and invoices"),
        RECEIVE: _("receive deliveries and hand over"),
        APPROVE: _("approve supplies, on behalf of the client or the provider"),
        CONFIGURE: _("set over which amounts supplies are approved, and by whom"),
    },
)


def may(actor: Actor, verb: str, organisation_id: int | None) -> bool:
    """Tell whether the actor may do ``verb`` on supplies of that organisation."""
    return actor.is_system or actor.scope.allows(verb, organisation_id)


def check(actor: Actor, verb: str, organisation_id: int | None) -> None:
    """Refuse unless :func:`may`.

    Raises:
        Refused: no role of the actor gives it there.
    """
    if not may(actor, verb, organisation_id):
        raise Refused(_text("Your roles do not allow this on this organisation."))

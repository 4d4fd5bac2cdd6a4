"""Who may do what in ``park``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

VIEW = "asset.view"
MANAGE = "asset.manage"
INVENTORY = "inventory.manage"
DISCOVER = "discovery.order"
TYPES = "asset_type.manage"
HAND_OVER = "asset.hand_over"
LEND = "loan.manage"
STOCK = "stock.manage"
DISPOSE = "disposal.manage"
RELATIONS = "relation.manage"
LICENCES = "licence.manage"
SUPPLIERS = "supplier.manage"
NEEDS = "needs.manage"
ALERTS = "alert.manage"

verbs.declare(
    "park",
    {
        VIEW: _("See the park: machines, software, what changed"),
        MANAGE: _("Add, change, merge and separate assets"),
        INVENTORY: _("Follow inventories: reports, agents, enrolment tokens"),
        DISCOVER: _("Have agents look at networks, keep SNMP credentials"),
        TYPES: _("Define the types of assets"),
        HAND_OVER: _("Hand assets over and take them back, with a signature"),
        LEND: _("Reserve, lend and take back assets"),
        STOCK: _("Keep stock places and consumables, count the stock"),
        DISPOSE: _("Dispose of equipment, with its proofs"),
        LICENCES: _("Keep licences, give them and take them back"),
        SUPPLIERS: _("Keep supplier contracts and what they cover"),
        ALERTS: _("Say who is told of what must be seen to in the park"),
        NEEDS: _("Write specifications of needs and compare products"),
        RELATIONS: _("Relate assets, say what is redundant, keep baselines"),
    },
)


def check(actor: Actor, verb: str, organisation_id: int | None) -> None:
    """Refuse unless a role gives the actor ``verb`` there (``None``: on every organisation).

    Raises:
        Refused: no role of the actor gives it there.
    """
    if not actor.scope.allows(verb, organisation_id):
        raise Refused(_("Your roles do not allow this on this organisation."))

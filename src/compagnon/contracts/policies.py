"""Who may do what on contracts, calendars and the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import ContractKind, ServiceContract
from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

verbs.declare(
    "contracts",
    {
        "contract.view": _("See service contracts, their commitments and clocks"),
        "contract.manage": _("Write and change service contracts"),
        "calendar.manage": _("Write and change calendars"),
        "catalogue.manage": _("Write and change the catalogue of services"),
        "form.manage": _("Build the forms of requests, and what follows them"),
    },
)


def owner_of(contract: ServiceContract) -> int | None:
    """Give the organisation on which a role must give the verb.

    The client's for a contract with a client, the team's for an agreement between teams, the
    provider's own side for a supplier's.
    """
    if contract.kind == ContractKind.OLA:
        return contract.team.organisation_id if contract.team else None
    return contract.client_id


def may_manage(actor: Actor, contract: ServiceContract) -> bool:
    """Tell whether the actor may change that contract: on its provider's side, never the client's.

    A client's representative sees the contract and does not write it, whatever role they hold on
    their own organisation.
    """
    return actor.scope.allows("contract.manage", contract.provider_id) and actor.scope.allows(
        "contract.manage", owner_of(contract)
    )


def check_manage(actor: Actor, contract: ServiceContract) -> None:
    """Refuse unless :func:`may_manage`.

    Raises:
        Refused: the actor may not.
    """
    if not may_manage(actor, contract):
        raise Refused(
            _("Changing a contract takes the right to manage contracts on both its parties.")
        )


def may_everywhere(actor: Actor, verb: str) -> bool:
    """Tell whether a role gives the verb on every organisation.

    Calendars and the catalogue are shared: who manages one client does not change them for all.
    """
    return actor.scope.allows(verb, None)


def check_everywhere(actor: Actor, verb: str) -> None:
    """Refuse unless :func:`may_everywhere`.

    Raises:
        Refused: no role of the actor gives it on every organisation.
    """
    if not may_everywhere(actor, verb):
        raise Refused(_("This is shared by every organisation: your roles do not reach that far."))

"""Who may do what on decisions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

verbs.declare(
    "titles",
    {
        "decision.view": _("See the decisions of a centre and what they stand on"),
        "decision.record": _("Record the decisions of a centre"),
    },
)


def check(actor: Actor, verb: str, organisation_id: int) -> None:
    """Refuse unless a role gives the verb on that centre.

    Raises:
        Refused: none does.
    """
    if not actor.scope.allows(verb, organisation_id):
        raise Refused(_("Your roles do not allow this on the decisions of this centre."))


def may_try(actor: Actor) -> bool:
    """Tell whether the actor may have a candidacy decided without recording anything."""
    return actor.scope.allows_somewhere("decision.view") or actor.scope.allows_somewhere(
        "decision.record"
    )


def check_try(actor: Actor) -> None:
    """Refuse unless :func:`may_try`.

    Raises:
        Refused: no role lets the actor see decisions anywhere.
    """
    if not may_try(actor):
        raise Refused(_("Trying a decision takes the right to see decisions of some centre."))

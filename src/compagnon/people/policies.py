"""Who may do what on persons, organisations, teams, roles and accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.people.errors import Escalation
from compagnon.people.models import Person, RoleAssignment


def may(actor: Actor, verb: str, organisation_id: int | None) -> bool:
    """Tell whether a role gives the actor ``verb`` there (``None``: on every organisation)."""
    return actor.scope.allows(verb, organisation_id)


def check(actor: Actor, verb: str, organisation_id: int | None) -> None:
    """Refuse unless :func:`may`.

    Raises:
        Refused: no role of the actor gives it there.
    """
    if not may(actor, verb, organisation_id):
        raise Refused(_("Your roles do not allow this on this organisation."))


def is_self(actor: Actor, person: Person) -> bool:
    """Tell whether the actor is that person."""
    return actor.id is not None and actor.id == person.pk


def may_as_self(actor: Actor, person: Person) -> bool:
    """Tell whether the actor is that person, and comes with no token that leaves this out."""
    return is_self(actor, person) and actor.scope.reaches_own("self.manage")


def holds_all(actor: Actor, names: Iterable[str], organisation_id: int) -> bool:
    """Tell whether the actor holds each of these verbs there. Unknown verbs give nothing."""
    return all(actor.scope.allows(name, organisation_id) for name in names if verbs.known(name))


def outranks(actor: Actor, person: Person) -> bool:
    """Tell whether the actor holds everything that the person holds."""
    try:
        check_outranks(actor, person)
    except Escalation:
        return False
    return True


def check_outranks(actor: Actor, person: Person) -> None:
    """Refuse unless the actor holds everything that the person holds.

    Whoever may open accounts could otherwise take an administrator's in hand.

    Raises:
        Escalation: the person holds a verb, somewhere, that the actor does not hold there.
    """
    # A token that lists its verbs holds less than its owner, and must not become its owner.
    if (is_self(actor, person) and actor.scope.only is None) or actor.scope.unlimited:
        return
    held = RoleAssignment.objects.filter(person=person).values_list(
        "organisation_id", "role__verbs"
    )
    if not all(holds_all(actor, names, organisation_id) for organisation_id, names in held):
        raise Escalation(_("This person holds rights that you do not hold."))

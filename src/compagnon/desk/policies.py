"""Who may do what on a ticket."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.desk.models import Ticket

verbs.declare(
    "desk",
    {
        "ticket.view": _("see tickets, with the internal notes"),
        "ticket.follow": _("see requests of an organisation, public side only"),
        "ticket.open": _("open a ticket for anybody"),
        "ticket.qualify": _("qualify: category, impact, urgency, service"),
        "ticket.assign": _("take, and assign to a team or a person"),
        "ticket.reply": _("answer the user"),
        "ticket.note": _("write internal notes"),
        "ticket.pend": _("put on hold and resume"),
        "ticket.escalate": _("escalate and transfer"),
        "ticket.work": _("plan and report tasks"),
        "ticket.solve": _("propose a solution"),
        "ticket.close": _("close on the user's behalf, cancel"),
        "ticket.reopen": _("reopen"),
        "approval.ask": _("ask for approvals on a ticket, and give them up"),
        "approval.manage": _("name other approvers"),
        "intake.view": _("see received and sent mail"),
        "intake.manage": _("replay and settle received mail"),
        "phrase.keep": _("keep the canned replies, templates and macros of one’s teams"),
        "desk.configure": _("set categories, mailboxes and rules"),
        "desk.import": _("import another desk’s history"),
    },
)

verbs.declare(
    "desk",
    {
        "ticket.own": _("open and follow one's own requests"),
        "approval.own": _("answer the approvals that are asked of oneself"),
    },
    own=True,
)

# What users may do on the tickets they asked for or benefit from, without any role.
REQUESTER = frozenset({"ticket.see", "ticket.reply", "ticket.answer_solution", "ticket.reopen"})


def is_party(actor: Actor, ticket: Ticket) -> bool:
    """Tell whether the actor asked for the ticket or benefits from it."""
    return actor.id is not None and actor.id in {ticket.requester_id, ticket.beneficiary_id}


def may_as_party(actor: Actor, ticket: Ticket) -> bool:
    """Tell whether the actor is a party, and comes with no token that leaves this out."""
    return is_party(actor, ticket) and actor.scope.reaches_own("ticket.own")


def is_watching(actor: Actor, ticket: Ticket) -> bool:
    """Tell whether the actor follows a ticket of their own organisation: they read its public side.

    Whoever was in copy answers by mail; on the page it is the same.
    """
    return (
        actor.id is not None
        and actor.scope.organisation_id == ticket.organisation_id
        and actor.scope.reaches_own("ticket.own")
        and ticket.watchers.filter(person_id=actor.id).exists()
    )


def is_support(actor: Actor, ticket: Ticket) -> bool:
    """Tell whether the actor works on the ticket: sees internal notes and other people's requests.

    A technician who asks for help for themselves is a user of that ticket as well.
    """
    return actor.is_system or (
        actor.scope.allows("ticket.view", ticket.organisation_id)
        or _in_a_team_of(actor, "ticket.view", ticket)
    )


def _in_a_team_of(actor: Actor, verb: str, ticket: Ticket) -> bool:
    """Whether one of the actor's teams has the ticket, or a task of it, and they do that work."""
    teams = actor.scope.team_ids
    if not teams or not actor.scope.allows_somewhere(verb):
        return False
    return ticket.team_id in teams or ticket.work_tasks.filter(team_id__in=teams).exists()


def may(actor: Actor, verb: str, ticket: Ticket) -> bool:
    """Tell whether the actor may do ``verb`` on that ticket."""
    if actor.is_system or actor.scope.allows(verb, ticket.organisation_id):
        return True
    if may_as_party(actor, ticket) and verb in REQUESTER:
        return True
    # A member of the team to which another organisation's ticket was escalated works on it, and
    # one of a team that has a task of it.
    if _in_a_team_of(actor, verb, ticket):
        return True
    return verb == "ticket.reply" and is_watching(actor, ticket)


def check(actor: Actor, verb: str, ticket: Ticket) -> None:
    """Refuse unless :func:`may`.

    Raises:
        Refused: the actor may not.
    """
    if not may(actor, verb, ticket):
        raise Refused(_("Your role does not allow this on this organisation's tickets."))

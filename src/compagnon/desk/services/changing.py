"""What every verb on a ticket does first and last: lock, check, save, journal, tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compagnon.contracts import queries as contract_queries
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Stale
from compagnon.core.events import Event
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, rules, undoing
from compagnon.desk.errors import IllegalMove
from compagnon.desk.events import TicketEvent, ticket_changed
from compagnon.desk.models import (
    OPEN_STATES,
    Approval,
    ApprovalState,
    OrganisationRules,
    State,
    Ticket,
    Wait,
)
from compagnon.desk.policies import check
from compagnon.desk.services import noticing

SUBJECT = rules.SUBJECT
# What a commitment may depend on: when one of these changes, another promise may hold.
QUALIFYING = frozenset(
    {"priority", "category_id", "service_id", "request_type_id", "kind", "team_id"}
)
# By these a ticket is again what it was before it ended.
TAKING_BACK = frozenset({"ticket.undo", "ticket.unmerge"})
# What may name somebody: the journal keeps that it changed, not its value.
PERSONAL = frozenset({"title", "affected_item"})


def lock(*, actor: Actor, ticket_id: int, verb: str, expected_version: int | None = None) -> Ticket:
    """Fetch a ticket for changing it: visible, allowed, and not changed since it was read.

    Raises:
        NotFound: there is no such ticket, or the actor does not see it.
        Refused: the actor may not do ``verb`` on it.
        Stale: its version is not ``expected_version``.
    """
    # PostgreSQL cannot lock the empty side of an outer join: only the ticket is locked.
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "organisation")
    ticket = get_visible(Ticket, actor, rows, pk=ticket_id)
    check(actor, verb, ticket)
    if expected_version is not None and expected_version != ticket.version:
        raise Stale(
            _(
                "Ticket %(reference)s was changed since you opened it. Nothing of yours was "
                "saved: look at what changed, then send again."
            )
            % {"reference": ticket.reference}
        )
    return ticket


def move(ticket: Ticket, target: State) -> dict[str, Any]:
    """Give the change of state, if it is legal.

    Raises:
        IllegalMove: it is not.
    """
    if not rules.may_move(ticket.state, target):
        raise IllegalMove(
            _("A ticket that is “%(current)s” cannot become “%(target)s”.")
            % {"current": ticket.get_state_display(), "target": State(target).label}
        )
    values: dict[str, Any] = {"state": target}
    if ticket.state == State.PENDING:
        values |= {"pending_reason": "", "pending_until": None, "wait_reason_id": None}
    return values


def subject_of(ticket: Ticket) -> Subject:
    """Give the opaque name under which clocks know the ticket."""
    return Subject(kind=SUBJECT, id=ticket.pk, organisation_id=ticket.organisation_id)


def facts_of(ticket: Ticket) -> Facts:
    """Give what a commitment may depend on."""
    return Facts(
        priority=ticket.priority,
        category_path=ticket.category.path if ticket.category else "",
        service_id=ticket.service_id,
        request_type_id=ticket.request_type_id,
        kind=ticket.kind,
        team_id=ticket.team_id,
    )


def apply(
    *,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    event: Event[TicketEvent] = ticket_changed,
) -> Ticket:
    """Write the values, the new version, the nearest commitment and the journal's entry.

    Args:
        values: model fields to set, under their column names (``team_id``, not ``team``).
        after: what else the journal should hold: keys of rows that were made, counts.
    """
    given = dict(values or {})
    before, changed = journal.changes({name: getattr(ticket, name) for name in given}, given)
    for name, value in given.items():
        setattr(ticket, name, value)
    if ticket.is_open and QUALIFYING.intersection(changed):
        clocks.requalify(actor=actor, subject=subject_of(ticket), facts=facts_of(ticket), at=at)
    if before.get("state") == State.PENDING:
        # Whatever ended it, nothing more leaves of the wait.
        Wait.objects.filter(ticket=ticket, ended_at=None).update(ended_at=at)
    if "state" in changed and not ticket.is_open:
        # What is no longer worked on asks nothing more of anybody.
        Approval.objects.filter(
            ticket=ticket, state__in=[ApprovalState.TO_COME, ApprovalState.ASKED]
        ).update(state=ApprovalState.GIVEN_UP, decided_at=at, next_at=None)
    if is_taken_up(changed, ticket.assignee_id):
        clocks.stop(actor=actor, subject=subject_of(ticket), measure=Measure.TAKE_UP, at=at)
    summary = contract_queries.due_rows(SUBJECT, [ticket.pk]).get(ticket.pk)
    ticket.due_at = summary.due_at if summary else None
    ticket.activity_at = max(ticket.activity_at, at)
    ticket.version += 1
    ticket.save(update_fields=[*given, "due_at", "activity_at", "version"])
    entry_after = {k: (True if k in PERSONAL else v) for k, v in changed.items()} | dict(
        after or {}
    )
    undoing.remember(actor=actor, ticket=ticket, verb=verb, before=before, after=after or {}, at=at)
    journal.record(
        actor=actor,
        verb=verb,
        subject=ticket,
        before={k: v for k, v in before.items() if k not in PERSONAL},
        after=entry_after,
        occurred_at=at,
    )
    noticing.tell(actor=actor, ticket=ticket, verb=verb, at=at, changed=changed, after=entry_after)
    event.announce(TicketEvent(ticket.pk, ticket.organisation_id, actor.id))
    if "state" in changed and before["state"] not in OPEN_STATES and ticket.is_open:
        from compagnon.desk.services import fulfilling

        ends = {one for name in ("solved_at", "closed_at") if (one := before.get(name))}
        fulfilling.ask_again(
            actor=actor, ticket=ticket, ends=ends, at=at, undone=verb in TAKING_BACK
        )
    return ticket


def is_taken_up(changed: Mapping[str, Any], assignee_id: int | None) -> bool:
    """Tell whether a change puts somebody to work: for the first time, or in another team.

    A team that is handed the ticket has promised its own take-up.
    """
    handed = assignee_id is not None and ("assignee_id" in changed or "team_id" in changed)
    return handed or "taken_at" in changed


def rules_of(ticket: Ticket) -> OrganisationRules:
    """Give the rules in force for a ticket: of its organisation or the nearest above, or ours."""
    ((_organisation, found, _origin),) = queries.rules_in_force([ticket.organisation])
    return found

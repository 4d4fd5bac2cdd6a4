"""Proposing a solution, and the user's answer to it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Measure
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.core.visibility import visible
from compagnon.desk import rules
from compagnon.desk.errors import AlreadyAnswered, IllegalMove
from compagnon.desk.events import ticket_changed, ticket_closed, ticket_solved
from compagnon.desk.models import (
    Channel,
    LinkKind,
    MailEvent,
    MessageKind,
    Solution,
    SolutionKind,
    SolutionState,
    State,
    Ticket,
    TicketLink,
)
from compagnon.desk.policies import is_party, may, may_as_party
from compagnon.desk.services import crossing, outgoing, writing
from compagnon.desk.services.assignment import taken_up
from compagnon.desk.services.changing import apply, lock, move, rules_of, subject_of
from compagnon.desk.services.conversation import reopened


@service("ticket.solve")
def propose_solution(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    kind: SolutionKind = SolutionKind.PERMANENT,
    seen_message_id: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Solution:
    """Propose a solution to the user, who accepts or refuses it; the resolution clock stops.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        Crossed: somebody else wrote after ``seen_message_id``.
        IllegalMove: the ticket is solved, closed or cancelled.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.solve", expected_version=expected_version
    )
    crossing.check(actor=actor, ticket=ticket, seen_message_id=seen_message_id)
    at = at or timezone.now()
    values = move(ticket, State.SOLVED)
    if ticket.state == State.PENDING:
        clocks.resume(actor=actor, subject=subject_of(ticket), at=at)
    if ticket.taken_at is None:
        values = taken_up(ticket=ticket, at=at) | values
    if ticket.assignee_id is None and actor.id is not None:
        values["assignee_id"] = actor.id
    if ticket.first_response_at is None:
        values["first_response_at"] = at
        clocks.stop(actor=actor, subject=subject_of(ticket), measure=Measure.FIRST_RESPONSE, at=at)
    clocks.stop(actor=actor, subject=subject_of(ticket), measure=Measure.RESOLUTION, at=at)
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.SOLUTION,
        is_public=True,
        from_support=True,
        channel=Channel.DESK,
        text=writing.checked_text(text),
        at=at,
    )
    solution = Solution.objects.create(
        ticket=ticket,
        message=message,
        kind=SolutionKind(kind),
        proposed_by_id=actor.id,
        proposed_at=at,
        nonce=secrets.token_urlsafe(32),
    )
    values |= {
        "solved_at": at,
        "awaits_answer": False,
        "close_after": rules.closes_after(at, rules_of(ticket).close_after_days),
    }
    outgoing.queue(
        actor=actor,
        ticket=ticket,
        event=MailEvent.SOLUTION,
        message=message,
        solution=solution,
        at=at,
    )
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.solve",
        at=at,
        values=values,
        after={
            "solution_id": solution.pk,
            "solution_kind": solution.kind,
            "message_id": message.pk,
        },
        event=ticket_solved,
    )
    return solution


@service("ticket.accept")
def accept_solution(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Accept the proposed solution: the ticket is closed, and with it its parts that are solved.

    The user accepts, or support on their behalf with ``ticket.close`` (a phone call). Of the parts
    close those whose solution the same person may accept: another user's waits for its user.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        AlreadyAnswered: there is no solution to answer.
    """
    ticket = lock(
        actor=actor,
        ticket_id=ticket_id,
        verb=_answering_verb(actor, ticket_id),
        expected_version=expected_version,
    )
    at = at or timezone.now()
    solution = _open_solution(ticket)
    _answer(solution, SolutionState.ACCEPTED, actor, at)
    closed = _close(actor, ticket, at, "ticket.accept", solution)
    for part in _parts_to_accept(actor, closed):
        accept_solution(actor=actor, ticket_id=part.pk, at=at)
    return closed


def _parts_to_accept(actor: Actor, ticket: Ticket) -> list[Ticket]:
    """Give the solved parts of a ticket whose solution the actor may accept, in a fixed order."""
    parts = TicketLink.objects.filter(target=ticket, kind=LinkKind.CHILD).values("origin_id")
    awaiting = Solution.objects.filter(state=SolutionState.PROPOSED).values("ticket_id")
    rows = Ticket.objects.select_related("category", "organisation").filter(
        pk__in=parts, state=State.SOLVED
    )
    return [
        part
        for part in visible(Ticket, actor, rows).filter(pk__in=awaiting).order_by("pk")
        if may_as_party(actor, part) or may(actor, "ticket.close", part)
    ]


@service("ticket.refuse")
def refuse_solution(
    *,
    actor: Actor,
    ticket_id: int,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Refuse the proposed solution, saying what still fails: the ticket is open again.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        AlreadyAnswered: there is no solution to answer.
        Invalid: no reason is given.
    """
    ticket = lock(
        actor=actor,
        ticket_id=ticket_id,
        verb=_answering_verb(actor, ticket_id),
        expected_version=expected_version,
    )
    at = at or timezone.now()
    solution = _open_solution(ticket)
    reason = writing.checked_text(reason, field="reason")
    _answer(solution, SolutionState.REFUSED, actor, at)
    values = reopened(actor=actor, ticket=ticket, at=at) | {"awaits_answer": True}
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.REFUSAL,
        is_public=True,
        from_support=False,
        channel=Channel.PORTAL,
        text=reason,
        at=at,
        author_id=actor.id if is_party(actor, ticket) else ticket.requester_id,
    )
    return apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.refuse",
        at=at,
        values=values,
        after={"solution_id": solution.pk, "message_id": message.pk},
        event=ticket_changed,
    )


@service("ticket.elapse")
def close_elapsed(*, actor: Actor, ticket_id: int, at: datetime | None = None) -> Ticket:
    """Close a solved ticket whose user said nothing during the stated delay.

    Raises:
        Refused: a person asks; only the program does this.
        IllegalMove: the ticket is not solved, or its delay is not over.
    """
    if not actor.is_system:
        raise Refused(_("Only the program closes a ticket by silence."))
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.close")
    at = at or timezone.now()
    if ticket.state != State.SOLVED or ticket.close_after is None or at < ticket.close_after:
        raise IllegalMove(_("The delay before closing is not over."))
    solution = ticket.solutions.filter(state=SolutionState.PROPOSED).first()
    if solution is not None:
        _answer(solution, SolutionState.ELAPSED, actor, at)
    return _close(actor, ticket, at, "ticket.elapse", solution)


def _answering_verb(actor: Actor, ticket_id: int) -> str:
    parties = Ticket.objects.filter(pk=ticket_id).first()
    own = parties is not None and may_as_party(actor, parties)
    return "ticket.answer_solution" if own else "ticket.close"


def _open_solution(ticket: Ticket) -> Solution:
    solution = ticket.solutions.filter(state=SolutionState.PROPOSED).first()
    if solution is None or ticket.state != State.SOLVED:
        raise AlreadyAnswered(
            _("Ticket %(reference)s has no solution waiting for an answer; it is “%(state)s”.")
            % {"reference": ticket.reference, "state": ticket.get_state_display()}
        )
    return solution


def _answer(solution: Solution, state: SolutionState, actor: Actor, at: datetime) -> None:
    solution.state = state
    solution.answered_at = at
    solution.answered_by_id = actor.id
    solution.save(update_fields=["state", "answered_at", "answered_by"])


def _close(
    actor: Actor, ticket: Ticket, at: datetime, verb: str, solution: Solution | None
) -> Ticket:
    values = move(ticket, State.CLOSED) | {
        "closed_at": at,
        "close_after": None,
        "awaits_answer": False,
    }
    outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.CLOSING, solution=solution, at=at)
    return apply(
        actor=actor,
        ticket=ticket,
        verb=verb,
        at=at,
        values=values,
        after={"solution_id": solution.pk} if solution else {},
        event=ticket_closed,
    )

"""Proposing a solution, accepting, refusing, closing by silence, reopening, cancelling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.desk import services
from compagnon.desk.errors import AlreadyAnswered, IllegalMove, TooLate
from compagnon.desk.models import (
    Channel,
    MailEvent,
    MessageKind,
    OrganisationRules,
    OutgoingMail,
    SolutionKind,
    SolutionState,
    State,
    Ticket,
)
from compagnon.desk.tasks import close_silent_tickets
from compagnon.people.tests.factories import Cast, system


@pytest.fixture
def solved(technician: Actor, ticket: Ticket) -> Ticket:
    """The ticket with a proposed solution."""
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Pilote réinstallé.")
    ticket.refresh_from_db()
    return ticket


def verbs(ticket: Ticket) -> list[str]:
    return [entry.verb for entry in journal.history(ticket)]


def test_a_solution_waits_for_the_user(people: Cast, solved: Ticket) -> None:
    assert (solved.state, solved.assignee) == (State.SOLVED, people.technician)
    assert solved.solved_at is not None
    assert solved.close_after == solved.solved_at + timedelta(days=5)
    assert solved.first_response_at == solved.taken_at == solved.solved_at
    mail = OutgoingMail.objects.get(event=MailEvent.SOLUTION)
    assert mail.solution == solved.solutions.get()


def test_the_user_accepts_and_it_is_closed(user: Actor, solved: Ticket) -> None:
    closed = services.accept_solution(actor=user, ticket_id=solved.pk)
    assert (closed.state, closed.close_after) == (State.CLOSED, None)
    solution = solved.solutions.get()
    assert (solution.state, solution.answered_by_id) == (SolutionState.ACCEPTED, user.id)
    assert OutgoingMail.objects.filter(event=MailEvent.CLOSING).count() == 1
    assert verbs(solved) == ["ticket.open", "ticket.solve", "ticket.accept"]


def test_support_accepts_for_a_user_on_the_phone(technician: Actor, solved: Ticket) -> None:
    assert services.accept_solution(actor=technician, ticket_id=solved.pk).state == State.CLOSED


def test_an_outsider_does_not_accept(outsider: Actor, solved: Ticket) -> None:
    with pytest.raises(NotFound):
        services.accept_solution(actor=outsider, ticket_id=solved.pk)


def test_accepting_twice_says_so(user: Actor, solved: Ticket) -> None:
    services.accept_solution(actor=user, ticket_id=solved.pk)
    with pytest.raises(AlreadyAnswered):
        services.accept_solution(actor=user, ticket_id=solved.pk)
    with pytest.raises(AlreadyAnswered):
        services.refuse_solution(actor=user, ticket_id=solved.pk, reason="Non")


def test_the_user_refuses_and_it_is_open_again(user: Actor, solved: Ticket) -> None:
    services.refuse_solution(actor=user, ticket_id=solved.pk, reason="Toujours hors ligne.")
    solved.refresh_from_db()
    assert (solved.state, solved.reopen_count, solved.solved_at) == (State.OPEN, 1, None)
    assert solved.awaits_answer
    assert solved.solutions.get().state == SolutionState.REFUSED
    assert solved.messages.filter(kind=MessageKind.REFUSAL).get().text == "Toujours hors ligne."


def test_refusing_needs_a_reason(user: Actor, solved: Ticket) -> None:
    with pytest.raises(Invalid):
        services.refuse_solution(actor=user, ticket_id=solved.pk, reason=" ")
    solved.refresh_from_db()
    assert solved.state == State.SOLVED


def test_a_second_solution_after_a_refusal(technician: Actor, user: Actor, solved: Ticket) -> None:
    services.refuse_solution(actor=user, ticket_id=solved.pk, reason="Toujours hors ligne.")
    services.propose_solution(
        actor=technician,
        ticket_id=solved.pk,
        text="Autre imprimante.",
        kind=SolutionKind.WORKAROUND,
    )
    services.accept_solution(actor=user, ticket_id=solved.pk)
    assert [s.state for s in solved.solutions.all()] == ["refused", "accepted"]


def test_solving_what_is_solved_is_refused(technician: Actor, solved: Ticket) -> None:
    with pytest.raises(IllegalMove):
        services.propose_solution(actor=technician, ticket_id=solved.pk, text="Encore")


def test_silence_closes_after_the_delay_and_not_before(solved: Ticket) -> None:
    close_silent_tickets()
    solved.refresh_from_db()
    assert solved.state == State.SOLVED
    Ticket.objects.filter(pk=solved.pk).update(close_after=timezone.now() - timedelta(seconds=1))
    close_silent_tickets()
    close_silent_tickets()
    solved.refresh_from_db()
    assert solved.state == State.CLOSED
    assert solved.solutions.get().state == SolutionState.ELAPSED
    assert verbs(solved).count("ticket.elapse") == 1


def test_a_person_does_not_close_by_silence(technician: Actor, solved: Ticket) -> None:
    with pytest.raises(Refused):
        services.close_elapsed(actor=technician, ticket_id=solved.pk)


def test_the_delay_is_the_organisation_s(people: Cast, technician: Actor, ticket: Ticket) -> None:
    OrganisationRules.objects.create(organisation=people.client_a, close_after_days=1)
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait.")
    ticket.refresh_from_db()
    assert ticket.close_after == ticket.solved_at + timedelta(days=1)


def test_thanks_by_mail_leave_the_ticket_solved(people: Cast, solved: Ticket) -> None:
    services.hear_from_user(
        actor=system(),
        ticket_id=solved.pk,
        text="Merci, c'est parfait !",
        author_id=people.user.pk,
        channel=Channel.MAIL,
    )
    solved.refresh_from_db()
    assert (solved.state, solved.awaits_answer) == (State.SOLVED, False)


def test_any_other_mail_opens_it_again(people: Cast, solved: Ticket) -> None:
    services.hear_from_user(
        actor=system(),
        ticket_id=solved.pk,
        text="Ça recommence.",
        author_id=people.user.pk,
        channel=Channel.MAIL,
    )
    solved.refresh_from_db()
    assert (solved.state, solved.reopen_count) == (State.OPEN, 1)
    assert solved.solutions.get().state == SolutionState.REFUSED


def test_reopening_within_the_window_and_not_after(
    user: Actor, technician: Actor, solved: Ticket
) -> None:
    services.accept_solution(actor=user, ticket_id=solved.pk)
    services.reopen(actor=user, ticket_id=solved.pk, reason="La panne est revenue.")
    solved.refresh_from_db()
    assert (solved.state, solved.closed_at, solved.reopen_count) == (State.OPEN, None, 1)
    services.propose_solution(actor=technician, ticket_id=solved.pk, text="Carte remplacée.")
    services.accept_solution(actor=user, ticket_id=solved.pk)
    Ticket.objects.filter(pk=solved.pk).update(closed_at=timezone.now() - timedelta(days=15))
    with pytest.raises(TooLate):
        services.reopen(actor=user, ticket_id=solved.pk, reason="Encore.")


def test_reopening_what_is_open_is_refused(technician: Actor, ticket: Ticket) -> None:
    with pytest.raises(IllegalMove):
        services.reopen(actor=technician, ticket_id=ticket.pk, reason="x")


def test_cancelling_needs_a_reason_and_the_right(
    technician: Actor, user: Actor, ticket: Ticket
) -> None:
    with pytest.raises(Refused):
        services.cancel(actor=user, ticket_id=ticket.pk, reason="x")
    with pytest.raises(Invalid):
        services.cancel(actor=technician, ticket_id=ticket.pk, reason="")
    assert services.cancel(actor=technician, ticket_id=ticket.pk, reason="Spam").state == (
        State.CANCELLED
    )


def test_the_closing_is_mailed_again_after_a_reopening(
    user: Actor, technician: Actor, solved: Ticket
) -> None:
    services.accept_solution(actor=user, ticket_id=solved.pk)
    services.reopen(actor=user, ticket_id=solved.pk, reason="La panne est revenue.")
    services.propose_solution(actor=technician, ticket_id=solved.pk, text="Carte remplacée.")
    services.accept_solution(actor=user, ticket_id=solved.pk)
    assert OutgoingMail.objects.filter(event=MailEvent.CLOSING).count() == 2

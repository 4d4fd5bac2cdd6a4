"""What a token that lists its verbs may do on its owner's own requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.desk import services
from compagnon.desk.models import Message, State, Ticket
from compagnon.people.queries import actor_for
from compagnon.people.tests.factories import Cast


def bearer(people: Cast, *names: str) -> Actor:
    """The user of client A, through a token that lists these verbs."""
    return actor_for(people.user, source=Source.API, only=frozenset(names))


def test_another_verb_gives_nothing_on_ones_own_requests(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Rebranchée.")
    actor = bearer(people, "contract.view")
    assert not visible(Ticket, actor).exists()
    assert not visible(Message, actor).exists()
    refused: list[Callable[[], object]] = [
        lambda: services.open_ticket(
            actor=actor, requester=people.user, title="Écran", text="Noir."
        ),
        lambda: services.reply(actor=actor, ticket_id=ticket.pk, text="Merci."),
        lambda: services.accept_solution(actor=actor, ticket_id=ticket.pk),
        lambda: services.refuse_solution(actor=actor, ticket_id=ticket.pk, reason="Non."),
    ]
    for act in refused:
        with pytest.raises((Refused, NotFound)):
            act()
    assert Ticket.objects.get().state == State.SOLVED


def test_seeing_is_not_answering(people: Cast, ticket: Ticket) -> None:
    actor = bearer(people, "ticket.view")
    assert visible(Ticket, actor).get() == ticket
    with pytest.raises(Refused):
        services.reply(actor=actor, ticket_id=ticket.pk, text="Merci.")


def test_a_token_for_ones_own_requests_follows_them(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    actor = bearer(people, "ticket.own")
    services.reply(actor=actor, ticket_id=ticket.pk, text="Toujours rien.")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Rebranchée.")
    services.accept_solution(actor=actor, ticket_id=ticket.pk)
    opened = services.open_ticket(actor=actor, requester=people.user, title="Écran", text="Noir.")
    assert set(visible(Ticket, actor)) == {ticket, opened}
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED

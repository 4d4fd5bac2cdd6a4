"""Finding tickets by their words: what a user finds, what only support finds."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import search, services
from compagnon.desk.models import Ticket
from compagnon.desk.services.writing import Upload
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast


def found(actor: Actor, query: str) -> list[int]:
    rows = search.matching(actor, visible(Ticket, actor), query)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def test_words_are_found_whatever_their_accents_and_number(people: Cast, technician: Actor) -> None:
    ticket = factories.ticket(people.user, title="Les réseaux du siège sont coupés")
    for query in ("réseau", "RESEAUX", "coupé siège", '"réseaux du siège"', "siè*"):
        assert found(technician, query) == [ticket.pk], query
    assert found(technician, "réseau -siège") == []


def test_what_is_written_later_is_found(technician: Actor, ticket: Ticket) -> None:
    services.reply(
        actor=technician,
        ticket_id=ticket.pk,
        text="Le toner est épuisé.",
        uploads=[Upload("bon-4512.txt", b"bon")],
    )
    assert found(technician, "toner") == [ticket.pk]
    assert found(technician, "4512") == [ticket.pk]


def test_a_note_is_found_by_support_only(user: Actor, technician: Actor, ticket: Ticket) -> None:
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Soupçon de sabotage")
    assert found(technician, "sabotage") == [ticket.pk]
    assert found(user, "sabotage") == []
    assert found(user, "imprimante") == [ticket.pk]


def test_another_organisation_s_words_are_not_found(outsider: Actor, ticket: Ticket) -> None:
    assert found(outsider, "imprimante") == []


def test_a_number_finds_its_ticket(technician: Actor, ticket: Ticket) -> None:
    assert ticket.pk in found(technician, f"#{ticket.reference}")


def test_a_new_title_replaces_the_old(technician: Actor, ticket: Ticket) -> None:
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Note gardée")
    services.qualify(actor=technician, ticket_id=ticket.pk, title="Scanner bloqué")
    assert found(technician, "scanner") == [ticket.pk]
    assert found(technician, "répond") == []
    assert found(technician, "gardée") == [ticket.pk]


def test_nothing_to_look_for_finds_nothing(technician: Actor, ticket: Ticket) -> None:
    for query in ("-imprimante", "...", '""'):
        assert found(technician, query) == [], query

"""Finding tickets by their words: what a user finds, what only support finds."""

from __future__ import annotations

import pytest
from django.test import Client

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


# -- what words most likely mean ------------------------------------------------------------------
def test_what_is_named_by_the_words_comes_first_then_the_latest(
    people: Cast, technician: Actor
) -> None:
    named = factories.ticket(people.user, title="Toner de l’imprimante", text="Vide.")
    item = factories.ticket(people.user, title="Panne", text="…", affected_item="Imprimante 4")
    spoken = factories.ticket(people.user, title="Panne", text="L’imprimante, le toner.")
    rows = visible(Ticket, technician)
    assert search.best(technician, rows, "imprimante toner", limit=9) == [named, spoken]
    assert search.best(technician, rows, "imprimantes", limit=9) == [item, named, spoken]
    assert search.best(technician, rows, "imprimantes", limit=9, named=True) == [item, named]
    assert search.best(technician, rows, "imprimantes", limit=1) == [item]
    services.reply(actor=technician, ticket_id=named.pk, text="Vu.")
    assert search.best(technician, rows, "imprimantes", limit=9)[0] == named


def test_a_word_of_every_day_is_ranked_among_the_latest_only(
    people: Cast, technician: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 3)
    old = factories.ticket(people.user, title="Souris")
    others = [factories.ticket(people.user, title="Panne", text="Souris") for _ in range(3)]
    rows = visible(Ticket, technician)
    assert search.best(technician, rows, "souris", limit=9) == others[::-1]
    assert old not in search.best(technician, rows, "souris", limit=9, named=True)


def test_of_a_common_word_no_more_than_a_page_is_ranked(
    people: Cast, technician: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in ("fts5", "tsearch"):
        monkeypatch.setattr(f"compagnon.core.search.{engine}.FEW", 2)
    monkeypatch.setattr(search, "OF_COMMON", 2)
    made = [factories.ticket(people.user, title="Souris") for _ in range(4)]
    rows = visible(Ticket, technician)
    assert search.best(technician, rows, "souris", limit=9) == made[:1:-1]
    assert len(search.best(technician, rows, "souris -clavier", limit=9)) == 2


def test_a_note_names_nothing_to_who_may_not_read_it(
    people: Cast, user: Actor, technician: Actor, ticket: Ticket
) -> None:
    services.add_note(actor=technician, ticket_id=ticket.pk, text="sabotage")
    assert search.best(user, visible(Ticket, user), "sabotage", limit=9) == []


def test_pages_and_api_show_it_so(people: Cast) -> None:
    for number in range(3):
        factories.ticket(people.user, title=f"Panne {number}", text="Le clavier, encore.")
    named = factories.ticket(people.user, title="Clavier bloqué")
    Ticket.objects.filter(pk=named.pk).update(activity_at="2020-01-01T00:00:00Z")
    client = Client()
    client.force_login(people.technician.account)
    shown = client.get("/desk/queue/?queue=all&q=clavier").context["tickets"]
    assert (shown[0], len(shown)) == (named, 4)
    assert client.get("/desk/queue/?queue=all&q=clavier&sort=-activity").context["tickets"][-1] == (
        named
    )
    items = client.get("/api/v1/ticket-search?q=clavier").json()["items"]
    assert items[0]["id"] == named.pk
    assert client.get("/api/v1/ticket-search?q=").status_code == 422
    client.force_login(people.user.account)
    assert client.get("/requests/?show=all&q=clavier").context["tickets"][0] == named
    client.force_login(people.outsider.account)
    assert client.get("/api/v1/ticket-search?q=clavier").json()["items"] == []

"""Linking tickets, parts of a ticket, solving them together."""

from __future__ import annotations

import pytest
from django.test import Client

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.desk import services, ties
from compagnon.desk.models import LinkKind, State, Ticket, TicketLink
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor


@pytest.fixture
def other(people: Cast) -> Ticket:
    """Another ticket of the same client."""
    return factories.ticket(people.colleague, title="Le réseau du deuxième étage")


def linked(who: Actor, one: Ticket, other: Ticket, kind: LinkKind, **more: object) -> TicketLink:
    return services.link_tickets(
        actor=who,
        ticket_id=one.pk,
        other_id=other.pk,
        kind=kind,
        **more,  # type: ignore[arg-type]
    )


def test_a_link_is_told_from_both_sides(technician: Actor, ticket: Ticket, other: Ticket) -> None:
    linked(technician, ticket, other, LinkKind.CAUSED)
    (here,), (there,) = (ties.links_of(technician, one) for one in (ticket, other))
    assert (here.other, there.other) == (other, ticket)
    assert here.words != there.words
    for one, far in ((ticket, other), (other, ticket)):
        entry = journal.history(one).last()
        assert entry is not None
        assert (entry.verb, entry.after["other_ticket"]) == ("ticket.link", far.reference)


def test_the_inverse_way_swaps_the_ends(technician: Actor, ticket: Ticket, other: Ticket) -> None:
    link = linked(technician, ticket, other, LinkKind.DUPLICATE, inverse=True)
    assert (link.origin, link.target) == (other, ticket)


def test_the_same_link_twice_is_refused(technician: Actor, ticket: Ticket, other: Ticket) -> None:
    linked(technician, ticket, other, LinkKind.RELATES)
    for one, far in ((ticket, other), (other, ticket)):
        with pytest.raises(Conflict):
            linked(technician, one, far, LinkKind.RELATES)


def test_a_ticket_is_not_linked_to_itself(technician: Actor, ticket: Ticket) -> None:
    with pytest.raises(Invalid):
        linked(technician, ticket, ticket, LinkKind.RELATES)


def test_unlinking_from_the_other_side(technician: Actor, ticket: Ticket, other: Ticket) -> None:
    link = linked(technician, ticket, other, LinkKind.RELATES)
    services.unlink_tickets(actor=technician, ticket_id=other.pk, link_id=link.pk)
    assert not TicketLink.objects.exists()
    with pytest.raises(NotFound):
        services.unlink_tickets(actor=technician, ticket_id=other.pk, link_id=link.pk)


def test_a_part_has_one_parent_and_no_circle(
    people: Cast, technician: Actor, ticket: Ticket, other: Ticket
) -> None:
    third = factories.ticket(people.user)
    linked(technician, other, ticket, LinkKind.CHILD)
    linked(technician, third, other, LinkKind.CHILD)
    with pytest.raises(Invalid):
        linked(technician, other, third, LinkKind.CHILD)
    with pytest.raises(Invalid):
        linked(technician, ticket, third, LinkKind.CHILD)


def test_open_parts_are_solved_together(
    people: Cast, technician: Actor, ticket: Ticket, other: Ticket
) -> None:
    third = factories.ticket(people.user)
    for part in (other, third):
        linked(technician, part, ticket, LinkKind.CHILD)
    services.cancel(actor=technician, ticket_id=third.pk, reason="Retirée")
    done = services.solve_children(actor=technician, ticket_id=ticket.pk, text="Câble remplacé")
    assert [one.ticket_id for one in done] == [other.pk]
    other.refresh_from_db()
    assert other.state == State.SOLVED
    with pytest.raises(Invalid):
        services.solve_children(actor=technician, ticket_id=ticket.pk, text="Encore")


def test_a_ticket_that_closes_closes_its_solved_parts_with_it(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    mine, open_one, theirs = (
        factories.ticket(person) for person in (people.user, people.user, people.colleague)
    )
    for part in (mine, open_one, theirs):
        linked(technician, part, ticket, LinkKind.CHILD)
    for solved in (ticket, mine, theirs):
        services.propose_solution(actor=technician, ticket_id=solved.pk, text="Câble remplacé")
    services.accept_solution(actor=user, ticket_id=ticket.pk)
    states = dict(Ticket.objects.values_list("pk", "state"))
    # What is not solved is not closed, and nobody accepts for somebody else.
    assert [states[one.pk] for one in (ticket, mine, open_one, theirs)] == [
        State.CLOSED, State.CLOSED, State.NEW, State.SOLVED,
    ]  # fmt: skip
    services.reopen(actor=technician, ticket_id=ticket.pk, reason="Encore")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Prise remplacée")
    # Support does it for all of them.
    services.accept_solution(actor=actor(people.supervisor), ticket_id=ticket.pk)
    theirs.refresh_from_db()
    assert theirs.state == State.CLOSED


def test_users_do_not_link_nor_see_links(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket, other: Ticket
) -> None:
    linked(technician, ticket, other, LinkKind.RELATES)
    assert ties.links_of(user, ticket) == []
    mine = factories.ticket(people.user)
    with pytest.raises(Refused):
        linked(user, ticket, mine, LinkKind.RELATES)
    with pytest.raises((NotFound, Refused)):
        linked(user, ticket, other, LinkKind.CAUSED)


def test_an_older_version_is_refused(technician: Actor, ticket: Ticket, other: Ticket) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    with pytest.raises(Stale):
        linked(technician, ticket, other, LinkKind.RELATES, expected_version=1)


def browser(people: Cast) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(people.technician.account)
    client.cookies["compagnon_language"] = "en"
    return client


def test_the_page_links_shows_and_unlinks(people: Cast, ticket: Ticket, other: Ticket) -> None:
    client = browser(people)
    act = f"/desk/tickets/{ticket.pk}/do"
    form = {"way": "-child_of", "other": f"#{other.pk}"}
    assert client.post(f"{act}/link/", form).status_code == 302
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Is made of" in page
    assert other.title in page
    assert "Solve the open part" in page
    assert client.post(f"{act}/link/", {"way": "relates_to", "other": "999999"}).status_code == 422
    solved = client.post(f"{act}/solve-children/", {"text": "Fait", "kind": "permanent"})
    assert solved.status_code == 302
    link = TicketLink.objects.get()
    assert client.post(f"{act}/unlink/", {"link": link.pk}).status_code == 302
    assert not TicketLink.objects.exists()


def test_the_same_by_api(people: Cast, ticket: Ticket, other: Ticket) -> None:
    client = browser(people)
    address = f"/api/v1/tickets/{ticket.pk}"
    body = {"other_id": other.pk, "kind": "child_of", "inverse": True}
    made = client.post(f"{address}/links", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["origin_id"] == other.pk
    assert [one["id"] for one in client.get(f"{address}/links").json()["items"]] == [
        made.json()["id"]
    ]
    solved = client.post(
        f"{address}/solve-children", {"text": "Fait"}, content_type="application/json"
    )
    assert solved.json() == {"ticket_ids": [other.pk]}
    assert client.delete(f"{address}/links/{made.json()['id']}").status_code == 204


def test_a_link_to_what_one_does_not_see_is_not_told(people: Cast, ticket: Ticket) -> None:
    far = factories.ticket(people.outsider, title="Secret de l’autre client")
    linked(actor(people.technician), ticket, far, LinkKind.RELATES)
    assert ties.links_of(actor(people.representative), ticket) == []

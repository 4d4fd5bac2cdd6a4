"""Merging without loss, undoing, splitting a message off."""

from __future__ import annotations

import pytest
from django.test import Client

from compagnon.contracts.models import Clock, ClockSegment
from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.desk import queries, services, ties
from compagnon.desk.errors import IllegalMove, TooLate
from compagnon.desk.models import (
    Channel,
    LinkKind,
    Message,
    PendingReason,
    State,
    Ticket,
    TicketLink,
    TicketMerge,
    Watcher,
)
from compagnon.desk.services.writing import Upload
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system


@pytest.fixture
def twin(people: Cast) -> Ticket:
    """The same trouble told by a colleague, with a file."""
    return factories.ticket(
        people.colleague, title="Imprimante en panne", uploads=[Upload("panne.txt", b"E-42")]
    )


def merged(who: Actor, twin: Ticket, ticket: Ticket) -> TicketMerge:
    return services.merge_tickets(actor=who, ticket_id=twin.pk, into_id=ticket.pk, reason="Idem")


def test_the_survivor_shows_what_stays_the_merged_ones(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    task = services.plan_task(actor=technician, ticket_id=twin.pk, title="Passer voir")
    merged(technician, twin, ticket)
    twin.refresh_from_db()
    assert (twin.state, twin.merged_into) == (State.CANCELLED, ticket)
    story = queries.timeline(technician, ticket)
    texts = {item.item.pk for item in story if item.kind == "message"}
    assert twin.messages.get().pk in texts
    assert task.pk in {item.item.pk for item in story if item.kind == "task"}
    assert twin.messages.get().attachments.get().name == "panne.txt"
    assert Watcher.objects.get(ticket=ticket).person == people.colleague


def test_its_user_reads_the_survivors_public_side(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    merged(technician, twin, ticket)
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    services.reply(actor=technician, ticket_id=ticket.pk, text="Nous y sommes")
    colleague = actor(people.colleague)
    shown = [
        item.item.text
        for item in queries.timeline(colleague, queries.get_ticket(colleague, ticket.pk))
        if isinstance(item.item, Message)
    ]
    assert "Nous y sommes" in shown
    assert "Entre nous" not in shown


def test_what_its_user_answers_lands_in_the_survivor(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    merged(technician, twin, ticket)
    message = services.hear_from_user(
        actor=system(),
        ticket_id=twin.pk,
        text="Toujours en panne",
        author_id=people.colleague.pk,
        channel=Channel.MAIL,
    )
    assert message.ticket == ticket
    twin.refresh_from_db()
    assert twin.state == State.CANCELLED


def test_a_chain_of_merges_is_followed(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    third = factories.ticket(people.user)
    merged(technician, twin, ticket)
    merged(technician, ticket, third)
    assert ties.survivor_key(twin.pk) == third.pk
    assert ties.merged_keys(third.pk) == [ticket.pk, twin.pk]


def test_clocks_wait_with_the_reason_and_run_again(people: Cast, technician: Actor) -> None:
    contracts.contract(people.client_a, provider=people.provider, targets={"resolution": 4 * 3600})
    ticket, twin = factories.ticket(people.user), factories.ticket(people.colleague)
    merged(technician, twin, ticket)
    clock = Clock.objects.get(subject_id=twin.pk, measure="resolution")
    last = ClockSegment.objects.filter(clock=clock).last()
    assert clock.state == "paused"
    assert last is not None
    assert (last.reason, last.counts) == ("merged", False)
    services.unmerge_ticket(actor=technician, ticket_id=twin.pk)
    clock.refresh_from_db()
    assert clock.state == "running"


def test_undoing_gives_back_what_it_was(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    services.pend(actor=technician, ticket_id=twin.pk, reason=PendingReason.SUPPLIER)
    merged(technician, twin, ticket)
    back = services.unmerge_ticket(actor=technician, ticket_id=twin.pk)
    back.refresh_from_db()
    assert (back.state, back.pending_reason) == (State.PENDING, PendingReason.SUPPLIER)
    assert (back.merged_into_id, back.closed_at, back.awaits_answer) == (None, None, True)
    assert not Watcher.objects.exists()
    with pytest.raises(IllegalMove):
        services.unmerge_ticket(actor=technician, ticket_id=twin.pk)
    # and it can be merged again
    merged(technician, twin, ticket)
    assert TicketMerge.objects.count() == 2


def test_undoing_after_a_solution_is_too_late(
    technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    merged(technician, twin, ticket)
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Remplacée")
    with pytest.raises(TooLate):
        services.unmerge_ticket(actor=technician, ticket_id=twin.pk)


def test_a_merged_ticket_is_not_reopened_nor_merged_again(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    merged(technician, twin, ticket)
    with pytest.raises(IllegalMove):
        services.reopen(actor=technician, ticket_id=twin.pk, reason="Non")
    with pytest.raises(IllegalMove):
        services.reply(actor=actor(people.colleague), ticket_id=twin.pk, text="Et moi ?")
    with pytest.raises(IllegalMove):
        merged(technician, twin, ticket)


def test_two_organisations_are_not_merged(people: Cast, technician: Actor, ticket: Ticket) -> None:
    far = factories.ticket(people.outsider)
    with pytest.raises(Invalid):
        merged(technician, far, ticket)


def test_a_solved_ticket_is_not_merged(technician: Actor, ticket: Ticket, twin: Ticket) -> None:
    services.propose_solution(actor=technician, ticket_id=twin.pk, text="Fait")
    with pytest.raises(IllegalMove):
        merged(technician, twin, ticket)


def test_users_do_not_merge(people: Cast, user: Actor, ticket: Ticket) -> None:
    mine = factories.ticket(people.user)
    with pytest.raises(Refused):
        merged(user, mine, ticket)


def test_a_message_becomes_a_ticket_of_its_own(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    said = services.reply(
        actor=user,
        ticket_id=ticket.pk,
        text="Et mon écran clignote.",
        uploads=[Upload("ecran.txt", b"60 Hz")],
    )
    new = services.split_message(
        actor=technician, ticket_id=ticket.pk, message_id=said.pk, title="Écran"
    )
    assert (new.title, new.requester) == ("Écran", people.user)
    assert new.messages.get().text == said.text
    assert new.messages.get().attachments.get().file == said.attachments.get().file
    link = TicketLink.objects.get()
    assert (link.kind, link.origin, link.target) == (LinkKind.SPLIT, new, ticket)
    assert Message.objects.get(pk=said.pk).ticket == ticket


def test_an_internal_note_is_not_split_off(technician: Actor, ticket: Ticket) -> None:
    note = services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    with pytest.raises(Invalid, match=r"internal note|note interne"):
        services.split_message(actor=technician, ticket_id=ticket.pk, message_id=note.pk)
    # The new ticket's text is public, and its user would have read it.
    assert not Message.objects.filter(text="Entre nous", is_public=True).exists()


def test_a_message_of_another_ticket_is_not_split(
    people: Cast, technician: Actor, ticket: Ticket, twin: Ticket
) -> None:
    with pytest.raises(NotFound):
        services.split_message(
            actor=technician, ticket_id=ticket.pk, message_id=twin.messages.get().pk
        )


def test_the_page_merges_says_so_and_undoes(people: Cast, ticket: Ticket, twin: Ticket) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(people.technician.account)
    client.cookies["compagnon_language"] = "en"
    act = f"/desk/tickets/{twin.pk}/do"
    assert client.post(f"{act}/merge/", {"other": ticket.reference}).status_code == 302
    page = client.get(f"/desk/tickets/{twin.pk}/").content.decode()
    assert f"Merged into {ticket.reference}" in page
    assert "Undo the merge" in page
    assert twin.reference in client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert client.post(f"{act}/unmerge/", {}).status_code == 302
    message = twin.messages.get()
    assert client.post(f"{act}/split/", {"message": message.pk}).status_code == 302


def test_the_same_by_api(people: Cast, ticket: Ticket, twin: Ticket) -> None:
    client = Client()
    client.force_login(people.technician.account)
    address = f"/api/v1/tickets/{twin.pk}"

    def post(path: str, body: dict[str, object]) -> int:
        return client.post(address + path, body, content_type="application/json").status_code

    assert post("/merge", {"into_id": ticket.pk}) == 200
    assert post("/unmerge", {}) == 200
    assert post("/unmerge", {}) == 409
    assert post(f"/messages/{twin.messages.get().pk}/split", {}) == 201

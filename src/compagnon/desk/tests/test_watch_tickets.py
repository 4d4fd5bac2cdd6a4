"""Watchers: who reads the public side and receives it; notes that name somebody."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.desk import mentions, queries, services
from compagnon.desk.models import (
    Channel,
    MailEvent,
    Message,
    Notice,
    OutgoingMail,
    Ticket,
    Watcher,
)
from compagnon.desk.outbound.words import letter
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast, actor, system


def recipients(event: MailEvent) -> set[str]:
    return set(OutgoingMail.objects.filter(event=event).values_list("recipient", flat=True))


def test_a_colleague_who_watches_reads_the_public_side_and_no_more(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    colleague = actor(people.colleague)
    with pytest.raises(NotFound):
        queries.get_ticket(colleague, ticket.pk)
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    assert queries.get_ticket(colleague, ticket.pk) == ticket
    assert not visible(Message, colleague).filter(text="Entre nous").exists()
    # As by mail, they may say something; nothing is theirs to accept.
    said = services.reply(actor=colleague, ticket_id=ticket.pk, text="Bonjour")
    assert (said.from_support, said.author) == (False, people.colleague)
    with pytest.raises(Refused):
        services.add_note(actor=colleague, ticket_id=ticket.pk, text="Entre nous")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Remplacée")
    with pytest.raises(Refused):
        services.accept_solution(actor=colleague, ticket_id=ticket.pk)
    services.unwatch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    with pytest.raises(NotFound):
        queries.get_ticket(colleague, ticket.pk)


def test_who_watches_receives_what_is_said_in_public(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    services.reply(actor=technician, ticket_id=ticket.pk, text="Je regarde")
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    assert recipients(MailEvent.MESSAGE) == {"ursule@client-a.example", "colin@client-a.example"}
    mail = OutgoingMail.objects.get(recipient="colin@client-a.example")
    assert ticket.reference in letter(mail).text("")
    services.reply(actor=user, ticket_id=ticket.pk, text="Merci de faire vite")
    assert OutgoingMail.objects.filter(recipient="colin@client-a.example").count() == 2


def test_who_watches_is_not_given_the_link_that_accepts(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Remplacée")
    assert recipients(MailEvent.SOLUTION) == {"ursule@client-a.example"}
    mail = OutgoingMail.objects.get(recipient="colin@client-a.example")
    assert (mail.event, mail.solution) == (MailEvent.MESSAGE, None)
    assert "/answer/" not in letter(mail).text("")


def test_without_mail_if_they_chose_so(people: Cast, technician: Actor, ticket: Ticket) -> None:
    services.watch(
        actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk, by_mail=False
    )
    services.reply(actor=technician, ticket_id=ticket.pk, text="Je regarde")
    assert recipients(MailEvent.MESSAGE) == {"ursule@client-a.example"}


def test_somebody_of_another_client_is_refused(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    with pytest.raises(Invalid):
        services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.outsider.pk)
    # and one who slipped in reads nothing and receives nothing
    Watcher.objects.create(ticket=ticket, person=people.outsider, added_at=ticket.opened_at)
    with pytest.raises(NotFound):
        queries.get_ticket(actor(people.outsider), ticket.pk)
    services.reply(actor=technician, ticket_id=ticket.pk, text="Je regarde")
    assert recipients(MailEvent.MESSAGE) == {"ursule@client-a.example"}


def test_who_is_not_seen_is_not_named(people: Cast, ticket: Ticket) -> None:
    """Keys are counted up: an answer with a name would tell the people of every client."""
    only_a = factories.person(people.client_a, "Solène", "Seule")
    factories.grant(only_a, factories.role("technician"), people.client_a)
    with pytest.raises(Invalid) as caught:
        services.watch(actor=actor(only_a), ticket_id=ticket.pk, person_id=people.outsider.pk)
    with pytest.raises(Invalid) as unknown:
        services.watch(actor=actor(only_a), ticket_id=ticket.pk, person_id=999_999)
    told = (str(caught.value), caught.value.fields)
    assert told == (str(unknown.value), unknown.value.fields)
    # Whom they see is added as before.
    services.watch(actor=actor(only_a), ticket_id=ticket.pk, person_id=people.colleague.pk)


def test_one_follows_by_oneself_what_one_sees(people: Cast, ticket: Ticket) -> None:
    expert = actor(people.expert)
    services.watch(actor=expert, ticket_id=ticket.pk)
    services.watch(actor=expert, ticket_id=ticket.pk, by_mail=False)
    assert not Watcher.objects.get().by_mail
    services.unwatch(actor=expert, ticket_id=ticket.pk)
    with pytest.raises(NotFound):
        services.unwatch(actor=expert, ticket_id=ticket.pk)
    with pytest.raises(NotFound):
        services.watch(actor=actor(people.outsider), ticket_id=ticket.pk)


def test_a_user_adds_nobody(people: Cast, user: Actor, ticket: Ticket) -> None:
    with pytest.raises(Refused):
        services.watch(actor=user, ticket_id=ticket.pk, person_id=people.colleague.pk)
    with pytest.raises(Invalid):
        services.watch(actor=user, ticket_id=ticket.pk)


def test_a_note_names_a_colleague(people: Cast, technician: Actor, ticket: Ticket) -> None:
    expert = people.expert
    services.choose_notices(actor=actor(expert), mentions_by_mail=True)
    note = services.add_note(
        actor=technician, ticket_id=ticket.pk, text=f"@{expert.first_name} {expert.last_name} ?"
    )
    notice = Notice.objects.get()
    assert (notice.person, notice.message) == (expert, note)
    assert OutgoingMail.objects.get().event == MailEvent.MENTION
    assert services.read_notices(actor=technician) == 0
    assert services.read_notices(actor=actor(expert), notice_id=notice.pk) == 1
    with pytest.raises(NotFound):
        services.read_notices(actor=technician, notice_id=notice.pk)


def test_a_user_is_not_named_in_a_note(people: Cast, technician: Actor, ticket: Ticket) -> None:
    user = people.user
    services.add_note(
        actor=technician, ticket_id=ticket.pk, text=f"@{user.first_name} {user.last_name}"
    )
    assert not Notice.objects.exists()


def test_what_a_watcher_answers_by_mail_is_heard(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    services.hear_from_user(
        actor=system(),
        ticket_id=ticket.pk,
        text="Chez moi aussi",
        author_id=people.colleague.pk,
        channel=Channel.MAIL,
    )
    assert recipients(MailEvent.MESSAGE) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Théo Martin regarde", ["Théo"]),
        ("vu avec @theo.martin.", ["Théo"]),
        ("@Zoé, peux-tu ?", ["Zoé"]),
        ("@Ana et @Ana", []),
        ("theo@martin.example", []),
        ("@Théodore", []),
        ("@@ @ rien", []),
    ],
)
def test_whom_a_text_names(text: str, expected: list[str]) -> None:
    names = ["Théo Martin", "Zoé Petit", "Ana Un", "Ana Deux"]
    people = [
        SimpleNamespace(first_name=name.split()[0], last_name=name.split()[1]) for name in names
    ]
    assert [one.first_name for one in mentions.named(text, people)] == expected


def test_the_pages_of_watchers_and_of_what_names_one(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(people.expert.account)
    client.cookies["compagnon_language"] = "en"
    act = f"/desk/tickets/{ticket.pk}/do"
    assert client.post(f"{act}/watch/", {}).status_code == 302
    assert client.post(f"{act}/add-watcher/", {"person": people.colleague.pk}).status_code == 302
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert str(people.colleague) in page
    assert client.post(f"{act}/unwatch/", {}).status_code == 302
    services.add_note(
        actor=technician,
        ticket_id=ticket.pk,
        text=f"@{people.expert.first_name} {people.expert.last_name}",
    )
    listed = client.get("/desk/for-me/").content.decode()
    assert ticket.title in listed
    assert client.post("/desk/for-me/read/").status_code == 302
    assert Notice.objects.get().read_at is not None
    assert client.post("/desk/for-me/choice/", {"mentions_by_mail": "on"}).status_code == 302


def test_the_same_by_api(people: Cast, technician: Actor, ticket: Ticket) -> None:
    client = Client()
    client.force_login(people.expert.account)
    address = f"/api/v1/tickets/{ticket.pk}/watchers"
    made = client.post(address, {"person_id": people.colleague.pk}, content_type="application/json")
    assert made.status_code == 201, made.content
    assert [one["person"]["id"] for one in client.get(address).json()["items"]] == [
        people.colleague.pk
    ]
    assert client.delete(f"{address}/{people.colleague.pk}").status_code == 204
    services.add_note(
        actor=technician,
        ticket_id=ticket.pk,
        text=f"@{people.expert.first_name} {people.expert.last_name}",
    )
    (one,) = client.get("/api/v1/notices").json()["items"]
    assert one["read_at"] is None
    read = client.post("/api/v1/notices/read", {}, content_type="application/json")
    assert read.json() == {"read": 1}

"""Those in copy of a mail: offered as watchers by name, never added by the mail itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.personal import Subject, holdings
from compagnon.desk import copied, services
from compagnon.desk.inbound import intake
from compagnon.desk.models import CopiedAddress, Ticket, Watcher
from compagnon.desk.tests import factories
from compagnon.people import standard_roles
from compagnon.people.tests.factories import Cast, actor, contact, grant, role

pytestmark = pytest.mark.django_db
COPIES = (
    "Colin <COLIN@client-a.example>, Support <support+x@assistance.example>, "
    '"Le fournisseur" <jo@elsewhere.example>, ursule@client-a.example, renee@client-a.example'
)


def arrive(people: Cast, *, to: str = "support@assistance.example", **headers: str) -> Ticket:
    """Take a mail of Ursule's and process it."""
    values = {"Cc": COPIES, "Message-ID": "<un@client-a.example>"} | headers
    raw = factories.mail(
        From="Ursule Petit <ursule@client-a.example>", To=to, Subject="Panne", **values
    ).as_bytes()
    received = services.receive(
        actor=Actor.system("listener", source=Source.MAIL),
        raw=raw,
        mail_from="ursule@client-a.example",
        rcpt_to=("support@assistance.example",),
    )
    done = intake.process(received.inbound.pk)
    assert done.ticket is not None, done.detail
    return done.ticket


@pytest.fixture
def ticket(people: Cast) -> Ticket:
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    return arrive(people)


def told(who: Actor, ticket: Ticket) -> list[tuple[str, bool]]:
    return [(one.address, one.person is not None) for one in copied.of_ticket(who, ticket)]


def test_nobody_is_added_by_a_mail(people: Cast, technician: Actor, ticket: Ticket) -> None:
    assert not Watcher.objects.exists()
    # Neither the sender, nor an address of ours with a tag; the known ones first.
    assert told(technician, ticket) == [
        ("colin@client-a.example", True),
        ("renee@client-a.example", True),
        ("jo@elsewhere.example", False),
    ]
    assert copied.of_ticket(technician, ticket)[2].name == "Le fournisseur"
    # To users nobody is named.
    assert told(actor(people.user), ticket) == []


def test_one_is_added_then_the_rest_is_left(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.follow_copied(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    row = Watcher.objects.get()
    assert (row.person, row.added_by_id, row.by_mail) == (people.colleague, technician.id, True)
    assert Entry.objects.filter(verb="ticket.watch").count() == 1
    assert [address for address, _known in told(technician, ticket)] == [
        "renee@client-a.example",
        "jo@elsewhere.example",
    ]
    assert services.leave_copied(actor=technician, ticket_id=ticket.pk) == 2
    assert told(technician, ticket) == []
    entry = Entry.objects.get(verb="ticket.leave_copied")
    assert entry.after == {"addresses": 2}
    # Who was added and taken off again is not offered once more.
    services.unwatch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    assert told(technician, ticket) == []
    with pytest.raises(NotFound):
        services.leave_copied(actor=technician, ticket_id=ticket.pk)
    with pytest.raises(Invalid):
        services.follow_copied(actor=technician, ticket_id=ticket.pk)


def test_all_whom_we_know_and_who_may_read_it(people: Cast, technician: Actor) -> None:
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    ticket = arrive(people, Cc="oscar@client-b.example, colin@client-a.example")
    made = services.follow_copied(actor=technician, ticket_id=ticket.pk)
    assert [row.person for row in made] == [people.colleague]
    # Somebody of another client may not read it: they stay offered, and the refusal says why.
    assert told(technician, ticket) == [("oscar@client-b.example", True)]
    with pytest.raises(Invalid, match="Oscar"):
        services.follow_copied(actor=technician, ticket_id=ticket.pk)
    assert Watcher.objects.count() == 1


def test_refusals(people: Cast, technician: Actor, ticket: Ticket) -> None:
    for verb in (services.follow_copied, services.leave_copied):
        with pytest.raises(Refused):
            verb(actor=actor(people.user), ticket_id=ticket.pk)
        with pytest.raises(NotFound):
            verb(actor=actor(people.outsider), ticket_id=ticket.pk)
    with pytest.raises(Invalid):
        # Known and on the same ticket's organisation, but nobody put them in copy.
        services.follow_copied(actor=technician, ticket_id=ticket.pk, person_id=people.expert.pk)
    assert not Watcher.objects.exists()


def test_whom_the_reader_does_not_see_is_an_address(people: Cast, ticket: Ticket) -> None:
    """A technician of one client's tickets learns of nobody elsewhere."""
    contact(people.outsider, "jo@elsewhere.example", primary=False)
    grant(people.colleague, role(standard_roles.TECHNICIAN), people.client_a)
    assert ("jo@elsewhere.example", False) in told(actor(people.colleague), ticket)
    assert ("jo@elsewhere.example", True) in told(actor(people.technician), ticket)


def test_later_mails_and_merged_tickets_add_theirs(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.leave_copied(actor=technician, ticket_id=ticket.pk)
    again = {"Message-ID": "<deux@a.example>", "In-Reply-To": "<un@client-a.example>"}
    # In the same mail twice, with another spelling, and in «To».
    assert arrive(people, to="support@assistance.example, Ivo <ivo@x.example>",
                  Cc="IVO@x.example", **again) == ticket  # fmt: skip
    assert told(technician, ticket) == [("ivo@x.example", False)]
    assert copied.of_ticket(technician, ticket)[0].name == "Ivo"
    other = factories.ticket(people.user)
    services.merge_tickets(actor=technician, ticket_id=ticket.pk, into_id=other.pk)
    assert told(technician, other) == [("ivo@x.example", False)]


def test_a_mailing_to_hundreds_is_bounded(people: Cast, technician: Actor) -> None:
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    ticket = arrive(people, Cc=", ".join(f"p{one}@x.example" for one in range(120)))
    assert CopiedAddress.objects.count() == 50
    assert len(told(technician, ticket)) == 50


def test_the_page(people: Cast, technician: Actor, ticket: Ticket) -> None:
    client = Client()
    client.force_login(people.technician.account)
    client.cookies["compagnon_language"] = "en"
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Colin Roux and 2 others were in copy of a mail." in page
    assert "Add the 2 whom we know" in page
    assert "Le fournisseur" in page
    address = f"/desk/tickets/{ticket.pk}/do"
    assert client.post(f"{address}/follow-copied/").status_code == 302
    assert Watcher.objects.count() == 2
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Le fournisseur was in copy of a mail." in page
    assert "Add as watcher" not in page
    assert client.post(f"{address}/follow-copied/").status_code == 422
    assert client.post(f"{address}/leave-copied/").status_code == 302
    assert "in copy of a mail" not in client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    client.force_login(people.user.account)
    assert client.post(f"{address}/leave-copied/").status_code == 403


def test_by_api(people: Cast, ticket: Ticket) -> None:
    client = Client()
    client.force_login(people.technician.account)
    address = f"/api/v1/tickets/{ticket.pk}"

    def post(path: str, body: Any) -> Any:
        return client.post(f"{address}/{path}", json.dumps(body), content_type="application/json")

    items = client.get(f"{address}/copied").json()["items"]
    assert items[0]["person"]["id"] == people.colleague.pk
    assert items[2] == {"address": "jo@elsewhere.example", "name": "Le fournisseur", "person": None}
    left = post("follow-copied", {"person_id": people.colleague.pk, "by_mail": False})
    assert [one["address"] for one in left.json()["items"]] == [
        "renee@client-a.example", "jo@elsewhere.example",
    ]  # fmt: skip
    assert Watcher.objects.get().by_mail is False
    left = post("leave-copied", {"addresses": ["JO@elsewhere.example"]})
    assert [one["address"] for one in left.json()["items"]] == ["renee@client-a.example"]
    assert post("leave-copied", {"addresses": ["x@y.example"]}).status_code == 404
    assert post("follow-copied", {"person_id": 0}).status_code == 422
    client.force_login(people.outsider.account)
    assert client.get(f"{address}/copied").status_code == 404


def test_an_address_goes_with_its_person_and_with_its_mail(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    register = {one.key: one for one in holdings()}
    colleague = Subject(people.colleague.pk, addresses=("colin@client-a.example",))
    copied_in = register["desk.mail_copied"]
    assert [one["address"] for one in copied_in.export(colleague)] == ["colin@client-a.example"]
    assert copied_in.erase is not None
    assert copied_in.erase(colleague) == 1
    assert CopiedAddress.objects.count() == 2
    sender = register["desk.mail_received"]
    assert sender.erase is not None
    sender.erase(Subject(people.user.pk, addresses=("ursule@client-a.example",)))
    assert CopiedAddress.objects.count() == 0

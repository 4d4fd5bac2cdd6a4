"""Writing to those whom a machine's fall touches: seen first, then sent once to each."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.models import Entry
from compagnon.desk import services
from compagnon.desk.models import MailEvent, Message, OutgoingMail, Ticket
from compagnon.desk.outbound import delivery
from compagnon.park.models import Asset
from compagnon.park.services import relations
from compagnon.park.shipped_relations import ensure
from compagnon.park.tests.factories import asset
from compagnon.people.models import Person
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast, actor, cast, system

TEXT = "La messagerie est arrêtée. Nous y travaillons."


@pytest.fixture
def people(db: None) -> Cast:
    """The fixed cast."""
    return cast()


@pytest.fixture
def touched(people: Cast) -> list[Person]:
    """Three persons of client A who use the mail, the last without an address."""
    return [
        factories.person(people.client_a, "Ana", "Touchée"),
        factories.person(people.client_a, "Bo", "Touché"),
        factories.person(people.client_a, "Cy", "Sansadresse", email=""),
    ]


@pytest.fixture
def made(people: Cast, touched: list[Person]) -> Ticket:
    """A critical ticket of the user's, about the mail that they and three others use."""
    mail = asset(people.client_a, "Messagerie", type="service")
    for person in (people.user, *touched):
        one = asset(people.client_a, f"pc de {person.last_name}", person=person)
        relations.tie(actor=system(), source_id=one.pk, target_id=mail.pk, kind=ensure("uses"))
    return services.open_ticket(
        actor=actor(people.technician), requester=people.user, title="Secret de la cliente",
        text="Plus rien.", asset=mail,
    )  # fmt: skip


def sent() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(event=MailEvent.AFFECTED).order_by("recipient"))


def tell(people: Cast, made: Ticket, **said: Any) -> Message:
    return services.tell_affected(
        actor=actor(people.technician), ticket_id=made.pk, text=TEXT, **said
    )


def test_each_receives_it_once_and_the_ticket_keeps_it(
    people: Cast, made: Ticket, touched: list[Person]
) -> None:
    message = tell(people, made)
    assert message.is_public
    rows = sent()
    assert [one.person for one in rows] == touched[:2]
    # The ticket's user receives the answer, as of any other.
    (answer,) = OutgoingMail.objects.filter(event=MailEvent.MESSAGE, message=message)
    assert answer.person == people.user
    entry = Entry.objects.get(verb="ticket.tell_affected")
    assert entry.after["persons"] == 2

    written = delivery.write(rows[0])
    told = written.as_string()
    body = written.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert TEXT in body
    assert "Messagerie" in body
    assert "Messagerie" in written["Subject"]
    # Nothing of the request itself, nor of its thread.
    assert "Secret" not in told
    assert written["In-Reply-To"] is None


def test_some_alone_are_written_to(people: Cast, made: Ticket, touched: list[Person]) -> None:
    tell(people, made, person_ids={touched[1].pk, people.outsider.pk})
    assert [one.person for one in sent()] == [touched[1]]


def test_the_page_shows_then_sends(
    people: Cast, made: Ticket, touched: list[Person], client: Client
) -> None:
    client.force_login(people.technician.account)
    where = reverse("desk:write_affected", args=[made.pk])
    page = client.get(where).content.decode()
    for person in (people.user, *touched):
        assert str(person) in page
    keys = [touched[0].pk, touched[1].pk]
    said = {"text": TEXT, "persons": keys, "version": Ticket.objects.get(pk=made.pk).version}
    shown = client.post(where, said)
    assert shown.status_code == 200
    assert 'name="send"' in shown.content.decode()
    assert sent() == []
    assert client.post(where, {**said, "send": "1"}).status_code == 302
    assert len(sent()) == 2
    # The same form again is refused: the ticket moved on.
    assert client.post(where, {**said, "send": "1"}).status_code == 422
    assert len(sent()) == 2
    assert client.post(where, {**said, "text": "", "send": "1"}).status_code == 422


def test_the_api_lists_and_writes(
    people: Cast, made: Ticket, touched: list[Person], client: Client
) -> None:
    client.force_login(people.technician.account)
    found = client.get(f"/api/v1/tickets/{made.pk}/affected").json()
    assert found["persons"] == 4
    assert touched[0].pk in {one["person_id"] for one in found["people"]}
    body = {"text": TEXT, "person_ids": [touched[0].pk]}
    answer = client.post(
        f"/api/v1/tickets/{made.pk}/affected/message", body, content_type="application/json"
    )
    assert answer.status_code == 200
    assert [one.person for one in sent()] == [touched[0]]
    client.force_login(people.user.account)
    assert client.get(f"/api/v1/tickets/{made.pk}/affected").status_code == 404


def test_what_is_refused(people: Cast, made: Ticket, touched: list[Person]) -> None:
    with pytest.raises(Invalid):
        tell(people, made, person_ids=[touched[2].pk])
    with pytest.raises(Stale):
        tell(people, made, expected_version=99)
    with pytest.raises(Refused):
        services.tell_affected(actor=actor(people.user), ticket_id=made.pk, text=TEXT)
    with pytest.raises(NotFound):
        services.tell_affected(actor=actor(people.outsider), ticket_id=made.pk, text=TEXT)
    Asset.objects.filter(name="Messagerie").update(person=None)
    services.link_asset(actor=actor(people.technician), ticket_id=made.pk, asset_id=None)
    with pytest.raises(Conflict):
        tell(people, made)
    assert sent() == []

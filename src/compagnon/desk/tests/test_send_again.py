"""The page of sent mail and its API: what failed is seen, and sent again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.core.models import Entry, Task, TaskState
from compagnon.desk import services
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import OutgoingMail, OutgoingState, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor

URL = "/desk/outgoing/"
API = "/api/v1/outgoing-mail"


def failed(ticket: Ticket, technician: Actor) -> OutgoingMail:
    services.reply(actor=technician, ticket_id=ticket.pk, text="Bonjour")
    mail = OutgoingMail.objects.get(ticket=ticket)
    mail.state, mail.reason, mail.attempts = OutgoingState.FAILED, "550 no such user", 20
    mail.save()
    Task.objects.all().delete()
    return mail


@pytest.fixture
def mail(ticket: Ticket, technician: Actor) -> OutgoingMail:
    """An answer that the user's mail server refused."""
    return failed(ticket, technician)


@pytest.fixture
def supervisor(people: Cast) -> Client:
    """A browser of somebody who may settle mail."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(people.supervisor.account)
    client.cookies["compagnon_language"] = "en"
    return client


def test_a_mail_that_failed_is_shown_with_its_reason(
    supervisor: Client, mail: OutgoingMail
) -> None:
    page = supervisor.get(URL).content.decode()
    assert mail.recipient in page
    assert "550 no such user" in page
    assert mail.recipient not in supervisor.get(f"{URL}?state=sent").content.decode()
    assert mail.recipient in supervisor.get(f"{URL}?state=all").content.decode()
    assert supervisor.get(f"{URL}?state=nonsense&cursor=x").status_code == 200


def test_it_is_sent_again_under_the_same_message_id(supervisor: Client, mail: OutgoingMail) -> None:
    identity = mail.internet_id
    assert supervisor.post(f"{URL}{mail.pk}/retry/").headers["Location"] == URL
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.attempts) == (OutgoingState.WAITING, "", 0)
    assert mail.internet_id == identity
    task = Task.objects.get(state=TaskState.WAITING)
    assert (task.path, task.arguments["args"]) == ("compagnon.desk.tasks.deliver", [mail.pk])
    entry = Entry.objects.get(verb="outgoing.retry")
    assert entry.organisation_id == mail.ticket.organisation_id


@pytest.mark.parametrize(
    "state", [state for state in OutgoingState if state != OutgoingState.FAILED]
)
def test_what_did_not_fail_is_not_sent_again(
    supervisor: Client, people: Cast, mail: OutgoingMail, state: OutgoingState
) -> None:
    OutgoingMail.objects.update(state=state)
    with pytest.raises(IllegalMove):
        services.retry_mail(actor=actor(people.supervisor), mail_id=mail.pk)
    page = supervisor.post(f"{URL}{mail.pk}/retry/", follow=True).content.decode()
    assert "nothing to send again" in page
    assert not Task.objects.exists()


def test_a_technician_sees_it_and_may_not_send_it_again(
    people: Cast, mail: OutgoingMail, client: Client
) -> None:
    client.force_login(people.technician.account)
    page = client.get(URL).content.decode()
    assert mail.recipient in page
    assert f"{URL}{mail.pk}/retry/" not in page
    assert client.post(f"{URL}{mail.pk}/retry/").status_code == 403
    with pytest.raises(Refused):
        services.retry_mail(actor=actor(people.technician), mail_id=mail.pk)


def test_users_and_outsiders_see_no_mail(people: Cast, mail: OutgoingMail, client: Client) -> None:
    for person in (people.user, people.outsider):
        client.force_login(person.account)
        for path in (URL, API):
            assert client.get(path).status_code == 403
        assert client.post(f"{URL}{mail.pk}/retry/").status_code == 404
        with pytest.raises(NotFound):
            services.retry_mail(actor=actor(person), mail_id=mail.pk)


def test_the_api_does_what_the_page_does(
    supervisor: Client, people: Cast, mail: OutgoingMail, technician: Actor
) -> None:
    other = failed(factories.ticket(people.outsider), technician)
    items = supervisor.get(f"{API}?state=failed").json()["items"]
    assert {item["id"] for item in items} == {mail.pk, other.pk}
    items = supervisor.get(f"{API}?ticket={mail.ticket_id}").json()["items"]
    assert [item["message_id"] for item in items] == [mail.internet_id]
    answer: Any = supervisor.post(f"{API}/{mail.pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert supervisor.post(f"{API}/{mail.pk}/retry").status_code == 409
    assert supervisor.get(f"{API}/{mail.pk}").json()["attempts"] == 0

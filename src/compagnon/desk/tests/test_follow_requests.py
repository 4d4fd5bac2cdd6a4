"""Who follows an organisation's requests: the public side, and no verb on them."""

from __future__ import annotations

import pytest
from django.test import Client

from compagnon.contracts.models import Clock, ContractKind
from compagnon.contracts.tests import factories as contracts
from compagnon.core.errors import Refused
from compagnon.core.visibility import visible
from compagnon.desk import following, queries, services
from compagnon.desk.models import Message, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, grant, role

OWN = {"take_up": 1800, "resolution": 4 * 3600}


@pytest.fixture
def watched(people: Cast) -> Ticket:
    """A ticket of client A on which support has worked, with the client's clock and the team's."""
    hours = contracts.calendar("Heures")
    contracts.contract(
        people.client_a, provider=people.provider, name="SLA", calendar_=hours, targets=OWN
    )
    contracts.contract(
        None,
        provider=people.provider,
        name="Entre équipes",
        calendar_=hours,
        targets={"resolution": 3600},
        kind=ContractKind.OLA,
        team=people.level_1,
    )
    ticket = factories.ticket(people.user, title="Écran noir", team=people.level_1)
    boss = actor(people.supervisor)
    services.add_note(actor=boss, ticket_id=ticket.pk, text="Il se plaint souvent.")
    services.reply(actor=boss, ticket_id=ticket.pk, text="Nous venons demain.")
    return ticket


@pytest.fixture
def reading(people: Cast) -> Client:
    client = Client()
    client.force_login(people.representative.account)
    return client


def test_the_list_the_page_and_the_api_show_the_public_side(
    people: Cast, watched: Ticket, reading: Client
) -> None:
    assert reading.get("/").url == "/requests/followed/"  # type: ignore[attr-defined]
    assert [one.pk for one in reading.get("/requests/followed/").context["tickets"]] == [watched.pk]
    page = reading.get(f"/desk/tickets/{watched.pk}/").content.decode()
    assert "Nous venons demain" in page
    assert "Il se plaint" not in page
    told = reading.get(f"/api/v1/tickets/{watched.pk}/messages").json()["items"]
    assert {one["kind"] for one in told} == {"description", "reply"}


def test_the_clients_clocks_are_told_and_no_other(people: Cast, watched: Ticket) -> None:
    assert Clock.objects.filter(kind=ContractKind.OLA).exists()
    told = following.told_clocks(actor(people.representative), watched)
    assert {one.measure for one in told} == set(OWN)
    assert {one.contract.kind for one in told} == {ContractKind.SLA}


def test_what_is_due_first_is_not_told_by_the_api(
    people: Cast, watched: Ticket, reading: Client
) -> None:
    watched.refresh_from_db()
    assert watched.due_at is not None
    assert reading.get(f"/api/v1/tickets/{watched.pk}").json()["due_at"] is None
    assert reading.get("/api/v1/tickets?queue=breaching").json()["items"] == []
    assert reading.get("/api/v1/tickets?ordering=due_at").json()["items"] == []
    assert len(reading.get("/api/v1/tickets?followed=true").json()["items"]) == 1


@pytest.mark.parametrize("verb", ["reply", "note", "take", "solve", "qualify", "cancel"])
def test_following_gives_no_verb(people: Cast, watched: Ticket, reading: Client, verb: str) -> None:
    before = Ticket.objects.get(pk=watched.pk).version
    answer = reading.post(f"/desk/tickets/{watched.pk}/do/{verb}/", {"text": "x", "reason": "x"})
    assert answer.status_code in {403, 422}
    assert Ticket.objects.get(pk=watched.pk).version == before


def test_another_clients_requests_are_not_there(people: Cast, watched: Ticket) -> None:
    other = factories.ticket(people.outsider)
    assert other not in visible(Ticket, actor(people.representative))
    assert list(following.followed(actor(people.representative))) == [watched]


def test_a_user_follows_nothing(people: Cast, watched: Ticket) -> None:
    with pytest.raises(Refused):
        following.followed(actor(people.colleague))
    assert not visible(Ticket, actor(people.colleague)).exists()


def test_following_everywhere_shows_no_note_either(people: Cast, watched: Ticket) -> None:
    """The provider's auditor, say: the filter that is no limit must not open the internal side."""
    grant(people.outsider, role(verbs={"ticket.follow"}), people.provider)
    everywhere = actor(people.outsider)
    assert watched in following.followed(everywhere)
    assert all(one.is_public for one in visible(Message, everywhere))
    assert not queries.escalations_of(everywhere, watched).exists()


def test_a_member_of_support_reads_their_own_side(people: Cast, watched: Ticket) -> None:
    """Holding both verbs, one sees what support sees."""
    grant(people.technician, role(verbs={"ticket.follow"}), people.client_a)
    assert visible(Message, actor(people.technician)).filter(is_public=False).exists()

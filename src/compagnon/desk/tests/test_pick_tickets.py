"""Finding one ticket while typing: in pickers, in the palette, by API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from compagnon.config.tests import world
from compagnon.config.tests.filled import filled_database
from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.models import Ticket
from compagnon.desk.picking import pick_tickets
from compagnon.desk.tests import factories
from compagnon.park.queries.picking import pick_assets
from compagnon.people.models import Organisation, Person
from compagnon.people.queries import pick_persons
from compagnon.people.tests import factories as persons
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db


def picked(who: Actor, text: str, **options: int) -> list[int]:
    return [one.pk for one in pick_tickets(who, text, **options)]


def test_by_its_number_by_beginnings_and_by_whole_words(cast: Cast) -> None:
    technician = actor(cast.technician)
    screen = factories.ticket(cast.user, title="Écran noir à l’accueil", text="Câble vert.")
    badge = factories.ticket(cast.user, title="Badge refusé", affected_item="Porte 12")
    assert picked(technician, f"{badge.pk:06}")[0] == badge.pk
    assert picked(technician, f"#{screen.pk}")[0] == screen.pk
    assert picked(technician, "ecr no") == [screen.pk]
    assert picked(technician, "port") == [badge.pk]
    # What only a message says is found by whole words.
    assert picked(technician, "vert") == [screen.pk]
    assert picked(technician, "nulle part") == []
    # The beginning of the name of whom it is for.
    assert set(picked(technician, cast.user.last_name[:3])) == {screen.pk, badge.pk}
    assert picked(technician, "", without=badge.pk) == [screen.pk]
    for odd in ("\x00", '"', "*", "-", "(" * 200, "É" * 90, "’"):
        picked(technician, odd)


def test_the_number_of_another_desk_by_its_beginning(cast: Cast) -> None:
    ticket = factories.ticket(cast.user)
    Ticket.objects.filter(pk=ticket.pk).update(external_reference="INC0042718")
    technician = actor(cast.technician)
    assert picked(technician, "INC0042718") == [ticket.pk]
    assert picked(technician, "inc0042") == [ticket.pk]


def test_what_is_closed_is_found_by_its_words(cast: Cast) -> None:
    ticket = factories.ticket(cast.user, title="Graveur introuvable")
    services.cancel(actor=system(), ticket_id=ticket.pk, reason="Doublon")
    assert picked(actor(cast.technician), "graveur") == [ticket.pk]
    assert picked(actor(cast.technician), "") == []


def test_nobody_is_offered_what_they_do_not_see(cast: Cast) -> None:
    ticket = factories.ticket(cast.user, title="Secret de fabrique")
    outsider = actor(cast.outsider)
    for text in ("", "secret", "sec", f"{ticket.pk}"):
        assert picked(outsider, text) == []
    assert picked(actor(cast.user), "secr") == [ticket.pk]


def test_page_and_palette_offer_the_same(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user, title="Écran <b>noir</b>")
    other = factories.ticket(cast.user, title="Écran bleu")
    client.force_login(cast.technician.account)
    page = client.get("/desk/tickets/pick/", {"q": "ecran", "near": other.pk}).content.decode()
    assert f'data-value="{ticket.reference}"' in page
    assert other.reference not in page
    assert "&lt;b&gt;noir" in page
    palette = client.get("/palette/", {"q": "ecran"}).content.decode()
    assert f'data-href="/desk/tickets/{ticket.pk}/"' in palette
    assert 'role="group"' in palette
    assert client.get("/palette/").content.decode().strip() == ""
    person = client.get("/palette/", {"q": cast.user.last_name}).content.decode()
    assert f'data-href="/people/persons/{cast.user.pk}/"' in person
    client.logout()
    assert client.get("/palette/", {"q": "ecran"}).status_code == 302


def test_by_api(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user, title="Écran noir")
    client.force_login(cast.technician.account)
    answer = client.get("/api/v1/pick/tickets?q=ecr")
    assert answer.status_code == 200, answer.content
    found = json.loads(answer.content)["items"]
    assert [(one["id"], one["reference"], one["state"]) for one in found] == [
        (ticket.pk, ticket.reference, "new")
    ]
    assert client.get("/api/v1/pick/tickets?without=x").status_code == 422


def test_a_list_is_gone_back_to_and_no_other_site(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user)
    client.force_login(cast.technician.account)
    address = f"/desk/tickets/{ticket.pk}/do/take/"
    queue = f"/desk/queue/?queue=mine#ticket-{ticket.pk}"
    assert client.post(address, {"next": queue})["Location"] == queue
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "x"):
        assert client.post(address, {"next": elsewhere})["Location"] == (
            f"/desk/tickets/{ticket.pk}/"
        )


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_under_a_tenth_of_a_second_at_a_hundred_thousand() -> None:
    with filled_database(100_000):
        root = Organisation.objects.filter(parent=None).earliest("pk")
        anybody = persons.person(root)
        persons.grant(anybody, world.everything(), root)
        who = actor(anybody)
        last = Ticket.objects.latest("pk").pk
        known = Person.objects.latest("pk").last_name
        typed = {
            pick_tickets: ["", "a", "impr", "imprimante", "serveur lent", f"{last:06}", known],
            pick_persons: ["", "m", "mar", known, known[:2], "06"],
            pick_assets: ["", "p", "PC", "pc-0", "écran", "10.0.0.1"],
        }
        taken = {
            f"{pick.__name__} {text!r}": min(_taken(pick, who, text) for _time in range(3))
            for pick, texts in typed.items()
            for text in texts
        }
        print("\n".join(f"{1000 * best:6.1f} ms  {what}" for what, best in taken.items()))  # noqa: T201
        assert {what: best for what, best in taken.items() if best > 0.1} == {}


def _taken(pick: Callable[[Actor, str], Any], who: Actor, text: str) -> float:
    """The seconds of the processor and of the database that a picker takes."""
    began = time.perf_counter()
    pick(who, text)
    return time.perf_counter() - began

"""What pages show beside lists, read by the API."""

from __future__ import annotations

import pytest
from django.test import Client

from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.models import Ticket
from compagnon.people.tests.factories import Cast

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def caller(person: object) -> Client:
    client = Client()
    client.force_login(person.account)  # type: ignore[attr-defined]
    return client


def test_the_queues_are_counted(people: Cast, ticket: Ticket, technician: Actor) -> None:
    def counts() -> dict[str, int]:
        items = caller(people.technician).get("/api/v1/ticket-queues").json()["items"]
        return {item["queue"]: item["count"] for item in items}

    assert counts()["unassigned"] == 1
    services.take(actor=technician, ticket_id=ticket.pk)
    assert (counts()["unassigned"], counts()["mine"]) == (0, 1)


def test_a_message_is_read_with_its_layout(people: Cast, ticket: Ticket, technician: Actor) -> None:
    message = services.reply(actor=technician, ticket_id=ticket.pk, text="**Redémarrez**")
    note = services.add_note(actor=technician, ticket_id=ticket.pk, text="Encore lui.")
    answer = caller(people.user).get(f"/api/v1/messages/{message.pk}")
    assert "<strong>Redémarrez</strong>" in answer.json()["html"]
    assert caller(people.user).get(f"/api/v1/messages/{note.pk}").status_code == 404
    assert caller(people.outsider).get(f"/api/v1/messages/{message.pk}").status_code == 404


def test_a_sheet_tells_support_where_it_is_signed_and_shows_the_signature(
    people: Cast, ticket: Ticket, technician: Actor
) -> None:
    task = services.plan_task(actor=technician, ticket_id=ticket.pk, title="Passer")
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Vu.")
    url = f"/api/v1/sheets/{sheet.pk}"
    desk, user = caller(people.technician), caller(people.user)
    assert desk.get(url).json()["sign_url"].endswith("/")
    assert user.get(url).json()["sign_url"] == ""
    assert desk.get(f"{url}/signature").status_code == 404
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=600)
    services.sign_sheet(actor=technician, sheet_id=sheet.pk, name="Ursule Petit", signature=PNG)
    assert desk.get(url).json()["sign_url"] == ""
    picture = desk.get(f"{url}/signature")
    assert picture.status_code == 200
    assert b"".join(picture.streaming_content) == PNG  # type: ignore[attr-defined]
    assert caller(people.outsider).get(f"{url}/signature").status_code == 404


@pytest.mark.parametrize(("days", "status"), [(90, 200), (0, 422), (99999, 422)])
def test_what_a_contract_kept(people: Cast, technician: Actor, days: int, status: int) -> None:
    agreed = contracts.contract(
        people.client_a, calendar_=contracts.calendar(always_open=True), targets={"take_up": 3600}
    )
    ticket = services.open_ticket(
        actor=technician, requester=people.user, title="Écran", text="Noir."
    )
    services.take(actor=technician, ticket_id=ticket.pk)
    url = f"/api/v1/contracts/{agreed.pk}/kept?days={days}"
    answer = caller(people.technician).get(url)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["items"] == [
            {"measure": "take_up", "met": 1, "missed": 0, "percent": 100}
        ]
        assert caller(people.outsider).get(url).status_code == 404

"""A queue as a file: what it shows, in its order, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from compagnon.core.crud import export
from compagnon.desk import services
from compagnon.desk.models import Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor

URL = "/desk/queue/export.csv"


def rows(client: Client, query: str = "queue=all") -> list[list[str]]:
    """Read the file."""
    answer = client.get(f"{URL}?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def technician_browser(people: Cast) -> Client:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(people.technician.account)
    return client


def test_a_queue_is_given_as_it_is_narrowed_and_sorted(
    people: Cast, technician_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    made = [factories.ticket(people.user, title=f"Panne {number}") for number in range(5)]
    services.take(actor=actor(people.technician), ticket_id=made[0].pk)
    head, *lines = rows(technician_browser, "queue=all&sort=opened")
    assert head[:5] == ["Numéro", "Titre", "Type", "État", "Priorité"]
    assert [line[1] for line in lines] == [f"Panne {number}" for number in range(5)]
    assert {len(line) for line in lines} == {len(head)}
    assert lines[0][0] == made[0].reference
    assert lines[0][head.index("Technicien")] == str(people.technician)
    assert [line[1] for line in rows(technician_browser, "queue=mine")[1:]] == ["Panne 0"]
    assert [line[1] for line in rows(technician_browser, "queue=all&q=panne+3")[1:]] == ["Panne 3"]
    page = technician_browser.get("/desk/queue/?queue=mine&sort=due").content.decode()
    assert f"{URL}?queue=mine&amp;sort=due" in page


def test_no_cell_is_a_formula(people: Cast, technician_browser: Client) -> None:
    factories.ticket(people.user, title="=cmd|' /C calc'!A0")
    assert rows(technician_browser)[1][1].startswith("'=")


def test_a_long_queue_says_where_it_stops(
    people: Cast, technician_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    for number in range(3):
        factories.ticket(people.user, title=f"Panne {number}")
    _head, *lines = rows(technician_browser)
    assert len(lines) == 3
    assert "2" in lines[-1][0]


def test_who_reads_no_queue_gets_no_file(people: Cast, technician_browser: Client) -> None:
    factories.ticket(people.user, title="Panne")
    client = Client()
    assert client.get(URL).status_code == 302
    client.force_login(people.user.account)
    assert client.get(URL).status_code == 403
    assert technician_browser.get(f"{URL}?view=999999").status_code == 404
    assert Ticket.objects.count() == 1

"""The columns of the queue: each one's own, a view's for everybody, the same in the file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compagnon.core.errors import Invalid, Refused
from compagnon.core.models import Entry
from compagnon.desk import queue_columns, services
from compagnon.desk.models import QueueColumns, Reach, SavedView
from compagnon.desk.services import saved_views
from compagnon.desk.services.queue_columns import choose_columns
from compagnon.desk.tests import factories
from compagnon.people.models import Membership
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db
PAGE = "/desk/queue/columns/"


def browser(people: Cast, who: str = "technician", language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = language
    return client


def shown(client: Client, address: str = "/desk/queue/") -> list[str]:
    return [column.name for column in client.get(address).context["columns"]]


def file(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/desk/queue/export.csv?{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_columns_are_kept_with_the_person_in_their_order(people: Cast) -> None:
    ticket = factories.ticket(people.user, title="Écran noir", team=people.level_1)
    services.take(actor=actor(people.technician), ticket_id=ticket.pk)
    desk = browser(people)
    assert shown(desk) == list(queue_columns.AT_FIRST)
    assert len(file(desk)[0]) == 19
    asked = {"order": ["assignee", "organisation", "request", "opened", "state"],
             "column": ["assignee", "opened", "organisation"], "do": "save"}  # fmt: skip
    answer = desk.post(f"{PAGE}?queue=mine", asked)
    assert answer["Location"] == "/desk/queue/?queue=mine"
    # From another browser as well, and nobody else's.
    other = browser(people)
    assert shown(other) == ["assignee", "organisation", "request", "opened"]
    assert shown(browser(people, "expert")) == list(queue_columns.AT_FIRST)
    page = other.get("/desk/queue/").content.decode()
    assert f'<td class="cell-words" data-label="Technician">{people.technician}</td>' in page
    # What has a column of its own is not told twice.
    assert page.count(f" · {ticket.organisation}") == 0
    head, line = file(other)
    assert head == ["Technician", "Organisation", "Number", "Title", "Opened on"]
    assert line[:4] == [str(people.technician), str(ticket.organisation), ticket.reference,
                        "Écran noir"]  # fmt: skip
    entry = Entry.objects.get(verb="queue.choose_columns")
    assert entry.after == {"columns": ["assignee", "organisation", "request", "opened"]}
    desk.post(PAGE, {"do": "reset"})
    assert shown(desk) == list(queue_columns.AT_FIRST)
    assert not QueueColumns.objects.exists()


def test_moving_a_column_keeps_nothing_until_it_is_said(people: Cast) -> None:
    desk = browser(people)
    asked = {"order": ["priority", "request", "state"], "column": ["priority", "state"]}
    answer = desk.post(PAGE, asked | {"do": "up:state"})
    assert [one.name for one in answer.context["columns"]][:3] == ["priority", "state", "request"]
    assert answer.context["ticked"] == {"priority", "request", "state"}
    assert not QueueColumns.objects.exists()
    # Where one was, one goes on.
    assert 'value="up:state" aria-label="Move “State” up" title="Up" autofocus' in (
        answer.content.decode()
    )
    first = desk.post(PAGE, asked | {"do": "up:priority"}).context["columns"]
    assert [one.name for one in first][:3] == ["priority", "request", "state"]
    assert len(first) == len(queue_columns.COLUMNS)


def test_a_view_shared_with_a_team_brings_its_columns(people: Cast) -> None:
    view = saved_views.save_view(
        actor=actor(people.technician), name="Équipe", filters={"queue": "all"},
        reach=Reach.TEAM, team=people.level_1, columns=["state", "request", "tags"],
    )  # fmt: skip
    address = f"/desk/queue/?view={view.pk}"
    Membership.objects.create(team=people.level_1, person=people.expert)
    choose_columns(actor=actor(people.expert), columns=["request", "due"])
    colleague = browser(people, "expert")
    assert shown(colleague, address) == ["state", "request", "tags"]
    assert file(colleague, f"view={view.pk}")[0] == ["State", "Number", "Title", "Tags"]
    assert shown(colleague) == ["request", "due"]
    # Its maker changes them, and gives them back to each reader.
    maker = browser(people)
    asked = {"order": ["kind", "request"], "column": ["kind"], "for": "view", "do": "save"}
    assert maker.post(f"{PAGE}?view={view.pk}", asked).status_code == 302
    view.refresh_from_db()
    assert view.columns == ["kind", "request"]
    assert not QueueColumns.objects.filter(person=people.technician).exists()
    maker.post(f"{PAGE}?view={view.pk}", {"for": "view", "do": "reset"})
    view.refresh_from_db()
    assert view.columns is None
    assert shown(maker, address) == list(queue_columns.AT_FIRST)


def test_who_may_not_change_a_view_chooses_for_themselves(people: Cast) -> None:
    view = saved_views.save_view(
        actor=actor(people.supervisor), name="Tous", filters={}, reach=Reach.ORGANISATION,
        organisation=people.provider, columns=["request", "kind"],
    )  # fmt: skip
    desk = browser(people)
    page = desk.get(f"{PAGE}?view={view.pk}").content.decode()
    assert "has columns of its own" in page
    assert 'value="view"' not in page
    asked = {"order": ["request", "due"], "column": ["due"], "for": "view", "do": "save"}
    desk.post(f"{PAGE}?view={view.pk}", asked)
    view.refresh_from_db()
    assert view.columns == ["request", "kind"]
    assert queue_columns.own(actor(people.technician)) == ["request", "due"]


def test_a_view_is_kept_with_columns_from_its_form(people: Cast) -> None:
    choose_columns(actor=actor(people.technician), columns=["request", "kind"])
    desk = browser(people)
    page = desk.get("/desk/views/new/?queue=mine").content.decode()
    assert "Request, Kind. Otherwise" in page
    sent = {"name": "Miens", "reach": "me", "layout": "list", "filters": "queue=mine",
            "columns": "request,kind,nothing"}  # fmt: skip
    desk.post("/desk/views/new/", sent)
    view = SavedView.objects.get()
    assert view.columns is None
    desk.post(f"/desk/views/{view.pk}/", sent | {"with_columns": "on", "version": view.version})
    view.refresh_from_db()
    assert view.columns == ["request", "kind"]
    assert 'name="with_columns" class="form-check-input" id="id_with_columns" checked' in (
        desk.get(f"/desk/views/{view.pk}/").content.decode().replace(
            ' aria-describedby="id_with_columns_helptext"', ""
        )
    )  # fmt: skip


def test_refusals(people: Cast) -> None:
    who = actor(people.technician)
    for names in (["nothing"], ["request", "request"], []):
        with pytest.raises(Invalid):
            choose_columns(actor=who, columns=names)
    with pytest.raises(Refused):
        choose_columns(actor=actor(people.user), columns=["request"])
    with pytest.raises(Refused):
        choose_columns(actor=system(), columns=["request"])
    assert browser(people, "user").get(PAGE).status_code == 403
    assert browser(people).get(f"{PAGE}?view=99999").status_code == 404
    # What was kept by a former release is passed over.
    QueueColumns.objects.create(person=people.technician, names=["gone", "state", 7, "state"])
    assert queue_columns.own(who) == ["request", "state"]


def test_no_column_costs_a_query_a_row(people: Cast) -> None:
    choose_columns(
        actor=actor(people.technician), columns=[column.name for column in queue_columns.COLUMNS]
    )
    desk = browser(people)
    counts = []
    for number in range(2):
        for _one in range(1 + 5 * number):
            ticket = factories.ticket(people.user, team=people.level_1)
            services.tag_ticket(actor=actor(people.technician), ticket_id=ticket.pk, add=["vip"])
        desk.get("/desk/queue/")
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/desk/queue/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_by_api(people: Cast) -> None:
    client = browser(people)

    def ask(method: str, path: str, body: Any = None) -> Any:
        sent = json.dumps(body) if body is not None else ""
        return client.generic(method, f"/api/v1{path}", sent, content_type="application/json")

    first = ask("GET", "/queue-columns").json()
    assert (first["columns"], first["chosen"]) == (list(queue_columns.AT_FIRST), False)
    assert {"name": "assignee", "label": "Technician"} in first["offered"]
    chosen = ask("POST", "/queue-columns", {"columns": ["due", "request"]})
    assert chosen.json()["columns"] == ["due", "request"]
    assert ask("GET", "/queue-columns").json()["chosen"] is True
    assert ask("POST", "/queue-columns", {"columns": ["x"]}).status_code == 422
    assert ask("POST", "/queue-columns", {"columns": None}).json()["chosen"] is False
    view = ask("POST", "/saved-views", {"name": "a", "columns": ["request", "kind"]}).json()
    assert view["columns"] == ["request", "kind"]
    kept = ask("PATCH", f"/saved-views/{view['id']}", {"name": "b"}).json()
    assert kept["columns"] == ["request", "kind"]
    freed = ask("PATCH", f"/saved-views/{view['id']}", {"columns": None}).json()
    assert freed["columns"] is None
    assert ask("POST", "/saved-views", {"name": "c", "columns": ["y"]}).status_code == 422

"""The queue's filters, order and cost; the technician's tasks by day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.desk import saved_views, services
from compagnon.desk.models import Impact, SavedView, State, Ticket, Urgency
from compagnon.desk.tests import factories
from compagnon.people.services import persons
from compagnon.people.tests.factories import Cast, actor, system

URL = "/desk/queue/"


@pytest.fixture
def desk(people: Cast) -> Client:
    """A technician's browser."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(people.technician.account)
    client.cookies["compagnon_language"] = "en"
    return client


def titles(client: Client, query: str) -> list[str]:
    response = client.get(URL + query)
    assert response.status_code == 200
    return [ticket.title for ticket in response.context["tickets"]]


@pytest.fixture
def two(people: Cast) -> tuple[Ticket, Ticket]:
    """A grave ticket of client A's at level 1, and a small one of client B's at level 2."""
    grave = factories.ticket(
        people.user, title="Grave", impact=Impact.HIGH, urgency=Urgency.HIGH, team=people.level_1
    )
    small = factories.ticket(
        people.outsider, title="Petit", impact=Impact.LOW, urgency=Urgency.LOW, team=people.level_2
    )
    return grave, small


def test_a_queue_is_narrowed_by_each_filter(
    desk: Client, people: Cast, two: tuple[Ticket, Ticket]
) -> None:
    services.take(actor=actor(people.technician), ticket_id=two[0].pk)
    assert titles(desk, f"?state={State.OPEN}") == ["Grave"]
    assert titles(desk, f"?priority={two[1].priority}") == ["Petit"]
    assert titles(desk, f"?team={people.level_2.pk}") == ["Petit"]
    assert titles(desk, f"?organisation={people.client_a.pk}") == ["Grave"]
    assert titles(desk, f"?organisation={people.client_a.pk}&team={people.level_2.pk}") == []


def test_more_filters_add_up_and_are_kept_in_a_view(
    desk: Client, people: Cast, two: tuple[Ticket, Ticket]
) -> None:
    above = factories.category("Matériel", name_en="Hardware")
    below = factories.category("Écrans", parent=above)
    grave, small = two
    services.take(actor=actor(people.technician), ticket_id=grave.pk)
    Ticket.objects.filter(pk=grave.pk).update(category=below)
    long_ago = timezone.now() - timedelta(days=40)
    Ticket.objects.filter(pk=small.pk).update(kind="service_request", opened_at=long_ago)
    assert titles(desk, f"?assignee={people.technician.pk}") == ["Grave"]
    assert titles(desk, f"?category={above.pk}") == ["Grave"]
    assert titles(desk, "?kind=service_request") == ["Petit"]
    assert titles(desk, "?days=30") == ["Grave"]
    query = f"?category={above.pk}&kind=incident&days=30&assignee={people.technician.pk}"
    assert titles(desk, query) == ["Grave"]
    assert titles(desk, f"{query}&state=new") == []
    page = desk.get(URL + query).content.decode()
    assert f'<option value="{above.pk}" selected>Hardware</option>' in page
    assert '<details class="filters-more" open>' in page
    asked = {"name": "Écrans", "reach": "me", "layout": "list", "filters": query[1:]}
    assert desk.post("/desk/views/new/", asked).status_code == 302
    kept = SavedView.objects.get().filters
    assert kept == {
        "assignee": people.technician.pk, "category": above.pk, "kind": "incident", "days": 30,
    }  # fmt: skip
    assert saved_views.counts(actor(people.technician), list(SavedView.objects.all()))
    asked = {"name": "Par l’API", "filters": kept}
    made = desk.post("/api/v1/saved-views", asked, content_type="application/json")
    assert made.json()["filters"]["category"] == above.pk


@pytest.mark.parametrize("value", ["x", "²", "9" * 40, "-1", "%00", "1 OR 1"])
def test_what_is_no_filter_narrows_nothing(
    desk: Client, two: tuple[Ticket, Ticket], value: str
) -> None:
    known = ("state", "priority", "team", "organisation", "sort", "cursor")
    for name in (*known, "assignee", "category", "kind", "days"):
        assert len(titles(desk, f"?{name}={value}")) == 2, name


def test_an_order_is_turned_round_by_a_second_press(
    desk: Client, two: tuple[Ticket, Ticket]
) -> None:
    response = desk.get(f"{URL}?queue=open&q=&team=")
    sorts = response.context["sorts"]
    assert sorts["activity"]["direction"] == "desc"
    assert sorts["priority"]["direction"] == ""
    first = sorts["priority"]["href"]
    assert titles(desk, first) == ["Grave", "Petit"]
    again = desk.get(URL + first).context["sorts"]["priority"]
    assert again["direction"] == "asc"
    assert titles(desk, again["href"]) == ["Petit", "Grave"]
    # The other filters stay, the cursor goes.
    asked = parse_qs(urlsplit(again["href"]).query)
    assert asked["queue"] == ["open"]
    assert "cursor" not in asked


def test_what_is_asked_stays_in_the_form(desk: Client, people: Cast) -> None:
    page = desk.get(f"{URL}?team={people.level_2.pk}&q=zzz").content.decode()
    assert re.search(rf'value="{people.level_2.pk}" selected', page)
    assert "No ticket matches" in page


def test_who_left_and_still_holds_tickets_is_found(
    desk: Client, people: Cast, ticket: Ticket
) -> None:
    gone = f"{people.expert} (has left)"
    services.assign(
        actor=actor(people.supervisor),
        ticket_id=ticket.pk,
        team=people.level_2,
        assignee=people.expert,
    )
    assert gone not in desk.get("/desk/queue/?queue=all").text
    persons.deactivate(actor=system(), person=people.expert)
    found = desk.get(f"/desk/queue/?queue=open&assignee={people.expert.pk}").text
    assert (gone in found, ticket.title in found) == (True, True)
    services.assign(actor=actor(people.supervisor), ticket_id=ticket.pk, assignee=None)
    assert gone not in desk.get("/desk/queue/?queue=all").text


def test_teams_and_organisations_offered_are_those_one_sees(people: Cast) -> None:
    client = Client()
    client.force_login(people.technician.account)
    context = client.get(URL).context
    assert set(context["organisations"]) >= {people.client_a, people.client_b}
    assert list(context["teams"]) == [people.level_1, people.level_2]


def test_a_queue_costs_the_same_whatever_its_length(
    desk: Client, people: Cast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        factories.ticket(people.user, team=people.level_1)
    desk.get(URL)
    with django_assert_max_num_queries(19):
        desk.get(URL)


def test_a_ticket_costs_the_same_whatever_its_story(
    desk: Client, people: Cast, ticket: Ticket, django_assert_max_num_queries: Any
) -> None:
    technician = actor(people.technician)
    services.take(actor=technician, ticket_id=ticket.pk)
    for number in range(12):
        services.reply(actor=technician, ticket_id=ticket.pk, text=f"Message {number}")
    desk.get(f"/desk/tickets/{ticket.pk}/")
    with django_assert_max_num_queries(44):
        desk.get(f"/desk/tickets/{ticket.pk}/")


def test_tasks_stand_under_their_day(desk: Client, people: Cast, ticket: Ticket) -> None:
    now = timezone.now()
    for title, start in (
        ("tard", now - timedelta(hours=2)),
        ("libre", None),
        ("plus tard", now + timedelta(days=3)),
    ):
        services.plan_task(
            actor=actor(people.technician), ticket_id=ticket.pk, title=title,
            assignee=people.technician, planned_start=start,
        )  # fmt: skip
    groups = desk.get("/desk/tasks/").context["groups"]
    assert [(label, [task.title for task in tasks]) for label, tasks in groups] == [
        ("Late", ["tard"]),
        ("Later", ["plus tard"]),
        ("Without appointment", ["libre"]),
    ]

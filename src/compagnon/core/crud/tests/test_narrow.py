"""Filters: by the page and by the API, the same rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core.crud import Dates, Search
from compagnon.people.models import Person, Site
from compagnon.people.tests import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def reader(cast: Any, signed_in: Any) -> Client:
    client: Client = signed_in(
        cast.client_a, "person.view", "sample_team.view", "sample_team.manage", "person.manage"
    )
    return client


def by_page(client: Client, noun: str, **query: Any) -> set[str]:
    answer = client.get(f"/samples/{noun}/", query)
    assert answer.status_code == 200
    return {line[0][1].text for line in answer.context["rows"]}


def by_api(client: Client, plural: str, name: str, **query: Any) -> set[str]:
    answer = client.get(f"/api/samples/{plural}", query)
    assert answer.status_code == 200, answer.content
    return {item[name] for item in answer.json()["items"]}


def test_choices_booleans_and_relations(cast: Any, reader: Client) -> None:
    boss = factories.person(cast.client_a)
    factories.team(cast.client_a, name="Un", level=1, manager=boss)
    factories.team(cast.client_a, name="Deux", level=2, is_active=False)
    for query, expected in (
        ({"level": 2}, {"Deux"}),
        ({"is_active": "false"}, {"Deux"}),
        ({"is_active": "true"}, {"Un"}),
        ({"manager": boss.pk}, {"Un"}),
        ({"level": 1, "is_active": "false"}, set()),
    ):
        assert by_page(reader, "teams", **query) == expected
        assert by_api(reader, "sample-teams", "name", **query) == expected


def test_every_word_must_be_found_somewhere(cast: Any, reader: Client) -> None:
    factories.site(cast.client_a, "Nantes nord", address="quai de la Fosse")
    factories.site(cast.client_a, "Nantes sud", address="rue Haute")
    for text, expected in (
        ("nantes", {"Nantes nord", "Nantes sud"}),
        ("NANTES fosse", {"Nantes nord"}),
        ("nantes zzz", set()),
        ("%", set()),
        ("   ", {"Nantes nord", "Nantes sud", "Siège"}),
    ):
        assert by_page(reader, "sites", q=text) == expected
        assert by_api(reader, "sample-sites", "name", q=text) == expected


def test_a_search_may_ask_an_index() -> None:
    asked: list[str] = []

    def ask(rows: Any, text: str) -> Any:
        asked.append(text)
        return rows.none()

    assert not Search(by=ask).narrow(Site.objects.all(), {"q": " Nantes "}).exists()
    assert asked == [" Nantes "]


def test_days_are_whole_and_local(cast: Any, reader: Client) -> None:
    zone = timezone.get_default_timezone()
    # That day has 23 hours.
    midnight = dt.datetime(2026, 3, 29, tzinfo=zone).astimezone(dt.UTC)
    for name, moment in (
        ("Avant", midnight - HOUR), ("Pendant", midnight), ("Soir", midnight + 22 * HOUR),
        ("Après", midnight + 23 * HOUR),
    ):  # fmt: skip
        person = factories.person(cast.client_a, "X", name)
        Person.objects.filter(pk=person.pk).update(created_at=moment)
    day = {"created_at_from": "2026-03-29", "created_at_to": "2026-03-29"}
    assert by_page(reader, "persons", **day) == {"Pendant", "Soir"}
    # The API reads days in the zone of its caller's organisation, too.
    assert by_api(reader, "sample-persons", "last_name", **day) == {"Pendant", "Soir"}


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_the_ends_of_the_calendar_are_days(day: dt.date) -> None:
    values = {"created_at_from": day, "created_at_to": day}
    assert not Dates("created_at").narrow(Person.objects.all(), values).exists()


def test_a_wrong_value_narrows_nothing_on_a_page_and_is_refused_by_the_api(
    cast: Any, reader: Client
) -> None:
    factories.team(cast.client_a, name="Un")
    assert by_page(reader, "teams", level="9") == {"Un"}
    assert reader.get("/api/samples/sample-teams", {"level": "9"}).status_code == 422


def test_a_long_list_is_searched_by_typing(
    cast: Any, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compagnon.core.crud import forms

    factories.person(cast.client_a, "Zoé", "Lenoir")
    monkeypatch.setattr(forms, "LONG_LIST", 1)
    page = reader.get("/samples/teams/add/").content.decode()
    assert 'data-controller="picker"' in page
    assert "/samples/teams/options/manager/" in page
    found = reader.get("/samples/teams/options/manager/", {"q": "lenoir"}).content.decode()
    assert "Zoé Lenoir" in found
    assert "Oscar" not in reader.get("/samples/teams/options/manager/").content.decode()
    assert reader.get("/samples/teams/options/name/").status_code == 404
    assert reader.get("/samples/teams/options/nothing/").status_code == 404
    assert Client().get("/samples/teams/options/manager/").status_code == 302


def test_a_row_that_one_does_not_see_is_no_choice(cast: Any, reader: Client) -> None:
    sent = {"organisation_id": cast.client_a.pk, "name": "Nuit", "manager_id": cast.outsider.pk}
    answer = reader.post("/api/samples/sample-teams", sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "manager_id"
    answer = reader.post(
        "/samples/teams/add/",
        {"organisation": cast.client_a.pk, "name": "Nuit", "level": 1, "manager": cast.outsider.pk},
    )
    assert answer.status_code == 422
    assert "manager" in answer.context["form"].errors


def test_the_one_chosen_already_stays_a_choice(cast: Any, reader: Client) -> None:
    team = factories.team(cast.client_a, name="Nuit", manager=cast.outsider)
    answer = reader.post(
        f"/samples/teams/{team.pk}/change/",
        {"organisation": cast.client_a.pk, "name": "Jour", "level": 1,
         "manager": cast.outsider.pk, "version": team.version},
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors


def test_the_history_is_told_to_who_may_read_it(cast: Any, signed_in: Any) -> None:
    held = ("person.view", "organisation.manage")
    manager = signed_in(cast.client_a, *held, "journal.view")
    site = factories.site(cast.client_a, "Nantes")
    form = {"name": "Brest", "time_zone": "Europe/Paris", "version": site.version}
    assert manager.post(f"/samples/sites/{site.pk}/change/", form).status_code == 302
    (told,) = manager.get(f"/samples/sites/{site.pk}/").context["history"]
    assert str(told.label)
    other = signed_in(cast.client_a, *held)
    assert other.get(f"/samples/sites/{site.pk}/").context["history"] == []

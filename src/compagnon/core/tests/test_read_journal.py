"""The journal's page, its file and its API: what a reader finds, and what is kept from them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core import journal, journal_reading, journal_words
from compagnon.core.errors import Refused
from compagnon.core.journal_reading import Asked
from compagnon.core.models import Entry
from compagnon.core.tests.factories import actor_with
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast, actor

URL = "/admin/journal/"
API = "/api/v1/journal"


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Both clients' journals hold an entry of the administrator's about each site made."""
    ada = actor(cast.administrator)
    for client in (cast.client_a, cast.client_b):
        site = factories.site(client, f"Site {client.name}")
        journal.record(
            actor=ada,
            verb="site.create",
            subject=site,
            organisation_id=client.pk,
            after={"name": site.name, "opens": "2026-03-12T09:30:00+00:00"},
        )
    return cast


@pytest.fixture
def reader(told: Cast, signed_in: Any) -> Client:
    """A browser of somebody who may read client A's journal, and nothing else."""
    browser: Client = signed_in(told.client_a, "journal.view")
    return browser


def body(client: Client, query: str = "") -> str:
    response = client.get(URL + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_reader_is_told_who_did_what_to_which_object(told: Cast, signed_in: Any) -> None:
    page = body(signed_in(told.provider, "journal.view", "person.view", language="en"))
    assert "Ada Lebrun" in page
    assert "Site Client A" in page
    assert "/people/sites/" in page
    assert "2026-03-12 10:30" in page  # in Paris


def test_a_reader_sees_the_entries_of_their_organisations_only(reader: Client) -> None:
    page = body(reader)
    assert "Site Client A" in page
    assert "Site Client B" not in page
    file = "".join(part.decode() for part in reader.get(f"{URL}export.csv").streaming_content)
    assert "Client A" in file
    assert "Client B" not in file
    items = reader.get(API).json()["items"]
    assert {item["after"].get("name") for item in items} >= {"Site Client A"}
    assert "Client B" not in json.dumps(items)


def test_who_may_read_no_journal_is_refused(told: Cast, signed_in: Any) -> None:
    client = signed_in(told.client_a, "person.view")
    for path in (URL, f"{URL}export.csv", API):
        assert client.get(path).status_code == 403, path
    with pytest.raises(Refused):
        journal_reading.entries(actor_with("person.view"))


def test_nobody_is_asked_to_sign_in(db: None, client: Client) -> None:
    assert client.get(API).status_code == 401
    assert client.get(URL).status_code in {302, 401}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?verb=site.create", True),
        ("?verb=site.", True),
        ("?verb=site.remove", False),
        ("?type=people.site", True),
        ("?type=people.person", False),
        ("?door=page", True),
        ("?door=mail", False),
        ("?last=2020-01-01", False),
        ("?first=2020-01-01", True),
    ],
)
def test_the_journal_is_narrowed(reader: Client, query: str, found: bool) -> None:
    assert ("Site Client A" in body(reader, query)) is found


def test_the_journal_is_narrowed_to_a_person_and_to_an_object(told: Cast, reader: Client) -> None:
    entry = Entry.objects.get(verb="site.create", organisation_id=told.client_a.pk)
    assert "Site Client A" in body(reader, f"?actor={told.administrator.pk}")
    assert "Site Client A" not in body(reader, f"?actor={told.user.pk}")
    assert "Site Client A" in body(reader, f"?type=people.site&object={entry.object_id}")
    assert "Site Client A" not in body(reader, f"?type=people.site&object={entry.object_id + 1}")
    answer = reader.get(f"{API}?object_type=people.site&object_id={entry.object_id}").json()
    assert [item["id"] for item in answer["items"]] == [entry.pk]


@pytest.mark.parametrize(
    "query",
    ["?actor=x", "?object=99999999999999999999", "?first=0001-01-01", "?verb=%00", "?cursor=no"],
)
def test_what_cannot_be_asked_is_said_and_does_not_fail(reader: Client, query: str) -> None:
    response = reader.get(URL + query, follow=True)
    assert response.status_code == (200 if "cursor" in query else 422)
    assert "Site Client A" in response.content.decode()


def test_days_are_those_of_the_reader_and_both_count(told: Cast) -> None:
    who = actor(told.administrator)
    site = factories.site(told.client_a)
    late = datetime(2025, 7, 1, 21, 59, tzinfo=UTC)  # 23:59 in Paris
    journal.record(
        actor=who, verb="site.change", subject=site, occurred_at=late,
        organisation_id=told.client_a.pk,
    )  # fmt: skip
    day = late.date()
    with timezone.override("Europe/Paris"):
        rows = journal_reading.entries(who, Asked(verb="site.change", first=day, last=day))
        assert rows.count() == 1
        rows = journal_reading.entries(
            who, Asked(first=day + timedelta(days=1), verb="site.change")
        )
        assert rows.count() == 0


def test_pages_follow_one_another(told: Cast, signed_in: Any) -> None:
    who, site = actor(told.administrator), factories.site(told.client_a)
    for number in range(120):
        journal.record(
            actor=who, verb="site.change", subject=site, organisation_id=told.client_a.pk,
            after={"name": f"n{number:03}"},
        )  # fmt: skip
    client = signed_in(told.client_a, "journal.view")
    response = client.get(f"{URL}?verb=site.change")
    seen: list[str] = []
    for _page in range(3):
        lines = response.context["lines"]
        seen += [line.entry.after["name"] for line in lines]
        if cursor := response.context["page"].next:
            response = client.get(f"{URL}?verb=site.change&cursor={cursor}")
    assert seen == [f"n{number:03}" for number in reversed(range(120))]


def test_the_file_cannot_make_a_spreadsheet_run_anything(told: Cast, signed_in: Any) -> None:
    trap = factories.person(told.client_a, "=cmd|' /C calc'!A0", "X")
    journal.record(actor=actor(trap), verb="person.change", subject=trap)
    client = signed_in(told.provider, "journal.view", "person.view", language="en")
    response = client.get(f"{URL}export.csv?verb=person.change")
    text = "".join(part.decode() for part in response.streaming_content)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][2] == "Who"
    assert all(not cell.startswith("=") for row in rows for cell in row)


def test_telling_takes_a_number_of_queries_that_entries_do_not_set(
    told: Cast, django_assert_max_num_queries: Any
) -> None:
    who = actor(told.administrator)
    for number in range(30):
        journal.record(
            actor=who, verb="site.create", subject=factories.site(told.client_a, f"S{number}"),
            organisation_id=told.client_a.pk,
        )  # fmt: skip
    entries = list(Entry.objects.filter(object_type="people.site"))
    with django_assert_max_num_queries(4):
        lines = journal_words.tell(who, entries)
    assert len(lines) == 32


def test_what_the_program_does_not_know_any_more_is_still_told(told: Cast) -> None:
    who = actor(told.administrator)
    entry = Entry.objects.get(verb="site.create", organisation_id=told.client_a.pk)
    entry.object_type, entry.verb, entry.after = "gone.thing", "thing.happened", {"a": [1, None]}
    (line,) = journal_words.tell(who, [entry])
    assert line.words == "thing.happened"
    assert line.subject.label == f"gone.thing {entry.object_id}"
    assert [(one.label, one.after) for one in line.changes] == [("a", "[1, null]")]

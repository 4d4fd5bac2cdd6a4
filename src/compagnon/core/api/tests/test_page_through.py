"""Lists by pages."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compagnon.core import keyset
from compagnon.core.api.tests.sample import organisation
from compagnon.core.errors import Invalid
from compagnon.people.models import Person, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites() -> list[Site]:
    owner = organisation()
    return [Site.objects.create(organisation=owner, name=f"S{n % 3}-{n:02}") for n in range(11)]


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]


def test_the_whole_list_comes_in_order_then_back(api: Client, sites: list[Site]) -> None:
    expected = sorted(site.name for site in sites)
    answer = api.get("/api/v1/sites?limit=4")
    assert answer.json()["previous"] is None
    pages = [names(answer)]
    while answer.json()["next"]:
        answer = api.get(answer.json()["next"])
        pages.append(names(answer))
    assert sum(pages, []) == expected  # noqa: RUF017
    assert [len(page) for page in pages] == [4, 4, 3]
    answer = api.get(answer.json()["previous"])
    assert names(answer) == pages[1]
    answer = api.get(answer.json()["previous"])
    assert names(answer) == pages[0]
    assert answer.json()["previous"] is None
    assert answer.json()["next"]


def test_descending(api: Client, sites: list[Site]) -> None:
    first = api.get("/api/v1/sites?ordering=-name&limit=6")
    second = api.get(first.json()["next"])
    assert names(first) + names(second) == sorted((s.name for s in sites), reverse=True)


def test_a_row_added_meanwhile_moves_nothing(api: Client, sites: list[Site]) -> None:
    first = api.get("/api/v1/sites?limit=5")
    Site.objects.create(organisation=sites[0].organisation, name="A-first")
    second = api.get(first.json()["next"])
    assert names(first) + names(second) == sorted(s.name for s in sites)[:10]


def test_a_filter_is_kept_by_the_next_page(api: Client, sites: list[Site]) -> None:
    other = organisation("Autre")
    Site.objects.create(organisation=other, name="Z")
    url = f"/api/v1/sites?limit=6&organisation={sites[0].organisation_id}"
    first = api.get(url)
    second = api.get(first.json()["next"])
    assert len(names(first) + names(second)) == 11
    assert names(api.get(f"/api/v1/sites?organisation={other.pk}")) == ["Z"]


def test_an_empty_list(api: Client) -> None:
    assert api.get("/api/v1/sites").json() == {"items": [], "next": None, "previous": None}


@pytest.mark.parametrize("cursor", ["x", "a:b", "!!", "WyJuYW1lIiwibiIsImEiLCIxIl0:AAAA"])
def test_a_cursor_of_ours_only(api: Client, cursor: str) -> None:
    answer = api.get("/api/v1/sites", {"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad-cursor"


def test_a_cursor_of_another_order_is_refused(sites: list[Site]) -> None:
    found = keyset.take(Site.objects.all(), ordering="name", limit=2)
    with pytest.raises(Invalid):
        keyset.take(Site.objects.all(), ordering="-name", limit=2, cursor=found.next)


def test_a_page_costs_one_query_and_neither_counts_nor_skips(
    api: Client, sites: list[Site], django_assert_num_queries: Any
) -> None:
    found = keyset.take(Site.objects.all(), ordering="name", limit=2)
    with django_assert_num_queries(1) as captured:
        keyset.take(Site.objects.all(), ordering="name", limit=2, cursor=found.next)
    statement = captured[0]["sql"]
    assert "COUNT(" not in statement
    assert "OFFSET" not in statement


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    values=st.lists(st.sampled_from([None, "", "a", "b", "é"]), max_size=9),
    limit=st.integers(1, 4),
    descending=st.booleans(),
)
def test_empty_and_equal_values_are_each_given_once(
    values: list[str | None], limit: int, descending: bool
) -> None:
    owner = organisation(uuid.uuid4().hex)
    made = {
        value: Site.objects.create(organisation=owner, name=value) for value in set(values) if value
    }
    for value in values:
        Person.objects.create(
            organisation=owner, last_name="X", site=made.get(value) if value else None
        )
    ordering = "-site__name" if descending else "site__name"
    rows = Person.objects.filter(organisation=owner).select_related("site")
    forward: list[int] = []
    page = keyset.take(rows, ordering=ordering, limit=limit)
    forward += [row.pk for row in page.rows]
    last = page
    while page.next:
        page = keyset.take(rows, ordering=ordering, limit=limit, cursor=page.next)
        assert page.rows
        forward += [row.pk for row in page.rows]
        last = page
    assert sorted(forward) == sorted(rows.values_list("pk", flat=True))
    assert len(forward) == len(values)
    backward = [row.pk for row in last.rows]
    page = last
    while page.previous:
        page = keyset.take(rows, ordering=ordering, limit=limit, cursor=page.previous)
        backward = [row.pk for row in page.rows] + backward
    assert backward == forward

"""Inherited tests of a declared table: what is read."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compagnon.core.crud.resource import Row
from compagnon.core.crud.tests.contract_parts import (
    JSON,
    Contract,
    SignIn,
    applies,
)


class ReadingContract(Contract):
    """The list, its order, its filters, its file; one row's page; who sees what."""

    def test_the_list_shows_what_one_may_see(
        self, reader: Client, own: list[Row], foreign: Row
    ) -> None:
        page = self.page(reader, self.url("list"))
        for row in own:
            assert self.url("detail", row) in page
        assert self.url("detail", foreign) not in page

    def test_the_list_goes_by_pages(self, reader: Client, cast: Any) -> None:
        rows = [self.make(cast.client_a, number) for number in range(1, 28)]
        seen: set[str] = set()
        url, pages = f"{self.url('list')}?size=25", 0
        while url:
            answer = reader.get(url)
            page = answer.content.decode()
            seen |= {self.url("detail", row) for row in rows if self.url("detail", row) in page}
            following = answer.context["next"]
            url = f"{self.url('list')}{following}" if following else ""
            pages += 1
        assert len(seen) == 27
        assert pages >= 2

    def test_each_sort_gives_every_row(self, reader: Client, own: list[Row]) -> None:
        for column in (one for one in self.resource.columns if one.sort):
            for sign in ("", "-"):
                page = self.page(reader, self.url("list"), sort=f"{sign}{column.name}")
                assert all(self.url("detail", row) in page for row in own)
                assert "aria-sort" in page or not column.shown

    @applies(lambda resource: any(one.sort for one in resource.columns))
    def test_the_first_sort_turns_the_list_round(self, reader: Client, own: list[Row]) -> None:
        column = next(one for one in self.resource.columns if one.sort)

        def places(sort: str) -> list[int]:
            page = self.page(reader, self.url("list"), sort=sort)
            return [page.index(self.url("detail", row)) for row in own]

        up, down = places(column.name), places(f"-{column.name}")
        assert sorted(range(3), key=up.__getitem__) == sorted(
            range(3), key=down.__getitem__, reverse=True
        )

    def test_an_unknown_sort_or_cursor_gives_the_list(self, reader: Client, own: list[Row]) -> None:
        assert self.url("detail", own[0]) in self.page(reader, self.url("list"), sort="password")
        answer = reader.get(self.url("list"), {"cursor": "nonsense"})
        assert answer.status_code == 302

    def test_filters_narrow_and_bear_nonsense(self, reader: Client, own: list[Row]) -> None:
        for one in self.resource.filters:
            for parameter in one.parameters(self.resource.model):
                self.page(reader, self.url("list"), **{parameter.name: "zzz-nonsense"})
                self.page(reader, self.url("list"), **{parameter.name: ""})
        if any(
            parameter.name == "q"
            for one in self.resource.filters
            for parameter in one.parameters(self.resource.model)
        ):
            page = self.page(reader, self.url("list"), q="zzz-nonsense")
            assert not any(self.url("detail", row) in page for row in own)

    @applies(lambda resource: any(one.name == "organisation" for one in resource.filters))
    def test_a_relation_filters(self, reader: Client, cast: Any, own: list[Row]) -> None:
        url = self.url("list")
        assert self.url("detail", own[0]) in self.page(reader, url, organisation=cast.client_a.pk)

    def test_columns_are_chosen_and_kept(self, reader: Client, own: list[Row]) -> None:
        first = self.resource.columns[0].name
        answer = reader.post(self.url("columns"), {"column": [first, "nonsense"], "here": "?a=1"})
        assert answer.status_code == 302
        assert answer["Location"] == f"{self.url('list')}?a=1"
        page = reader.get(self.url("list"))
        assert [one.name for one, _url in page.context["headings"]] == [first]
        answer = reader.post(self.url("columns"), {"here": "https://evil.example/"})
        assert answer["Location"] == self.url("list")

    def test_the_file_holds_the_list(self, reader: Client, own: list[Row], foreign: Row) -> None:
        answer = reader.get(self.url("export"))
        assert answer["Content-Type"].startswith("text/csv")
        assert "attachment" in answer["Content-Disposition"]
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        lines = list(csv.reader(io.StringIO(text), delimiter=";"))
        first = {line[0] for line in lines[1:]}
        assert {self.shown(row) for row in own} <= first
        assert self.shown(foreign) not in first

    def test_a_page_shows_one_row(self, reader: Client, own: list[Row]) -> None:
        assert str(own[0]) in self.page(reader, self.url("detail", own[0]))

    def test_another_organisations_row_is_nowhere(self, manager: Client, foreign: Row) -> None:
        pages = ["detail"] + [one for one in ("change", "delete") if one in self.resource.can]
        for page in pages:
            assert manager.get(self.url(page, foreign)).status_code == 404
            assert manager.post(self.url(page, foreign)).status_code in {404, 405}
        for call in (manager.get, manager.patch, manager.delete):
            answer = call(self.api_url(foreign), content_type=JSON)
            assert answer.status_code in {404, 405, 422}, answer.content

    def test_nobody_is_sent_to_sign_in(self, own: list[Row]) -> None:
        answer = Client().get(self.url("list"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
        assert Client().get(self.api_url()).status_code == 401

    def test_without_the_verb_nothing_is_shown(
        self, cast: Any, signed_in: SignIn, own: list[Row]
    ) -> None:
        client = signed_in(cast.client_a)
        for url in (
            self.url("list"),
            self.url("detail", own[0]),
            self.url("export"),
            self.api_url(),
            self.api_url(own[0]),
        ):
            assert client.get(url).status_code == 403

    def test_queries_do_not_grow_with_the_list(
        self, cast: Any, reader: Client, own: list[Row], django_assert_max_num_queries: Any
    ) -> None:
        from django.db import connection

        def count(url: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                answer = reader.get(url)
                if answer.streaming:
                    b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            return len(captured)

        urls = (self.url("list"), self.url("export"), self.api_url())
        before = [count(url) for url in urls]
        for number in range(4, 16):
            self.make(cast.client_a, number)
        assert [count(url) for url in urls] == before

    def test_the_api_lists_and_reads_the_same(
        self, reader: Client, own: list[Row], foreign: Row
    ) -> None:
        keys = {item["id"] for item in self.json_list(reader)}
        assert {row.pk for row in own} <= keys
        assert foreign.pk not in keys
        answer = reader.get(self.api_url(own[0]))
        assert answer.json()["id"] == own[0].pk
        if self.resource.versioned:
            tag = answer["ETag"]
            again = reader.get(self.api_url(own[0]), headers={"If-None-Match": tag})
            assert again.status_code == 304

    def test_the_api_sorts_and_filters(self, reader: Client, own: list[Row]) -> None:
        for column in (one for one in self.resource.columns if one.sort):
            for sign in ("", "-"):
                assert len(self.json_list(reader, ordering=f"{sign}{column.name}")) >= 3
        assert reader.get(self.api_url(), {"ordering": "password"}).status_code == 422
        assert reader.get(self.api_url(), {"nonsense": "1"}).status_code == 422

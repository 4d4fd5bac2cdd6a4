"""What every declared table must do, as tests to inherit: a few lines of data buy them all.

::

    class TestSites(ResourceContract):
        resource = SITES

        def make(self, organisation, number):
            return factories.site(organisation, f"Site {number}")

        def values(self, organisation):
            return {"organisation": organisation.pk, "name": "Nantes", "time_zone": "Europe/Paris"}

        changed = {"name": "Brest"}
        invalid = {"name": ""}

It uses the fixtures ``cast`` and ``signed_in`` of ``compagnon.conftest``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import pytest
from django.db import models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compagnon.core.crud.resource import Resource, Row
from compagnon.core.models import Entry

JSON = "application/json"
SignIn = Callable[..., Client]
Condition = Callable[[Resource], bool]
Test = TypeVar("Test", bound=Callable[..., None])


def _errors(answer: Any) -> str:
    """Say why a form came back."""
    form = (answer.context or {}).get("form")
    return str(form.errors.as_json()) if form is not None else str(answer.status_code)


def applies(condition: Condition) -> Callable[[Test], Test]:
    """Keep a test for the resources of which the condition holds."""

    def mark(test: Test) -> Test:
        test.applies = condition  # type: ignore[attr-defined]
        return test

    return mark


def offers(action: str) -> Callable[[Test], Test]:
    """Keep a test for the resources that offer an action."""
    return applies(lambda resource: action in resource.can)


class Contract:
    """What a subclass says of its table, and what its tests lean on."""

    resource: ClassVar[Resource]
    changed: ClassVar[dict[str, Any]]
    invalid: ClassVar[dict[str, Any]]
    # Verbs that the table's visibility rule asks, beside the resource's own.
    also: ClassVar[tuple[str, ...]] = ()
    api_root: ClassVar[str] = "/api/v1"

    def make(self, organisation: Any, number: int) -> Row:
        """Make a row of an organisation; rows of different numbers have different names."""
        raise NotImplementedError

    def values(self, organisation: Any) -> dict[str, Any]:
        """Give the values of a row to add, by field; keys for foreign keys."""
        raise NotImplementedError

    def hold(self, row: Row) -> None:
        """Make something refer to the row, so that it cannot be deleted; omit if nothing can."""
        raise NotImplementedError

    def __init_subclass__(cls) -> None:
        """Take away the tests that do not apply: a skipped test would count as a failed one."""
        super().__init_subclass__()
        if not hasattr(cls, "resource"):
            return
        for name in dir(cls):
            condition: Condition | None = getattr(getattr(cls, name), "applies", None)
            if name.startswith("test_") and condition and not condition(cls.resource):
                setattr(cls, name, None)
        if cls.hold is Contract.hold and hasattr(cls, "test_what_is_referred_to_is_not_deleted"):
            cls.test_what_is_referred_to_is_not_deleted = None

    # -- parts of the tests ----------------------------------------------------------------
    @pytest.fixture
    def own(self, cast: Any) -> list[Row]:
        """Three rows of client A."""
        return [self.make(cast.client_a, number) for number in (1, 2, 3)]

    @pytest.fixture
    def foreign(self, cast: Any) -> Row:
        """A row of client B."""
        return self.make(cast.client_b, 99)

    @pytest.fixture
    def manager(self, cast: Any, signed_in: SignIn) -> Client:
        """A browser of who may do everything on client A, and nothing elsewhere."""
        return signed_in(cast.client_a, *self.all_verbs, "journal.view")

    @pytest.fixture
    def reader(self, cast: Any, signed_in: SignIn) -> Client:
        """A browser of who may only see, on client A."""
        return signed_in(cast.client_a, self.resource.verbs.view, *self.also)

    @property
    def all_verbs(self) -> tuple[str, ...]:
        """Every verb of the resource."""
        verbs = self.resource.verbs
        return (verbs.view, verbs.add, verbs.change, verbs.delete, *self.also)

    def url(self, page: str, row: Row | None = None) -> str:
        """Give a page's address."""
        return self.resource.url(page, row)

    def api_url(self, row: Row | None = None) -> str:
        """Give the API's address of the list or of a row."""
        base = f"{self.api_root}/{self.resource.plural.replace('_', '-')}"
        return base if row is None else f"{base}/{row.pk}"

    def sent(self, row: Row) -> dict[str, Any]:
        """Give what the form of a row sends when nothing is changed."""
        found: dict[str, Any] = {"version": row.version} if self.resource.versioned else {}
        for name in self.resource.form:
            if name not in self.resource.fixed:
                field: Any = row._meta.get_field(name)
                value = getattr(row, field.attname)
                if value is not None and value is not False:
                    found[name] = value
        return found

    def api_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Give the API's names of values."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            field: Any = self.resource.model._meta.get_field(name)
            found[field.attname] = value
        return found

    def page(self, client: Client, url: str, **data: Any) -> str:
        """Read a page."""
        answer = client.get(url, data)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return answer.content.decode()

    def entries(self, row: Row) -> list[Entry]:
        """Give the journal's entries of a row."""
        return list(
            Entry.objects.filter(object_type=row._meta.label_lower, object_id=row.pk).order_by("id")
        )

    def shown(self, row: Row) -> str:
        """Give what a list's first column shows of a row, which tells it from the others."""
        from compagnon.core.crud.listing import shown, value_of

        return shown(value_of(row, self.resource.columns[0]))

    def json_list(self, client: Client, **query: Any) -> list[dict[str, Any]]:
        """Read the API's list."""
        answer = client.get(self.api_url(), query)
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


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


class WritingContract(Contract):
    """Adding, changing, deleting: by the pages and by the API, journaled, refused when it must."""

    def test_buttons_are_hidden_from_who_only_reads(
        self, reader: Client, manager: Client, own: list[Row]
    ) -> None:
        for action, page in (
            ("add", self.url("list")),
            ("change", self.url("detail", own[0])),
            ("delete", self.url("detail", own[0])),
        ):
            if action in self.resource.can:
                target = self.url(action, None if action == "add" else own[0])
                assert f'href="{target}"' not in self.page(reader, page)
                assert f'href="{target}"' in self.page(manager, page)

    def test_who_only_reads_is_refused(self, cast: Any, reader: Client, own: list[Row]) -> None:
        count = self.resource.model._default_manager.count()
        for action in self.resource.can:
            url = self.url(action, None if action == "add" else own[0])
            assert reader.get(url).status_code == 403
            assert reader.post(url, self.values(cast.client_a)).status_code == 403
        assert reader.post(
            self.api_url(), self.api_values(self.values(cast.client_a)), content_type=JSON
        ).status_code in {403, 405}
        assert reader.patch(
            self.api_url(own[0]), self.api_values(self.changed), content_type=JSON
        ).status_code in {403, 405}
        assert reader.delete(self.api_url(own[0])).status_code in {403, 405}
        assert self.resource.model._default_manager.count() == count

    # -- add -------------------------------------------------------------------------------
    @offers("add")
    def test_a_row_is_added(self, cast: Any, manager: Client) -> None:
        self.page(manager, self.url("add"))
        answer = manager.post(self.url("add"), self.values(cast.client_a))
        assert answer.status_code == 302, _errors(answer)
        row: Any = self.resource.model._default_manager.latest("pk")
        assert answer["Location"] == self.url("detail", row)
        (entry,) = self.entries(row)
        assert entry.verb == f"{self.resource.noun}.create"
        assert entry.organisation_id == self.resource.organisation_of(row)
        assert not {*entry.after} & self.resource.hidden
        assert entry.source == "page"

    @offers("add")
    def test_a_wrong_value_is_shown_again(self, cast: Any, manager: Client) -> None:
        count = self.resource.model._default_manager.count()
        answer = manager.post(self.url("add"), {**self.values(cast.client_a), **self.invalid})
        assert answer.status_code == 422
        assert {*answer.context["form"].errors} & {*self.invalid}
        assert self.resource.model._default_manager.count() == count

    @applies(lambda resource: resource.organisation == "organisation" and "add" in resource.can)
    def test_a_row_is_not_added_elsewhere(self, cast: Any, manager: Client) -> None:
        answer = manager.post(self.url("add"), self.values(cast.client_b))
        assert answer.status_code in {403, 422}
        answer = manager.post(
            self.api_url(), self.api_values(self.values(cast.client_b)), content_type=JSON
        )
        assert answer.status_code in {403, 422}

    @offers("add")
    def test_the_api_adds_once(self, cast: Any, manager: Client) -> None:
        sent = json.dumps(self.api_values(self.values(cast.client_a)))
        headers = {"Idempotency-Key": "contract-1"}
        answer = manager.post(self.api_url(), sent, content_type=JSON, headers=headers)
        assert answer.status_code == 201, answer.content
        again = manager.post(self.api_url(), sent, content_type=JSON, headers=headers)
        assert again.json() == answer.json()
        row: Any = self.resource.model._default_manager.get(pk=answer.json()["id"])
        assert answer["Location"] == f"/api/v1{self.api_url(row).removeprefix(self.api_root)}"
        (entry,) = self.entries(row)
        assert entry.source == "api"

    @offers("add")
    def test_the_api_names_the_wrong_field(self, cast: Any, manager: Client) -> None:
        sent = self.api_values({**self.values(cast.client_a), **self.invalid})
        answer = manager.post(self.api_url(), sent, content_type=JSON)
        assert answer.status_code == 422
        named = {item["field"] for item in answer.json()["errors"]}
        assert named & {*self.api_values(self.invalid), *self.invalid}

    # -- change ----------------------------------------------------------------------------
    @offers("change")
    def test_a_row_is_changed(self, manager: Client, own: list[Row]) -> None:
        row = own[0]
        self.page(manager, self.url("change", row))
        answer = manager.post(self.url("change", row), {**self.sent(row), **self.changed})
        assert answer.status_code == 302, _errors(answer)
        self.assert_changed(row)

    def assert_changed(self, row: Row) -> None:
        """Check that the row holds the new values, and its one entry what changed."""
        version = getattr(row, "version", None)
        row.refresh_from_db()
        for name, value in self.changed.items():
            field: Any = row._meta.get_field(name)
            assert getattr(row, field.attname) == field.to_python(value)
        if version is not None:
            assert row.version == version + 1
        (entry,) = self.entries(row)
        assert entry.verb == f"{self.resource.noun}.change"
        told = {*self.changed} - self.resource.hidden
        assert {*entry.before} == told
        assert {*entry.after} - {"personal"} == told
        assert {*entry.after.get("personal", [])} == {*self.changed} & self.resource.hidden

    @offers("change")
    def test_nothing_changed_is_nothing_written(self, manager: Client, own: list[Row]) -> None:
        answer = manager.post(self.url("change", own[0]), self.sent(own[0]))
        assert answer.status_code == 302, _errors(answer)
        assert self.entries(own[0]) == []

    @applies(lambda resource: resource.versioned and "change" in resource.can)
    def test_a_change_of_what_somebody_changed_is_refused(
        self, manager: Client, own: list[Row]
    ) -> None:
        row = own[0]
        sent = {**self.sent(row), **self.changed}
        type(row)._default_manager.filter(pk=row.pk).update(version=row.version + 1)
        answer = manager.post(self.url("change", row), sent)
        assert answer.status_code == 412
        assert answer.context["form"].non_field_errors()
        answer = manager.patch(
            self.api_url(row),
            self.api_values(self.changed),
            content_type=JSON,
            headers={"If-Match": f'"{row.version}-0"'},
        )
        assert answer.status_code == 412
        assert self.entries(row) == []

    @offers("change")
    def test_a_wrong_change_is_refused(self, manager: Client, own: list[Row]) -> None:
        row = own[0]
        answer = manager.post(self.url("change", row), {**self.sent(row), **self.invalid})
        assert answer.status_code == 422
        answer = manager.patch(self.api_url(row), self.api_values(self.invalid), content_type=JSON)
        assert answer.status_code == 422
        assert self.entries(row) == []

    @offers("change")
    def test_the_api_changes(self, manager: Client, own: list[Row]) -> None:
        row = own[0]
        headers = {}
        if self.resource.versioned:
            headers = {"If-Match": manager.get(self.api_url(row))["ETag"]}
        answer = manager.patch(
            self.api_url(row), self.api_values(self.changed), content_type=JSON, headers=headers
        )
        assert answer.status_code == 200, answer.content
        self.assert_changed(row)

    # -- delete ----------------------------------------------------------------------------
    @offers("delete")
    def test_a_row_is_deleted_once_confirmed(self, manager: Client, own: list[Row]) -> None:
        row = own[0]
        self.page(manager, self.url("delete", row))
        assert type(row)._default_manager.filter(pk=row.pk).exists()
        answer = manager.post(self.url("delete", row))
        assert answer.status_code == 302
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
        (entry,) = self.entries(row)
        assert entry.verb == f"{self.resource.noun}.remove"

    @offers("delete")
    def test_the_api_deletes(self, manager: Client, own: list[Row]) -> None:
        assert manager.delete(self.api_url(own[0])).status_code == 204
        assert manager.get(self.api_url(own[0])).status_code == 404

    @offers("delete")
    def test_what_is_referred_to_is_not_deleted(self, manager: Client, own: list[Row]) -> None:
        self.hold(own[0])
        answer = manager.post(self.url("delete", own[0]))
        assert answer.status_code == 409
        assert manager.delete(self.api_url(own[0])).status_code == 409
        assert isinstance(own[0], models.Model)
        assert type(own[0])._default_manager.filter(pk=own[0].pk).exists()
        assert self.entries(own[0]) == []


class ResourceContract(ReadingContract, WritingContract):
    """Everything."""

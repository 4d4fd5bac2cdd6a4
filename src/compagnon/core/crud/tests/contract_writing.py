"""Inherited tests of a declared table: what is written."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.test import Client

from compagnon.core.crud.resource import Row
from compagnon.core.crud.tests.contract_parts import (
    JSON,
    Contract,
    applies,
    errors_of,
    offers,
)


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
        assert answer.status_code == 302, errors_of(answer)
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
        assert answer.status_code == 302, errors_of(answer)
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
        assert answer.status_code == 302, errors_of(answer)
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

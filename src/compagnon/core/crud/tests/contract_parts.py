"""What the inherited tests of a declared table lean on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import pytest
from django.test import Client

from compagnon.core.crud.resource import Resource, Row
from compagnon.core.models import Entry

JSON = "application/json"
SignIn = Callable[..., Client]
Condition = Callable[[Resource], bool]
Test = TypeVar("Test", bound=Callable[..., None])


def errors_of(answer: Any) -> str:
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

"""Every error is a problem."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, get_args
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError
from pydantic_core import core_schema

from compagnon.core.api import unreadable
from compagnon.core.api.tests.sample import organisation
from compagnon.core.errors import CompagnonError

JSON = "application/json"


def problem(answer: object, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.content  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/problem+json"  # type: ignore[index]
    found: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert found["code"] == code
    assert found["status"] == status
    assert found["title"]
    assert found["type"] == f"urn:compagnon:problem:{code}"
    return found


def test_an_address_that_is_none(api: Client) -> None:
    problem(api.get("/api/v1/nowhere"), 404, "not-found")


def test_an_object_that_is_none(api: Client) -> None:
    problem(api.get("/api/v1/notes/99"), 404, "not-found")


def test_a_method_that_is_not_taken(api: Client) -> None:
    answer = api.put("/api/v1/notes/1")
    problem(answer, 405, "method-not-allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "PATCH", "DELETE"}


@pytest.mark.parametrize("body", [b"{", b"", b"nul", b'{"text": NaN}', b"\xff\xfe", b"[" * 200_000])
def test_a_body_that_cannot_be_read(api: Client, body: bytes) -> None:
    answer = api.patch("/api/v1/notes/1", body, content_type=JSON)
    if body:
        problem(answer, 400, "malformed")
    else:
        problem(answer, 422, "invalid")


def test_a_body_that_is_not_json(api: Client) -> None:
    answer = api.patch("/api/v1/notes/1", b'{"text": "a"}', content_type="text/plain")
    problem(answer, 415, "unsupported-media-type")


def test_a_body_that_is_too_large(api: Client, settings: object) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10  # type: ignore[attr-defined]
    answer = api.patch("/api/v1/notes/1", {"text": "a" * 50}, content_type=JSON)
    problem(answer, 413, "too-large")


def test_fields_are_named_in_the_callers_language(api: Client) -> None:
    answer = api.patch(
        "/api/v1/notes/1", {"other": 1}, content_type=JSON, headers={"Accept-Language": "en"}
    )
    errors = problem(answer, 422, "invalid")["errors"]
    assert {"field": "text", "message": "This value is missing."} in errors  # type: ignore[operator]
    assert {"field": "other", "message": "There is no such field."} in errors  # type: ignore[operator]


def test_what_a_model_refuses_is_named(api: Client, db: None) -> None:
    answer = api.post("/api/v1/sites", {"name": "", "organisation_id": 1}, content_type=JSON)
    errors = problem(answer, 422, "invalid")["errors"]
    assert {item["field"] for item in errors} == {"name", "organisation"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_database_keeps(api: Client, text: str) -> None:
    problem(api.patch("/api/v1/notes/1", {"text": text}, content_type=JSON), 422, "invalid")


def test_the_escape_of_a_backslash_is_no_nul(api: Client) -> None:
    answer = api.patch("/api/v1/notes/1", b'{"text": "\\\\u0000"}', content_type=JSON)
    assert answer.json()["text"] == "\\u0000"


@pytest.mark.parametrize(
    "query",
    [
        "organisation=x",
        "limit=0",
        "limit=201",
        "ordering=id",
        "z=1",
        "ordering=n%00",
        "organisation=99999999999999999999",
    ],
)
def test_a_query_that_the_list_does_not_declare(api: Client, query: str) -> None:
    problem(api.get(f"/api/v1/sites?{query}"), 422, "invalid")


def test_what_a_service_refuses(api: Client) -> None:
    answer = api.post("/api/v1/sites", {"name": "refused", "organisation_id": 1}, content_type=JSON)
    assert problem(answer, 403, "refused")["detail"] == "not that name"


def test_a_fault_of_ours_tells_nothing_but_its_id(api: Client, db: None) -> None:
    answer = api.post(
        "/api/v1/sites", {"name": "boom", "organisation_id": organisation().pk}, content_type=JSON
    )
    problem(answer, 500, "fault")
    assert b"secret" not in answer.content
    assert answer["X-Request-ID"]


def test_a_host_that_is_not_ours(api: Client) -> None:
    problem(api.get("/api/v1/notes/1", headers={"Host": "evil.example"}), 400, "malformed")


def test_pages_are_left_alone(client: Client) -> None:
    assert client.get("/nowhere")["Content-Type"].startswith("text/html")


def test_a_problem_is_in_the_language_in_force() -> None:
    class Sample(CompagnonError):
        title = translation.gettext_lazy("French")

    with translation.override("fr"):
        assert Sample().problem()["title"].lower() == "français"


class Hard(BaseModel):
    """Values that can be wrong in many ways."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(pattern="^a$")] = "a"
    short: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    count: Annotated[int, Field(gt=0, lt=9)] = 1
    part: Annotated[Decimal, Field(max_digits=4, decimal_places=2)] = Decimal(0)
    rate: float = 0
    day: date | None = None
    moment: AwareDatetime | None = None
    hour: time | None = None
    choice: Literal["a", "b", "c"] = "a"
    rows: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    key: UUID | None = None
    more: dict[str, int] = {}
    own: Annotated[str, AfterValidator(lambda _text: int("x"))] = ""


@pytest.mark.parametrize(
    "given",
    [
        {"text": "b"}, {"text": 3}, {"short": "a"}, {"short": "abcd"}, {"count": 0}, {"count": 9},
        {"count": "x"}, {"count": 1.5}, {"count": "9" * 5000}, {"part": "1.234"}, {"part": "x"},
        {"part": "12345"}, {"rate": "x"}, {"rate": []}, {"day": "2026-13-45"}, {"day": []},
        {"moment": "2026-01-01T00:00:00"}, {"moment": "x"}, {"hour": "25:00"}, {"choice": "d"},
        {"rows": []}, {"rows": [1, 2, 3]}, {"rows": 3}, {"key": "x"}, {"more": []}, {"other": 1},
        {"own": "x"},
    ],
)  # fmt: skip
def test_no_word_of_pydantic_reaches_anybody(given: dict[str, object]) -> None:
    with pytest.raises(PydanticError) as refused:
        Hard.model_validate(given)
    for item in refused.value.errors():
        assert item["type"] in unreadable.MESSAGES or item["type"] == "value_error", item["type"]
        with translation.override("fr"):
            french = unreadable.message(item)
        with translation.override("en"):
            english = unreadable.message(item)
        assert french != english
        assert item["msg"] not in french
        assert "{" not in french
        assert " or " not in french


def test_all_that_pydantic_may_find_in_a_request_has_words() -> None:
    # Of Python's objects, which no request holds.
    of_python = (
        "attribute", "frozen", "instance", "dataclass_exact", "callable", "subclass", "generator",
        "needs_python", "default_factory", "iteration", "ordered_dict", "counter", "deque",
        "positional", "multiple_argument", "ellipsis", "sentinel", "assertion", "complex",
        "named_tuple", "value_error", "fraction",
    )  # fmt: skip
    left = {
        one
        for one in get_args(core_schema.ErrorType)
        if one not in unreadable.MESSAGES and not any(word in one for word in of_python)
    }
    assert left == set()

"""The API's document: what it promises, and that it changes only by a commit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.urls import reverse
from ninja import Schema

from compagnon.config.api import document
from compagnon.core.api import reference

KEPT = Path(__file__).parents[1] / "docs/reference/openapi.json"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_the_one_committed() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    found = document()
    changed = sorted(
        path
        for path in {*kept.get("paths", {}), *found["paths"]}
        if kept.get("paths", {}).get(path) != found["paths"].get(path)
    )
    assert kept == found, f"the API changed ({changed}): run «make openapi» and look at the diff"


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")


def test_operations_are_named_once() -> None:
    names = [operation["operationId"] for _path, _method, operation in operations()]
    assert sorted(names) == sorted(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


def test_operations_are_described() -> None:
    missing = [
        operation["operationId"]
        for _path, _method, operation in operations()
        if not (operation["summary"] and operation["description"] and operation.get("tags"))
    ]
    assert missing == []


def test_operations_ask_who_calls_and_declare_their_refusals() -> None:
    for path, method, operation in operations():
        assert operation["security"], operation["operationId"]
        declared = set(operation["responses"])
        assert {"400", "401", "403", "422", "429"} <= declared, operation["operationId"]
        if "{" in path:
            assert "404" in declared, operation["operationId"]
        if method in {"post", "patch", "put"}:
            assert {"409", "413", "415"} <= declared, operation["operationId"]


def test_examples_are_there_and_answer_to_their_schemas() -> None:
    root = document()
    for _path, _method, operation in operations():
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            media = holder.get("content", {}).get("application/json")
            if media is None:
                continue
            schema = {**media["schema"], "components": root["components"]}
            errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(media["example"]))
            assert errors == [], f"{operation['operationId']}: {errors[0].message}"


def test_no_two_schemas_share_a_name() -> None:
    """Of two with one name, the document would show one in the place of the other."""
    document()  # so that every room's API is loaded
    named: dict[str, set[str]] = {}
    waiting = list(Schema.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        ours = one.__module__.startswith("compagnon.") and ".tests." not in one.__module__
        if ours and "<locals>" not in one.__qualname__:
            named.setdefault(one.__name__, set()).add(one.__module__)
    assert {name: found for name, found in named.items() if len(found) > 1} == {}


def test_no_words_of_french_slip_in() -> None:
    """The document is in English, whatever language is in force where it is made."""
    text = json.dumps({k: v for k, v in document().items() if k != "paths"}, ensure_ascii=False)
    described = re.findall(r'"(?:description|title)": "([^"]*)"', text)
    assert not [words for words in described if re.search(r"[éèêàùçÉÈÀ]", words)]


def test_the_document_and_its_reference_are_public(client: Any) -> None:
    served = client.get(reverse("api_openapi"))
    assert served.status_code == 200
    assert served.json() == document()
    page = client.get(reverse("api_reference"))
    assert page.status_code == 200
    text = page.content.decode()
    for section in reference.sections(document()):
        for operation in section.operations:
            assert f'id="{operation.id}"' in text
    # The strict policy on scripts holds: nothing inline, nothing from elsewhere.
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
    assert not re.search(r'(?:src|href)="https?://', text)


@pytest.mark.parametrize("address", ["nothing", "tickets/1/nothing", ""])
def test_an_address_that_is_none(client: Any, address: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"

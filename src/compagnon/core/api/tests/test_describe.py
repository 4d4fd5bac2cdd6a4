"""The OpenAPI document and the reference made from it."""

from __future__ import annotations

import json
from typing import Any

from compagnon.core.api import reference
from compagnon.core.api.tests.sample import api


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return found


def test_each_kind_declares_its_statuses() -> None:
    paths = document()["paths"]
    assert set(paths["/api/v1/sites"]["get"]["responses"]) == {
        "200", "400", "401", "403", "422", "429"
    }  # fmt: skip
    assert set(paths["/api/v1/sites"]["post"]["responses"]) == {
        "201", "400", "401", "403", "404", "409", "413", "415", "422", "429"
    }  # fmt: skip
    assert {"200", "304", "404"} < set(paths["/api/v1/notes/{note_id}"]["get"]["responses"])
    assert {"200", "412"} < set(paths["/api/v1/notes/{note_id}"]["patch"]["responses"])
    assert {"204", "412"} < set(paths["/api/v1/notes/{note_id}"]["delete"]["responses"])


def test_problems_are_declared_as_such() -> None:
    responses = document()["components"]["responses"]
    assert all("application/problem+json" in found["content"] for found in responses.values())


def test_an_operation_is_named_after_its_function() -> None:
    operation = document()["paths"]["/api/v1/notes/{note_id}"]["get"]
    assert operation["operationId"] == "get_note"
    assert operation["summary"] == "Read a note"
    assert operation["description"] == "Longer words on it."
    assert operation["tags"] == ["samples"]
    assert "x-kind" not in operation


def test_headers_are_declared() -> None:
    paths = document()["paths"]

    def headers(operation: dict[str, Any]) -> set[str]:
        return {item["name"] for item in operation["parameters"] if item["in"] == "header"}

    assert headers(paths["/api/v1/sites"]["post"]) == {"Idempotency-Key"}
    assert headers(paths["/api/v1/notes/{note_id}"]["patch"]) == {"If-Match"}
    assert headers(paths["/api/v1/notes/{note_id}"]["get"]) == {"If-None-Match"}


def test_two_ways_to_sign_in() -> None:
    found = document()["components"]["securitySchemes"]
    assert found["Bearer"]["scheme"] == "bearer"
    assert found["Session"] == found["Session"] | {"in": "cookie", "name": "compagnon_session"}


def test_the_reference_lists_every_operation_and_its_fields() -> None:
    (section,) = reference.sections(document())
    assert section.tag == "samples"
    by_id = {operation.id: operation for operation in section.operations}
    assert {"list_sites", "create_site", "get_note", "change_note", "delete_note"} < set(by_id)
    assert [line.name for line in by_id["create_site"].body] == ["name", "organisation_id"]
    assert "items.name" in {line.name for line in by_id["list_sites"].answer}
    assert {line.name for line in by_id["list_sites"].parameters} >= {"limit", "cursor", "ordering"}
    assert {line.status for line in by_id["get_note"].answers} >= {"200", "404"}

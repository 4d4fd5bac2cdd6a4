"""The readable reference: the OpenAPI document flattened into what a template shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a body or one parameter. ``name`` is dotted inside an object."""

    name: str
    kind: str
    required: bool
    note: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One status that an operation may answer."""

    status: str
    note: str
    shape: str


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[FieldLine]
    body: list[FieldLine]
    body_example: str
    answer: list[FieldLine]
    answers: list[AnswerLine]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    tag: str
    operations: list[OperationEntry] = field(default_factory=list)


def sections(document: Document) -> list[Section]:
    """Give the reference of a document, by tag, in the order of the document."""
    found: dict[str, Section] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or [""])[0]
            section = found.setdefault(tag, Section(tag))
            section.operations.append(_operation(document, method.upper(), path, operation))
    return list(found.values())


def resolve(document: Document, schema: Document) -> Document:
    """Follow ``$ref`` and a single ``allOf`` to the schema that they name."""
    while True:
        if "$ref" in schema:
            target: Any = document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        elif len(schema.get("allOf", ())) == 1:
            schema = {**schema["allOf"][0], **{k: v for k, v in schema.items() if k != "allOf"}}
        else:
            return schema


def kind_of(document: Document, schema: Document) -> str:
    """Name a schema's type in a few words: ``string (date-time)``, ``list of Site``, ``a | b``."""
    schema = resolve(document, schema)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " | ".join(dict.fromkeys(kind_of(document, item) for item in schema[word]))
    if schema.get("type") == "array":
        return f"list of {kind_of(document, schema.get('items', {}))}"
    if schema.get("type") == "object" or "properties" in schema:
        return str(schema.get("title", "object"))
    detail = schema.get("format")
    return f"{schema.get('type', 'any')} ({detail})" if detail else str(schema.get("type", "any"))


def fields_of(
    document: Document, schema: Document, prefix: str = "", depth: int = 0
) -> Iterator[FieldLine]:
    """Give the fields of an object, and of the objects in it, to a bounded depth."""
    schema = _object_in(document, schema)
    required = set(schema.get("required", ()))
    for name, detail in schema.get("properties", {}).items():
        yield FieldLine(
            prefix + name, kind_of(document, detail), name in required, _note(document, detail)
        )
        inner = _object_in(document, detail)
        if depth < DEEPEST and "properties" in inner:
            yield from fields_of(document, inner, f"{prefix}{name}.", depth + 1)


def _object_in(document: Document, schema: Document) -> Document:
    """Look through lists and «or null» for the object that is meant."""
    schema = resolve(document, schema)
    if schema.get("type") == "array":
        return _object_in(document, schema.get("items", {}))
    for item in schema.get("anyOf", ()):
        found = _object_in(document, item)
        if "properties" in found:
            return found
    return schema


def _note(document: Document, schema: Document) -> str:
    resolved = resolve(document, schema)
    parts = [str(schema.get("description") or resolved.get("description", ""))]
    for word, text in (
        ("minimum", "at least"), ("maximum", "at most"), ("maxLength", "at most characters:"),
        ("default", "default:"),
    ):  # fmt: skip
        if word in resolved:
            parts.append(f"{text} {json.dumps(resolved[word], ensure_ascii=False)}")
    return " · ".join(part for part in parts if part)


def _operation(document: Document, method: str, path: str, operation: Document) -> OperationEntry:
    body = _json_of(resolve(document, operation.get("requestBody", {})))
    success = next((code for code in operation["responses"] if code.startswith("2")), "")
    answers = []
    for status, response in operation["responses"].items():
        resolved = resolve(document, response)
        shape = _json_of(resolved).get("schema")
        answers.append(
            AnswerLine(
                status,
                resolved.get("description", ""),
                kind_of(document, shape) if shape else "",
            )
        )
    shown = _json_of(resolve(document, operation["responses"].get(success, {}))).get("schema", {})
    return OperationEntry(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[
            FieldLine(
                item["name"],
                kind_of(document, item["schema"]),
                bool(item.get("required")),
                item.get("description") or _note(document, item["schema"]),
                item["in"],
            )
            for item in operation.get("parameters", ())
        ],
        body=list(fields_of(document, body.get("schema", {}))),
        body_example=_example(document, body),
        answer=list(fields_of(document, shown)),
        answers=answers,
    )


def _json_of(holder: Document) -> Document:
    """Give the first media type's content."""
    found: Document = next(iter(holder.get("content", {}).values()), {})
    return found


def _example(document: Document, media: Document) -> str:
    if not media:
        return ""
    found = media.get("example")
    if found is None:
        examples = resolve(document, media.get("schema", {})).get("examples") or [None]
        found = examples[0]
    return json.dumps(found, ensure_ascii=False, indent=2) if found is not None else ""

"""An example for every body and answer of the document, made from those of its fields."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
DEEPEST = 6

BY_FORMAT: dict[str, Any] = {
    "date-time": "2026-03-12T09:30:00Z",
    "date": "2026-03-12",
    "time": "09:30:00",
    "duration": "PT15M",
    "email": "claire.moreau@example.org",
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "uri": "https://assistance.example/",
    "binary": "",
}


def example_of(schema: Schema, components: dict[str, Schema], depth: int = 0) -> Any:
    """Give an example that the schema accepts: its own, else one made from its parts.

    ``None`` where it is too deep to tell, or nothing says what it holds.
    """
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    for word in ("example", "const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    for word in ("examples", "enum"):
        if schema.get(word):
            return schema[word][0]
    if depth > DEEPEST:
        return None
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            if part.get("type") != "null":
                return example_of(part, components, depth + 1)
    return _by_type(schema, components, depth)


def _by_type(  # noqa: PLR0911 - one a type
    schema: Schema, components: dict[str, Schema], depth: int
) -> Any:
    match schema.get("type"):
        case "object":
            return {
                name: example_of(part, components, depth + 1)
                for name, part in schema.get("properties", {}).items()
            }
        case "array" if "prefixItems" in schema:
            return [example_of(part, components, depth + 1) for part in schema["prefixItems"]]
        case "array":
            one = example_of(schema.get("items", {}), components, depth + 1)
            return [] if one is None else [one]
        case "string":
            text = BY_FORMAT.get(schema.get("format", ""), "…")
            return text * max(1, schema.get("minLength", 0)) if text == "…" else text
        case "integer" | "number":
            return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
    return None

"""Any JSON, by a mapping that says where it holds what an alert is made of.

A mapping is a table of texts::

    {"items": "data.alerts", "key": "id", "name": "title", "state": "status",
     "ended": "ok, resolved", "host": "labels.host", "severity": "level",
     "text": "message", "url": "link", "began": "since"}

A path goes down by names and numbers with dots between (``labels.host``, ``values.0``); the empty
one is the whole. ``key`` may name several paths with commas between. ``items`` leads to the list of
alerts; without it the body is one alert, or a list of them. ``ended`` gives the values of ``state``
that mean the end; without ``state`` every alert fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compagnon.desk.inbound.alerts import (
    Happening,
    NotUnderstood,
    Options,
    adapter,
    block,
    host_of,
    line,
    moment,
    object_of,
)

PARTS = (
    "items", "key", "name", "state", "ended", "host", "address", "severity", "text", "url", "began",
)  # fmt: skip
REQUIRED = ("key", "name")
ENDED = "ok, resolved, ended, recovered, up, 0, false"
MOST_STEPS = 12
PATH_CHARS = 200


@adapter(label="JSON", is_mapped=True)
def read(document: Any, options: Options) -> Iterator[Happening]:
    """Read every alert that the mapping finds."""
    mapping = {name: str(options.get(name) or "").strip() for name in PARTS}
    for name in REQUIRED:
        if not mapping[name]:
            raise NotUnderstood(f"the mapping does not say where «{name}» is")
    found = at(document, mapping["items"])
    if found is None:
        raise NotUnderstood(f"there is nothing at «{mapping['items']}»")
    for one in found if isinstance(found, list) else [found]:
        yield _alert(object_of(one, "an alert"), mapping)


def at(value: Any, path: str) -> Any:
    """Give what a path leads to; None when it leads nowhere."""
    steps = [step for step in path.split(".") if step.strip()][:MOST_STEPS]
    for step in (one.strip() for one in steps):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 6:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def _alert(one: Mapping[str, Any], mapping: Mapping[str, str]) -> Happening:
    paths = [path.strip() for path in mapping["key"].split(",") if path.strip()]
    key = [line(at(one, path), 500) for path in paths]
    if not any(key):
        raise NotUnderstood(f"an alert has nothing at «{mapping['key']}»")
    name = line(at(one, mapping["name"]))
    if not name:
        raise NotUnderstood(f"an alert has nothing at «{mapping['name']}»")

    def part(which: str, most: int = 200) -> str:
        return line(at(one, mapping[which]), most) if mapping[which] else ""

    firing = not (mapping["state"] and _word(at(one, mapping["state"])) in _ends(mapping))
    return Happening(
        key="\x1f".join(key),
        name=name,
        is_firing=firing,
        host=host_of(part("host")),
        address=part("address", 64),
        severity=part("severity", 20),
        text=block(at(one, mapping["text"])) if mapping["text"] else "",
        url=part("url", 500),
        began_at=moment(at(one, mapping["began"])) if mapping["began"] and firing else None,
    )


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return line(value, 60).lower()


def _ends(mapping: Mapping[str, str]) -> set[str]:
    return {one.strip().lower() for one in (mapping["ended"] or ENDED).split(",") if one.strip()}

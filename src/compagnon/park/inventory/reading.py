"""From text to one tree, XML or JSON, and what kind of request it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from compagnon.park.inventory.errors import Unreadable
from compagnon.park.inventory.facts import Action
from compagnon.park.inventory.json_tree import json_tree
from compagnon.park.inventory.limits import DEFAULT, Limits
from compagnon.park.inventory.texts import to_text, without_forbidden
from compagnon.park.inventory.xml_tree import xml_tree

_XML_QUERIES: dict[str, Action] = {
    "prolog": "prolog",
    "inventory": "inventory",
    "snmpquery": "netinventory",
    "snmpinventory": "netinventory",
    "netinventory": "netinventory",
    "netdiscovery": "netdiscovery",
}
_JSON_ACTIONS: dict[str, Action] = {
    "contact": "contact",
    "prolog": "contact",
    "inventory": "inventory",
    "netinventory": "netinventory",
    "snmpquery": "netinventory",
    "netdiscovery": "netdiscovery",
    "get_params": "get_params",
    "getparams": "get_params",
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEVICEID_CHARS = 255


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request opened but not yet understood: who, what, and the tree of its content."""

    format: Literal["xml", "json"]
    action: Action
    query: str
    """As written: ``INVENTORY``, ``inventory``…"""
    deviceid: str
    content: Mapping[str, Any]
    """Lower-case names; repeated XML sections are lists, as in the agent's JSON."""
    root: Mapping[str, Any]
    """What stands beside the content (``tag``, ``token``, ``partial``, ``itemtype``, tasks…)."""
    agent_id: str | None = None
    """From header ``GLPI-Agent-ID`` when it is a UUID."""
    user_agent: str | None = None
    notes: tuple[str, ...] = ()


def read(
    body: bytes, *, headers: Mapping[str, str] | None = None, limits: Limits = DEFAULT
) -> Envelope:
    """Open a decompressed request.

    Args:
        body: what `decode` gave.
        headers: of the HTTP request, any case; only ``GLPI-Agent-ID`` and ``User-Agent`` are read.

    Raises `Unreadable`.
    """
    notes: list[str] = []
    text = to_text(body, notes)
    start = text.lstrip("\ufeff \t\r\n\x00")[:1]
    if not start:
        raise Unreadable("empty")
    envelope = _of_xml if start == "<" else _of_json
    if start not in "<{[":
        raise Unreadable("json_malformed", "neither XML nor JSON")
    held = {name.lower(): value for name, value in (headers or {}).items()}
    return envelope(text.lstrip("\ufeff"), held, notes, limits)


def _of_xml(text: str, headers: dict[str, str], notes: list[str], limits: Limits) -> Envelope:
    name, root = xml_tree(text, notes, limits)
    if name != "request":
        raise Unreadable("xml_root", f"<{name[:40]}>")
    query = _word(root.get("query"))
    if not query:
        raise Unreadable("no_query")
    action = _XML_QUERIES.get(query.lower())
    if action is None:
        raise Unreadable("unknown_query", query[:60])
    return _envelope("xml", action, query, root, headers=headers, notes=notes)


def _of_json(text: str, headers: dict[str, str], notes: list[str], limits: Limits) -> Envelope:
    root = json_tree(text, notes, limits)
    query = _word(root.get("action"))
    if not query:
        if not isinstance(root.get("content"), dict):
            raise Unreadable("no_query")
        notes.append("no action: taken for an inventory")
        query = "inventory"
    action = _JSON_ACTIONS.get(query.lower())
    if action is None:
        raise Unreadable("unknown_query", query[:60])
    return _envelope("json", action, query, root, headers=headers, notes=notes)


def _envelope(
    kind: Literal["xml", "json"],
    action: Action,
    query: str,
    root: dict[str, Any],
    *,
    headers: dict[str, str],
    notes: list[str],
) -> Envelope:
    deviceid = _word(root.get("deviceid"))
    if not deviceid:
        raise Unreadable("no_deviceid")
    content = root.get("content")
    if isinstance(content, list):
        content = next((part for part in content if isinstance(part, dict)), None)
    if not isinstance(content, dict):
        if action in ("inventory", "netinventory", "netdiscovery"):
            raise Unreadable("no_content")
        content = {}
    agent_id = headers.get("glpi-agent-id", "").strip()
    return Envelope(
        format=kind,
        action=action,
        query=query,
        deviceid=deviceid[:_DEVICEID_CHARS],
        content=content,
        root={name: value for name, value in root.items() if name != "content"},
        agent_id=agent_id.lower() if _UUID.fullmatch(agent_id) else None,
        user_agent=_word(headers.get("user-agent")) or None,
        notes=tuple(notes),
    )


def _word(value: object) -> str:
    """A value that should be a short text; of a repeated one, the first."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return without_forbidden(str(value))[0].strip()

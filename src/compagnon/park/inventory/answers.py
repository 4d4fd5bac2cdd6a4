"""What agents await in return: pure builders, given as bytes not yet compressed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree

from compagnon.park.inventory.decoding import Compression
from compagnon.park.inventory.texts import FORBIDDEN

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SERVER = "glpi"
"""Under this name a GLPI agent accepts the inventory task of a server."""
_TASKS_SERVER = "glpiinventory"
"""Under this name it accepts network tasks, asked for in XML afterwards."""
_SERVER_VERSION = "10.0.0"


@dataclass(frozen=True, slots=True)
class SnmpCredential:
    """How to speak SNMP to a device. ``version``: ``1``, ``2c`` or ``3``."""

    identifier: str
    version: str
    community: str = ""
    username: str = ""
    auth_protocol: str = ""
    auth_passphrase: str = ""
    priv_protocol: str = ""
    priv_passphrase: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses to discover, both ends included."""

    identifier: str
    first: str
    last: str
    entity: str = ""
    ports: tuple[int, ...] = (161,)
    protocols: tuple[str, ...] = ()
    """``udp/ipv4`` and the like; none: what the agent does by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """A device to read by SNMP. ``kind``: ``NETWORKING``, ``PRINTER``, ``STORAGE``…"""

    identifier: str
    kind: str
    ip: str
    credential: str
    port: int = 161


@dataclass(frozen=True, slots=True)
class Discovery:
    """A NETDISCOVERY job. ``process`` comes back as PROCESSNUMBER; ``timeout`` in seconds."""

    process: str
    ranges: tuple[Range, ...]
    credentials: tuple[SnmpCredential, ...]
    threads: int = 4
    timeout: int = 1


@dataclass(frozen=True, slots=True)
class SnmpQuery:
    """A SNMPQUERY job. ``timeout`` in seconds."""

    process: str
    targets: tuple[Target, ...]
    credentials: tuple[SnmpCredential, ...]
    threads: int = 4
    timeout: int = 15


def content_type(
    kind: Literal["xml", "json"], compression: Compression, asked: str | None = None
) -> str:
    """The label of an answer: the agent's own when it compressed, since it looks for that one."""
    told = (asked or "").split(";")[0].strip().lower()
    if compression == "none":
        return "application/json" if kind == "json" else "application/xml"
    if compression == "gzip":
        return "application/x-compress-gzip"
    if compression == "deflate":
        return "application/x-deflate"
    known = ("application/x-compress", "application/x-compress-zlib", "application/x-zlib")
    return told if told in known else "application/x-compress-zlib"


# --- XML -----------------------------------------------------------------------------------------


def xml_prolog(*, hours: int = 24, jobs: Sequence[Discovery | SnmpQuery] = ()) -> bytes:
    """Answer a PROLOG in XML: send your inventory, come back in `hours`, and do these jobs."""
    reply = ElementTree.Element("REPLY")
    for job in jobs:
        _option(reply, job)
    _child(reply, "PROLOG_FREQ", str(max(1, hours)))
    _child(reply, "RESPONSE", "SEND")
    return _bytes(reply)


def xml_refused_prolog(*, hours: int = 24) -> bytes:
    """Answer a PROLOG: send nothing, come back in `hours`."""
    reply = ElementTree.Element("REPLY")
    _child(reply, "PROLOG_FREQ", str(max(1, hours)))
    _child(reply, "RESPONSE", "STOP")
    return _bytes(reply)


def xml_inventory(*, user_agent: str | None = None) -> bytes:
    """Answer an XML INVENTORY: ACCOUNT_UPDATE, which OCS looks for and the others ignore."""
    del user_agent
    reply = ElementTree.Element("REPLY")
    _child(reply, "RESPONSE", "ACCOUNT_UPDATE")
    return _bytes(reply)


def xml_task() -> bytes:
    """Answer a network task's message."""
    return _bytes(ElementTree.Element("REPLY"))


def xml_error(message: str) -> bytes:
    """Refuse an XML message with a sentence."""
    reply = ElementTree.Element("REPLY")
    _child(reply, "ERROR", message)
    return _bytes(reply)


def _option(reply: ElementTree.Element, job: Discovery | SnmpQuery) -> None:
    option = ElementTree.SubElement(reply, "OPTION")
    discovery = isinstance(job, Discovery)
    _child(option, "NAME", "NETDISCOVERY" if discovery else "SNMPQUERY")
    threads = "THREADS_DISCOVERY" if discovery else "THREADS_QUERY"
    asked: dict[str, str] = {threads: str(job.threads)}
    _child(option, "PARAM", None, **asked, TIMEOUT=job.timeout, PID=job.process)
    if isinstance(job, Discovery):
        for one in job.ranges:
            _range(option, one)
    else:
        for target in job.targets:
            _child(
                option,
                "DEVICE",
                TYPE=target.kind,
                ID=target.identifier,
                IP=target.ip,
                PORT=target.port,
                AUTHSNMP_ID=target.credential,
            )
    for credential in job.credentials:
        _credential(option, credential)


def _range(option: ElementTree.Element, one: Range) -> None:
    _child(
        option,
        "RANGEIP",
        ID=one.identifier,
        IPSTART=one.first,
        IPEND=one.last,
        ENTITY=one.entity,
        PORT=",".join(map(str, one.ports)),
        PROTOCOL=",".join(one.protocols),
    )


def _credential(option: ElementTree.Element, one: SnmpCredential) -> None:
    if one.version != "3":
        _child(
            option,
            "AUTHENTICATION",
            ID=one.identifier,
            VERSION=one.version,
            COMMUNITY=one.community,
        )
        return
    _child(
        option,
        "AUTHENTICATION",
        ID=one.identifier,
        VERSION="3",
        USERNAME=one.username,
        AUTHPROTOCOL=one.auth_protocol,
        AUTHPASSPHRASE=one.auth_passphrase,
        PRIVPROTOCOL=one.priv_protocol,
        PRIVPASSPHRASE=one.priv_passphrase,
    )


def _child(
    parent: ElementTree.Element, tag: str, text: str | None = None, /, **attributes: str | int
) -> None:
    told = {
        name: FORBIDDEN.sub("", str(value)) for name, value in attributes.items() if value != ""
    }
    child = ElementTree.SubElement(parent, tag, told)
    if text is not None:
        child.text = FORBIDDEN.sub("", text)


def _bytes(reply: ElementTree.Element) -> bytes:
    written: bytes = ElementTree.tostring(reply, encoding="utf-8")
    return _DECLARATION + written


# --- JSON ----------------------------------------------------------------------------------------


def json_contact(
    *,
    expiration: str | int = 24,
    network_jobs: bool = False,
    no_category: Sequence[str] = (),
    disabled: Sequence[str] = (),
) -> bytes:
    """Answer a GLPI agent's contact, or its first PROLOG: it then speaks JSON for good.

    Args:
        expiration: hours, or a text with its unit (``10m``, ``2h``, ``1d``); above 0.
        network_jobs: there are jobs: it comes and asks for them with a PROLOG in XML, without its
            GLPI-Agent-ID, to be answered by `xml_prolog`.
        no_category: sections that it shall not send (``process``, ``environment``…).
        disabled: tasks that it shall not run (``deploy``…).
    """
    inventory: dict[str, Any] = {"server": _SERVER, "version": _SERVER_VERSION}
    if no_category:
        inventory["no-category"] = ",".join(no_category)
    tasks: dict[str, Any] = {"inventory": inventory}
    if network_jobs:
        for task in ("netdiscovery", "netinventory"):
            tasks[task] = {"server": _TASKS_SERVER, "version": _SERVER_VERSION}
    told: dict[str, Any] = {"status": "ok", "expiration": expiration, "tasks": tasks}
    if disabled:
        told["disabled"] = list(disabled)
    return _json(told)


def json_ok(*, expiration: str | int = 24) -> bytes:
    """Accept a JSON message."""
    return _json({"status": "ok", "expiration": expiration})


def json_pending(*, expiration: str = "10s") -> bytes:
    """Tell a GLPI agent to ask again, by GET with its GLPI-Request-ID."""
    return _json({"status": "pending", "expiration": expiration})


def json_error(message: str, *, expiration: str | int | None = None) -> bytes:
    """Refuse a JSON message with a sentence; goes with HTTP 4xx or 5xx."""
    told: dict[str, Any] = {"status": "error", "message": message}
    if expiration is not None:
        told["expiration"] = expiration
    return _json(told)


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode("ascii")

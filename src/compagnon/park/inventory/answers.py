"""What agents await in return: pure builders, given as bytes not yet compressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
    protocols: tuple[str, ...] = ("udp",)


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
    """A NETDISCOVERY job."""

    process: str
    ranges: tuple[Range, ...]
    credentials: tuple[SnmpCredential, ...]
    threads: int = 4
    timeout: int = 1


@dataclass(frozen=True, slots=True)
class SnmpQuery:
    """A SNMPQUERY job."""

    process: str
    targets: tuple[Target, ...]
    credentials: tuple[SnmpCredential, ...]
    threads: int = 4
    timeout: int = 15


def xml_prolog(*, hours: int = 24, jobs: Sequence[Discovery | SnmpQuery] = ()) -> bytes:
    """Answer a PROLOG in XML: send your inventory, come back in `hours`, and do these jobs."""
    raise NotImplementedError


def xml_inventory(*, agent_name: str | None = None) -> bytes:
    """Answer an XML INVENTORY (ACCOUNT_UPDATE) or any other accepted XML message."""
    raise NotImplementedError


def xml_error(message: str) -> bytes:
    """Refuse an XML message with a sentence (``<REPLY><ERROR>``)."""
    raise NotImplementedError


def json_contact(
    *,
    expiration: str | int = 24,
    network_jobs: bool = False,
    no_category: Sequence[str] = (),
    disabled: Sequence[str] = (),
) -> bytes:
    """Answer a GLPI agent's contact, or its first PROLOG. ``network_jobs`` makes it ask in XML."""
    raise NotImplementedError


def json_ok(*, expiration: str | int = 24) -> bytes:
    """Accept a JSON message."""
    raise NotImplementedError


def json_pending(*, expiration: str = "10s") -> bytes:
    """Tell a GLPI agent to ask again with its GLPI-Request-ID."""
    raise NotImplementedError


def json_error(message: str) -> bytes:
    """Refuse a JSON message with a sentence; goes with HTTP 4xx or 5xx."""
    raise NotImplementedError

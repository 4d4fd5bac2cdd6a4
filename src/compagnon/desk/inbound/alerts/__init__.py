"""Alerts of supervisions: one adapter a file; adding one is adding a file.

An adapter's file defines one function under ``@adapter(label=…)``. It is given the JSON that was
posted, already bounded in size and depth, and what the source was set to, and gives what happened;
what it does not understand it refuses with a sentence. Pure: it knows no Django.

The registry's key is the file's name. ``docs/operate/alerts.md`` says how each supervision is set.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 24
MOST_VALUES = 50_000
# As many as an outage groups in one post; each is one incident.
MOST_ALERTS = 2_000
NAME_CHARS = 200
TEXT_CHARS = 8_000


class NotUnderstood(ValueError):
    """What was posted is not what this adapter reads; says what is missing."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One alert that fires, or that ended.

    Args:
        key: what makes it the same alert when it comes again, in the supervision's own words.
        name: what is wrong, in a line.
        is_firing: false when it ended.
        host: the machine's name or address, as the supervision calls it.
        address: its address, where it is said beside the name.
        severity: the supervision's own word.
        text: what it says more.
        url: where the supervision shows it.
        began_at: when it began, if it says so.
    """

    key: str
    name: str
    is_firing: bool
    host: str = ""
    address: str = ""
    severity: str = ""
    text: str = ""
    url: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """The key as it is kept: SHA-256 in hexadecimal."""
        return sha256(self.key.encode("utf-8", "replace")).hexdigest()

    @property
    def said(self) -> str:
        """What tells whether it says something new: of its words, not of its times."""
        told = "\x1f".join((self.name, self.severity, self.text))
        return sha256(told.encode("utf-8", "replace")).hexdigest()


Options = Mapping[str, Any]
Read = Callable[[Any, Options], Iterable[Happening]]


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one kind of supervision is read. ``label`` is its product's name."""

    code: str
    label: str
    read: Read = field(repr=False)
    is_mapped: bool = False


_adapters: dict[str, Adapter] = {}


def adapter(*, label: str, is_mapped: bool = False) -> Callable[[Read], Read]:
    """Register the function below as the adapter of its file.

    Args:
        is_mapped: it reads by the mapping that the source was given.
    """

    def register(read: Read) -> Read:
        code = read.__module__.rpartition(".")[2]
        _adapters[code] = Adapter(code, label, read, is_mapped)
        return read

    return register


@cache
def adapters() -> Mapping[str, Adapter]:
    """Give every adapter by its code, in the order of their labels."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_adapters.items(), key=lambda one: (one[1].is_mapped, one[1].label)))


def text_of(raw: bytes) -> str:
    """Give what was posted as text, as it is kept: UTF-8, 16 or 32, with or without a mark.

    Raises:
        NotUnderstood: it is too large, or none of these.
    """
    if len(raw) > MOST_BYTES:
        raise NotUnderstood(f"over {MOST_BYTES // 1024} KiB")
    try:
        return raw.decode(json.detect_encoding(raw))
    except ValueError as error:
        raise NotUnderstood(f"not JSON: {str(error)[:120]}") from error


def opened(raw: bytes | str) -> Any:
    """Read JSON within bounds.

    Raises:
        NotUnderstood: it is too large, too deep, or no JSON.
    """
    if len(raw) > MOST_BYTES:
        raise NotUnderstood(f"over {MOST_BYTES // 1024} KiB")
    try:
        found = json.loads(raw, parse_constant=_no_number)
    except RecursionError as error:
        raise NotUnderstood("nested too deep") from error
    except ValueError as error:  # UnicodeDecodeError is one
        raise NotUnderstood(f"not JSON: {str(error)[:120]}") from error
    level, depth, values = [found], 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if depth > MOST_DEPTH:
            raise NotUnderstood(f"nested more than {MOST_DEPTH} deep")
        if values > MOST_VALUES:
            raise NotUnderstood(f"more than {MOST_VALUES} values")
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def read(code: str, raw: bytes | str, options: Options) -> list[Happening]:
    """Give what happened, read by that adapter.

    Raises:
        NotUnderstood: it is not what the adapter reads, or there is no such adapter.
    """
    known = adapters().get(code)
    if known is None:
        raise NotUnderstood(f"there is no adapter {code!r}")
    found: list[Happening] = []
    for one in known.read(opened(raw), options):
        if len(found) >= MOST_ALERTS:
            raise NotUnderstood(f"more than {MOST_ALERTS} alerts at once")
        found.append(one)
    return found


# --- what adapters share -------------------------------------------------------------------------
def line(value: Any, most: int = NAME_CHARS) -> str:
    """Give a value as one printable line; nothing for what is no text nor number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Cut first: what is beyond is never shown, and may be a megabyte.
    text = str(value)[: 4 * most]
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(clean.split())[:most]


def block(value: Any, most: int = TEXT_CHARS) -> str:
    """Give a value as printable lines."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)[: 2 * most].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(s if s.isprintable() or s in "\n\t" else " " for s in text).strip()[:most]


def moment(value: Any) -> datetime | None:
    """Read a time: RFC 3339, or seconds since 1970; nothing for what is none, or far away."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str) and value.strip().isdecimal():
            found = datetime.fromtimestamp(int(value), UTC)
        elif isinstance(value, str):
            # Go writes nanoseconds, of which Python reads six figures.
            head, dot, rest = value.strip().partition(".")
            if dot:
                figures = rest[: len(rest) - len(rest.lstrip("0123456789"))]
                value = f"{head}.{figures[:6]}{rest[len(figures) :]}"
            found = datetime.fromisoformat(value)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 2000 <= found.year <= 2200 else None


def object_of(value: Any, what: str) -> Mapping[str, Any]:
    """Give an object of the JSON.

    Raises:
        NotUnderstood: it is none.
    """
    if not isinstance(value, dict):
        raise NotUnderstood(f"{what} is not an object")
    return value


def host_of(instance: str) -> str:
    """Give the host of ``srv-1:9100``, ``[::1]:9100`` or ``https://srv-1:8443/path``."""
    text = instance.partition("://")[2] or instance
    text = text.partition("/")[0].rpartition("@")[2]
    if text.startswith("["):
        return text[1:].partition("]")[0]
    head, colon, port = text.rpartition(":")
    return head if colon and port.isdecimal() and ":" not in head else text

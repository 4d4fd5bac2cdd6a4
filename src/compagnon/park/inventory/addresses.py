"""Addresses that somebody asks an agent to visit, read from what was typed, and bounded."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MOST_ADDRESSES = 4096
"""Of one job: a /20. An agent takes a second or more for each that does not answer."""
MOST_RANGES = 32
MOST_PORTS = 4

Fault = Literal["none", "not_ipv4", "order", "nowhere", "too_many", "too_many_ranges", "port"]


class BadRange(ValueError):
    """What was typed is no range that an agent may visit: a fault, and the words at fault."""

    def __init__(self, fault: Fault, words: str = "") -> None:
        super().__init__(f"{fault} {words}")
        self.fault: Fault = fault
        self.words = words[:60]


@dataclass(frozen=True, slots=True)
class Span:
    """IPv4 addresses, both ends included."""

    first: ipaddress.IPv4Address
    last: ipaddress.IPv4Address

    @property
    def size(self) -> int:
        """How many addresses."""
        return int(self.last) - int(self.first) + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def spans_of(text: str, *, most: int = MOST_ADDRESSES) -> list[Span]:
    """Read ``192.0.2.0/24``, ``192.0.2.10-192.0.2.20``, ``192.0.2.10-20`` or one address.

    Several are separated by spaces, commas or lines. A network's own address and its broadcast are
    left out. Those that overlap are joined, so that nothing is visited twice.

    Raises:
        BadRange: there is none, one cannot be read or names no machine, or there are too many.
    """
    words = [word for word in re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", text)) if word]
    if not words:
        raise BadRange("none")
    if len(words) > MOST_RANGES:
        raise BadRange("too_many_ranges", str(len(words)))
    spans = _joined(_span(word) for word in words)
    total = sum(span.size for span in spans)
    if total > most:
        raise BadRange("too_many", str(total))
    return spans


def _span(word: str) -> Span:
    try:
        if "/" in word:
            network = ipaddress.IPv4Network(word, strict=False)
            whole = network.prefixlen >= 31
            first = network.network_address if whole else network.network_address + 1
            last = network.broadcast_address if whole else network.broadcast_address - 1
        else:
            start, _dash, end = word.partition("-")
            first = ipaddress.IPv4Address(start)
            if end.isdecimal():
                end = f"{start.rpartition('.')[0]}.{end}"
            last = ipaddress.IPv4Address(end) if end else first
    except ValueError:
        raise BadRange("not_ipv4", word) from None
    if last < first:
        raise BadRange("order", word)
    for end_address in (first, last):
        if end_address.is_multicast or end_address.is_reserved or int(end_address) < 2**24:
            raise BadRange("nowhere", word)
    return Span(first, last)


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (int(one.first), int(one.last))):
        if found and int(span.first) <= int(found[-1].last) + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def ports_of(text: str) -> list[int]:
    """Read UDP ports, ``161, 1161``; nothing: 161.

    Raises:
        BadRange: one is no port, or there are more than four.
    """
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    ports = [int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else 0
             for word in words]  # fmt: skip
    if len(ports) > MOST_PORTS or any(not 0 < port < 65536 for port in ports):
        raise BadRange("port", text)
    return list(dict.fromkeys(ports)) or [161]

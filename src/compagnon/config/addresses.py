"""Addresses to listen on: read, and tried."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; an IPv6 host without its brackets."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``host:port`` or ``[v6]:port``.

        Raises:
            ValueError: it is neither; the message is for the operator.
        """
        host, colon, port = text.strip().rpartition(":")
        if not colon or not host or not port.isascii() or not port.isdigit():
            raise ValueError(_("%(text)r is not host:port") % {"text": text})
        if not 0 < int(port) < 65536:
            raise ValueError(_("%(port)s is not a port") % {"port": port})
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reachable(self) -> Address:
        """Where a program of this machine finds it: a wildcard is told as loopback."""
        wildcards = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
        return Address(wildcards.get(self.host, self.host), self.port)


def why_not(address: Address) -> str:
    """Say why we could not listen there, in the system's words; nothing if we could."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # As servers do: a connection that still fades away does not hold the port.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address.host, address.port))
        except OSError as error:
            return os.strerror(error.errno) if error.errno else str(error)
    return ""


def answers(address: Address, *, timeout: float = 2.0) -> bool:
    """Tell whether a program accepts connections there; ``timeout`` in seconds."""
    where = address.reachable
    try:
        socket.create_connection((where.host, where.port), timeout=timeout).close()
    except OSError:
        return False
    return True

"""Calling an address that somebody typed, without letting them reach what only we can reach.

A name is resolved once, every address that it gives is checked, and the connection goes to the
address that was checked: a name that answers otherwise a moment later changes nothing. Private,
loopback, link-local (where clouds keep their metadata) and reserved addresses are refused, also
where IPv6 carries them (mapped, 6to4, NAT64, Teredo), unless ``COMPAGNON_OUTGOING_ALLOW`` names
them. Redirections are not followed, proxies of the environment are not used, an answer is read up
to a limit, and everything together (resolving, connecting, sending, reading) ends within a time.

Pure sockets and no Django but for the setting, which :func:`allowed` reads.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from compagnon.core import resolving

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
NEVER = (
    # Where clouds answer with credentials: an allowed name never leads there.
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fd00:ec2::/32"),
    ipaddress.ip_network("100.100.100.200/32"),
)
URL_CHARS = 500
ANSWER_BYTES = 64 * 1024
SECONDS = 15.0


class NotAllowed(ValueError):
    """The address may not be called. ``reason`` is one of ``form``, ``scheme``, ``internal``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Unanswered(OSError):
    """No answer came: no such name, no connection, no TLS, too slow, not HTTP."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator lets be called inside: networks, and names with all that they lead to."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Allowed:
        """Read ``10.0.0.0/8``, ``192.0.2.7`` and ``hooks.example.net``."""
        networks: list[Network] = []
        names: set[str] = set()
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry.strip(), strict=False))
            except ValueError:
                names.add(entry.strip().lower().rstrip("."))
        return cls(tuple(networks), frozenset(names - {""}))

    def takes(self, address: Ip, name: str) -> bool:
        """Tell whether an internal address may be called under that name."""
        if any(
            address in network for network in self.networks if network.version == address.version
        ):
            return True
        inside = any(address in network for network in NEVER if network.version == address.version)
        return name in self.names and not inside


@dataclass(frozen=True, slots=True)
class Target:
    """A server that may be called: its name, and the checked address to connect to."""

    host: str
    port: int
    address: str
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; ``body`` is cut at the limit. ``seconds``: from the connection on."""

    status: int
    body: bytes = field(repr=False)
    seconds: float
    is_cut: bool = False
    retry_after: str = ""


def allowed() -> Allowed:
    """Give what ``COMPAGNON_OUTGOING_ALLOW`` names."""
    return Allowed.of(settings.OUTGOING_ALLOW)


def carried(address: Ip) -> Ip:
    """Give the IPv4 address inside an IPv6 one that carries it, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        if any(address in network for network in NAT64) or int(address) >> 32 == 0:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Ip) -> bool:
    """Tell whether an address is somewhere on the internet; of one that carries IPv4, that one."""
    one = carried(address)
    return one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)


def locate(
    host: str, port: int, rules: Allowed | None = None, *, seconds: float = resolving.SECONDS
) -> Target:
    """Resolve a name and choose an address that may be called.

    Args:
        seconds: for the name to be resolved.

    Raises:
        NotAllowed: the name is none, or leads inside, were it by one address among several.
        Unanswered: there is no such name, or it was not resolved in that time.
    """
    rules = rules if rules is not None else allowed()
    name = host.lower().rstrip(".")
    if not name or len(name) > 253 or any(ord(sign) <= 32 or sign in "%/\\@" for sign in name):
        raise NotAllowed("form", f"not the name of a server: {host[:80]!r}")
    try:
        addresses = resolving.addresses(name, port, seconds=seconds)
    except TimeoutError as error:
        raise Unanswered(f"{name[:80]}: the name was not resolved in time") from error
    except (OSError, ValueError, OverflowError) as error:
        raise Unanswered(f"{name[:80]}: no such server") from error
    internal = False
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        if is_public(address):
            continue
        if "%" in text or not (rules.takes(address, name) or rules.takes(carried(address), name)):
            raise NotAllowed("internal", f"{name[:80]} leads to {text}, inside")
        internal = True
    if not addresses:
        raise Unanswered(f"{name[:80]}: no such server")
    return Target(name, port, addresses[0], internal)


def checked_url(url: str) -> SplitResult:
    """Give the parts of a web address that has a sane form.

    Raises:
        NotAllowed: it has not: no HTTP, a password in it, signs that no address has.
    """
    if len(url) > URL_CHARS or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise NotAllowed("form", "an address has no spaces and 500 signs at most")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("form", "not a web address") from error
    if parts.scheme not in {"https", "http"}:
        raise NotAllowed("scheme", "an address begins with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise NotAllowed("form", "not a web address, or one with a password in it")
    if "\\" in url or not url.isascii():
        raise NotAllowed("form", "an address is written in ASCII, its name in punycode")
    return parts


def check(url: str, rules: Allowed | None = None) -> None:
    """Refuse an address that may not be called, as far as can be told without calling it.

    Raises:
        NotAllowed: its form, or an address of ours written in it. A name is resolved at the call.
    """
    parts = checked_url(url)
    rules = rules if rules is not None else allowed()
    host = (parts.hostname or "").rstrip(".")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            literal = ipaddress.ip_address("127.0.0.1")
        elif parts.scheme == "http" and host not in rules.names and not rules.networks:
            raise NotAllowed("scheme", "https:// only, but for receivers inside") from None
        else:
            return
    if not is_public(literal) and not rules.takes(literal, host):
        raise NotAllowed("internal", f"{host} is inside")
    if parts.scheme == "http" and is_public(literal):
        raise NotAllowed("scheme", "https:// only, but for receivers inside")


def call(
    url: str,
    *,
    method: str = "POST",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    rules: Allowed | None = None,
    seconds: float = SECONDS,
    most: int = ANSWER_BYTES,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Call a web address once; a redirection is an answer like another, and is not followed.

    Args:
        seconds: for everything together, from the name's resolution to the end of the answer.
        most: bytes of the answer that are read.

    Raises:
        NotAllowed: it may not be called.
        Unanswered: no answer came.
    """
    parts = checked_url(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    ends = time.monotonic() + seconds
    target = locate(parts.hostname or "", port, rules, seconds=seconds)
    if parts.scheme == "http" and not target.is_internal:
        raise NotAllowed("scheme", "https:// only, but for receivers inside")
    tls = (context or ssl.create_default_context()) if parts.scheme == "https" else None
    started = time.monotonic()
    # What the name left of the time; nought would mean a socket that does not wait.
    left = max(ends - started, 0.01)
    connection = _Pinned(target, left, tls)
    # A server that sends a byte now and then is shut up at the end of its time.
    watch = threading.Timer(left, connection.shut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(
            method,
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=body or None,
            headers={"Host": parts.netloc, "Connection": "close", **(headers or {})},
        )
        answer = connection.getresponse()
        read = answer.read(most + 1)
        if connection.is_shut:
            raise TimeoutError("the answer took too long")
    except (OSError, ValueError, http.client.HTTPException) as error:
        why = "the answer took too long" if connection.is_shut else str(error)
        raise Unanswered(f"{type(error).__name__}: {why}"[:250]) from error
    finally:
        watch.cancel()
        connection.close()
    return Answer(
        answer.status,
        read[:most],
        round(time.monotonic() - started, 3),
        len(read) > most,
        (answer.getheader("Retry-After") or "")[:40],
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked."""

    def __init__(self, target: Target, seconds: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._tls, self._seconds = target, tls, seconds
        # Kept here too: once the head of an answer is read, ``sock`` is let go.
        self._speaks: socket.socket | None = None
        self.is_shut = False

    def connect(self) -> None:
        """Connect to the address, and check the certificate against the name."""
        place = (self._target.address, self._target.port)
        self._take(socket.create_connection(place, timeout=self._seconds))
        if self._tls is not None:
            # The handshake after, so that the watch knows the socket that speaks.
            wrapped = self._tls.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self._take(wrapped)
            wrapped.do_handshake()

    def _take(self, one: socket.socket) -> None:
        self.sock = self._speaks = one
        if self.is_shut:  # its time ended before there was a socket to shut
            raise TimeoutError

    def shut(self) -> None:
        """End it from another thread: who reads is told at once."""
        self.is_shut = True
        if self._speaks is not None:
            with contextlib.suppress(OSError):
                # Below TLS: who reads there is told that the connection ended, and nothing else.
                socket.socket.shutdown(self._speaks, socket.SHUT_RDWR)

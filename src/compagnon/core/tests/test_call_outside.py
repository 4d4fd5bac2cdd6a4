"""An address that somebody typed is called without reaching what only we can reach."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from compagnon.core import guarded_http, resolving
from compagnon.core.guarded_http import Allowed, NotAllowed, Unanswered, call, is_public, locate

INSIDE = Allowed.of(["127.0.0.0/8"])


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1",  # noqa: S104
        "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::7f00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_inside(text: str) -> None:
    # The Teredo address carries 192.0.2.45.
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_outside(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def leading(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr(
        guarded_http.socket,
        "getaddrinfo",
        lambda _host, port, **_more: [(2, 1, 6, "", (one, port)) for one in addresses],
    )


def test_one_address_inside_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    leading(monkeypatch, "8.8.8.8", "::ffff:169.254.169.254")
    with pytest.raises(NotAllowed) as refusal:
        locate("hooks.example.net", 443, Allowed())
    assert refusal.value.reason == "internal"


def test_an_allowed_name_leads_inside_but_to_no_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = Allowed.of(["hooks.internal", "10.2.0.0/16"])
    leading(monkeypatch, "192.168.3.4")
    assert locate("Hooks.Internal.", 443, rules).address == "192.168.3.4"
    with pytest.raises(NotAllowed):
        locate("other.internal", 443, rules)
    leading(monkeypatch, "10.2.3.4")
    assert locate("other.internal", 443, rules).is_internal
    leading(monkeypatch, "169.254.169.254")
    with pytest.raises(NotAllowed):
        locate("hooks.internal", 443, rules)


@pytest.mark.parametrize(
    "url", ["", "x", "https://", "https://a b/", "https://u:p@a.example/", "file:///etc/passwd",
            "https://a.example:0/", "https://[::1", "https://a.example\\@b/", "https://é.example/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        guarded_http.checked_url(url)


@contextmanager
def server(
    answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that answers each connection that way, on loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        listener.settimeout(0.05)
        while not ended.is_set():
            try:
                one, _address = listener.accept()
            except TimeoutError:
                continue
            with tls.wrap_socket(one, server_side=True) if tls else one as one:
                one.recv(65536)
                answer(one)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        ended.set()
        thread.join()
        listener.close()


def test_an_answer_is_read_to_its_limit() -> None:
    def answer(one: socket.socket) -> None:
        one.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n" + b"x" * 100_000)

    with server(answer) as url:
        found = call(url, rules=INSIDE, most=1000, seconds=5)
    assert (found.status, len(found.body), found.is_cut) == (302, 1000, True)


def test_one_that_trickles_ends_at_its_time() -> None:
    ended = threading.Event()

    def answer(one: socket.socket) -> None:
        with suppress(OSError):  # the other end is shut
            for _time in range(200):
                one.sendall(b"H")
                ended.wait(0.05)

    with server(answer) as url, pytest.raises(Unanswered):
        call(url, rules=INSIDE, seconds=0.4)


def test_one_that_trickles_in_secret_ends_at_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = certificate(tmp_path)
    ended = threading.Event()
    told: list[int] = []

    def answer(one: socket.socket) -> None:
        with suppress(OSError):  # the other end is shut
            one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n")
            for time in range(200):
                one.sendall(b"x")
                told.append(time)
                ended.wait(0.05)

    monkeypatch.setattr(resolving, "addresses", lambda *_asked, **_more: ["127.0.0.1"])
    with server(answer, theirs) as url, pytest.raises(Unanswered, match="took too long"):
        call(url.replace("127.0.0.1", "hooks.internal"), rules=INSIDE, seconds=0.6, context=ours)
    # Not at the end of the answer.
    assert len(told) < 200


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give how a server named hooks.internal speaks in secret, and how one trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.internal")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.internal")]), False)
    )
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "both.pem").write_bytes(pem + secret)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / "both.pem")
    return theirs, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A resolver that answers nothing before the test is over; gives the names asked of it."""
    ended = threading.Event()
    asked: list[str] = []

    def resolve(name: str, _port: int, **_more: Any) -> list[Any]:
        asked.append(name)
        ended.wait()
        return []

    monkeypatch.setattr(resolving.socket, "getaddrinfo", resolve)
    yield asked
    ended.set()


def test_a_name_that_is_never_resolved_ends_at_its_time(hanging: list[str]) -> None:
    with pytest.raises(Unanswered, match="not resolved in time"):
        call("https://hooks.example.net/", rules=Allowed(), seconds=0.1)
    with pytest.raises(Unanswered, match="not resolved in time"):
        locate("hooks.example.net", 443, Allowed(), seconds=0.1)
    assert hanging == ["hooks.example.net"] * 2
    # Who answers already is called meanwhile.
    assert locate("127.0.0.1", 443, INSIDE).address == "127.0.0.1"


def test_a_resolver_that_hangs_costs_so_many_threads(
    hanging: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "_free", threading.BoundedSemaphore(1))
    for _time in range(2):
        with pytest.raises(TimeoutError):
            resolving.addresses("hooks.example.net", 443, seconds=0.05)
    assert len(hanging) == 1


def test_what_is_not_http_and_nobody_there() -> None:
    def answer(one: socket.socket) -> None:
        one.sendall(b"220 mail ESMTP\r\n")

    with server(answer) as url, pytest.raises(Unanswered):
        call(url, rules=INSIDE, seconds=3)
    with pytest.raises(Unanswered):
        call(url, rules=INSIDE, seconds=3)


def test_http_in_clear_is_for_those_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    leading(monkeypatch, "8.8.8.8")
    with pytest.raises(NotAllowed) as refusal:
        call("http://hooks.example.net/", rules=Allowed())
    assert refusal.value.reason == "scheme"


def test_the_setting_is_read(settings: Any) -> None:
    settings.OUTGOING_ALLOW = ["10.0.0.0/8", " Hooks.Internal. "]
    rules = guarded_http.allowed()
    assert rules.names == {"hooks.internal"}
    assert str(rules.networks[0]) == "10.0.0.0/8"

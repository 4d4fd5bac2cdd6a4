"""A provider that is out of order: nobody is left on their browser's own page, nor waits long."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from compagnon.core import guarded_http
from compagnon.core.models import Entry
from compagnon.people import guarded_requests, provider_presence
from compagnon.people.models import IdentityProvider
from compagnon.people.tests import factories as f
from compagnon.people.tests.test_openid import ANSWER, BEGIN, in_use, refusals

JSON, HTML = "application/json", "text/html"
DEEP = "[" * 5_000


class Server(socketserver.ThreadingTCPServer):
    """Answers by path what a test says; for the rest the connection ends, or hangs if told so."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.said: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.hangs = False
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def say(self, path: str, body: Any = "", status: int = 200, kind: str = JSON) -> None:
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n"
        self.said[path] = head.encode() + text

    def describe(self, **more: Any) -> None:
        names = {
            "authorization_endpoint": "authorize", "token_endpoint": "token",
            "userinfo_endpoint": "userinfo", "jwks_uri": "keys",
        }  # fmt: skip
        found = {name: f"{self.address}/{path}" for name, path in names.items()}
        self.say("/.well-known/openid-configuration", {"issuer": self.address} | found | more)


class Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        path = self.rfile.readline().decode("latin-1").split(" ")[1:2]
        while self.rfile.readline().strip():
            pass
        self.server.asked.append(path[0] if path else "")
        if said := self.server.said.get(path[0] if path else ""):
            self.wfile.write(said)
        elif self.server.hangs:
            self.server.over.wait(30)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.OUTGOING_ALLOW = ("127.0.0.0/8",)
    one = Server()
    one.describe()
    threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    yield one
    one.over.set()
    one.shutdown()
    one.server_close()


@pytest.fixture
def row(cast: f.Cast, server: Server) -> IdentityProvider:
    return in_use(cast.provider, address=server.address, found=found_of(server))


def found_of(server: Server) -> dict[str, Any]:
    body = server.said["/.well-known/openid-configuration"].partition(b"\r\n\r\n")[2]
    return dict(json.loads(body))


def begin(language: str = "en", **sent: str) -> tuple[Client, Any]:
    browser = Client(HTTP_ACCEPT_LANGUAGE=language)
    return browser, browser.post(BEGIN, sent)


def test_who_would_be_led_nowhere_is_told_where_they_were(
    row: IdentityProvider, server: Server
) -> None:
    """In both languages, with the other ways to sign in beside it, and where they were going."""
    server.said.clear()
    for language, words in (
        ("en", "Maison does not answer just now."),
        ("fr", "Maison ne répond pas en ce moment."),
    ):
        browser, answer = begin(language, next="/people/me/")
        assert (answer.status_code, answer["Location"]) == (
            302, "/account/login/?next=%2Fpeople%2Fme%2F",
        )  # fmt: skip
        page = browser.get(answer["Location"]).content.decode()
        assert words in page.replace("\u202f", " ")
        assert page.count("Maison ") == 1, "once, on the page, and not in a message beside it"
        assert 'value="/people/me/"' in page
        assert 'name="password"' in page
        assert "/account/2fa/webauthn/login/" in page
        # Read once, it is not said again.
        assert words not in browser.get(answer["Location"]).content.decode()
    assert refusals() == ["unreachable", "unreachable"]


def test_one_that_hangs_is_not_waited_for(
    row: IdentityProvider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, state = left(server)
    server.said.clear()
    server.hangs = True
    monkeypatch.setattr(provider_presence, "DESCRIBED_SECONDS", 0.1)
    monkeypatch.setattr(provider_presence, "KNOCK_SECONDS", 0.1)
    monkeypatch.setattr(guarded_requests, "SECONDS", 0.1)
    cache.clear()
    assert begin()[1].status_code == 302
    assert browser.get(ANSWER, {"code": "c", "state": state}).status_code == 302
    assert refusals() == ["unreachable", "unreachable"]


def test_what_is_known_is_not_asked_again(row: IdentityProvider, server: Server) -> None:
    assert begin()[1].status_code == 200
    assert begin()[1].status_code == 200
    assert server.asked == ["/.well-known/openid-configuration"]
    cache.clear()
    server.said.clear()
    server.asked.clear()
    assert [begin()[1].status_code for _turn in range(3)] == [302, 302, 302]
    assert server.asked == ["/.well-known/openid-configuration", "/token"]
    # Its keepers read that it is away, then that it is back: once each, whoever tries.
    row.refresh_from_db()
    assert "ne répond pas" in row.check_error
    cache.clear()
    server.describe()
    assert begin()[1].status_code == 200
    row.refresh_from_db()
    assert row.check_error == ""
    told = Entry.objects.filter(verb="identity_provider.check_provider").order_by("pk")
    assert [one.after for one in told] == [{"answers": False}, {"answers": True}]


def test_what_it_said_before_serves_while_its_server_answers(
    row: IdentityProvider, server: Server
) -> None:
    server.say("/.well-known/openid-configuration", "<h1>Maintenance</h1>", kind=HTML)
    for status in (200, 400, 405):
        server.say("/token", {"error": "invalid_request"}, status)
        cache.clear()
        assert begin()[1].status_code == 200


def test_a_server_that_only_says_it_is_broken(row: IdentityProvider, server: Server) -> None:
    server.say("/token", "", 503)
    for body, status in (("<h1>Maintenance</h1>", 503), ("{}", 200), (DEEP, 200), ("[]", 200)):
        server.say("/.well-known/openid-configuration", body, status)
        cache.clear()
        assert begin()[1].status_code == 302


def test_nobody_there_no_http_and_another_certificate(
    row: IdentityProvider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who speaks no TLS waits for the rest of what it cannot read.
    monkeypatch.setattr(provider_presence, "DESCRIBED_SECONDS", 0.1)
    monkeypatch.setattr(provider_presence, "KNOCK_SECONDS", 0.1)
    server.said.update(dict.fromkeys(("/.well-known/openid-configuration", "/token"), b"\0\1\2"))
    assert begin()[1].status_code == 302
    closed = Server()
    closed.server_close()
    # What speaks no TLS has no certificate of that name either.
    told: list[str] = []
    for address in (closed.address, server.address.replace("http:", "https:")):
        found = json.loads(json.dumps(found_of_at(address)))
        IdentityProvider.objects.update(address=address, found=found, check_error="")
        cache.clear()
        assert begin()[1].status_code == 302, address
        told.append(IdentityProvider.objects.get().check_error.partition(": ")[2])
    assert told[0] == "rien n’écoute là.", "in words, and no number of an error"
    assert told[1].startswith(("son certificat", "c’est trop long")), told
    assert refusals() == ["unreachable"] * 3


def test_what_garbles_is_kept_in_no_database(row: IdentityProvider, server: Server) -> None:
    for odd in ("a\0b", "\ud800"):
        server.describe(token_endpoint_auth_methods_supported=[odd, "client_secret_post"])
        cache.clear()
        assert begin()[1].status_code == 200
        row.refresh_from_db()
        assert row.found["token_endpoint_auth_methods_supported"] == ["client_secret_post"]
        server.describe(issuer=odd)
        IdentityProvider.objects.update(check_error="")
        cache.clear()
        begin()
        row.refresh_from_db()
        assert "autre émetteur" in row.check_error


def found_of_at(address: str) -> dict[str, str]:
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    return {"issuer": address} | {name: f"{address}/{name}" for name in names}


# Signed with RS256, as its header says; by which key is what is asked next.
SIGNED = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"
TOKEN = {"access_token": "t", "token_type": "Bearer", "id_token": SIGNED}
KEYS: dict[str, Any] = {"keys": []}


FAILURES: tuple[tuple[str, Any, int, str], ...] = (
    ("/token", None, 0, "unreachable"),
    ("/token", "<h1>Oh</h1>", 500, "faulty"),
    ("/token", "<h1>Maintenance</h1>", 200, "faulty"),
    ("/token", DEEP, 200, "faulty"),
    ("/token", "", 302, "faulty"),
    ("/token", [], 200, "faulty"),
    ("/token", {"error": "invalid_client"}, 401, "declined"),
    ("/token", {"token_type": "Bearer"}, 200, "declined"),
    ("/keys", None, 0, "unreachable"),
    ("/keys", "oh", 502, "faulty"),
    ("/keys", "oh", 200, "faulty"),
    ("/keys", "oh", 403, "declined"),
    ("/keys", {"keys": "none"}, 200, "answer"),
)


def test_coming_back_to_a_provider_that_fails(row: IdentityProvider, server: Server) -> None:
    for path, body, status, reason in FAILURES:
        server.say("/token", TOKEN)
        server.say("/keys", KEYS)
        browser, state = left(server)
        server.said.pop(path)
        if body is not None:
            server.say(path, body, status)
        answer = browser.get(ANSWER, {"code": "c", "state": state})
        assert refusals()[-1] == reason, (path, body, status)
        away = reason in {"unreachable", "faulty"}
        assert answer.status_code == (302 if away else 403)
        if away:
            assert answer["Location"] == "/account/login/?next=%2Fpeople%2Fme%2F"
        assert "_auth_user_id" not in browser.session


def test_trying_one_that_is_away_is_told_to_its_keepers(
    cast: f.Cast, row: IdentityProvider, server: Server
) -> None:
    """Tried and not read, it is not said to be untried, and cannot be put in use."""
    server.said.clear()
    IdentityProvider.objects.update(found={}, is_active=False, checked_at=None)
    browser = Client()
    browser.cookies["compagnon_language"] = "en"
    browser.force_login(cast.administrator.account)
    page = browser.get(f"/people/providers/{row.pk}/").content
    assert b"not tried yet" in page
    browser.post(f"/people/providers/{row.pk}/do/check/")
    page = browser.get(f"/people/providers/{row.pk}/").content
    assert b"cannot be read" in page
    assert b"not tried yet" not in page
    assert b"/do/activate/" not in page


def test_all_that_is_asked_for_one_page_shares_its_time() -> None:
    page = RequestFactory().get(ANSWER)
    sessions = [guarded_requests.session(page) for _call in range(3)]
    assert len({one.get_adapter("https://x.example/").until for one in sessions}) == 1


def left(server: Server) -> tuple[Client, str]:
    """Leave for the provider, and give what it is asked to bring back."""
    browser, answer = begin(next="/people/me/")
    page = answer.content.decode().replace("&amp;", "&")
    return browser, page.partition("state=")[2].partition("&")[0].partition('"')[0]


def test_the_users_data_that_does_not_come(
    row: IdentityProvider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compagnon.people.provider import OidcAdapter

    monkeypatch.setattr(OidcAdapter, "verified", lambda *_a: {"sub": "42"})
    server.say("/token", TOKEN)
    for body, status, reason in ((None, 0, "unreachable"), ("oh", 500, "faulty")):
        browser, state = left(server)
        if body is not None:
            server.say("/userinfo", body, status)
        assert browser.get(ANSWER, {"code": "c", "state": state}).status_code == 302
        assert refusals()[-1] == reason


def test_what_it_says_of_itself_when_it_sends_back(row: IdentityProvider, server: Server) -> None:
    said = (
        ("temporarily_unavailable", "unreachable"), ("server_error", "faulty"),
        ("invalid_scope", "answer"), ("access_denied", "cancelled"),
    )  # fmt: skip
    for error, reason in said:
        browser, state = left(server)
        browser.get(ANSWER, {"error": error, "state": state})
        assert refusals()[-1] == reason


def test_linking_to_one_that_is_away(cast: f.Cast, row: IdentityProvider, server: Server) -> None:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    sent = {"login": cast.administrator.account.email, "password": f.PASSWORD}
    browser.post("/account/login/", sent)
    browser.cookies["compagnon_language"] = "en"
    server.said.clear()
    suspended = browser.post("/account/with/maison/link/")
    answer = browser.post(suspended["Location"], {"password": f.PASSWORD})
    assert answer["Location"] == "/people/me/identities/"
    assert (
        b"Maison does not answer just now: nothing was linked."
        in browser.get(answer["Location"]).content
    )


def test_saml_by_an_address(cast: f.Cast, server: Server) -> None:
    """Asked of the server that describes it; of another, which browsers alone may reach, not."""
    at = f"{server.address}/metadata"
    found = {"entity_id": "x", "sso_url": f"{server.address}/sso", "certificates": ["AAAA"]}
    row = in_use(cast.provider, kind="saml", address=at, found=found)
    assert not there(row)
    server.say("/metadata", "<h1>Maintenance</h1>", 503)
    server.say("/sso", "", 400)
    assert there(row)
    server.said.clear()
    IdentityProvider.objects.update(found=found | {"sso_url": "https://only-browsers.example/sso"})
    assert there(row)
    # Pasted, it names no server that is asked anything.
    server.asked.clear()
    IdentityProvider.objects.update(found=found, metadata="<x/>")
    assert there(row)
    assert server.asked == []


def there(row: IdentityProvider) -> bool:
    cache.clear()
    row.refresh_from_db()
    return provider_presence.is_there(actor=f.system(), provider=row)


def test_nothing_is_asked_of_an_address_inside(row: IdentityProvider, settings: Any) -> None:
    settings.OUTGOING_ALLOW = ()
    assert begin()[1].status_code == 302
    assert guarded_http.allowed().networks == ()

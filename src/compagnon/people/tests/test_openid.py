"""Signing in by a real OpenID Connect provider, in Chromium; and what it is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from compagnon.core.models import Entry
from compagnon.people import guarded_requests, provider_presence
from compagnon.people.models import Account, IdentityProvider, Person
from compagnon.people.services import providers
from compagnon.people.tests import factories as f
from compagnon.people.tests import openid_provider as op
from compagnon.ui.tests.browser import assert_accessible

ISSUER = "https://login.example"
FOUND = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "jwks_uri": f"{ISSUER}/keys",
    "end_session_endpoint": f"{ISSUER}/logout",
}
BEGIN, ANSWER = "/account/with/maison/", "/account/with/maison/answer/"


def refusals() -> list[str]:
    rows = Entry.objects.filter(verb="identity_provider.refuse_sign_in").order_by("pk")
    return [entry.after["reason"] for entry in rows]


def in_use(organisation: Any, **values: Any) -> IdentityProvider:
    """A provider in use, as if it had been tried."""
    from django.utils import timezone

    terms = {
        "organisation": organisation, "code": "maison", "name": "Maison", "kind": "oidc",
        "address": ISSUER, "client_id": "compagnon", "is_active": True, "found": FOUND,
        "checked_at": timezone.now(),
    }  # fmt: skip
    row = IdentityProvider.objects.create(**(terms | values))
    if row.address == ISSUER:
        # What is not played is not asked; what is asked before leaving: test_provider_away.
        provider_presence.remember(row, True)
    return row


class Played:
    """A provider's servers, played to the letter of what a test wants them to answer."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] | None = None
        self.signed: Callable[[dict[str, Any]], str] = self.sign
        self.sent: list[requests.PreparedRequest] = []

    def sign(self, claims: dict[str, Any], *, kid: str = "1", key: Any = None) -> str:
        return jwt.encode(claims, key or self.key, "RS256", headers={"kid": kid})

    def send(self, _door: Any, request: requests.PreparedRequest, **_rest: Any) -> Any:
        self.sent.append(request)
        path = urlsplit(request.url or "").path
        if path == "/keys":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            body: Any = {"keys": [jwk | {"kid": "1", "use": "sig", "alg": "RS256"}]}
        elif path == "/token":
            body = {
                "access_token": "t",
                "token_type": "Bearer",
                "id_token": self.signed(self.claims),
            }
        else:
            body = self.told if self.told is not None else {"sub": self.claims.get("sub")}
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(body).encode()
        answer.headers["Content-Type"] = "application/json"
        return answer


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    one = Played()
    monkeypatch.setattr(
        guarded_requests.GuardedAdapter, "send", lambda door, request, **k: one.send(door, request)
    )
    return one


def leave(browser: Client, **sent: str) -> dict[str, str]:
    """Begin, and give what the provider is asked."""
    page = browser.post(BEGIN, sent).content.decode()
    address = page.partition('href="https://login.example/authorize')[2].partition('"')[0]
    return {
        name: many[0] for name, many in parse_qs(address.replace("&amp;", "&").strip("?")).items()
    }


def come_back(browser: Client, played: Played, asked: dict[str, str], **claims: Any) -> Any:
    now = int(time.time())
    played.claims = {
        "iss": ISSUER, "aud": "compagnon", "sub": "42", "iat": now, "exp": now + 60,
        "nonce": asked["nonce"], "email": "rosa@client.example", "email_verified": True,
    } | claims  # fmt: skip
    played.claims = {name: one for name, one in played.claims.items() if one is not None}
    return browser.get(ANSWER, {"code": "c", "state": asked["state"]})


@pytest.fixture
def rosa(cast: f.Cast) -> Account:
    return f.account(f.person(cast.user.organisation, "Rosa", "Parks", email="rosa@client.example"))


def test_in_and_out_again(cast: f.Cast, rosa: Account, played: Played) -> None:
    in_use(cast.provider)
    browser = Client()
    assert b"Maison" in browser.get("/account/login/").content
    asked = leave(browser, next="/people/me/")
    assert asked["code_challenge_method"] == "S256"
    answer = come_back(browser, played, asked)
    assert (answer.status_code, answer["Location"]) == (302, "/people/me/")
    assert "code_verifier=" in str(played.sent[0].body)
    entry = Entry.objects.filter(verb="account.sign_in").latest("pk")
    assert entry.after == {"by": ["provider"], "provider": "maison"}
    identity = SocialAccount.objects.get()
    assert (identity.uid, identity.extra_data) == ("42", {})
    answer = browser.post("/account/logout/")
    assert answer["Location"] == "/account/with/maison/out/"
    assert (
        b"https://login.example/logout?client_id=compagnon"
        in browser.get(answer["Location"]).content
    )


def test_what_is_not_its_answer_is_refused(cast: f.Cast, rosa: Account, played: Played) -> None:
    in_use(cast.provider)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    wrong: list[tuple[str, dict[str, Any], Any]] = [
        ("another nonce", {"nonce": "other"}, None),
        ("no nonce", {"nonce": None}, None),
        ("for another client", {"aud": "another"}, None),
        ("for another party", {"azp": "another"}, None),
        ("for several", {"aud": ["compagnon", "another"]}, None),
        ("of another issuer", {"iss": "https://evil.example"}, None),
        ("too old", {"exp": now - 120}, None),
        ("without an end", {"exp": None}, None),
        ("nobody", {"sub": ""}, None),
        ("too long", {"sub": "x" * 300}, None),
        ("with a NUL", {"sub": "4\x002"}, None),
        ("another key", {}, lambda claims: played.sign(claims, key=other)),
        ("an unknown key", {}, lambda claims: played.sign(claims, kid="2")),
        ("not signed", {}, lambda claims: jwt.encode(claims, None, "none")),
        ("by the secret", {}, lambda claims: jwt.encode(claims, "s" * 32, "HS256", {"kid": "1"})),
        ("no token", {}, lambda claims: ""),
        ("no token at all", {}, lambda claims: None),
        ("rubbish", {}, lambda claims: "a.b.c"),
    ]
    for name, claims, signed in wrong:
        browser = Client()
        played.signed = signed or played.sign
        answer = come_back(browser, played, leave(browser), **claims)
        assert answer.status_code == 403, name
        assert "_auth_user_id" not in browser.session, name
    assert set(refusals()) == {"answer"}
    played.signed = played.sign
    browser = Client()
    played.told = {"sub": "another"}
    assert come_back(browser, played, leave(browser)).status_code == 403
    for told in ([], "x", {"sub": 42}):
        played.told = told  # type: ignore[assignment]
        assert come_back(browser, played, leave(browser)).status_code == 403
    assert not SocialAccount.objects.exists()


def test_state_is_of_this_browser_this_provider_and_serves_once(
    cast: f.Cast, rosa: Account, played: Played
) -> None:
    in_use(cast.provider)
    in_use(cast.provider, code="autre", name="Autre", client_id="autre")
    browser, other = Client(), Client()
    asked = leave(browser)
    assert come_back(other, played, asked).status_code == 403
    answer = browser.get("/account/with/autre/answer/", {"code": "c", "state": asked["state"]})
    assert answer.status_code == 403
    # The one before took nothing: the state is the other provider's.
    assert come_back(browser, played, asked).status_code == 302
    assert come_back(browser, played, asked).status_code == 403
    mixed = leave(other)
    answer = other.get(
        ANSWER, {"code": "c", "state": mixed["state"], "iss": "https://evil.example"}
    )
    assert answer.status_code == 403
    turned = leave(other)
    answer = other.get(ANSWER, {"error": "access_denied", "state": turned["state"]})
    assert answer.status_code == 403
    assert refusals() == ["session", "session", "session", "session", "cancelled"]


def test_a_form_begins_and_nothing_leads_elsewhere(cast: f.Cast, played: Played) -> None:
    in_use(cast.provider)
    assert Client().get(BEGIN).status_code == 405
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403
    browser = Client()
    answer = come_back(browser, played, leave(browser, next="https://evil.example/"), email=None)
    assert answer.status_code == 403
    f.account(f.person(cast.user.organisation, email="rosa@client.example"))
    answer = come_back(browser, played, leave(browser, next="//evil.example/"))
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_servers_that_fail_are_told(cast: f.Cast, rosa: Account) -> None:
    """The door is shut to the inside, and the names of examples lead nowhere."""
    in_use(cast.provider, found=FOUND | {"token_endpoint": "http://169.254.169.254/token"})
    browser = Client()
    asked = leave(browser)
    answer = browser.get(ANSWER, {"code": "c", "state": asked["state"]})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert refusals() == ["unreachable"]


def test_out_of_use_nobody_enters(cast: f.Cast, rosa: Account, played: Played) -> None:
    row = in_use(cast.provider)
    browser = Client()
    asked = leave(browser)
    IdentityProvider.objects.filter(pk=row.pk).update(is_active=False)
    assert come_back(browser, played, asked).status_code == 404
    assert Client().post(BEGIN).status_code == 404
    assert b"Maison" not in Client().get("/account/login/").content


def test_linking_ones_own_asks_for_the_password_first(cast: f.Cast, played: Played) -> None:
    in_use(cast.provider)
    browser = Client()
    sent = {"login": cast.administrator.account.email, "password": f.PASSWORD}
    browser.post("/account/login/", sent)
    assert b"maison/link/" in browser.get("/people/me/identities/").content
    suspended = browser.post("/account/with/maison/link/")
    assert suspended["Location"].startswith("/account/reauthenticate/")
    page = browser.post(suspended["Location"], {"password": f.PASSWORD}).content.decode()
    address = page.partition('href="https://login.example/authorize')[2].partition('"')[0]
    asked = {n: v[0] for n, v in parse_qs(address.replace("&amp;", "&").strip("?")).items()}
    answer = come_back(browser, played, asked, email="other@elsewhere.example")
    assert (answer.status_code, answer["Location"]) == (302, "/people/me/identities/")
    identity = SocialAccount.objects.get()
    assert identity.user == cast.administrator.account
    assert b"<code" in browser.get("/people/me/identities/").content
    # From then on it opens the account, an administrator's too.
    fresh = Client()
    assert come_back(fresh, played, leave(fresh), email=None).status_code == 302
    assert "_auth_user_id" in fresh.session
    unlinked = browser.post(f"/people/me/identities/{identity.pk}/unlink/")
    assert (unlinked.status_code, SocialAccount.objects.count()) == (302, 0)
    assert Client().post("/account/with/maison/link/").status_code in {302, 401, 403}


def test_nobody_comes_and_goes_without_end(cast: f.Cast) -> None:
    cache.clear()
    in_use(cast.provider)
    browser = Client()
    told = [browser.post(BEGIN).status_code for _turn in range(61)]
    cache.clear()
    assert (told[0], told[-1]) == (200, 429)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_real_provider(open_page: Any, live_server: Any, settings: Any) -> None:
    settings.OUTGOING_ALLOW = ("127.0.0.0/8",)
    Client().get("/account/login/")
    people = f.cast()
    with op.running(f"{live_server.url}{ANSWER}") as issuer:
        # An administrator says on a page by whom people sign in, tries it and puts it in use.
        page = open_page("/people/providers/add/", people.administrator.account, language="en")
        page.locator('main [name="organisation"]').select_option(str(people.provider.pk))
        page.locator('main [name="code"]').fill("maison")
        page.locator('main [name="name"]').fill("Maison")
        page.locator('main [name="address"]').fill(issuer)
        page.locator('main [name="client_id"]').fill(op.CLIENT)
        page.locator('main [name="secret"]').fill(op.SECRET)
        page.locator('main [name="arrival"]').select_option("anyone")
        assert_accessible(page)
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_text(f"{live_server.url}{ANSWER}").wait_for()
        page.get_by_role("button", name="Try it").click()
        page.get_by_text(f"{issuer}/identity/o/authorize").wait_for()
        page.get_by_role("button", name="Put in use").click()
        page.get_by_role("button", name="Put out of use").wait_for()
        assert_accessible(page)

        page = open_page("/account/login/?next=/people/me/", language="en")
        assert_accessible(page)
        enter(page, "rosa", live_server.url)
        page.wait_for_url(f"{live_server.url}/people/me/")
        rosa = Person.objects.get(account__email="rosa@client.example")
        assert (rosa.first_name, rosa.last_name, rosa.organisation) == (
            "Rosa", "Parks", people.provider,
        )  # fmt: skip
        page.goto(f"{live_server.url}/people/me/identities/")
        page.get_by_role("cell", name="Maison").wait_for()
        assert_accessible(page)

        # An address that was not verified, and an administrator's, are linked to nobody.
        for name, words in (("mallory", "did not verify"), ("ada", "manages others")):
            page = open_page("/account/login/", language="en")
            enter(page, name, live_server.url)
            page.get_by_text(words).wait_for()
            assert_accessible(page)
    assert set(refusals()) >= {"administrator"}


def enter(page: Any, name: str, ours: str) -> None:
    """Sign in at the provider and consent."""
    page.get_by_role("button", name="Sign in with Maison").click()
    page.wait_for_url(lambda url: url.startswith("http://127.0.0.1"))
    page.locator('input[name="login"]').fill(name)
    page.locator('input[name="password"]').fill(op.PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    page.get_by_role("button", name="Authorize").or_(page.get_by_text("Compagnon")).first.wait_for()
    if not page.url.startswith(ours):
        page.get_by_role("button", name="Authorize").click()


def test_the_secret_is_kept_sealed(cast: f.Cast) -> None:
    row = providers.create(
        actor=f.actor(cast.administrator), organisation=cast.provider, code="maison", kind="oidc",
        values={
            "name": "Maison", "address": ISSUER, "client_id": "c", "secret": "très secret",
            "scopes": "email",
        },
    )  # fmt: skip
    row.refresh_from_db()
    assert "secret" not in row.secret
    assert row.scopes == "openid email"
    assert "très secret" not in json.dumps([one.after for one in Entry.objects.all()])

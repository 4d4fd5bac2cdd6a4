"""Passkeys: added, renamed, signed in with, asked for after the password, removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from compagnon.config.tests.world import token
from compagnon.core.errors import Conflict, Refused
from compagnon.core.models import Entry
from compagnon.people.models import Account, DirectoryLink, IdentityProvider
from compagnon.people.services import ways
from compagnon.people.tests import factories as f
from compagnon.people.tests.directories import directory
from compagnon.people.tests.test_identities import provider
from compagnon.ui.tests.browser import PHONE, assert_accessible, assert_no_sideways_scroll

EMAIL = "theo@assistance.example"
MALFORMED = (
    "5", '"x"', "[]", "{}", "null", "not json", '{"response": 5}', '{"response": {}}',
    '{"id": 1, "rawId": [], "type": "public-key", "response": {"userHandle": {}}}',
    ('{"id": "A", "rawId": "A", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "AA", "signature": "AA", "userHandle": "////"}}'),
    ('{"id": "QUI", "rawId": "QUI", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "oA", "transports": 3}}'), "[" * 5000, "9" * 60_000,
)  # fmt: skip


def test_what_no_authenticator_answers_is_refused_in_words(cast: f.Cast) -> None:
    for malformed in MALFORMED:
        browser = Client()
        browser.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json")
        answer = browser.post("/account/2fa/webauthn/login/", {"credential": malformed})
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/"), malformed
        assert "_auth_user_id" not in browser.session
    browser.force_login(cast.technician.account)
    _confirmed(browser)
    for malformed in MALFORMED:
        browser.get("/account/2fa/webauthn/add/")
        answer = browser.post("/account/2fa/webauthn/add/", {"credential": malformed})
        assert answer.status_code == 200, malformed
    assert not Authenticator.objects.exists()


def test_pages_ask_for_the_password_first(cast: f.Cast) -> None:
    browser = Client()
    browser.force_login(cast.technician.account)
    answer = browser.get("/account/2fa/webauthn/add/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate/")


def test_only_ones_own_are_renamed_and_removed(cast: f.Cast) -> None:
    other = Authenticator.objects.create(
        user=cast.user.account, type="webauthn", data={"name": "x", "credential": {}}
    )
    browser = Client()
    browser.force_login(cast.technician.account)
    _confirmed(browser)
    for action in ("edit", "remove"):
        answer = browser.post(f"/account/2fa/webauthn/keys/{other.pk}/{action}/", {"name": "y"})
        assert answer.status_code == 404
    other.refresh_from_db()
    assert other.data["name"] == "x"


def passkey(account: Account, *, alone: bool = True) -> Authenticator:
    """A passkey that opens an account alone, or after the password."""
    props = {"clientExtensionResults": {"credProps": {"rk": alone}}}
    return Authenticator.objects.create(
        user=account, type="webauthn", data={"name": "Clé", "credential": props}
    )


def without_password(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(password="!")


def test_the_only_way_in_stays(cast: f.Cast) -> None:
    account = cast.technician.account
    without_password(account)
    first, second = passkey(account), passkey(account, alone=False)
    Authenticator.objects.create(user=account, type="recovery_codes", data={"seed": ""})
    browser = Client()
    browser.cookies["compagnon_language"] = "en"
    browser.force_login(Account.objects.get(pk=account.pk))
    other = cast.user.account
    api = {"HTTP_AUTHORIZATION": f"Bearer {token(cast.technician)}"}

    def remove(key: Authenticator) -> int:
        place = f"/api/v1/me/passkeys/{key.pk}"
        return Client().delete(place, **api).status_code  # type: ignore[arg-type]

    with _asked_before():
        place = f"/account/2fa/webauthn/keys/{first.pk}/remove/"
        assert "only way in" in browser.get(place).content.decode()
        page = browser.post(place, follow=True).content.decode()
        assert "It is your only way in: choose a password or add a passkey first." in page
        assert (remove(first), Authenticator.objects.filter(pk=first.pk).exists()) == (409, True)
        # The second step is none by itself.
        assert remove(second) == 204
        assert Authenticator.objects.filter(user=account).count() == 2
        third = passkey(account)
        browser.post(place)
        assert not Authenticator.objects.filter(pk=first.pk).exists()
        assert remove(third) == 409
        # With a password of one's own the last may go, and its codes with it.
        account.set_password(f.PASSWORD)
        account.save()
        assert remove(third) == 204
    assert not Authenticator.objects.filter(user=account).exists()
    assert _verbs(account).count("account.remove_passkey") == 3
    assert "account.remove_second_factor" in _verbs(account)
    assert remove(passkey(other)) == 404


def test_a_browser_proves_first_who_asks(cast: f.Cast) -> None:
    key = passkey(cast.technician.account)
    browser = Client()
    browser.force_login(cast.technician.account)
    assert browser.get("/api/v1/me/passkeys").json()["items"][0]["opens_alone"] is True
    assert browser.delete(f"/api/v1/me/passkeys/{key.pk}").status_code == 403
    place = f"/account/2fa/webauthn/keys/{key.pk}/remove/"
    for ask in (browser.get, browser.post):
        assert ask(place)["Location"].startswith("/account/reauthenticate/")
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_a_directory_or_a_provider_is_another_way(cast: f.Cast, settings: Any) -> None:
    settings.OUTGOING_ALLOW = ["127.0.0.1"]
    account = cast.user.account
    without_password(account)
    key = passkey(account)
    row = provider(cast.client_b, is_active=True)
    SocialAccount.objects.create(user=account, provider=row.code, uid="42")
    actor = f.actor(cast.user)
    # That of another organisation lets them in no more.
    with pytest.raises(Conflict):
        ways.remove_passkey(actor=actor, account=account, key_id=key.pk)
    IdentityProvider.objects.update(organisation=cast.client_a)
    ways.remove_passkey(actor=actor, account=account, key_id=key.pk)
    key = passkey(account)
    with pytest.raises(Refused):
        ways.remove_passkey(actor=f.actor(cast.administrator), account=account, key_id=key.pk)
    SocialAccount.objects.all().delete()
    made = directory(cast.client_a)
    DirectoryLink.objects.create(directory=made, person=cast.user, stable_id="42")
    ways.remove_passkey(actor=actor, account=account, key_id=key.pk)


@contextmanager
def _asked_before() -> Iterator[None]:
    """As if whoever acts had just typed their password."""
    with patch(
        "allauth.account.internal.flows.reauthentication.did_recently_reauthenticate",
        return_value=True,
    ):
        yield


def _confirmed(browser: Client) -> None:
    browser.post("/account/reauthenticate/", {"password": f.PASSWORD})


def _verbs(account: Account) -> list[str]:
    rows = Entry.objects.filter(object_type="people.account", object_id=account.pk)
    return list(rows.order_by("pk").values_list("verb", flat=True))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_add_sign_in_with_it_rename_remove(open_page: Any, live_server: Any) -> None:
    Client().get("/account/login/")
    people = f.cast()
    account = people.technician.account
    # A security key that wants its owner's finger, played by Chromium itself.
    site = live_server.url.replace("127.0.0.1", "localhost")
    page = open_page("/account/login/", language="en")
    page.context.add_cookies([{"name": "compagnon_language", "value": "en", "url": site}])
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    page.goto(f"{site}/account/login/")
    page.get_by_label("Mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(f.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login/" not in url)

    page.goto(f"{site}/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(f.PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My telephone")
    assert_accessible(page)
    page.get_by_role("button", name="Add", exact=True).click()
    # With the first one come the codes for the day when it is lost.
    page.wait_for_url("**/recovery-codes/**")
    key = Authenticator.objects.get(type="webauthn")
    assert key.wrap().name == "My telephone"
    assert key.wrap().is_passwordless
    page.goto(f"{site}/account/2fa/webauthn/")
    page.get_by_text("My telephone").wait_for()
    assert_accessible(page)

    page.goto(f"{site}/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/account/login/?next=/people/me/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/people/me/")
    last = Entry.objects.filter(verb="account.sign_in").latest("pk")
    assert last.after == {"by": ["passkey"]}

    # After the password, it is the second step; one that says no lets nobody in.
    page.goto(f"{site}/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/account/login/")
    page.get_by_label("Mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(f.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/2fa/authenticate/")
    assert_accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "authenticate" not in url)
    assert Entry.objects.filter(verb="account.sign_in").latest("pk").after == {
        "by": ["password", "passkey"]
    }
    page.goto(f"{site}/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    device.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": made["authenticatorId"], "isUserVerified": False},
    )
    page.goto(f"{site}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").wait_for()
    assert page.url.endswith("/account/login/")
    device.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": made["authenticatorId"], "isUserVerified": True},
    )
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/login/" not in url)

    page.goto(f"{site}/account/2fa/webauthn/")
    page.get_by_role("link", name="Rename").click()
    page.wait_for_url("**/reauthenticate/**")
    page.get_by_label("Password", exact=True).fill(f.PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My old telephone")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("My old telephone").wait_for()
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert_no_sideways_scroll(page)
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("No passkey yet").wait_for()
    assert not Authenticator.objects.exists()
    verbs = _verbs(account)
    for verb in ("add_passkey", "rename_passkey", "remove_passkey"):
        assert f"account.{verb}" in verbs

    # What was removed opens nothing, nor does a closed account.
    page.goto(f"{site}/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account/login/")
    page.get_by_text("This code is not right").first.wait_for()

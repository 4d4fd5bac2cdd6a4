"""Another site's form changes nothing: every page that takes one wants its token."""

from __future__ import annotations

import json

from django.conf import settings
from django.test import Client
from django.urls import reverse

from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World, token
from compagnon.core.models import Entry
from compagnon.people.models import IdentityProvider

# Programs send here, with a right of their own that no browser adds by itself.
BY_PROGRAMS = ("api/", "inventory", "alerts")
# Whoever holds the mailed link may act, once; the page behind it has a form with a token.
MINE = {"account.sign_in", "session.begin"}


def test_every_form_wants_its_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(world.administrator.account)
    last = Entry.objects.latest("id").pk
    for route in routes():
        if route.template.startswith(BY_PROGRAMS):
            continue
        for address in route.tried(world.a)[:1]:
            for headers in ({}, {"HTTP_ORIGIN": "https://evil.example"}):
                answer = browser.post(address, {"a": "b"}, **headers)
                assert answer.status_code in {403, 404, 405}, (address, answer.status_code)
    assert not Entry.objects.filter(id__gt=last).exclude(verb__in=MINE).exists()


def test_reading_changes_nothing(world: World, administrator: Client) -> None:
    """A picture's address on another site is read with the cookie: GET writes nothing."""
    last = Entry.objects.latest("id").pk
    for route in routes():
        if route.template.startswith("api/"):
            continue
        for address in route.tried(world.a)[:1]:
            administrator.get(address)
    written = Entry.objects.filter(id__gt=last, actor_id=world.administrator.pk)
    assert sorted({entry.verb for entry in written}) == []


def test_the_api_takes_no_cookie_without_a_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(world.administrator.account)
    body = json.dumps({"title": "x", "text": "y", "requester_id": world.a.person.pk})
    answer = browser.post("/api/v1/tickets", body, content_type="application/json")
    assert answer.status_code in {401, 403}
    plain = browser.post("/api/v1/tickets", body, content_type="text/plain")
    assert plain.status_code in {401, 403, 415, 422}
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token(world.administrator)}"}
    fresh = Client(enforce_csrf_checks=True)
    answer = fresh.post("/api/v1/tickets", body, content_type="application/json", **bearer)
    assert answer.status_code == 201


def test_cookies_are_shut_in() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.CSRF_COOKIE_SAMESITE == "Lax"


def test_signing_out_takes_a_form(world: World, administrator: Client) -> None:
    administrator.get(reverse("account_logout"))
    assert "_auth_user_id" in administrator.session


def test_ways_to_sign_in_take_a_form(world: World) -> None:
    """Being signed in as another, or linked to another, by a page of theirs is a theft too."""
    code = world.a.objects["identity_provider"].code
    IdentityProvider.objects.filter(code=code).update(is_active=True, found={"issuer": "x"})
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(world.administrator.account)
    for name, places in (
        ("provider_begin", [code]), ("provider_link", [code]), ("mfa_add_webauthn", []),
        ("mfa_login_webauthn", []), ("mfa_reauthenticate_webauthn", []),
        ("mfa_remove_webauthn", [1]), ("mfa_edit_webauthn", [1]),
    ):  # fmt: skip
        address = reverse(name, args=places)
        for headers in ({}, {"HTTP_ORIGIN": "https://evil.example"}):
            answer = browser.post(address, {"credential": "{}"}, **headers)
            assert answer.status_code == 403, (address, answer.status_code)
    # What a provider's site sends is read, and signs nobody in: nobody here asked for it.
    browser = Client(enforce_csrf_checks=True)
    IdentityProvider.objects.filter(code=code).update(kind="saml")
    answer = browser.post(reverse("provider_acs", args=[code]), {"SAMLResponse": "AAAA"})
    assert browser.get(answer["Location"]).status_code == 403
    assert "_auth_user_id" not in browser.session

"""No address of ours sends somebody elsewhere because a parameter says so.

Request Tracker's search did (CVE-2022-25803).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
from compagnon.people import provider_presence
from compagnon.people.models import IdentityProvider
from compagnon.people.tests.factories import PASSWORD, Cast

ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "/%2f/evil.example", "///evil.example", "javascript:alert(1)",
    " https://evil.example", "https://testserver@evil.example/", "\t//evil.example",
    "http:///evil.example", "/\t/evil.example",
)  # fmt: skip
NAMES = ("next", "url", "redirect", "return", "return_to", "here", "back", "to", "continue", "goto",
         "ref", "u", "dest", "target", "from")  # fmt: skip


def leads_away(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, blanks and tabs are dropped."""
    read = "".join(location.split()).replace("\\", "/")
    parts = urlsplit(read)
    return bool(parts.netloc and parts.netloc != "testserver") or (
        bool(parts.scheme) and parts.scheme not in {"http", "https"}
    ) or read.startswith("//")  # fmt: skip


def test_reading_any_page(world: World, administrator: Client) -> None:
    for number, route in enumerate(routes()):
        if route.template.startswith("api/") or "/options/" in route.template:
            continue
        hostile = ELSEWHERE[number % len(ELSEWHERE)]
        for address in route.tried(world.a)[:1]:
            answer = administrator.get(address, dict.fromkeys(NAMES, hostile))
            assert not leads_away(answer.headers.get("Location", "")), (address, hostile)


def test_sending_any_form(world: World, administrator: Client) -> None:
    for number, route in enumerate(routes()):
        if route.template.startswith(("api/", "inventory")):
            continue
        hostile = ELSEWHERE[(number * 5) % len(ELSEWHERE)]
        for address in route.tried(world.a)[:1]:
            answer = administrator.post(address, dict.fromkeys(NAMES, hostile))
            assert not leads_away(answer.headers.get("Location", "")), (address, hostile)


@pytest.mark.parametrize("hostile", ELSEWHERE)
def test_signing_in(cast: Cast, hostile: str) -> None:
    browser = Client()
    answer = browser.post(
        reverse("account_login"),
        {"login": cast.user.account.email, "password": PASSWORD, "next": hostile},
    )
    assert answer.status_code == 302
    assert not leads_away(answer["Location"])
    answer = browser.post(reverse("account_logout"), {"next": hostile})
    assert not leads_away(answer.headers.get("Location", ""))


@pytest.fixture
def provider(cast: Cast) -> IdentityProvider:
    """A provider in use, by which one leaves."""
    ends = ("authorization", "token", "userinfo", "end_session")
    found = {f"{name}_endpoint": f"https://login.example/{name}" for name in ends}
    row = IdentityProvider.objects.create(
        organisation=cast.provider, code="maison", name="Maison", kind="oidc", client_id="c",
        address="https://login.example", is_active=True, found=found, checked_at=timezone.now(),
    )  # fmt: skip
    provider_presence.remember(row, True)
    return row


def test_by_a_provider_or_a_passkey(provider: IdentityProvider) -> None:
    """Where one wanted to go is kept while one is away: only an address of ours is."""
    for hostile in ELSEWHERE:
        browser = Client()
        sent = dict.fromkeys(NAMES, hostile)
        assert browser.post(reverse("provider_begin", args=["maison"]), sent).status_code == 200
        states = browser.session["socialaccount_states"].values()
        assert all(not leads_away(state[0].get("next") or "") for state in states), hostile
        for answer in (
            browser.get(reverse("provider_answer", args=["maison"]), sent),
            browser.get(reverse("provider_out", args=["maison"]), sent),
            browser.post(reverse("mfa_login_webauthn"), sent | {"credential": "{}"}),
            browser.get(reverse("mfa_login_webauthn"), sent),
        ):
            assert not leads_away(answer.headers.get("Location", "")), hostile
            assert b'href="https://evil.example' not in answer.content

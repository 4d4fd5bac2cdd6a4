"""No address of ours sends somebody elsewhere because a parameter says so.

Request Tracker's search did (CVE-2022-25803).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
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

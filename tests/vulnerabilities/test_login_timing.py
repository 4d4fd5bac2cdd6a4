"""What signing in, and asking for a new password, tells of who has an account: nothing.

Request Tracker's sign-in took longer for accounts that exist (CVE-2021-38562).
"""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.people.tests.factories import Cast

UNKNOWN = "personne@nulle-part.example"


def body(answer) -> str:
    text = answer.content.decode()
    for pattern in (
        r'value="[^"]*"',
        r'content="[^"]{20,}"',
        r"[\w.+-]+@[\w.-]+",
        r'nonce="[^"]*"',
    ):
        text = re.sub(pattern, "", text)
    return text


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_the_answer_is_the_same(cast: Cast, page: str) -> None:
    told = []
    for address in (cast.user.account.email, UNKNOWN):
        given = {"login": address, "email": address, "password": "un-mauvais-mot-de-passe"}
        answer = Client().post(reverse(page), given)
        told.append((answer.status_code, answer.headers.get("Location"), body(answer)))
    assert told[0] == told[1]


@pytest.mark.django_db
def test_as_many_hashes_are_reckoned(cast: Cast, settings, monkeypatch) -> None:
    """The work that takes time is done as often for nobody as for somebody."""
    from django.contrib.auth import hashers

    counted: list[str] = []
    real = hashers.PBKDF2PasswordHasher.encode

    def encode(self, password, salt, iterations=None):  # type: ignore[no-untyped-def]
        counted.append(password)
        return real(self, password, salt, iterations)

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(hashers.PBKDF2PasswordHasher, "encode", encode)
    cast.user.account.set_password("Le-bon-mot-de-passe-42")
    cast.user.account.save()
    cast.colleague.account.set_unusable_password()
    cast.colleague.account.save()
    seen = []
    for address in (cast.user.account.email, UNKNOWN, cast.colleague.account.email):
        counted.clear()
        Client().post(reverse("account_login"), {"login": address, "password": "mauvais-mot"})
        seen.append(len(counted))
    assert seen[0] == seen[1] == seen[2] > 0


def test_a_reset_takes_as_long(cast: Cast) -> None:
    """The mail is a task: what is left differs by a row written."""

    def seconds(address: str) -> float:
        taken = []
        for _turn in range(3):
            began = time.process_time()
            Client().post(reverse("account_reset_password"), {"email": address})
            taken.append(time.process_time() - began)
        return min(taken)

    seconds(UNKNOWN)
    assert seconds(cast.user.account.email) < 10 * seconds(UNKNOWN) + 0.2

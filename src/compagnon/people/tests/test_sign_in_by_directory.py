"""Signing in with a directory's password: asked of it, kept nowhere, told no more than ours."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from compagnon.core.errors import Conflict
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.models import Account, Directory, DirectoryLink
from compagnon.people.services import accounts, bootstrap
from compagnon.people.tests.directories import (
    Book,
    directory,
    synchronised,
)
from compagnon.people.tests.factories import PASSWORD, Cast, system

pytestmark = pytest.mark.django_db
THEIRS = "Mot de passe de l’annuaire"


@pytest.fixture
def found(cast: Cast, book: Book) -> Directory:
    """A directory with Amel, and Ursule who had a password of ours."""
    cache.clear()
    made = directory(cast.client_a)
    book.put("amel", "Amel", "Durand", login="adurand")
    book.put("upetit", "Ursule", "Petit", mail="ursule@client-a.example")
    book.passwords = {"amel": THEIRS, "upetit": THEIRS}
    synchronised(made)
    book.asked.clear()
    return made


def enter(name: str, password: str) -> tuple[bool, str]:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": name, "password": password})
    text = re.sub(r'value="[^"]*"', "", answer.content.decode())
    return "_auth_user_id" in client.session, text


@pytest.mark.parametrize(
    "name",
    ["amel@client-a.example", "AMEL@Client-A.example", "adurand", "ADurand", "EXEMPLE\\adurand"],
)
def test_by_address_or_name(found: Directory, name: str) -> None:
    assert enter(name, THEIRS)[0]
    assert not Account.objects.get(email="amel@client-a.example").has_usable_password()


def test_a_password_of_ours_serves_no_more(cast: Cast, found: Directory) -> None:
    assert not enter("ursule@client-a.example", PASSWORD)[0]
    assert enter("ursule@client-a.example", THEIRS)[0]
    # Nor can one be set, nor asked for.
    with pytest.raises(Conflict):
        accounts.set_password(actor=system(), account=cast.user.account, password=PASSWORD)


@pytest.mark.parametrize("password", ["", " ", "faux", THEIRS + "\0", THEIRS.lower(), "x" * 5000])
def test_a_wrong_password(found: Directory, password: str) -> None:
    assert not enter("amel@client-a.example", password)[0]


@pytest.mark.parametrize("name", ["*", "*)(uid=*", "adurand)(|(uid=*", "a*", "\\", "adurand\0"])
def test_a_name_is_no_filter(found: Directory, name: str) -> None:
    assert not enter(name, THEIRS)[0]


def test_who_left_or_was_disabled_is_refused(found: Directory, book: Book) -> None:
    # Disabled there, and not synchronised yet.
    book.change("amel", is_disabled=True)
    assert not enter("adurand", THEIRS)[0]
    book.change("amel", is_disabled=False)
    gone = book.people.pop("amel")
    synchronised(found)
    book.people["amel"] = gone
    assert not enter("adurand", THEIRS)[0]


def test_a_directory_that_is_away_is_told_and_ours_get_in(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    book.failure = DirectoryFailed("server", "ne répond pas")
    told = [enter(name, THEIRS) for name in ("adurand", "personne@nulle-part.example")]
    assert [entered for entered, _text in told] == [False, False]
    assert "annuaire ne répond pas" in told[0][1]
    # It tells nobody who is of the directory.
    assert "annuaire ne répond pas" in told[1][1]
    assert enter(cast.administrator.account.email, PASSWORD)[0]
    # It is left alone for a moment: no second sign-in waits for it.
    assert book.asked.count("verify") == 1


def test_as_much_is_asked_for_nobody_as_for_somebody(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    answers = []
    for name in ("amel@client-a.example", "personne@nulle-part.example", "oscar@client-b.example"):
        book.asked.clear()
        answers.append((enter(name, "faux"), list(book.asked)))
    pages = {re.sub(r"[\w.+-]+@[\w.-]+", "", text) for (_entered, text), _asked in answers}
    assert [asked for _answer, asked in answers] == [["verify"]] * 3
    assert len({re.sub(r'(nonce|content)="[^"]*"', "", text) for text in pages}) == 1


def test_wrong_passwords_are_counted(found: Directory) -> None:
    for _turn in range(5):
        enter("amel@client-a.example", "faux")
    # By its name in the directory it is the same account.
    assert not enter("adurand", THEIRS)[0]


def test_the_second_factor_is_still_asked_for(found: Directory) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    account = Account.objects.get(email="amel@client-a.example")
    TOTP.activate(account, generate_totp_secret())
    client = Client()
    answer = client.post(
        reverse("account_login"), {"login": "adurand", "password": THEIRS}, follow=True
    )
    assert "_auth_user_id" not in client.session
    assert answer.redirect_chain[-1][0].startswith(reverse("mfa_authenticate"))


def test_an_administrator_shut_out_gets_a_password_of_their_own(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    book.put("ada", "Ada", "Lebrun", mail=cast.administrator.account.email)
    DirectoryLink.objects.create(
        directory=found, person=cast.administrator, stable_id="ada", login="ada", login_key="ada"
    )
    assert not enter(cast.administrator.account.email, PASSWORD)[0]
    bootstrap.restore_administrator(
        actor=system(), email=cast.administrator.account.email, password="Un-autre-mot-de-passe-43"
    )
    cache.clear()
    assert enter(cast.administrator.account.email, "Un-autre-mot-de-passe-43")[0]


def test_the_last_administrator_keeps_a_password_of_their_own(
    cast: Cast, found: Directory, book: Book
) -> None:
    book.put("ada", "Ada", "Lebrun", mail=cast.administrator.account.email)
    chief = directory(cast.provider)
    Directory.objects.filter(pk=found.pk).update(is_active=False)
    book.people = {"ada": book.people["ada"]}
    book.passwords["ada"] = THEIRS
    run = synchronised(chief)
    assert run.counts["link"] == 1
    assert enter(cast.administrator.account.email, PASSWORD)[0]
    assert not enter(cast.administrator.account.email, THEIRS)[0]


def test_a_reset_says_whose_the_password_is(found: Directory, mailoutbox: list) -> None:  # type: ignore[type-arg]
    from compagnon.core.tasks.worker import run_due

    Client().post(reverse("account_reset_password"), {"email": "amel@client-a.example"})
    run_due()
    assert "annuaire" in mailoutbox[-1].body
    assert "http" not in mailoutbox[-1].body.replace("http://testserver", "")[:40]

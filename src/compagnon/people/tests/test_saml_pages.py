"""Signing in and out by a SAML provider as people see it: in Chromium, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from compagnon.people.models import Account
from compagnon.people.services import providers
from compagnon.people.tests import factories as f
from compagnon.people.tests.saml_provider import Provider, Site
from compagnon.ui.tests.browser import DESK, PHONE, assert_accessible, assert_no_sideways_scroll

HERE = "/account/with/saml-maison/"
ROSA = {"mail": ["rosa@client.example"], "givenName": ["Rosa"], "sn": ["Parks"]}
WORDS = {
    "fr": (
        "Se connecter avec Maison", "Vous êtes déconnecté", "Se déconnecter aussi de Maison",
        "Maison vous a déconnecté aussi", "Personne n’est connu ici", "Retour à la connexion",
        "Maison ne répond pas en ce moment",
    ),
    "en": (
        "Sign in with Maison", "You have signed out", "Sign out of Maison too",
        "Maison signed you out too", "Nobody is known here", "Back to sign-in",
        "Maison does not answer just now",
    ),
}  # fmt: skip


def in_use(site: Site, folder: Path, host: str) -> Account:
    """The provider, described at an address, tried and put in use; and somebody whom it knows."""
    people = f.cast()
    keeper = f.actor(people.administrator)
    row = providers.create(
        actor=keeper, organisation=people.provider, code="saml-maison", kind="saml",
        values={"name": "Maison", "address": f"{site.place}/metadata", "address_trust": "always"},
    )  # fmt: skip
    ours = Client().get(f"{HERE}metadata/", headers={"host": host}).content.decode()
    site.idp = Provider(folder, ours, site.place)
    providers.activate(actor=keeper, provider=providers.check(actor=keeper, provider=row))
    return f.account(f.person(people.client_a, "Rosa", "Parks", email="rosa@client.example"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_and_out(open_page: Any, live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.OUTGOING_ALLOW = ("127.0.0.0/8",)
    settings.ALLOWED_HOSTS = ["*"]
    site = Site()
    with site.open():
        in_use(site, tmp_path, live_server.url.partition("//")[2])
        for language, width in (("fr", PHONE), ("en", DESK)):
            door, gone, there_too, both, unknown, back, away = WORDS[language]
            site.subject, site.identity = "rosa-42", ROSA
            page = open_page("/account/login/?next=/people/me/", language=language, width=width)
            page.get_by_role("button", name=door).click()
            page.get_by_role("button", name="I am rosa-42").click()
            page.wait_for_url(f"{live_server.url}/people/me/")
            page.goto(f"{live_server.url}/account/logout/")
            page.locator("main form button[type=submit]").click()
            page.get_by_role("heading", name=gone).wait_for()
            look(page)
            page.get_by_role("link", name=there_too).click()
            page.get_by_text(both).wait_for()
            # Somebody whom we do not know, and then a provider that is gone.
            site.subject, site.identity = "mallory", {"mail": ["mallory@elsewhere.example"]}
            page.get_by_role("link", name=back).click()
            page.get_by_role("button", name=door).click()
            page.get_by_role("button", name="I am mallory").click()
            page.get_by_text(unknown).wait_for()
            look(page)
    for language, width in (("fr", PHONE), ("en", DESK)):
        door, away = WORDS[language][0], WORDS[language][-1]
        cache.clear()
        page = open_page("/account/login/", language=language, width=width)
        page.get_by_role("button", name=door).click()
        page.get_by_text(away).wait_for()
        assert page.get_by_role("button", name=door).is_visible()
        look(page)


def look(page: Any) -> None:
    assert_accessible(page)
    assert_no_sideways_scroll(page)

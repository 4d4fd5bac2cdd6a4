"""The room's pages serve everybody, in Chromium: axe-clean, at a desk and on a phone, in French
and in English, with and without scripts."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compagnon.people.models import Directory
from compagnon.people.tests import factories as f
from compagnon.ui.tests.browser import Inspect, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    "path",
    [
        "persons/", "persons/add/", "persons/{technician}/", "organisations/tree/",
        "organisations/{client_a}/", "organisations/{client_a}/change/", "sites/{site_a}/",
        "teams/", "teams/{level_1}/", "roles/", "roles/add/", "me/", "me/tokens/",
    ],
)  # fmt: skip
def test_for_an_administrator(inspect: Inspect, cast: f.Cast, path: str) -> None:
    f.contact(cast.technician, "+33123456789", kind="phone")
    address = path.format(
        technician=cast.technician.pk,
        client_a=cast.client_a.pk,
        site_a=cast.site_a.pk,
        level_1=cast.level_1.pk,
    )
    inspect(f"/people/{address}", cast.administrator.account)


@pytest.mark.parametrize("path", ["", "add/", "{directory}/", "runs/{run}/"])
def test_directories(inspect: Inspect, cast: f.Cast, path: str) -> None:
    row = Directory.objects.create(
        organisation=cast.client_a, name="Annuaire", url="ldaps://annuaire.example",
        base="dc=exemple", error="server: injoignable",
    )  # fmt: skip
    row.rules.create(group="Support", team=cast.level_1)
    run = row.runs.create(
        state="ready", asked_at=timezone.now(), read_at=timezone.now(), people=2, linked=2,
        losses=1, counts={"change": 1, "conflict": 1},
    )  # fmt: skip
    run.steps.create(
        position=0, action="change", label="Ursule Petit", person=cast.user,
        changes={"last_name": ["Petit", "Grand"]},
    )  # fmt: skip
    run.steps.create(
        position=1, action="conflict", label="Oscar Faure", code="elsewhere", person=cast.outsider
    )
    inspect(
        f"/people/directories/{path.format(directory=row.pk, run=run.pk)}",
        cast.administrator.account,
    )


def test_a_member_is_picked_with_the_keyboard(open_page: OpenPage, cast: f.Cast) -> None:
    page = open_page(f"/people/teams/{cast.level_1.pk}/", cast.supervisor.account)
    box = page.get_by_role("combobox", name="Personne")
    box.press_sequentially("elsa")
    page.get_by_role("option", name="Elsa Noël").wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_role("link", name="Elsa Noël").wait_for()
    assert cast.level_1.members.filter(pk=cast.expert.pk).exists()


def test_a_person_is_closed_once_confirmed(open_page: OpenPage, cast: f.Cast) -> None:
    page = open_page(f"/people/persons/{cast.user.pk}/", cast.supervisor.account)
    page.get_by_role("button", name="Est parti").click()
    page.get_by_role("button", name="Annuler").click()
    cast.user.refresh_from_db()
    assert cast.user.is_active
    page.get_by_role("button", name="Est parti").click()
    page.get_by_role("button", name="Oui, fermer la fiche").click()
    page.get_by_role("button", name="Est de retour").wait_for()
    cast.user.refresh_from_db()
    assert not cast.user.is_active


def test_a_token_is_shown_once(open_page: OpenPage, cast: f.Cast) -> None:
    page = open_page("/people/me/tokens/", cast.technician.account)
    page.get_by_label("Utilisé par").fill("sonde")
    page.get_by_role("button", name="Créer", exact=True).click()
    expect(page.get_by_text("cmp_").first).to_be_visible()
    page.goto("/people/me/tokens/")
    expect(page.locator("code", has_text="cmp_")).to_have_count(0)

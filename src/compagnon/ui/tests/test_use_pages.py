"""What the scripts of the frame do, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Page, expect

from compagnon.core.tests.processes import wait_for
from compagnon.ui.tests.browser import DESK, PHONE, OpenPage, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATH = "/ui/components/"


def test_the_policy_refuses_what_comes_from_elsewhere(open_page: OpenPage) -> None:
    page = open_page(PATH)
    header = page.request.get(PATH).headers["content-security-policy"]
    assert "default-src 'self'" in header
    assert "unsafe" not in header


def test_theme_is_kept_and_shows_at_once(open_page: OpenPage) -> None:
    page = open_page(PATH)
    account = page.locator(".app-tools details.menu")
    account.locator("summary").click()
    account.get_by_role("button", name="Sombre").click()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    account.locator("summary").click()
    account.get_by_role("button", name="Système").click()
    expect(page.locator("html:not([data-bs-theme])")).to_have_count(1)


def test_language_is_changed_and_kept(open_page: OpenPage) -> None:
    page = open_page("/account/login/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/account/password/reset/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forgotten password")


def test_navigation_folds_and_stays_folded(open_page: OpenPage) -> None:
    page = open_page(PATH)
    fold = page.get_by_role("button", name="Replier la navigation")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.reload()
    assert page.locator("#navigation").bounding_box()["width"] < 80  # type: ignore[index]


def test_navigation_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(PATH, width=PHONE)
    navigation = page.locator("#navigation")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Ouvrir la navigation").click()
    expect(navigation).to_be_visible()
    assert page.locator(".app-body").evaluate("(body) => body.inert")
    assert_accessible(page)
    page.keyboard.press("Tab")
    assert navigation.evaluate("(nav) => nav.contains(document.activeElement)")
    page.get_by_role("button", name="Fermer la navigation").click()
    expect(navigation).to_be_hidden()


def test_navigation_on_a_phone_without_scripts(open_page: OpenPage) -> None:
    page = open_page(PATH, width=PHONE, scripts=False)
    page.get_by_role("button", name="Ouvrir la navigation").click()
    expect(page.locator("#navigation")).to_be_visible()


def test_skip_link(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_shortcuts(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(help_).to_be_visible()
    assert_accessible(page)
    help_.get_by_label("Raccourcis à une touche sur cet appareil").uncheck()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.keyboard.press("?")
    expect(help_).to_be_hidden()


def test_rows_are_walked_by_keys(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Imprimante du 2ᵉ étage")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Mot de passe oublié")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("tr.is-current")).to_contain_text("Imprimante")
    page.keyboard.press("Enter")
    page.wait_for_url("**#row-1")


def test_keys_typed_in_a_field_are_text(open_page: OpenPage) -> None:
    page = open_page(PATH)
    field = page.locator("#id_title")
    field.press_sequentially("j?k")
    expect(field).to_have_value("j?k")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_hidden()


def test_menu(open_page: OpenPage) -> None:
    page = open_page(PATH)
    menu = page.locator(".page-actions details.menu")
    menu.locator("summary").click()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="Dupliquer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu.locator(".menu-list")).to_be_hidden()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.locator(".menu-list")).to_be_hidden()


def test_a_live_region_asks_while_it_is_seen(open_page: OpenPage) -> None:
    page = open_page(PATH)
    with page.expect_response("**/region/") as answer:
        pass
    assert answer.value.status in {200, 204}
    assert answer.value.request.headers["live-version"]
    region = page.locator("#sample-region")
    region.evaluate("(one) => one.setAttribute('data-live-version-value', 'old')")
    with page.expect_response(lambda response: response.status == 200):
        pass
    expect(region).not_to_have_attribute("data-live-version-value", "old")
    expect(region).to_contain_text("Heure du serveur")


def test_a_hidden_page_asks_nothing(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    asked: list[str] = []
    page.wait_for_timeout(200)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_a_refusal_becomes_a_toast_and_leaves_the_page(open_page: OpenPage) -> None:
    page = open_page(PATH)
    button = page.get_by_role("button", name="Une action refusée")
    button.click()
    toast = page.get_by_role("alert").filter(has_text="La demande est déjà close.")
    expect(toast).to_be_visible()
    expect(button).to_be_visible()
    button.click()
    expect(page.locator("html:not(.is-busy)")).to_have_count(1)
    expect(toast).to_have_count(1)
    assert_accessible(page)
    toast.get_by_role("button", name="Fermer le message").click()
    expect(toast).to_be_hidden()


def test_an_answer_that_is_no_toast_says_that_it_failed(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("button", name="Une adresse qui n’existe pas").click()
    expect(
        page.get_by_role("alert").filter(has_text="Le serveur n’a pas pu répondre")
    ).to_be_visible()


def test_a_form_comes_back_with_its_errors_then_is_taken(open_page: OpenPage) -> None:
    page = open_page(PATH)
    form = page.locator("#part-form")
    form.get_by_role("button", name="Enregistrer").click()
    expect(form.get_by_role("alert")).to_contain_text("L’enregistrement n’a pas pu se faire")
    field = form.get_by_label("Objet", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby") or ""
    for part in described.split():
        assert page.locator(f"#{part}").count() == 1
    field.fill("Écran noir")
    form.get_by_label("Service").select_option("mail")
    form.get_by_label("Un site").check()
    form.get_by_label("Description").fill("Depuis ce matin.")
    form.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status").filter(has_text="enregistré")).to_be_visible()


def test_confirmation(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("button", name="À confirmer").click()
    dialog = page.get_by_role("dialog", name="Supprimer la demande")
    expect(dialog.get_by_role("button", name="Annuler")).to_be_focused()
    dialog.get_by_role("button", name="Annuler").click()
    assert "confirmed" not in page.url
    page.get_by_role("button", name="À confirmer").click()
    dialog.get_by_role("button", name="Supprimer").click()
    page.wait_for_url("**confirmed=1")


def test_a_half_written_form_is_guarded(open_page: OpenPage) -> None:
    page = open_page(PATH)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))  # type: ignore[func-returns-value]
    page.reload()
    assert asked == []
    page.locator("#id_title").fill("Écran noir")
    page.reload()
    assert asked == ["beforeunload"]


def test_files_are_listed_and_taken_back(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(PATH)
    picture = tmp_path / "écran.png"
    picture.write_bytes(page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 30}))
    note = tmp_path / "note.txt"
    note.write_text("bonjour")
    field = page.locator("#sample-files")
    field.set_input_files([picture])
    field.set_input_files([note])
    lines = page.locator(".drop-list li")
    expect(lines).to_have_count(2)
    expect(lines.first.locator("img")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Retirer écran.png").click()
    expect(lines).to_have_count(1)
    assert field.evaluate("(one) => [...one.files].map((file) => file.name)") == ["note.txt"]


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_signature(open_page: OpenPage, width: int) -> None:
    page = open_page(PATH, width=width)
    pad = page.locator(".signature-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    data = page.locator("input[name=signature]")
    expect(data).to_have_value(re.compile("^data:image/png;base64,"))
    page.get_by_role("button", name="Recommencer").click()
    expect(data).to_have_value("")


def test_picker_by_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PATH)
    field = page.get_by_role("combobox", name="Demandeur")
    field.press_sequentially("benali")
    option = page.get_by_role("option", name="Youssef Benali")
    expect(option).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    field.press("Enter")
    expect(field).to_have_value("Youssef Benali")
    expect(page.locator("[data-picker-target=value]")).to_have_value("Youssef Benali")
    assert page.locator("[data-picker-target=value]").get_attribute("name") == "person"
    field.fill("nobody at all")
    expect(page.get_by_text("Aucun résultat")).to_be_visible()
    field.press("Tab")
    expect(field).to_have_value("Youssef Benali")


def test_picker_by_the_mouse(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("combobox", name="Demandeur").click()
    page.get_by_role("option", name="Claire Moreau").click()
    expect(page.locator("[data-picker-target=value]")).to_have_value("Claire Moreau")


def test_picker_without_scripts_is_a_plain_select(open_page: OpenPage) -> None:
    page = open_page(PATH, scripts=False)
    page.locator("#sample-person").select_option("Jean Petit")
    expect(page.get_by_role("combobox", name="Demandeur")).to_have_value("Jean Petit")


def test_tabs_within_a_page(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("tab", name="Première").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Seconde")).to_be_focused()
    expect(page.get_by_text("La seconde partie.")).to_be_visible()
    expect(page.get_by_text("La première partie.")).to_be_hidden()


def test_mail_as_it_was_written_runs_nothing_and_shows_pictures(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = page.locator("iframe.mail-frame")
    frame.scroll_into_view_if_needed()
    inner = frame.content_frame
    expect(inner.locator("b")).to_contain_text("étage")
    picture = inner.locator("img")
    expect(picture).to_be_visible()
    expect(frame).to_have_attribute("sandbox", "")
    wait_for(lambda: picture.bounding_box()["height"] > 20)  # type: ignore[index]


def test_demonstration_accounts_fill_the_form(open_page: OpenPage) -> None:
    page = open_page("/account/login/")
    # The language of this thread is whatever the last test left.
    with translation.override("fr"):
        html = render_demo_sign_in()
    page.route(
        "**/account/login/?demo",
        lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
    )
    page.goto("/account/login/?demo")
    page.get_by_role("button", name="Claire Moreau").click()
    expect(page.locator("[name=login]")).to_have_value("claire@demo.example")
    expect(page.locator("[name=password]")).to_have_value("une-demonstration")
    expect(page.get_by_role("button", name="Se connecter", exact=True)).to_be_focused()
    assert_accessible(page)


def render_demo_sign_in() -> str:
    """The sign-in page as the demonstration shows it."""
    from allauth.account.forms import LoginForm

    request = RequestFactory().get("/account/login/")
    return render_to_string(
        "account/login.html",
        {
            "form": LoginForm(request=request),
            "demo_mode": True,
            "demo_password": "une-demonstration",
            "demo_accounts": [("claire@demo.example", "Claire Moreau", "Technicienne")],
        },
        request,
    )


def sign_in(open_page: OpenPage, cast: Any) -> Page:
    from compagnon.people.tests.factories import PASSWORD

    page = open_page("/account/login/?next=/account/sessions/")
    page.locator("[name=login]").fill(cast.technician.account.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sessions ouvertes")
    return page


def test_other_sessions_are_ended(open_page: OpenPage, cast: Any) -> None:
    other = sign_in(open_page, cast)
    page = sign_in(open_page, cast)
    expect(page.get_by_text("Celle-ci")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter partout ailleurs").click()
    page.get_by_role("dialog").get_by_role("button", name="Se déconnecter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Se connecter")

"""A service request in Chromium: its form built by keyboard, asked for, approved, delivered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from compagnon.contracts.tests import factories as contracts
from compagnon.desk import services
from compagnon.desk.models import Approval, Ticket, WorkTask
from compagnon.people.tests.factories import Cast, cast, system
from compagnon.ui.tests.browser import DESK, PHONE, assert_accessible, assert_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page: Any) -> None:
    """Nothing wrong on the page, at both widths."""
    for width, height in ((PHONE, 844), (DESK, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)
        assert_no_sideways_scroll(page)


def press(page: Any, name: str, *, role: str = "button") -> None:
    """Press something by keyboard."""
    page.get_by_role(role, name=name, exact=True).first.focus()
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def write(page: Any, **values: str) -> None:
    """Write in fields by keyboard; in a list, the beginning of a choice."""
    for name, value in values.items():
        page.locator(f"#id_{name}").focus()
        page.keyboard.type(value)


def pick(page: Any, label: str, words: str) -> None:
    """Find a row in a picker by keyboard: the first that answers to the words."""
    field = page.get_by_role("combobox", name=label)
    field.focus()
    page.keyboard.type(words)
    # What answers to no word yet may be there first.
    first = page.locator(".picker-list:not([hidden]) [role=option]").first
    expect(first).to_contain_text(words, ignore_case=True, timeout=10_000)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(words, re.IGNORECASE))


def build(page: Any) -> None:
    """A form with a condition, an approval, a task of each team, one after the other."""
    look(page)
    press(page, "Add a field", role="link")
    look(page)
    write(page, kind="yes", label_fr="Portable ?", label_en="A laptop?")
    press(page, "Keep in the draft")
    press(page, "Add a field", role="link")
    write(page, kind="short", label_fr="Modèle", label_en="Model")
    # Only what a short text takes; its condition is opened by keyboard as well.
    expect(page.locator("#id_choices")).to_be_hidden()
    page.get_by_text("Shown when").focus()
    page.keyboard.press("Enter")
    look(page)
    write(page, show_0_field="A laptop", show_0_value="Yes")
    page.locator("#id_required").focus()
    page.keyboard.press("Space")
    press(page, "Keep in the draft")
    press(page, "Add a field", role="link")
    write(page, kind="site", label_fr="Où ?", label_en="Where?")
    press(page, "Keep in the draft")
    press(page, "Add an approval", role="link")
    write(page, name_fr="Accord", name_en="Agreement", whom="named")
    pick(page, "Person 1", "renée")
    look(page)
    press(page, "Keep in the draft")
    for title, team in (("Account", "Niveau 1"), ("Computer", "Niveau 2")):
        press(page, "Add a task", role="link")
        write(page, title_fr=title, title_en=title, team=team)
        if title == "Computer":
            page.get_by_role("checkbox", name="Account").focus()
            page.keyboard.press("Space")
        press(page, "Keep in the draft")
    press(page, "Move “Model” up")
    # A condition may only ask what stands before it.
    expect(page.get_by_text("does not stand before it").first).to_be_attached()
    press(page, "Publish")
    expect(page.get_by_text("Version 1 is published.").first).to_be_attached()
    look(page)


def ask(page: Any) -> None:
    """The user's request, what is missing said, reviewed, then sent."""
    model = page.get_by_label("Model")
    expect(model).to_be_hidden()
    look(page)
    page.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    model.wait_for(state="visible")
    press(page, "Review before sending")
    expect(page.get_by_text("Some answers are missing").first).to_be_attached()
    look(page)
    model.focus()
    page.keyboard.type("X1 Carbon")
    pick(page, "Where?", "siège")
    press(page, "Review before sending")
    expect(page.get_by_text("X1 Carbon").first).to_be_attached()
    expect(page.get_by_text("Siège").first).to_be_attached()
    look(page)
    press(page, "Send the request")


def test_built_asked_for_approved_and_delivered(open_page: Any) -> None:
    # The first page of a process loads every route: not within the browser's patience.
    Client().get("/account/login/")
    people: Cast = cast()
    wanted = contracts.request_type()
    address = f"/catalogue/request-types/{wanted.pk}/form/"
    build(open_page(address, people.supervisor.account, language="en"))
    user = open_page(f"/portal/catalogue/{wanted.pk}/", people.user.account, language="en")
    ask(user)
    expect(user.get_by_text("Approval: Agreement").first).to_be_attached()

    representative = open_page("/portal/approvals/", people.representative.account, language="en")
    look(representative)
    press(representative, "Agreement", role="link")
    look(representative)
    press(representative, "Approve")
    assert Approval.objects.get().state == "approved"

    ticket = Ticket.objects.get()
    for key in ("account", "computer"):
        task = WorkTask.objects.get(plan_key=key, ticket=ticket)
        assert task.state == "todo"
        services.complete_task(actor=system(), task_id=task.pk, spent_seconds=60)
    services.propose_solution(actor=system(), ticket_id=ticket.pk, text="Prêt.")
    user.goto(f"/portal/requests/{ticket.pk}/")
    steps = user.locator(".fulfilment-steps li")
    assert [one.split()[0] for one in steps.all_inner_texts()] == [
        "Received", "Approval:", "Account", "Computer", "Delivered",
    ]  # fmt: skip
    expect(user.locator(".fulfilment-done")).to_have_count(5)
    look(user)
    desk = open_page(f"/desk/tickets/{ticket.pk}/", people.technician.account)
    look(desk)

"""The whole story of a request by the pages, in Chromium, in French and in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from compagnon.contracts.tests import factories as contracts
from compagnon.desk import links
from compagnon.desk.models import (
    Impact,
    InterventionSheet,
    PendingReason,
    Priority,
    Solution,
    State,
    Ticket,
    Urgency,
    WorkMode,
    WorkTask,
)
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast
from compagnon.ui.tests.browser import (
    LANGUAGES,
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Le scanner du 2e étage ne répond plus"


def words_in(language: str) -> Callable[[str], str]:
    """Give how the interface says one of its texts in that language."""

    def said(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    return said


def choice(language: str, label: object) -> str:
    """Give a choice as a list shows it in that language."""
    with translation.override(language):
        text = str(label)
    return text[:1].upper() + text[1:]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def from_menu(page: Page, more: str, name: str) -> None:
    page.locator(f'summary[aria-label="{more}"]').click()
    press(page, name)


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#ticket-facts .state").first).to_have_text(state)


def draw(page: Page) -> None:
    """Sign with a finger."""
    pad = page.locator("canvas.signature-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + step * 12, box["y"] + 40 + (step % 3) * 20)
    page.mouse.up()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_from_its_opening_to_its_closing(
    open_page: OpenPage, cast: Cast, language: str
) -> None:
    t = words_in(language)
    category = factories.category("Impression", team=cast.level_1)
    contracts.contract(
        cast.client_a, calendar_=contracts.calendar(always_open=True),
        pauses={"waiting_user": True},
        targets={"take_up": 1800, "resolution": 4 * 3600},
    )  # fmt: skip
    more = t("More actions")

    # The technician looks at the open queue; the user asks for help from their phone.
    queue = open_page("/desk/queue/", cast.technician.account, language=language)
    expect(queue.get_by_text(t("Nothing waits here"))).to_be_visible()
    portal = open_page("/", cast.user.account, language=language, width=PHONE)
    portal.get_by_role("link", name=t("Report a problem")).first.click()
    portal.fill("[name=title]", TITLE)
    portal.fill("[name=text]", "Depuis ce matin, écran noir.")
    portal.get_by_text(t("No, I am stopped")).click()
    press(portal, t("Send the request"))
    expect(portal.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert_no_sideways_scroll(portal)
    ticket = Ticket.objects.get()
    portal.goto(portal.url.split("/portal/")[0] + f"/desk/tickets/{ticket.pk}/")

    # It stands in the queue without a reload; asked for each second, which is what keeps the
    # promise of two.
    expect(queue.locator("#queue")).to_have_attribute("data-live-seconds-value", "1")
    expect(queue.get_by_role("link", name=re.compile(re.escape(TITLE)))).to_be_visible()
    queue.get_by_role("link", name=re.compile(re.escape(TITLE))).click()
    desk = queue

    # Taken, qualified: the priority follows from impact and urgency.
    press(desk, t("Take"))
    expect(desk.locator("#people")).to_contain_text("Théo Martin")
    press(desk, t("Qualify"))
    dialog = desk.locator("#do-qualify")
    dialog.get_by_label(t("Category")).select_option(str(category.pk))
    dialog.get_by_label(t("Impact")).select_option(str(Impact.MEDIUM.value))
    dialog.get_by_label(t("Urgency")).select_option(str(Urgency.HIGH.value))
    expect(dialog.locator(".priority-preview .priority:visible")).to_have_text(
        choice(language, Priority(2).label)
    )
    press(desk, t("Keep the qualification"))
    expect(desk.locator("#ticket-facts .priority")).to_have_text(
        choice(language, Priority(2).label)
    )
    expect(desk.locator("#clocks")).to_be_visible()

    # An answer that the user sees, a note that they do not.
    desk.get_by_role("link", name=t("Reply"), exact=True).click()
    desk.locator("#write-reply textarea").fill("Bonjour,\n\nL’écran s’allume-t-il ?")
    press(desk, t("Send"))
    desk.get_by_role("tab", name=t("Internal note")).click()
    desk.locator("#write-note textarea").fill("Vu avec le fournisseur")
    press(desk, t("Keep the note"))
    expect(desk.locator(".timeline-internal")).to_contain_text("fournisseur")
    expect(portal.locator("#story")).to_contain_text("s’allume-t-il")
    assert "fournisseur" not in portal.content()

    # On hold until the user answers, which takes it off hold; held again and resumed by hand.
    from_menu(desk, more, t("Put on hold"))
    dialog = desk.locator("#do-pend")
    dialog.get_by_label(t("It waits for")).select_option(PendingReason.USER.value)
    dialog.get_by_role("button", name=t("Put on hold")).click()
    expect_state(desk, choice(language, PendingReason.USER.label))
    press(desk, t("Resume"))
    expect_state(desk, choice(language, State.OPEN.label))

    # Handed to the experts with what they need.
    from_menu(desk, more, t("Escalate to experts"))
    dialog = desk.locator("#do-escalate")
    dialog.get_by_label(t("To the team")).select_option(str(cast.level_2.pk))
    dialog.get_by_label(t("Why this level cannot solve it")).fill("Pilote du serveur")
    dialog.get_by_label(t("What was observed and tried")).fill("Redémarrage, autre câble")
    dialog.get_by_role("button", name=t("Escalate to experts")).click()
    expect(desk.locator("#people")).to_contain_text(str(cast.level_2))

    expert = open_page(f"/desk/tickets/{ticket.pk}/", cast.expert.account, language=language)
    expect(expert.locator("#story")).to_contain_text("Redémarrage, autre câble")
    press(expert, t("Take"))
    expect(expert.locator("#people")).to_contain_text("Elsa Noël")

    # A visit is planned, made, reported, and its sheet signed with a finger on the phone.
    from_menu(expert, more, t("Plan a task"))
    dialog = expert.locator("#do-plan")
    dialog.get_by_label(t("What to do")).fill("Remplacer la lampe")
    dialog.get_by_text(choice(language, WorkMode.ON_SITE.label)).click()
    tomorrow = timezone.localtime() + timedelta(days=1)
    dialog.get_by_label(t("Appointment")).fill(tomorrow.strftime("%Y-%m-%dT10:00"))
    dialog.get_by_role("button", name=t("Plan a task")).click()
    expect(expert.locator("#story")).to_contain_text("Remplacer la lampe")
    task = WorkTask.objects.get()

    field = open_page("/desk/tasks/", cast.expert.account, language=language, width=PHONE)
    field.get_by_role("link", name="Remplacer la lampe").click()
    expect(field.locator("#facts")).to_contain_text("Ursule Petit")
    field.get_by_label(t("Time spent (minutes)")).fill("45")
    press(field, t("Report as done"))
    field.locator("#sheet").get_by_label(t("What was done")).fill("Lampe remplacée, essai réussi.")
    press(field, t("Prepare the sheet"))
    draw(field)
    assert_no_sideways_scroll(field)
    assert_accessible(field)
    press(field, t("Sign"))
    expect(field.locator(".signature-shown")).to_be_visible()
    sheet = InterventionSheet.objects.get()
    assert sheet.signature is not None
    assert sheet.signed_name == "Ursule Petit"
    task.refresh_from_db()
    assert task.spent_seconds == 45 * 60

    # A solution is proposed; the user accepts it by the link in the mail.
    expert.reload()
    expert.get_by_role("tab", name=t("Propose a solution")).click()
    expert.locator("#write-solve textarea").fill("La lampe est **remplacée**.")
    press(expert, t("Propose this solution"))
    expect_state(expert, choice(language, State.SOLVED.label))
    expect(portal.locator("#answer")).to_be_visible()
    link = links.solution_link(Solution.objects.get())
    letter = open_page("/" + link.split("/", 3)[3], language=language, width=PHONE)
    expect(letter.locator("strong", has_text="remplacée")).to_be_visible()
    assert_accessible(letter)
    assert_no_sideways_scroll(letter)
    press(letter, t("It works: close the request"))
    expect(letter.get_by_text(t("Thank you"))).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED

    # The journal tells it all, in order.
    expert.goto(f"/desk/tickets/{ticket.pk}/journal/")
    story = expert.locator("tbody").inner_text()
    told = [
        "opened the ticket", "took the ticket", "qualified the ticket", "answered", "wrote a note",
        "put the ticket on hold", "resumed the ticket", "escalated the ticket", "planned a task",
        "reported a task as done", "prepared the intervention sheet",
        "had the intervention sheet signed", "proposed a solution", "accepted the solution",
    ]  # fmt: skip
    places = [story.find(t(one)) for one in told]
    assert -1 not in places, dict(zip(told, places, strict=True))
    assert places == sorted(places)
    assert_accessible(expert)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_user_refuses_a_solution_on_the_portal(
    open_page: OpenPage, cast: Cast, language: str
) -> None:
    from compagnon.desk import services
    from compagnon.people.tests.factories import actor

    t = words_in(language)
    ticket = factories.ticket(cast.user, title=TITLE)
    services.propose_solution(actor=actor(cast.technician), ticket_id=ticket.pk, text="Redémarrer.")
    page = open_page(
        f"/desk/tickets/{ticket.pk}/", cast.user.account, language=language, width=PHONE
    )
    page.locator("#answer summary").click()
    press(page, t("Refuse the solution"))
    expect(page.locator("#answer .field-errors")).to_be_visible()
    assert_accessible(page)
    page.get_by_label(t("What still fails?")).fill("Toujours rien")
    press(page, t("Refuse the solution"))
    expect(page.locator("#story")).to_contain_text("Toujours rien")
    expect(page.locator("#answer")).to_have_count(0)
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN

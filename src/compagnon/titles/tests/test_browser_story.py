"""A trainee's story in Chromium, from ten requests worked to the attestation of the title.

Half of it in French at a desk (1440), half in English on a phone (390), each part in both where it
is told in several pages: the trainee works, chooses evidence and builds the dossier; the trainer
attests and evaluates; the jury of three deliberates on three screens; booklet and attestation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Locator, Page, expect

from compagnon.desk.models import Solution, State, Ticket
from compagnon.desk.services import solutions
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles import tasks
from compagnon.titles.models import (
    Attestation,
    AttestationKind,
    CandidacyState,
    Certificate,
    Evaluation,
    EvaluationKind,
    Evidence,
    EvidenceState,
    HeldCertificate,
    Minutes,
    Quality,
    SessionState,
)
from compagnon.titles.proving import checking
from compagnon.titles.proving.certificates import read_trust
from compagnon.titles.queries.outcomes import trust_file
from compagnon.titles.services import candidacies, deliberating, evaluations
from compagnon.titles.tests import story_world
from compagnon.titles.tests.story_world import World
from compagnon.titles.tests.test_mark_grids import all_of
from compagnon.ui.tests.browser import DESK, PHONE, OpenPage, assert_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Each half of what somebody does: its language and its width.
HALVES = (("fr", DESK), ("en", PHONE))
HOME = "titles:personal_data"


def said(page: Page) -> Callable[..., str]:
    """Give how the interface says one of its texts in the language of this page."""
    language = str(page.locator("html").get_attribute("lang"))

    def text(msgid: str, context: str = "") -> str:
        with translation.override(language):
            return pgettext(context, msgid) if context else gettext(msgid)

    return text


def enters(open_page: OpenPage, person: Person, language: str, width: int) -> Page:
    """Sign somebody in, on a page that asks for nothing by itself while they do nothing."""
    account = getattr(person, "account", None) or people.account(person)
    return open_page(reverse(HOME), account, language=language, width=width)


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def send(page: Page, name: str) -> None:
    """Press a button that sends a form, and wait for the page that comes."""
    with page.expect_navigation():
        press(page, name)


def follow(page: Page, name: str) -> None:
    """Follow the first link of that name in the page, not in the navigation."""
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def navigate(page: Page, name: str) -> None:
    """Open an entry of the navigation, which a phone keeps behind a button."""
    if page.viewport_size and page.viewport_size["width"] == PHONE:
        page.locator("[data-nav-target=burger]").click()
    page.locator("#navigation").get_by_role("link", name=name, exact=True).first.click()


def here(page: Page, name: str) -> None:
    """Say what the page is called, and that it fits."""
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert_no_sideways_scroll(page)


@pytest.fixture
def world(transactional_db: None) -> World:
    return story_world.build()


def test_from_ten_requests_to_the_attestation(open_page: OpenPage, world: World) -> None:
    mine = [enters(open_page, world.trainee, *half) for half in HALVES]
    works_ten_requests(mine, world)
    tells_the_evidence(mine, world)
    builds_the_dossier(mine, world)
    the_trainer_evaluates(open_page, world)
    the_jury_deliberates(open_page, world)
    the_papers_come_out(open_page, mine, world)


def works_ten_requests(mine: list[Page], world: World) -> None:
    for rank, ticket in enumerate(world.tickets):
        page = mine[rank % 2]
        t = said(page)
        page.goto(reverse("desk:ticket", args=[ticket.pk]))
        send(page, t("Take"))
        page.get_by_role("tab", name=t("Propose a solution")).click()
        page.locator("#write-solve textarea").fill(
            f"Cause trouvée et réglée pour {ticket.beneficiary}, essai fait ensemble."
        )
        send(page, t("Propose this solution"))
        expect(page.locator("#ticket-facts .state").first).to_have_text(
            str_in(page, State.SOLVED.label)
        )
    assert Solution.objects.count() == 10
    for ticket in Ticket.objects.all():
        solutions.accept_solution(actor=people.actor(ticket.beneficiary), ticket_id=ticket.pk)
    tasks.propose_evidence()


def str_in(page: Page, label: Any) -> str:
    with translation.override(str(page.locator("html").get_attribute("lang"))):
        text = str(label)
    return text[:1].upper() + text[1:]


def tells_the_evidence(mine: list[Page], world: World) -> None:
    for rank, page in enumerate(mine):
        t = said(page)
        navigate(page, t("My title"))
        here(page, t("My title"))
        for number in range(2):
            page.locator("#proposals form button", has_text=t("Choose")).first.click()
            here_not(page, t("My title"))
            row = Evidence.objects.get(pk=page.url.rstrip("/").rpartition("/")[2])
            user = Ticket.objects.get(pk=row.object_id).beneficiary
            follow(page, t("Say what you did"))
            page.locator("[name=did]").fill(
                f"J’ai appelé {user}, trouvé la cause et réglé la panne."
            )
            page.locator("[name=means]").fill("Prise en main.")
            page.wait_for_load_state()
            for box in page.locator("input[name=shown]:visible").all()[: 3 + number]:
                box.check()
            send(page, t("Save"))
            follow(page, t("Mask names"))
            expect(page.locator("input[name=mask]").first).to_be_checked()
            send(page, t("Mask what is ticked"))
            expect(page.locator("main")).to_contain_text(
                "[personne 1]" if not rank else "[person 1]"
            )
            page.locator(".breadcrumb, nav[aria-label] ol").get_by_role(
                "link", name=t("My title")
            ).first.click()
            here(page, t("My title"))
    chosen = Evidence.objects.filter(state=EvidenceState.CHOSEN)
    assert chosen.count() == 4
    assert all(one.is_masked and one.entries for one in chosen)
    names = {one.beneficiary.last_name for one in world.tickets}
    assert not any(name in one.did for name in names for one in chosen)


def here_not(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).not_to_have_text(name)


def builds_the_dossier(mine: list[Page], world: World) -> None:
    desk, phone = mine
    t = said(desk)
    follow(desk, t("Practice dossier"))
    follow(desk, t("Write"))
    desk.locator("[name=introduction]").fill("Deux ans de support.")
    send(desk, t("Save"))
    for number, page in enumerate((desk, phone, desk)):
        t = said(page)
        page.goto(reverse("titles:dossier", args=[world.candidacy.pk]))
        page.locator("main").get_by_role("link", name=t("Add an example")).nth(number).click()
        page.locator("input[name=evidence]").nth(number).check()
        page.locator("[name=title]").fill(f"Exemple {number + 1}")
        send(page, t("Save"))
        here(page, t("Practice dossier"))
    t = said(phone)
    phone.goto(reverse("titles:dossier", args=[world.candidacy.pk]))
    follow(phone, t("Declare on honour"))
    phone.locator("[name=place]").fill("Lyon")
    phone.locator("input[name=honour]").check()
    send(phone, t("Declare on honour"))
    expect(phone.locator("main")).to_contain_text(t("Declared on honour"))
    with phone.expect_download() as told:
        follow(phone, "PDF")
    assert told.value.path().read_bytes().startswith(b"%PDF")


def the_trainer_evaluates(open_page: OpenPage, world: World) -> None:
    for language, width in HALVES:
        page = enters(open_page, world.trainer, language, width)
        t = said(page)
        navigate(page, t("To attest"))
        here(page, t("To attest"))
        page.locator("main a.row-title").first.click()
        follow(page, t("Attest it"))
        page.locator("[name=comment]").fill("Fait devant moi.")
        send(page, t("Attest it"))
        here(page, t("To attest"))
    assert Evidence.objects.filter(state=EvidenceState.ATTESTED).count() == 2
    certificates = list(Certificate.objects.filter(
        version=world.candidacy.version_of_title, kind="ccp").order_by("number"))  # fmt: skip
    navigate(page, t("Candidacies"))
    follow(page, world.candidacy.reference)
    follow(page, t("Evaluations"))
    follow(page, t("Plan an evaluation"))
    page.locator("select[name=kind]").select_option(EvaluationKind.IN_COURSE)
    page.locator("select[name=certificate]").select_option(str(certificates[0].pk))
    page.locator("input[name=starts_at]").fill(
        timezone.localtime(world.now).strftime("%Y-%m-%dT%H:%M")
    )
    page.locator("select[name=quality_1]").select_option(Quality.TRAINER)
    send(page, t("Plan", "evaluation"))
    expect(page.locator("[data-controller=grid]")).to_be_visible()
    row = Evaluation.objects.get()
    for key, _none in evaluations.required(row):
        line = page.locator(f'[data-competence="{key}"]:not([data-criterion])')
        line.locator("input[value=acquired]").check()
    expect(page.locator("[data-grid-target=status]")).to_have_attribute("data-state", "kept")
    send(page, t("Sign my grid"))
    row.refresh_from_db()
    assert row.state == "signed"
    # The two other certificates, the same way.
    actor = people.actor(world.trainer)
    for certificate in certificates[1:]:
        made = evaluations.plan(
            actor=actor, candidacy_id=world.candidacy.pk, kind=EvaluationKind.IN_COURSE,
            certificate=certificate, starts_at=world.now,
            assessors=[(world.trainer, Quality.TRAINER)],
        )  # fmt: skip
        evaluations.mark(actor=actor, evaluation_id=made.pk, given=all_of(made))
        evaluations.sign(actor=actor, evaluation_id=made.pk)


def the_jury_deliberates(open_page: OpenPage, world: World) -> None:
    candidacies.move(
        actor=people.actor(world.secretary), candidacy_id=world.candidacy.pk,
        state=CandidacyState.READY,
    )  # fmt: skip
    session = story_world.session_of(world)
    screens = (*HALVES, ("en", DESK))
    pages = [
        enters(open_page, person, *screen)
        for person, screen in zip(world.jury, screens, strict=True)
    ]
    for page in pages:  # somebody without any role finds what they were invited to
        t = said(page)
        navigate(page, t("My juries"))
        here(page, t("My juries"))
        send(page, t("I come"))
        expect(page.locator("main")).to_contain_text(session.reference)
    story_world.opened(world, session)
    sitting = session.sittings.get()
    for page in pages:
        page.goto(reverse("titles:my_jury"))
        page.locator("main a", has_text=session.reference).click()
        page.locator("main a", has_text=str(world.trainee)).click()
        here(page, str(world.trainee))
        for one in deliberating.judged_certificates(session):
            page.locator(f'input[name="value-{one.pk}"][value="acquired"]').check()
        send(page, said(page)("Keep my opinions"))
        page.goto(reverse("titles:judge", args=[session.pk]))
        follow(page, said(page)("Close my opinions"))
        send(page, said(page)("Close my opinions"))
        page.goto(reverse("titles:judge_candidate", args=[session.pk, sitting.pk]))
    # From here each screen follows the others without being loaded again.
    for number, page in enumerate(pages, 1):
        press(page.locator("#deliberation"), said(page)("For", "vote"))
        for each in pages:
            told = f"{said(each)('for', 'vote')} {number}"
            expect(each.locator("#deliberation")).to_contain_text(told)
    press(pages[1], said(pages[1])("Write the minutes"))
    made = pages[0].locator("#deliberation a", has_text="PV-")
    made.wait_for()
    minutes = Minutes.objects.get()
    for page in pages:
        page.locator("#deliberation a", has_text=minutes.number).click()
        expect(page.locator("[data-digest]")).to_have_text(minutes.digest)
        send(page, said(page)("I have read them: sign"))
    assert minutes.signatures.count() == 3


def the_papers_come_out(open_page: OpenPage, mine: list[Page], world: World) -> None:
    minutes = Minutes.objects.get()
    desk = enters(open_page, world.secretary, "fr", DESK)
    t = said(desk)
    navigate(desk, t("Sessions"))
    desk.locator("main a", has_text=minutes.session.reference).first.click()
    follow(desk, t("Close the session"))
    send(desk, t("Close the session"))
    follow(desk, t("Papers"))
    send(desk, t("Issue the attestations"))
    expect(desk.locator("main")).to_contain_text("AT-")
    minutes.session.refresh_from_db()
    assert minutes.session.state == SessionState.CLOSED
    assert HeldCertificate.objects.filter(person=world.trainee).count() == 4

    for page in mine:
        t = said(page)
        page.goto(reverse(HOME))
        navigate(page, t("My title"))
        follow(page, t("My file"))
        title = Attestation.objects.get(kind=AttestationKind.TITLE)
        follow(page, title.reference)
        here(page, str(world.trainee))
        with page.expect_download() as told:
            follow(page, t("Booklet"))
        assert told.value.path().read_bytes().startswith(b"%PDF")
        with page.expect_download() as told:
            follow(page, t("Signed PDF"))
        report = checking.check(
            told.value.path().read_bytes(), now=timezone.now(), trust=read_trust(trust_file()),
            status_lists=[], link="",
        )  # fmt: skip
        assert report.valid, report.failed
        assert report.statement is not None
        assert report.statement.holder == str(world.trainee)
        # Somebody who was given the link, and has no account.
        page.context.clear_cookies(name="sessionid")
        page.goto(reverse("titles:verify_attestation", args=[title.token]))
        expect(page.locator("body")).to_contain_text(title.reference)
        assert_no_sideways_scroll(page)

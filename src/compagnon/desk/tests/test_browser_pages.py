"""Every page of the desk serves everybody: axe finds nothing wrong and nothing scrolls sideways,
in French and in English, at a desk and on a phone, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from compagnon.contracts.tests import factories as contracts
from compagnon.core import files
from compagnon.core.models import Task, TaskState
from compagnon.desk import links, services
from compagnon.desk.bringing.report import Report
from compagnon.desk.models import (
    Bringing,
    InboundMessage,
    InboundState,
    OutgoingMail,
    OutgoingState,
    PendingReason,
    SolutionKind,
    Tag,
    TicketKind,
)
from compagnon.desk.queries import Queue
from compagnon.desk.services import tagging
from compagnon.desk.services.writing import Upload
from compagnon.desk.tests import factories
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast, actor, contact, system
from compagnon.ui.tests.browser import (
    DESK,
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Prepare = Callable[[Page], Any]
Visit = tuple[str, Person | None, Prepare | None]
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x05\x02\x00\x98\xe0"
    b"\xb0\xd1\x00\x00\x00\x00IEND\xaeB`\x82"
)
LONG = "un_mot_tres_long_que_rien_ne_coupe_" * 6


def dialog(name: str) -> Prepare:
    """Open a dialog of the page."""
    return lambda page: page.evaluate(f"document.getElementById('do-{name}').showModal()")


def send_empty(selector: str) -> Prepare:
    """Send a form with nothing in it: the page comes back with its errors."""

    def send(page: Page) -> None:
        with page.expect_navigation():
            page.locator(selector).evaluate("(form) => form.requestSubmit()")

    return send


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def tickets(cast: Cast) -> dict[str, int]:
    """Make tickets in every state that a page shows otherwise."""
    technician, user = actor(cast.technician), actor(cast.user)
    contact(cast.user, "+33123456789", kind="phone")
    contracts.contract(
        cast.client_a, calendar_=contracts.calendar(always_open=True),
        pauses={"waiting_user": True},
        targets={"take_up": 60, "first_response": 3600, "resolution": 4 * 3600},
    )  # fmt: skip
    root = factories.category("Matériel", team=cast.level_1)
    category = factories.category("Imprimante", parent=root, team=cast.level_1)
    mailbox = factories.mailbox(cast.client_a)
    busy = factories.ticket(
        cast.user, title=f"Imprimante muette {LONG}", category=category, beneficiary=cast.colleague,
        occurred_at=timezone.now() - timedelta(hours=3), mailbox=mailbox,
        text="Bonjour,\n\n" + "\n".join(f"{n}. `erreur`" for n in range(60)),
        uploads=[Upload("photo.png", PICTURE), Upload(f"{LONG}.txt", b"trace")],
    )  # fmt: skip
    services.take(actor=technician, ticket_id=busy.pk)
    services.reply(actor=technician, ticket_id=busy.pk, text="> cité\n\n**Bonjour**\n\n- un")
    services.add_note(actor=technician, ticket_id=busy.pk, text=f"Note {LONG}")
    services.pend(actor=technician, ticket_id=busy.pk, reason=PendingReason.USER)
    services.reply(actor=user, ticket_id=busy.pk, text="Oui")
    services.escalate_to_authority(
        actor=technician, ticket_id=busy.pk, reason="Urgent", to_person=cast.supervisor
    )
    task = services.plan_task(
        actor=technician, ticket_id=busy.pk, title="Passer voir", mode="on_site",
        assignee=cast.technician, planned_start=timezone.now() + timedelta(hours=1),
        planned_seconds=1800, site=cast.site_a, details="Badge à l’accueil",
    )  # fmt: skip
    done = services.plan_task(actor=technician, ticket_id=busy.pk, title="Rappeler")
    services.complete_task(actor=technician, task_id=done.pk, spent_seconds=600)
    sheet = services.prepare_sheet(actor=technician, task_id=done.pk, report="Câble remplacé.")
    names = ["imprimante", "À rappeler", "déménagement de Nantes", LONG[:40]]
    tagging.tag_ticket(actor=actor(cast.supervisor), ticket_id=busy.pk, add=names)
    solved = factories.ticket(cast.user, title="Écran noir", kind=TicketKind("service_request"))
    solution = services.propose_solution(
        actor=technician, ticket_id=solved.pk, text="Redémarrer.", kind=SolutionKind.WORKAROUND
    )
    answers = {}
    for name in ("accept_solution", "refuse_solution"):
        other = factories.ticket(cast.user, title=f"Fermée {name}")
        given = services.propose_solution(actor=technician, ticket_id=other.pk, text="Fait.")
        values = {"reason": "Non"} if name.startswith("refuse") else {}
        getattr(services, name)(actor=user, ticket_id=other.pk, **values)
        answers[name] = links.solution_link(given)
        answers[f"{name}_ticket"] = other.pk
    return {
        "busy": busy.pk,
        "solved": solved.pk,
        "closed": answers["accept_solution_ticket"],
        "task": task.pk,
        "done": done.pk,
        "answer": links.solution_link(solution),
        "accepted": answers["accept_solution"],
        "refused": answers["refuse_solution"],
        "sign": links.sheet_link(sheet),
    }


def mails(cast: Cast) -> dict[str, int]:
    """Make mail that came, waits and failed, and tasks that were given up."""
    raw = (
        b"From: Zo\xc3\xa9 <zoe@x.example>\r\nMessage-ID: <1@x.example>\r\nSubject: Bonjour\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n"
    )
    inbound = services.receive(actor=system(), raw=raw, enqueue=False).inbound
    InboundMessage.objects.filter(pk=inbound.pk).update(
        state=InboundState.QUARANTINE, reason="unknown_sender", subject=f"Bonjour {LONG}",
        sender="zoe@x.example", received_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    OutgoingMail.objects.filter(pk=OutgoingMail.objects.earliest("pk").pk).update(
        state=OutgoingState.FAILED, reason=f"550 {LONG}"[:200], attempts=20
    )
    Task.objects.filter(pk=Task.objects.earliest("pk").pk).update(
        state=TaskState.DEAD, attempts=8, finished_at=timezone.now(),
        error_class="builtins.ConnectionRefusedError", error=f"Traceback\n  {LONG}",
    )  # fmt: skip
    return {"inbound": inbound.pk}


def imports(cast: Cast) -> dict[str, int]:
    """Make an import that was tried, with much to report."""
    report = Report()
    report.count("tickets", 2)
    report.unmapped("state", LONG, reference="INC1")
    report.problem("bad_date", reference=LONG, row=3, detail=LONG)
    report.kept("location", LONG)
    item = {"reference": "INC1", "state": LONG, "reassignments": 1, "reopenings": 0, "ticket": None}
    row = Bringing.objects.create(
        organisation=cast.client_a, source="servicenow", file_name=f"{LONG}.csv"[:200],
        file=files.store(b"number"), is_dry_run=True, state="done", asked_at=timezone.now(),
        report={**report.document(), "tickets": [item]},
    )  # fmt: skip
    return {"import": row.pk}


def everything(cast: Cast) -> list[Visit]:
    """Name every page, who looks at it, and what they open first."""
    at = tickets(cast) | mails(cast) | imports(cast)
    tech, boss, admin = cast.technician, cast.supervisor, cast.administrator
    ticket, tag = f"/desk/tickets/{at['busy']}/", Tag.objects.earliest("pk").pk
    path = {name: "/" + str(url).split("/", 3)[3] for name, url in at.items() if "/" in str(url)}
    return [
        *[(f"/desk/queue/?queue={queue}", tech, None) for queue in (Queue.MINE, Queue.ALL)],
        ("/desk/queue/?queue=open&q=introuvable", boss, None),
        (ticket, tech, unfold),
        *[(ticket, tech, dialog(name)) for name in ("qualify", "pend", "escalate", "plan", "tags")],
        ("/desk/tags/", boss, None),
        (f"/desk/tags/{tag}/merge/", boss, None),
        ("/desk/tags/all/add/", boss, send_empty("main form")),
        (f"/desk/queue/?queue=open&tag={tag}", boss, None),
        (ticket, tech, send_empty("#do-escalate form")),
        (ticket, tech, send_empty("#write-reply form")),
        (ticket, cast.colleague, None),
        (f"/desk/tickets/{at['solved']}/", cast.user, unfold),
        (f"/desk/tickets/{at['solved']}/", tech, None),
        (f"/desk/tickets/{at['closed']}/", cast.user, dialog("reopen")),
        (f"{ticket}journal/", tech, None),
        ("/desk/tickets/new/", tech, send_empty("main form")),
        ("/desk/tickets/new/", cast.user, send_empty("main form")),
        ("/requests/?show=all", cast.user, None),
        ("/requests/", cast.outsider, None),
        ("/desk/tasks/", tech, None),
        (f"/desk/tasks/{at['task']}/", tech, send_empty("#report form")),
        (f"/desk/tasks/{at['done']}/", tech, None),
        ("/desk/intake/", boss, None),
        ("/desk/intake/?state=all", boss, None),
        (f"/desk/intake/{at['inbound']}/", boss, unfold),
        ("/desk/outgoing/", boss, None),
        ("/desk/imports/", admin, None),
        ("/desk/imports/new/", admin, send_empty("main form")),
        (f"/desk/imports/{at['import']}/", admin, None),
        ("/desk/outgoing/?state=all", boss, None),
        ("/desk/rules/", boss, None),
        (f"/desk/rules/{cast.client_a.pk}/", boss, None),
        ("/desk/categories/", boss, None),
        ("/desk/categories/add/", boss, None),
        ("/desk/mailboxes/", boss, None),
        ("/desk/mailboxes/add/", boss, None),
        ("/admin/tasks/", admin, unfold),
        ("/admin/tasks/?state=waiting", admin, None),
        ("/admin/journal/?verb=ticket.", admin, None),
        *[(path[name], None, None) for name in ("answer", "accepted", "refused", "sign")],
    ]


@pytest.mark.parametrize(
    ("language", "width", "theme"),
    [
        ("fr", DESK, "light"),
        ("en", PHONE, "dark"),
    ],
)
def test_every_page_serves_everybody(
    open_page: OpenPage, cast: Cast, settings: Any, language: str, width: int, theme: str
) -> None:
    settings.MAIL_SILENCE_MINUTES = 60
    browsers: dict[int, Page] = {}
    faults = []
    for path, person, prepare in everything(cast):
        key = person.pk if person else 0
        if key not in browsers:
            account = person.account if person else None
            browsers[key] = open_page(path, account, language=language, width=width, theme=theme)
        page = browsers[key]
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        if prepare:
            prepare(page)
        assert page.locator("html").get_attribute("lang") == language, path
        for check in (assert_accessible, assert_no_sideways_scroll):
            try:
                check(page)
            except AssertionError as fault:  # all of them at once
                faults.append(f"{path}: {fault}")
    assert not faults, "\n".join(faults)

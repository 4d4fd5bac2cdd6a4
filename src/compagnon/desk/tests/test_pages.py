"""The desk's pages: what each person sees, does, and is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.models import Message, MessageKind, State, Ticket, WorkTask
from compagnon.desk.tests import factories
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast, actor


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    client.cookies["compagnon_language"] = "en"
    return client


@pytest.fixture
def desk(people: Cast) -> Client:
    """A technician's browser."""
    return signed_in(people.technician)


@pytest.fixture
def portal(people: Cast) -> Client:
    """The user's browser."""
    return signed_in(people.user)


@pytest.fixture
def elsewhere(people: Cast) -> Client:
    """The outsider's browser."""
    return signed_in(people.outsider)


def do(client: Client, ticket: Ticket, verb: str, **values: object) -> int:
    return client.post(f"/desk/tickets/{ticket.pk}/do/{verb}/", values).status_code


def test_support_goes_to_the_queue_and_users_to_their_requests(
    desk: Client, portal: Client
) -> None:
    assert desk.get("/").headers["Location"] == "/desk/queue/"
    assert portal.get("/").headers["Location"] == "/portal/"
    assert portal.get("/desk/queue/").headers["Location"] == "/requests/"


def test_the_demonstration_says_so_in_a_landmark(
    desk: Client, settings: Any, ticket: Ticket
) -> None:
    settings.DEMO = True
    page = desk.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert '<aside class="app-demo" aria-label="Demonstration">' in page
    # Under a message: to quote it, which is no quote of a supplier's.
    assert "> Quote</button>" in " ".join(page.split())


def test_nobody_is_asked_to_sign_in(client: Client, ticket: Ticket) -> None:
    for path in ("/", "/desk/queue/", f"/desk/tickets/{ticket.pk}/", "/requests/"):
        assert "/account/login/" in client.get(path).headers["Location"]


def test_the_queues_hold_what_they_say(people: Cast, technician: Actor, desk: Client) -> None:
    waiting = factories.ticket(people.user, title="Attend une équipe")
    mine = factories.ticket(people.user, title="Prise par Théo", team=people.level_1)
    services.take(actor=technician, ticket_id=mine.pk)
    pages = {
        queue: desk.get("/desk/queue/", {"queue": queue}).content.decode()
        for queue in ("mine", "team", "unassigned", "open", "solved", "all")
    }
    assert mine.title in pages["mine"]
    assert waiting.title not in pages["mine"]
    assert mine.title in pages["team"]
    assert waiting.title in pages["unassigned"]
    assert mine.title not in pages["unassigned"]
    assert waiting.title in pages["open"]
    assert "Nothing waits here" in pages["solved"]
    assert mine.title in pages["all"]


def test_the_queue_answers_nothing_until_something_changes(
    people: Cast, desk: Client, ticket: Ticket, technician: Actor
) -> None:
    page = desk.get("/desk/queue/")
    version = page.context["version"]
    headers = {"HX-Request": "true", "Live-Version": version}
    assert desk.get("/desk/queue/", headers=headers).status_code == 204
    services.take(actor=technician, ticket_id=ticket.pk)
    changed = desk.get("/desk/queue/", headers=headers)
    assert changed.status_code == 200
    assert "Théo Martin" in changed.content.decode()
    assert "<html" not in changed.content.decode()


def test_a_queue_survives_a_wrong_address(desk: Client, ticket: Ticket) -> None:
    for query in ("queue=nowhere", "cursor=abc", "sort=;drop", "priority=9", "state=x", "q=%00"):
        assert desk.get(f"/desk/queue/?{query}").status_code == 200, query


def test_the_whole_story_by_the_pages(people: Cast, desk: Client, portal: Client) -> None:
    sent = portal.post(
        "/desk/tickets/new/",
        {"title": "Imprimante hors ligne", "text": "Depuis ce matin.", "urgency": "1"},
    )
    ticket = Ticket.objects.get()
    assert sent.headers["Location"] == f"/portal/requests/{ticket.pk}/"
    assert (ticket.channel, ticket.urgency) == ("portal", 1)
    assert do(desk, ticket, "take") == 302
    assert do(desk, ticket, "reply", text="Bonjour, je regarde.") == 302
    assert do(desk, ticket, "note", text="Câble réseau ?") == 302
    page = portal.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Bonjour, je regarde." in page
    assert "Câble réseau" not in page
    assert do(portal, ticket, "reply", text="Merci.") == 302
    assert do(desk, ticket, "solve", text="Pilote réinstallé.", kind="permanent") == 302
    assert (
        "A solution is proposed to you"
        in portal.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    )
    assert do(portal, ticket, "accept") == 302
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED


def test_what_is_refused_comes_back_with_what_was_written(desk: Client, ticket: Ticket) -> None:
    answer = desk.post(
        f"/desk/tickets/{ticket.pk}/do/reply/", {"text": "Un long texte", "version": "99"}
    )
    assert answer.status_code == 412
    page = answer.content.decode()
    assert "Un long texte" in page
    assert "was changed since you opened it" in page
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()


def test_an_empty_answer_is_refused_on_the_page(desk: Client, ticket: Ticket) -> None:
    assert do(desk, ticket, "reply", text="") == 422
    assert do(desk, ticket, "pend", reason="nothing") == 422
    assert do(desk, ticket, "escalate", reason="x") == 422


def test_a_user_does_not_do_what_support_does(portal: Client, ticket: Ticket) -> None:
    for verb, values in (
        ("take", {}),
        ("note", {"text": "x"}),
        ("solve", {"text": "x", "kind": "permanent"}),
        ("cancel", {"reason": "x"}),
        ("pend", {"reason": "other"}),
    ):
        assert do(portal, ticket, verb, **values) == 403, verb
    ticket.refresh_from_db()
    assert ticket.version == 1


def test_a_wrong_form_offers_nothing_to_who_may_not_send_it(people: Cast, ticket: Ticket) -> None:
    follows = signed_in(people.representative)
    for verb in ("plan", "escalate", "qualify", "link", "assign"):
        answer = follows.post(f"/desk/tickets/{ticket.pk}/do/{verb}/", {"title": ""})
        assert answer.status_code == 403, verb
        assert str(people.technician) not in answer.content.decode()


def test_an_answer_says_to_whom_it_goes(people: Cast, technician: Actor, desk: Client) -> None:
    ticket = factories.ticket(people.user, beneficiary=people.colleague)
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.representative.pk)
    page = " ".join(desk.get(f"/desk/tickets/{ticket.pk}/").content.decode().split())
    names = ", ".join(str(one) for one in (people.colleague, people.user, people.representative))
    assert f"{names} receive it by mail" in page
    people.user.contact_points.all().delete()
    page = " ".join(desk.get(f"/desk/tickets/{ticket.pk}/").content.decode().split())
    assert f"{people.user}, without a mail address, sees it on the portal." in page


def test_a_picture_alone_is_an_answer(desk: Client, portal: Client, ticket: Ticket) -> None:
    for client, page in (
        (desk, f"/desk/tickets/{ticket.pk}/do/reply/"),
        (portal, f"/portal/requests/{ticket.pk}/do/reply/"),
    ):
        picture = SimpleUploadedFile("photo.png", b"\x89PNG", "image/png")
        assert client.post(page, {"text": " ", "attachments": picture}).status_code == 302
        last = Message.objects.latest("pk")
        assert (last.text, last.attachments.count()) == ("See what is attached.", 1)


def test_who_it_is_for_is_corrected_while_qualifying(
    people: Cast, desk: Client, ticket: Ticket
) -> None:
    page = desk.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert f'name="beneficiary" id="id_qualify_beneficiary" value="{people.user.pk}"' in page
    values = {"title": "T", "kind": "incident", "impact": "3", "urgency": "2"}
    asked = values | {"beneficiary": people.colleague.pk}
    assert do(desk, ticket, "qualify", **asked) == 302
    ticket.refresh_from_db()
    assert ticket.beneficiary == people.colleague
    assert do(desk, ticket, "qualify", **(values | {"beneficiary": people.outsider.pk})) == 422
    assert do(desk, ticket, "qualify", **values) == 302
    ticket.refresh_from_db()
    assert ticket.beneficiary == people.colleague


def test_an_outsider_finds_nothing(
    people: Cast, elsewhere: Client, ticket: Ticket, technician: Actor
) -> None:
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Note")
    message = ticket.messages.first()
    assert message is not None
    task = services.plan_task(actor=technician, ticket_id=ticket.pk, title="Passer")
    for path in (
        f"/desk/tickets/{ticket.pk}/",
        f"/desk/tickets/{ticket.pk}/journal/",
        f"/desk/messages/{message.pk}/",
        f"/desk/tasks/{task.pk}/",
    ):
        assert elsewhere.get(path).status_code == 404, path
    for verb in ("take", "reply", "accept", "reopen"):
        assert do(elsewhere, ticket, verb, text="x", reason="x") == 404, verb
    assert ticket.title not in elsewhere.get("/requests/?show=all").content.decode()


def test_an_unknown_verb_is_not_found(desk: Client, ticket: Ticket) -> None:
    assert do(desk, ticket, "explode") == 404


def test_support_opens_for_a_user(people: Cast, desk: Client) -> None:
    values = {
        "title": "Écran noir",
        "text": "Ne s’allume plus.",
        "channel": "phone",
        "kind": "incident",
        "impact": "3",
        "urgency": "1",
        "requester": people.user.pk,
    }
    assert desk.post("/desk/tickets/new/", values).status_code == 302
    assert Ticket.objects.get().requester == people.user
    assert desk.post("/desk/tickets/new/", values | {"requester": "999999"}).status_code == 422
    assert Ticket.objects.count() == 1


def test_a_task_from_its_plan_to_its_signature(people: Cast, desk: Client, ticket: Ticket) -> None:
    assert (
        do(
            desk,
            ticket,
            "plan",
            title="Changer le four",
            mode="on_site",
            planned_minutes="60",
            assignee=people.technician.pk,
        )
        == 302
    )
    task = WorkTask.objects.get()
    assert "Changer le four" in desk.get("/desk/tasks/").content.decode()
    act = f"/desk/tasks/{task.pk}/do/"
    assert desk.post(act + "complete/", {"spent_minutes": "45"}).status_code == 302
    assert desk.post(act + "sheet/", {"report": "Four remplacé."}).status_code == 302
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501
    assert desk.post(act + "sign/", {"name": "", "signature": picture}).status_code == 422
    assert (
        desk.post(act + "sign/", {"name": "Ursule Petit", "signature": picture}).status_code == 302
    )
    task.refresh_from_db()
    assert task.sheet.signed_name == "Ursule Petit"
    served = desk.get(f"/desk/sheets/{task.sheet.pk}/signature/")
    assert served.headers["Content-Type"] == "image/png"


def test_mail_s_html_is_shut_in(people: Cast, desk: Client) -> None:
    ticket = factories.ticket(people.user, html="<p>Bonjour</p>", channel="mail")
    frame = desk.get(f"/desk/messages/{ticket.messages.get().pk}/")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script" not in frame.headers["Content-Security-Policy"]


def test_the_journal_s_page_tells_the_story(
    people: Cast, desk: Client, ticket: Ticket, technician: Actor
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    page = desk.get(f"/desk/tickets/{ticket.pk}/journal/").content.decode()
    assert "took the ticket" in page
    assert "in progress" in page


def test_received_mail_is_for_those_who_may_see_it(
    people: Cast, desk: Client, portal: Client
) -> None:
    assert desk.get("/desk/intake/").status_code == 200
    assert portal.get("/desk/intake/").status_code == 403


def test_rules_have_their_page(people: Cast, desk: Client) -> None:
    admin = signed_in(people.administrator)
    assert admin.get("/desk/rules/").status_code == 200
    path = f"/desk/rules/{people.client_a.pk}/"
    cells = {f"cell_{i}_{u}": min(i + u - 1, 5) for i in (1, 2, 3) for u in (1, 2, 3)}
    values = cells | {"close_after_days": 2, "reopen_within_days": 10}
    assert admin.post(path, values).status_code == 302
    assert admin.post(path, values | {"cell_1_1": 5}).status_code == 422
    assert desk.get(path).status_code == 403
    assert factories.ticket(people.user).priority == 4
    assert actor(people.administrator).scope.allows("desk.configure", None)


def test_the_search_box_opens_a_number_and_lists_words(
    people: Cast, desk: Client, portal: Client, elsewhere: Client, ticket: Ticket
) -> None:
    direct = f"/desk/tickets/{ticket.pk}/"
    assert desk.get("/search/", {"q": f"#{ticket.reference}"}).headers["Location"] == direct
    listed = desk.get("/search/", {"q": "imprimante"}, follow=True).content.decode()
    assert ticket.title in listed
    assert ticket.title in portal.get("/search/", {"q": "imprimante"}, follow=True).content.decode()
    other = elsewhere.get("/search/", {"q": ticket.reference}, follow=True).content.decode()
    assert ticket.title not in other

"""The users' portal: reporting, following, answering, accepting or refusing, finding, and twice."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.desk import services, suggesting
from compagnon.desk.models import Channel, Message, Notice, State, Ticket
from compagnon.desk.standing import standing
from compagnon.desk.suggesting import Suggestion
from compagnon.desk.tests import factories
from compagnon.park.tests import factories as park
from compagnon.people.models import Person
from compagnon.people.tests import factories as people_factories
from compagnon.people.tests.factories import Cast, actor

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d4944415478da6364f8cf500f0003860180344b8d0c0000000049454e44ae426082"
)


def browser(person: Person) -> Client:
    if not hasattr(person, "account"):
        people_factories.account(person)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    client.cookies["compagnon_language"] = "en"
    return client


@pytest.fixture
def visit(people: Cast) -> Client:
    """The user's browser."""
    return browser(people.user)


def fields(**more: Any) -> dict[str, Any]:
    return {"title": "Écran noir", "text": "Depuis ce matin.", "urgency": 2, "machine": ""} | more


def test_a_user_finds_their_portal(visit: Client, ticket: Ticket) -> None:
    assert visit.get("/").headers["Location"] == "/portal/"
    home = visit.get("/portal/").content.decode()
    assert ticket.title in home
    assert "We have received it" in home
    found = visit.get("/search/", {"q": ticket.reference})
    assert found.headers["Location"] == f"/portal/requests/{ticket.pk}/"


def test_reporting_in_plain_words_with_a_picture_and_ones_machine(
    people: Cast, visit: Client
) -> None:
    machine = park.asset(people.client_a, person=people.user, name="PC-URSULE")
    other = park.asset(people.client_a, name="PC-AUTRE")
    category = factories.category("Écrans")
    assert "PC-URSULE" in visit.get("/portal/report/").content.decode()
    sent = visit.post(
        "/portal/report/",
        fields(
            machine=machine.pk,
            category=category.pk,
            attachments=SimpleUploadedFile("photo.png", PNG, "image/png"),
        ),
    )
    ticket = Ticket.objects.get()
    assert sent.headers["Location"] == f"/portal/requests/{ticket.pk}/"
    assert (ticket.channel, ticket.asset, ticket.category) == (Channel.PORTAL, machine, category)
    assert ticket.attachments.get().name == "photo.png"
    assert ticket.requester == people.user
    # A machine of somebody else is no choice.
    refused = visit.post("/portal/report/", fields(machine=other.pk))
    assert refused.status_code == 422
    assert Ticket.objects.count() == 1


def test_the_same_report_sent_twice_opens_one_request(visit: Client) -> None:
    key = str(uuid.uuid4())
    first, second = (visit.post("/portal/report/", fields(key=key)) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Ticket.objects.count() == 1
    # The same page kept and written on again says something else: it is another one.
    visit.post("/portal/report/", fields(key=key, title="Autre chose"))
    assert Ticket.objects.count() == 2


def test_what_is_missing_comes_back_with_what_was_written(visit: Client) -> None:
    answer = visit.post("/portal/report/", fields(text=""))
    assert answer.status_code == 422
    assert "Écran noir" in answer.content.decode()
    said = visit.post("/portal/report/", fields(text=""), headers={"accept": "application/json"})
    assert said.status_code == 422
    assert said.json()["detail"]


def test_an_open_page_asks_for_the_answer_as_soon_as_a_solution_is_there(
    visit: Client, technician: Actor, ticket: Ticket
) -> None:
    where, place = f"/portal/requests/{ticket.pk}/", 'hx-swap-oob="innerHTML:#answer-place"'
    page = visit.get(where)
    assert '<div id="answer-place"></div>' in page.content.decode()

    def live(version: str) -> Any:
        return visit.get(where, headers={"HX-Request": "true", "Live-Version": version})

    assert live(page.context["version"]).status_code == 204
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Redémarrez.")
    arrived = live(page.context["version"])
    assert place in arrived.content.decode()
    assert f'action="{where}do/accept/"' in arrived.content.decode()
    assert live(arrived.context["version"]).status_code == 204
    # It stands there now: what follows leaves a refusal that is being written alone.
    services.watch(actor=technician, ticket_id=ticket.pk)
    followed = live(arrived.context["version"])
    assert followed.status_code == 200
    assert place not in followed.content.decode()
    # Refused in another window: nothing is asked any more.
    visit.post(f"{where}do/refuse/", {"key": uuid.uuid4(), "reason": "Toujours rien"})
    refused = live(followed.context["version"]).content.decode()
    assert f"{place}></div>" in refused


def test_a_conversation_from_the_answer_to_the_end(
    visit: Client, technician: Actor, ticket: Ticket
) -> None:
    where = f"/portal/requests/{ticket.pk}/"
    services.reply(actor=technician, ticket_id=ticket.pk, text="Depuis quand ?")
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    assert visit.post(f"{where}do/reply/", {"text": "Ce matin."}).headers["Location"] == where
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Redémarrez.")
    shown = visit.get(where).content.decode()
    assert "Ce matin." in shown
    assert "Does it settle your request?" in shown
    assert "Entre nous" not in shown
    assert visit.post(f"{where}do/refuse/", {"reason": ""}).status_code == 422
    assert visit.post(f"{where}do/refuse/", {"reason": "Toujours noir"}).status_code == 302
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Changé.")
    assert visit.post(f"{where}do/accept/").status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED
    assert "you may reopen it until" in visit.get(where).content.decode()
    assert visit.post(f"{where}do/reopen/", {"reason": "Revenu"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_an_answer_sent_twice_is_written_once(visit: Client, ticket: Ticket) -> None:
    where, key = f"/portal/requests/{ticket.pk}/do/reply/", str(uuid.uuid4())
    said = {"accept": "application/json"}
    for _time in range(2):
        answer = visit.post(where, {"text": "Bonjour", "key": key}, headers=said)
        assert answer.json() == {"page": f"/portal/requests/{ticket.pk}/"}
    assert Message.objects.filter(text="Bonjour").count() == 1
    visit.post(where, {"text": "Autre chose", "key": key}, headers=said)
    assert Message.objects.filter(ticket=ticket).count() == 3


def test_what_the_desk_refuses_is_said_in_words(
    visit: Client, technician: Actor, ticket: Ticket
) -> None:
    where = f"/portal/requests/{ticket.pk}/do/accept/"
    page_told = visit.post(where)
    assert page_told.status_code == 409
    assert "no solution waiting" in page_told.content.decode()
    told = visit.post(where, headers={"accept": "application/json"})
    assert told.status_code == 409
    assert "no solution" in told.json()["detail"]


def test_nobody_elses_request_is_there(people: Cast, ticket: Ticket, technician: Actor) -> None:
    where = f"/portal/requests/{ticket.pk}/"
    for person in (people.outsider, people.colleague, people.technician):
        client = browser(person)
        assert client.get(where).status_code == 404
        assert client.post(f"{where}do/reply/", {"text": "x"}).status_code == 404
        assert ticket.title not in client.get("/portal/").content.decode()
    assert Client().get(where).status_code == 302


def test_a_technician_who_asks_reads_what_users_read(people: Cast, technician: Actor) -> None:
    own = factories.ticket(people.technician, title="Ma souris")
    services.add_note(actor=actor(people.expert), ticket_id=own.pk, text="Entre nous")
    shown = browser(people.technician).get(f"/portal/requests/{own.pk}/").content.decode()
    assert "Ma souris" in shown
    assert "Entre nous" not in shown


def test_suggestions_come_of_ones_own_requests_and_of_others_sources(
    people: Cast, visit: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.ticket(people.user, title="Imprimante du second étage")
    factories.ticket(people.outsider, title="Imprimante de la direction")
    factories.category("Imprimantes")
    monkeypatch.setitem(
        suggesting._SOURCES, "x", lambda _actor, words: [Suggestion(f"Lire : {words}", "", "/x/")]
    )
    shown = visit.get("/portal/suggestions/", {"title": "imprimante en panne"}).content.decode()
    assert "Imprimante du second étage" in shown
    assert "Lire : imprimante en panne" in shown
    assert "direction" not in shown
    assert "Imprimantes" in shown
    assert (
        "Imprimante du" not in visit.get("/portal/suggestions/", {"title": "im"}).content.decode()
    )


def test_where_a_request_stands_is_said_in_plain_words(
    technician: Actor, user: Actor, ticket: Ticket
) -> None:
    assert standing(ticket).step == 1
    assert not standing(ticket).yours
    ticket = services.take(actor=technician, ticket_id=ticket.pk)
    assert str(ticket.assignee) in standing(ticket).headline
    ticket = services.pend(actor=technician, ticket_id=ticket.pk, reason="waiting_user")  # type: ignore[arg-type]
    assert standing(ticket).yours
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait")
    ticket.refresh_from_db()
    assert standing(ticket).yours
    assert standing(ticket).step == 3


def test_what_installs_and_keeps_the_portal(visit: Client, ticket: Ticket, people: Cast) -> None:
    manifest = json.loads(Client().get("/portal/manifest.webmanifest").content)
    assert manifest["start_url"] == "/portal/"
    assert manifest["display"] == "standalone"
    sizes = {(one["sizes"], one["purpose"]) for one in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    worker = Client().get("/portal/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in worker.headers["Cache-Control"]
    assert worker.content.startswith(b"self.PORTAL = {")
    assert Client().get("/portal/offline/").status_code == 200
    home = visit.get("/portal/")
    mark = home.headers["X-Portal-Person"]
    assert visit.get(f"/portal/requests/{ticket.pk}/").headers["X-Portal-Person"] == mark
    assert browser(people.colleague).get("/portal/").headers["X-Portal-Person"] != mark
    # What was searched for is not kept.
    assert (
        "X-Portal-Person" not in visit.get("/portal/requests/", {"q": "x", "show": "all"}).headers
    )


def test_a_colleague_who_follows_reads_answers_and_follows_no_more(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.watch(actor=technician, ticket_id=ticket.pk, person_id=people.colleague.pk)
    services.add_note(actor=technician, ticket_id=ticket.pk, text="Entre nous")
    services.reply(actor=technician, ticket_id=ticket.pk, text="Je regarde")
    visit, where = browser(people.colleague), f"/portal/requests/{ticket.pk}/"
    # What they were told leads to a page that they have.
    notice = Notice.objects.get(person=people.colleague)
    assert visit.get(f"/desk/for-me/{notice.pk}/").headers["Location"].startswith(where)
    shown = visit.get(where).content.decode()
    assert "Je regarde" in shown
    assert "Entre nous" not in shown
    for page in ("/portal/", "/portal/requests/?show=watched"):
        assert ticket.title in visit.get(page).content.decode()
    assert ticket.title not in visit.get("/portal/requests/?show=all").content.decode()
    assert visit.get("/search/", {"q": ticket.reference}).headers["Location"] == where
    assert visit.post(f"{where}do/reply/", {"text": "Chez moi aussi"}).status_code == 302
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Redémarrez.")
    shown = visit.get(where).content.decode()
    assert "Does it settle your request?" not in shown
    assert f"{people.user} says whether it works." in shown
    assert visit.post(f"{where}do/accept/").status_code == 403
    left = visit.post(f"{where}do/unwatch/")
    assert left.headers["Location"] == "/portal/requests/"
    assert visit.get(where).status_code == 404


def test_who_asked_for_a_merged_request_reads_and_writes_where_it_goes_on(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    survivor = factories.ticket(people.colleague, title="Le même écran")
    services.merge_tickets(actor=technician, ticket_id=ticket.pk, into_id=survivor.pk)
    visit = browser(people.user)
    shown = visit.get(f"/portal/requests/{ticket.pk}/").content.decode()
    where = f"/portal/requests/{survivor.pk}/"
    assert f'href="{where}"' in shown
    assert "Le même écran" in visit.get(where).content.decode()
    assert visit.post(f"{where}do/reply/", {"text": "Et aussi le clavier"}).status_code == 302
    assert Message.objects.get(text="Et aussi le clavier").ticket == survivor


def test_a_text_begun_on_one_device_goes_on_on_another(visit: Client, ticket: Ticket) -> None:
    where = f"/portal/requests/{ticket.pk}/"
    assert 'data-draft-url-value="/desk/drafts/"' in visit.get(where).content.decode()
    kept = {"ticket": ticket.pk, "place": "portal", "text": "Je voulais di"}
    assert visit.post("/desk/drafts/", kept).status_code == 200
    (draft,) = visit.get("/desk/drafts/", {"ticket": ticket.pk}).json()["drafts"]
    assert draft["text"] == "Je voulais di"
    visit.post(f"{where}do/reply/", {"text": "Je voulais dire merci"})
    assert visit.get("/desk/drafts/", {"ticket": ticket.pk}).json()["drafts"] == []

"""One alert is one incident, its repetition adds to it, its end says so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.inbound import alert_intake
from compagnon.desk.models import (
    Alert,
    AlertReport,
    AlertSilence,
    AlertSource,
    Message,
    State,
    Ticket,
)
from compagnon.desk.services import alert_sources as verbs
from compagnon.desk.tests.test_read_alerts import FIRING, MAPPED, MAPPING
from compagnon.park.models import Asset, AssetType
from compagnon.people.tests.factories import Cast, actor, grant, organisation, person, role

KEEPER = {"alert_source.manage", "ticket.view", "person.view", "alert.silence"}
SUPERVISION = Actor.system("supervision", source=Source.API)


@pytest.fixture
def keeper(people: Cast) -> Actor:
    somebody = person(people.provider, "Irène", "Garde")
    grant(somebody, role(verbs=KEEPER), people.provider)
    return actor(somebody)


def connect(keeper: Actor, people: Cast, **values: Any) -> verbs.Made:
    values = {
        "organisation": people.provider, "name": "Prometheus", "adapter": "alertmanager",
        "requester": people.user, "team": people.level_1,
    } | values  # fmt: skip
    return verbs.create_source(actor=keeper, **values)


@pytest.fixture
def source(keeper: Actor, people: Cast) -> AlertSource:
    return connect(keeper, people).source


def body(*, ended: bool = False, name: str = "DiskFull", **notes: str) -> bytes:
    document = json.loads(json.dumps(FIRING))
    (alert,) = document["alerts"]
    alert["labels"]["alertname"] = name
    alert["annotations"] |= notes
    if ended:
        alert |= {"status": "resolved", "endsAt": "2026-11-22T09:00:00Z"}
    return json.dumps(document).encode()


def heard(source: AlertSource, *, ago: timedelta = timedelta(0), **values: Any) -> None:
    """Let the supervision post, as if that long ago."""
    report = verbs.hear(actor=SUPERVISION, source=source, raw=body(**values))
    # Nothing is the same as half a minute ago, unless a test says so.
    AlertReport.objects.filter(pk=report.pk).update(
        received_at=timezone.now() - ago, digest=f"{report.pk:064}"
    )
    run_due()


def notes(ticket: Ticket) -> list[str]:
    return [one.text for one in Message.objects.filter(ticket=ticket, kind="note").order_by("id")]


def test_an_alert_its_repetition_and_its_end(source: AlertSource, people: Cast) -> None:
    heard(source)
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.channel) == ("Disque plein (srv-1)", "alert")
    assert (ticket.team, ticket.requester) == (people.level_1, people.user)
    assert (ticket.priority, ticket.affected_item) == (2, "srv-1")
    heard(source)
    heard(source)
    heard(source)
    assert Ticket.objects.count() == 1
    alert = Alert.objects.get()
    assert (alert.count, alert.state) == (4, "firing")
    assert len(notes(ticket)) == 1, "the first repetition is told, the next ones counted"
    heard(source, description="Reste 1 %.")
    assert "Reste 1 %." in notes(ticket)[-1], "what is new is told at once"
    heard(source, ended=True)
    ticket.refresh_from_db()
    assert ticket.state == State.SOLVED
    alert.refresh_from_db()
    assert (alert.state, alert.count) == ("ended", 5)
    assert "5" in ticket.solutions.get().message.text
    heard(source, ended=True)
    ticket.refresh_from_db()
    assert ticket.solutions.count() == 1
    told = Entry.objects.filter(object_type="desk.alert").order_by("id")
    assert [one.verb for one in told][:2] == ["supervision.open", "supervision.repeat"]


def test_another_alert_is_another_incident(source: AlertSource) -> None:
    heard(source)
    heard(source, name="Other")
    assert Ticket.objects.count() == 2


def test_its_end_closes_or_only_says_so(keeper: Actor, people: Cast) -> None:
    closes = connect(keeper, people, on_end="close").source
    heard(closes)
    heard(closes, ended=True)
    assert Ticket.objects.get().state == State.CLOSED
    says = connect(keeper, people, on_end="note").source
    heard(says)
    heard(says, ended=True)
    ticket = Ticket.objects.latest("id")
    assert ticket.state == State.NEW
    assert len(notes(ticket)) == 1


def test_an_end_that_was_never_heard_of_opens_nothing(source: AlertSource) -> None:
    heard(source, ended=True)
    assert not Ticket.objects.exists()
    assert not Alert.objects.exists()


def test_coming_back_within_the_delay_reopens(source: AlertSource) -> None:
    heard(source, ago=timedelta(minutes=30))
    heard(source, ended=True, ago=timedelta(minutes=20))
    heard(source)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.reopen_count) == (State.OPEN, 1)


def test_coming_back_later_is_another_incident(source: AlertSource) -> None:
    heard(source, ago=timedelta(hours=9))
    heard(source, ended=True, ago=timedelta(hours=8))
    heard(source)
    assert Ticket.objects.count() == 2
    first, second = Ticket.objects.order_by("id")
    assert first.reference in second.messages.get().text


def test_what_comes_and_goes_is_bounded(keeper: Actor, people: Cast) -> None:
    source = connect(keeper, people, reopen_limit=2).source
    for _time in range(8):
        heard(source)
        heard(source, ended=True)
    ticket = Ticket.objects.get()
    assert (ticket.reopen_count, ticket.state) == (2, State.OPEN)
    assert Alert.objects.get().is_flapping
    assert ticket.solutions.count() == 2


def test_one_still_firing_reopens_what_somebody_solved(source: AlertSource, people: Cast) -> None:
    heard(source, ago=timedelta(hours=10))
    ticket = Ticket.objects.get()
    services.propose_solution(
        actor=actor(people.technician), ticket_id=ticket.pk, text="Ça devrait aller."
    )
    heard(source)
    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.state) == (1, State.OPEN)


def test_a_merged_incident_is_told_where_the_work_goes_on(
    source: AlertSource, people: Cast
) -> None:
    heard(source)
    heard(source, name="Other")
    first, second = Ticket.objects.order_by("id")
    technician = actor(people.expert)
    services.merge_tickets(actor=technician, ticket_id=first.pk, into_id=second.pk, reason="Pareil")
    heard(source)
    assert len(notes(second)) == 1
    heard(source, ended=True)
    second.refresh_from_db()
    assert second.is_open
    assert len(notes(second)) == 2
    assert Ticket.objects.count() == 2


def test_maintenance_hushes_and_its_end_lets_speak(source: AlertSource, people: Cast) -> None:
    now = timezone.now()
    silence = AlertSilence.objects.create(
        organisation=people.provider, host="SRV-*", starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1), reason="Travaux",
    )  # fmt: skip
    heard(source)
    assert not Ticket.objects.exists()
    assert Alert.objects.get().silence == silence
    AlertSilence.objects.update(ends_at=now - timedelta(minutes=1))
    heard(source)
    assert Ticket.objects.count() == 1
    AlertSilence.objects.update(ends_at=now + timedelta(hours=1), alert_name="autre chose")
    heard(source, name="Other")
    assert Ticket.objects.count() == 2


def test_the_machine_is_found_by_name_or_address(source: AlertSource, people: Cast) -> None:
    kind = AssetType.objects.filter(kind="computer").first() or AssetType.objects.create(
        code="essai", name="Serveur", kind="computer"
    )
    Asset.objects.create(type=kind, name="srv-1", organisation=people.client_b)
    mine = Asset.objects.create(type=kind, name="SRV-1", organisation=people.client_a)
    heard(source)
    assert Ticket.objects.get().asset == mine
    Asset.objects.create(type=kind, name="srv-1", organisation=people.client_a)
    heard(source, name="Other")
    assert Ticket.objects.latest("id").asset is None, "two of that name are nobody"


@pytest.mark.parametrize("writing", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_is_taken_at_the_door_is_read_behind_it(source: AlertSource, writing: str) -> None:
    raw = body().decode().encode(writing)
    report = verbs.hear(actor=SUPERVISION, source=source, raw=raw)
    run_due()
    report.refresh_from_db()
    assert (report.state, report.error) == ("done", "")
    assert json.loads(report.body)["alerts"], "kept as it is shown"
    assert Ticket.objects.get().title == "Disque plein (srv-1)"
    verbs.hear(actor=SUPERVISION, source=source, raw=raw)
    assert AlertReport.objects.get().duplicates == 1


def test_what_is_no_text_is_refused_at_the_door(source: AlertSource) -> None:
    report = verbs.hear(actor=SUPERVISION, source=source, raw=body() + b"\xe9")
    assert report.state == "refused"
    assert report.error.startswith("not JSON")
    assert "\ufffd" in report.body


def test_the_same_post_twice_counts_once(source: AlertSource) -> None:
    first = verbs.hear(actor=SUPERVISION, source=source, raw=body())
    again = verbs.hear(actor=SUPERVISION, source=source, raw=body())
    assert first.pk == again.pk
    run_due()
    alert_intake.take_waiting(source.pk)
    assert Alert.objects.get().count == 1


def test_what_fires_ends_and_fires_again_with_the_same_words_fires(
    keeper: Actor, people: Cast
) -> None:
    """Icinga's command sends no times: what fires again is, to the letter, what fired."""
    source = connect(keeper, people, name="Icinga", adapter="icinga").source

    def post(state: str, kind: str, host: str = "srv-1") -> None:
        told = {"host_name": host, "state": state, "notification_type": kind, "output": state}
        verbs.hear(actor=SUPERVISION, source=source, raw=json.dumps(told).encode())

    post("DOWN", "PROBLEM")
    post("DOWN", "PROBLEM")
    post("DOWN", "PROBLEM", host="srv-2")
    post("DOWN", "PROBLEM")
    assert AlertReport.objects.count() == 2, "what tells of another machine changes nothing"
    post("UP", "RECOVERY")
    post("DOWN", "PROBLEM")
    post("DOWN", "PROBLEM")
    run_due()
    assert AlertReport.objects.count() == 4
    alert = Alert.objects.get(host="srv-1")
    assert alert.state == "firing"
    assert alert.ticket is not None
    assert alert.ticket.state not in {State.SOLVED, State.CLOSED}


def test_many_reports_in_between_hide_no_fault(
    source: AlertSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "MOST_COMPARED", 1)
    for name in ("DiskFull", "One", "Two", "DiskFull"):
        verbs.hear(actor=SUPERVISION, source=source, raw=body(name=name))
    assert AlertReport.objects.count() == 4


def test_a_crash_half_way_takes_each_alert_once(
    source: AlertSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(body())
    second = json.loads(body(name="Other"))["alerts"][0]
    document["alerts"].append(second)
    verbs.hear(actor=SUPERVISION, source=source, raw=json.dumps(document).encode())

    class Crashed(BaseException):
        pass

    def crash(**values: Any) -> None:
        if values["happening"].text.count("Other"):
            raise Crashed
        take(**values)

    take = alert_intake.alerting.take_happening
    with monkeypatch.context() as patched:
        patched.setattr(alert_intake.alerting, "take_happening", crash)
        with pytest.raises(Crashed):
            alert_intake.take_waiting(source.pk)
    alert_intake.take_waiting(source.pk)
    assert [one.count for one in Alert.objects.all()] == [1, 1]
    assert Ticket.objects.count() == 2


# -- the door -------------------------------------------------------------------------------------
def posted(token: str, raw: bytes, **headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/alerts", raw, content_type="application/json",
        headers={"Authorization": f"Bearer {token}"} | headers,
    )  # fmt: skip


def test_the_door_takes_what_has_a_token(keeper: Actor, people: Cast) -> None:
    made = connect(keeper, people)
    answer = posted(made.token, body())
    assert answer.status_code == 202, answer.content
    run_due()
    assert Ticket.objects.count() == 1
    assert posted("alr_" + "x" * 36, body()).status_code == 401
    assert posted("", body()).status_code == 401
    assert Client().get("/alerts").status_code == 405
    assert made.token not in AlertSource.objects.get().digest
    new = verbs.rotate_source(actor=keeper, source=made.source)
    assert posted(made.token, body(name="a")).status_code == 202, "the former one for a day"
    assert posted(new.token, body(name="b")).status_code == 202
    AlertSource.objects.update(previous_until=timezone.now())
    assert posted(made.token, body(name="c")).status_code == 401
    verbs.change_source(actor=keeper, source=made.source, changes={"is_active": False})
    assert posted(new.token, body(name="d")).status_code == 401


def test_the_door_refuses_what_it_does_not_understand(keeper: Actor, people: Cast) -> None:
    made = connect(keeper, people)
    for raw, status in ((b"{", 422), (b"[]", 422), (b"x" * (1024 * 1024 + 1), 413)):
        answer = posted(made.token, raw)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
    made.source.refresh_from_db()
    assert "alerts" in made.source.error or "object" in made.source.error
    assert not Ticket.objects.exists()


def test_pages_preview_a_sample_and_keep_the_mapping(people: Cast, signed_in: Any) -> None:
    client: Client = signed_in(people.provider, *KEEPER)
    fields = {f"map_{name}": value for name, value in MAPPING.items()}
    given = {
        "organisation": people.provider.pk, "adapter": "mapped", "name": "Maison",
        "requester": people.user.pk, "on_end": "solve", "reopen_minutes": 60, "reopen_limit": 3,
        "sample": json.dumps(MAPPED),
    } | fields  # fmt: skip
    preview = client.post("/desk/alert-sources/new/", given | {"preview": "1"})
    assert preview.status_code == 200
    assert "Lent" in preview.text
    assert not AlertSource.objects.exists()
    wrong = client.post("/desk/alert-sources/new/", given | {"preview": "1", "map_name": "rien"})
    assert "rien" in wrong.text
    made = client.post("/desk/alert-sources/new/", given)
    assert "alr_" in made.text
    source = AlertSource.objects.get()
    assert source.mapping == MAPPING
    assert client.post("/desk/alert-sources/new/", given | {"map_key": ""}).status_code == 422
    AlertReport.objects.create(
        source=source, digest="x", body=json.dumps(MAPPED), received_at=timezone.now()
    )
    report = AlertReport.objects.get()
    for page in (
        "/desk/alert-sources/", f"/desk/alert-sources/{source.pk}/", "/desk/alerts/",
        f"/desk/alert-sources/{source.pk}/change/", f"/desk/alert-reports/{report.pk}/",
        "/desk/alert-silences/", "/desk/alert-silences/add/",
    ):  # fmt: skip
        assert client.get(page).status_code == 200, page
    other: Client = signed_in(organisation("Autre"), *KEEPER)
    assert other.get(f"/desk/alert-sources/{source.pk}/").status_code == 404
    assert signed_in(people.provider, "ticket.view").get("/desk/alert-sources/").status_code == 403


def test_values_that_do_not_fit_are_refused(keeper: Actor, people: Cast) -> None:
    alone = person(organisation("Ailleurs"))
    for values in (
        {"name": " "},
        {"adapter": "nagios"},
        {"requester": alone},
        {"adapter": "mapped"},
        {"adapter": "mapped", "mapping": {"key": "a", "name": "b", "other": "c"}},
        {"reopen_limit": 1000},
        {"on_end": "forget"},
    ):
        with pytest.raises(Invalid):
            connect(keeper, people, **values)
    with pytest.raises(Refused):
        connect(actor(people.technician), people)
    made = connect(keeper, people)
    stranger = person(organisation("Autre"))
    grant(stranger, role(verbs=KEEPER), stranger.organisation)
    with pytest.raises(NotFound):
        verbs.rotate_source(actor=actor(stranger), source=made.source)

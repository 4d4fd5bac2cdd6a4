"""Time spent: noted, counted, corrected within the delay, added up in the week's sheet."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.desk import services as desk
from compagnon.desk import timesheet
from compagnon.desk.errors import TooLate
from compagnon.desk.models import ActivityType, Ticket, TimeEntry, Timer, WorkMode
from compagnon.desk.services import timesheet as services
from compagnon.desk.tests import factories
from compagnon.people.models import Membership, Role, RoleAssignment
from compagnon.people.services import persons
from compagnon.people.standard_roles import TECHNICIAN
from compagnon.people.tests.factories import Cast, actor, grant, system


@pytest.fixture
def diagnosis(db: None) -> ActivityType:
    return ActivityType.objects.create(name="Diagnostic", name_en="Diagnosis")


def noted(who: Actor, ticket: Ticket, minutes: int = 30, **more: Any) -> TimeEntry:
    return services.note_time(actor=who, ticket_id=ticket.pk, seconds=60 * minutes, **more)


def test_time_is_noted_and_journaled_without_its_words(
    technician: Actor, ticket: Ticket, diagnosis: ActivityType
) -> None:
    entry = noted(technician, ticket, 45, activity=diagnosis, note="Chez Mme Petit")
    assert (entry.seconds, entry.person_id, str(entry.day)) == (
        2700, technician.id, timezone.localdate().isoformat(),
    )  # fmt: skip
    told = journal.history(entry).get()
    assert told.verb == "time.note"
    assert "Petit" not in str(told.after)
    assert timesheet.on_ticket(technician, ticket).total == 2700


def test_a_timer_counts_and_notes_once(people: Cast, technician: Actor, ticket: Ticket) -> None:
    now = timezone.now()
    services.start_timer(actor=technician, ticket_id=ticket.pk, at=now - timedelta(minutes=10))
    with pytest.raises(Conflict):
        services.start_timer(actor=technician, ticket_id=ticket.pk)
    other = factories.ticket(people.user)
    services.start_timer(actor=technician, ticket_id=other.pk, at=now)
    assert TimeEntry.objects.get(ticket=ticket).seconds == 600
    services.stop_timer(actor=technician, discard=True)
    assert not TimeEntry.objects.filter(ticket=other).exists()
    assert not Timer.objects.exists()
    with pytest.raises(Conflict):
        services.stop_timer(actor=technician)


def test_a_timer_forgotten_for_a_week_notes_a_day_at_most(
    technician: Actor, ticket: Ticket
) -> None:
    began = timezone.now() - timedelta(days=30)
    services.start_timer(actor=technician, ticket_id=ticket.pk, at=began)
    entry = services.stop_timer(actor=technician)
    assert entry is not None
    assert entry.seconds == 86_400


def test_a_timer_on_a_ticket_that_went_elsewhere_is_stopped_and_noted(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    began = timezone.now() - timedelta(minutes=10)
    services.start_timer(actor=technician, ticket_id=ticket.pk, at=began)
    RoleAssignment.objects.filter(person=people.technician).delete()
    Membership.objects.filter(person=people.technician).delete()
    grant(people.technician, Role.objects.get(code=TECHNICIAN), people.client_b)
    elsewhere = actor(people.technician)
    other = factories.ticket(people.outsider)
    services.start_timer(actor=elsewhere, ticket_id=other.pk, at=began + timedelta(minutes=10))
    assert TimeEntry.objects.get().seconds == 600
    with pytest.raises(NotFound):
        noted(elsewhere, ticket)


def test_it_is_corrected_within_the_delay_by_its_owner(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket
) -> None:
    entry = noted(technician, ticket)
    services.correct_time(actor=technician, entry_id=entry.pk, seconds=60, expected_version=1)
    with pytest.raises(Stale):
        services.correct_time(actor=technician, entry_id=entry.pk, seconds=60, expected_version=1)
    with pytest.raises(Refused):
        services.remove_time(actor=expert, entry_id=entry.pk)
    TimeEntry.objects.update(day=timezone.localdate() - timedelta(days=15))
    with pytest.raises(TooLate):
        services.correct_time(actor=technician, entry_id=entry.pk, seconds=120)
    services.correct_time(actor=actor(people.supervisor), entry_id=entry.pk, seconds=120)
    services.remove_time(actor=actor(people.supervisor), entry_id=entry.pk)
    assert not TimeEntry.objects.exists()


def test_refusals(user: Actor, outsider: Actor, technician: Actor, ticket: Ticket) -> None:
    with pytest.raises(Refused):
        noted(user, ticket)
    with pytest.raises(NotFound):
        noted(outsider, ticket)
    today = timezone.localdate()
    for wrong in (
        {"minutes": 0},
        {"minutes": 1441},
        {"day": today + timedelta(days=3)},
        {"day": today - timedelta(days=20)},
    ):
        with pytest.raises(Invalid):
            noted(technician, ticket, **wrong)  # type: ignore[arg-type]


# -- the week -------------------------------------------------------------------------------------
def test_the_week_adds_up_tasks_and_times_by_client_and_activity(
    people: Cast, technician: Actor, ticket: Ticket, diagnosis: ActivityType
) -> None:
    far = factories.ticket(people.outsider)
    noted(technician, ticket, 30, activity=diagnosis)
    noted(technician, far, 15)
    task = desk.plan_task(
        actor=technician, ticket_id=ticket.pk, title="Passer", mode=WorkMode.REMOTE,
        assignee=people.technician,
    )  # fmt: skip
    desk.complete_task(
        actor=technician, task_id=task.pk, spent_seconds=3600, travel_seconds=600,
        activity=diagnosis,
    )  # fmt: skip
    sheet = timesheet.week(technician, people.technician, timesheet.monday_of(""))
    assert sheet.total == 1800 + 900 + 4200
    assert sheet.totals("client") == [(str(people.client_a), 6000), (str(people.client_b), 900)]
    assert dict(sheet.totals("activity"))[str(diagnosis)] == 6000
    assert sum(total for _day, _lines, total in sheet.days) == sheet.total


def test_weeks_are_read_as_iso_writes_them() -> None:
    assert timesheet.monday_of("2026-W01") == date(2025, 12, 29)
    for odd in ("", "2026-W99", "nothing", "²-W1", "99999-W1"):
        assert timesheet.monday_of(odd).weekday() == 0


def browser(people: Cast, who: str = "technician") -> Client:
    client = Client()
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = "en"
    return client


def test_the_file_starts_no_formula(people: Cast, technician: Actor) -> None:
    ticket = factories.ticket(people.user, title='=HYPERLINK("http://x.example")')
    noted(technician, ticket, note="@SUM(A1)")
    answer = browser(people).get("/desk/time/export.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    (_heads, row) = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    assert row[4].startswith("'=")
    assert row[7].startswith("'@")
    assert row[6] == "30"


def test_whose_sheet_one_reads(people: Cast, technician: Actor, ticket: Ticket) -> None:
    noted(technician, ticket, note="Mot caché")
    address = f"/desk/time/?person={people.technician.pk}"
    assert "Mot caché" in browser(people).get("/desk/time/").content.decode()
    assert "Mot caché" in browser(people, "supervisor").get(address).content.decode()
    assert browser(people, "expert").get(address).status_code == 404
    assert browser(people, "user").get("/desk/time/").status_code == 403
    # What somebody did before they left is still told to the client.
    persons.deactivate(actor=system(), person=people.technician)
    page = browser(people, "supervisor").get(address).content.decode()
    assert "Mot caché" in page
    assert f"{people.technician} (has left)" in page


def test_on_the_ticket_s_page(people: Cast, ticket: Ticket, diagnosis: ActivityType) -> None:
    client = browser(people)
    address = f"/desk/tickets/{ticket.pk}/time/"
    assert client.post(f"{address}note/", {"minutes": ""}).status_code == 422
    form = {"minutes": 20, "activity": diagnosis.pk, "note": "Vu"}
    assert client.post(f"{address}note/", form).status_code == 302
    client.post(f"{address}start/")
    shown = client.get(address).content.decode()
    assert "Diagnosis" in shown
    assert "Stop the timer" in shown
    client.post(f"{address}discard/")
    entry = TimeEntry.objects.get()
    page = f"/desk/time/entries/{entry.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(page, form | {"minutes": 25, "version": 1}).status_code == 302
    assert client.post(page, form | {"minutes": 25, "version": 1}).status_code == 412
    assert client.post(page, {"remove": "yes"}).status_code == 302
    assert not TimeEntry.objects.exists()
    assert browser(people, "user").get(address).status_code == 404


def test_the_same_by_api(people: Cast, ticket: Ticket, diagnosis: ActivityType) -> None:
    client = browser(people)

    def send(method: str, path: str, body: dict[str, Any]) -> Any:
        call = getattr(client, method)
        return call(f"/api/v1{path}", body, content_type="application/json")

    made = send("post", f"/tickets/{ticket.pk}/time-entries", {"seconds": 600})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    changed = send("patch", f"/time-entries/{key}", {"seconds": 900, "activity_id": diagnosis.pk})
    assert changed.json()["activity"]["name"] == "Diagnosis", changed.content
    listed = client.get(f"/api/v1/time-entries?ticket={ticket.pk}").json()["items"]
    assert [one["seconds"] for one in listed] == [900]
    assert client.delete(f"/api/v1/time-entries/{key}").status_code == 204
    assert send("post", f"/tickets/{ticket.pk}/timer", {}).json()["ticket_id"] == ticket.pk
    assert send("post", "/timer/stop", {"note": "Vu"}).json()["noted"]["seconds"] == 60
    assert send("post", "/timer/stop", {}).status_code == 409

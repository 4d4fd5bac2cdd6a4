"""The calendar: what stands on which day, appointments moved, the secret address of one's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from compagnon.contracts.models import Closure, ClosureKind
from compagnon.contracts.tests import factories as contracts
from compagnon.core.errors import Invalid, NotFound, Refused, Stale
from compagnon.core.models import Entry
from compagnon.desk import calendar_feed, planner, services
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import CalendarFeed, Ticket, WorkTask
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.planner import Span
from compagnon.desk.queries import Queue
from compagnon.desk.services import planning
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 13, 10, tzinfo=UTC)  # a Wednesday, twelve in Paris


def appointment(cast: Cast, at: datetime = NOON, **values: Any) -> WorkTask:
    ticket = factories.ticket(cast.user)
    values = {"assignee": cast.technician, "title": "Passer voir"} | values
    return services.plan_task(
        actor=system(), ticket_id=ticket.pk, planned_start=at, planned_seconds=3600, **values
    )


def shown(who: Any, span: Span, day: date, narrowing: Narrowing | None = None) -> dict[date, Any]:
    page = planner.page(actor(who), narrowing or Narrowing(), span, day)
    return {
        one.day: [item.kind for item in one.items] + one.closed
        for one in page.days
        if one.items or one.closed
    }


def test_days_of_each_span() -> None:
    day = date(2026, 5, 13)
    assert planner.days_of(Span.MONTH, day) == (date(2026, 4, 27), date(2026, 6, 1))
    assert planner.days_of(Span.WEEK, day) == (date(2026, 5, 11), date(2026, 5, 18))
    assert planner.days_of(Span.AGENDA, day) == (day, day + timedelta(days=14))
    assert planner.beside(Span.MONTH, date(2026, 1, 31)) == (date(2025, 12, 1), date(2026, 2, 1))
    for month in range(1, 13):
        first, end = planner.days_of(Span.MONTH, date(2027, month, 1))
        assert first.weekday() == end.weekday() == 0
        assert (end - first).days % 7 == 0


def test_what_stands_on_which_day(cast: Cast) -> None:
    task = appointment(cast)
    waiting = factories.ticket(cast.user)
    Ticket.objects.filter(pk=waiting.pk).update(
        due_at=NOON + timedelta(days=1), state="pending", pending_reason="other",
        pending_until=NOON + timedelta(days=2),
    )  # fmt: skip
    Closure.objects.create(
        calendar=contracts.calendar("Bureau"), kind=ClosureKind.CLOSED, label="Ascension",
        first_day=date(2026, 5, 14), last_day=date(2026, 5, 15),
    )  # fmt: skip
    expected = {
        date(2026, 5, 13): ["task"],
        date(2026, 5, 14): ["due", "Ascension"],
        date(2026, 5, 15): ["resume", "Ascension"],
    }
    for span in Span:
        assert shown(cast.technician, span, date(2026, 5, 13)) == expected
    assert shown(cast.technician, Span.WEEK, date(2026, 5, 20)) == {}
    with CaptureQueriesContext(connection) as heard:
        planner.page(actor(cast.technician), Narrowing(), Span.MONTH, date(2026, 5, 13))
    ranges = [one["sql"] for one in heard.captured_queries if '"due_at" >=' in one["sql"]]
    # All that is due may be sorted: what a line shows is read of the lines shown alone.
    assert len(ranges) == 1
    assert "JOIN" not in ranges[0]
    # The queue's own filters, and nobody else's tickets.
    mine = Narrowing(queue=Queue.MINE)
    assert date(2026, 5, 13) not in shown(cast.technician, Span.WEEK, date(2026, 5, 13), mine)
    assert "task" not in str(shown(cast.outsider, Span.WEEK, date(2026, 5, 13)))
    assert "due" not in str(shown(cast.outsider, Span.WEEK, date(2026, 5, 13)))
    services.cancel_task(actor=system(), task_id=task.pk)
    assert date(2026, 5, 13) not in shown(cast.technician, Span.WEEK, date(2026, 5, 13))


def test_an_appointment_is_moved_once_it_is_known(cast: Cast) -> None:
    task = appointment(cast)
    technician = actor(cast.technician)
    later = NOON + timedelta(days=1)
    moved = planning.replan_task(
        actor=technician, task_id=task.pk, planned_start=later, expected_version=task.version
    )
    assert (moved.planned_start, moved.version) == (later, task.version + 1)
    assert Entry.objects.filter(verb="ticket.replan_task").count() == 1
    with pytest.raises(Stale):
        planning.replan_task(
            actor=technician, task_id=task.pk, planned_start=NOON, expected_version=task.version
        )
    with pytest.raises(Invalid):
        planning.replan_task(
            actor=technician, task_id=task.pk, planned_start=NOON + timedelta(days=4000)
        )
    for who, error in ((cast.outsider, NotFound), (cast.user, Refused)):
        with pytest.raises(error):
            planning.replan_task(actor=actor(who), task_id=task.pk, planned_start=NOON)
    with pytest.raises(NotFound):
        planning.replan_task(actor=technician, task_id=10**9, planned_start=NOON)
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=60)
    with pytest.raises(IllegalMove):
        planning.replan_task(actor=technician, task_id=task.pk, planned_start=NOON)


def test_pages(cast: Cast, client: Client) -> None:
    task = appointment(cast)
    client.force_login(cast.technician.account)
    for span in ("month", "week", "agenda", "x"):
        page = client.get(f"/desk/calendar/?span={span}&date=2026-05-13").content.decode()
        assert "Passer voir" in page
        assert f'data-version="{task.version}" data-at="2026-05-13T12:00"' in page
    for odd in ("9999-12-31", "0001-01-01", "x", "2026-13-45"):
        assert client.get(f"/desk/calendar/?date={odd}").status_code == 200
    address = f"/desk/calendar/tasks/{task.pk}/move/"
    sent = {"planned_start": "2026-05-15T09:30", "version": task.version}
    assert client.post(address, sent)["Location"] == f"/desk/calendar/#task-{task.pk}"
    task.refresh_from_db()
    assert timezone.localtime(task.planned_start).isoformat() == "2026-05-15T09:30:00+02:00"
    client.post(address, {"planned_start": "jeudi"})
    client.force_login(cast.outsider.account)
    assert client.post(address, sent).status_code == 404
    moved = task.planned_start
    task.refresh_from_db()
    assert task.planned_start == moved


def test_the_secret_address(cast: Cast, client: Client) -> None:
    at = timezone.now() + timedelta(days=2)
    task = appointment(cast, at)
    appointment(cast, at, assignee=cast.expert, title="Chez un autre")
    secret = planning.make_address(actor=actor(cast.technician))
    assert secret not in str(CalendarFeed.objects.values())
    path = f"/calendar/{secret}/appointments.ics"
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"] == f"task-{task.pk}@compagnon"
    assert event.decoded("DTSTART") == at.replace(microsecond=0)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    assert b"Chez un autre" not in answer.content
    # A new one ends the one before; ended, it reads nothing; so does a closed person's.
    other = planning.make_address(actor=actor(cast.technician))
    assert client.get(path).status_code == 404
    assert calendar_feed.written(other, "https://x")
    cast.technician.is_active = False
    cast.technician.save()
    with pytest.raises(NotFound):
        calendar_feed.written(other, "https://x")
    planning.end_address(actor=actor(cast.technician))
    with pytest.raises(NotFound):
        planning.end_address(actor=actor(cast.technician))
    with pytest.raises(Refused):
        planning.make_address(actor=system())
    for bad in ("x", "é" * 300, "a" * 5000):
        assert client.get(f"/calendar/{bad}/appointments.ics").status_code in {404, 414}


def test_an_address_gives_no_more_than_its_person_sees(cast: Cast) -> None:
    task = appointment(cast, timezone.now())
    secret = planning.make_address(actor=actor(cast.technician))
    assert f"task-{task.pk}@".encode() in calendar_feed.written(secret, "")
    cast.technician.role_assignments.all().delete()
    cast.technician.memberships.all().delete()
    assert b"VEVENT" not in calendar_feed.written(secret, "")


def test_by_page_and_api(cast: Cast, client: Client) -> None:
    task = appointment(cast)
    client.force_login(cast.technician.account)
    client.post("/desk/calendar/address/")
    page = client.get("/desk/calendar/").content.decode()
    assert "/appointments.ics" in page
    assert "/appointments.ics" not in client.get("/desk/calendar/").content.decode()
    client.post("/desk/calendar/address/", {"act": "end"})
    assert not CalendarFeed.objects.exists()
    json = {"content_type": "application/json"}
    made = client.post("/api/v1/me/calendar-address", "{}", **json)
    assert made.json()["address"].endswith("/appointments.ics"), made.content
    assert client.delete("/api/v1/me/calendar-address").status_code == 204
    answer = client.post(
        f"/api/v1/work-tasks/{task.pk}/move", '{"planned_start": "2026-06-01T08:00:00Z"}', **json
    )
    assert answer.json()["planned_start"].startswith("2026-06-01T08:00:00")
    assert client.post(f"/api/v1/work-tasks/{task.pk}/move", "{}", **json).status_code == 422

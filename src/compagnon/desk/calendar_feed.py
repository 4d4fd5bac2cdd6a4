"""A person's appointments as an iCalendar file (RFC 5545), for who holds the secret address."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from compagnon.core.actor import Source
from compagnon.core.errors import NotFound
from compagnon.desk import planner
from compagnon.desk.models import CalendarFeed, WorkState, WorkTask
from compagnon.desk.services.planning import digest
from compagnon.people.queries import actor_for

PAST, AHEAD = timedelta(days=31), timedelta(days=366)
# An appointment of no given length, as a calendar draws it.
USUAL = timedelta(minutes=30)


def written(secret: str, base: str) -> bytes:
    """Give the file of whom the secret is, as far as that person still sees the tickets.

    Args:
        base: our own address, before the links of the tasks.

    Raises:
        NotFound: no such secret, or its person is closed.
    """
    feed = (
        CalendarFeed.objects.filter(digest=digest(secret[:200]))
        .select_related("person__organisation")
        .first()
    )
    if feed is None or not (feed.person.is_active and feed.person.organisation.is_active):
        raise NotFound
    now = timezone.now()
    CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)
    actor = actor_for(feed.person, source=Source.LINK)
    calendar = Calendar()
    calendar.add("prodid", "-//Compagnon//desk//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Compagnon · {feed.person}")
    tasks = planner.tasks_between(actor, now - PAST, now + AHEAD, assignee_id=feed.person_id)
    for task in tasks:
        calendar.add_component(_event(task, base))
    return bytes(calendar.to_ical())


def _event(task: WorkTask, base: str) -> Event:
    assert task.planned_start is not None  # noqa: S101 - asked by its moment
    event = Event()
    address = f"{base}{reverse('desk:task', args=[task.pk])}"
    event.add("uid", f"task-{task.pk}@compagnon")
    event.add("dtstamp", task.created_at)
    event.add("sequence", task.version)
    event.add("dtstart", task.planned_start)
    event.add("dtend", task.planned_start + (timedelta(seconds=task.planned_seconds) or USUAL))
    event.add("summary", f"{task.ticket.reference} {task.title}")
    # What a phone's calendar holds leaves our hands: a name and a place, no text of the request.
    event.add("description", f"{task.ticket.beneficiary} · {address}")
    event.add("url", address)
    if task.site:
        event.add("location", str(task.site))
    event.add("status", "CONFIRMED" if task.state == WorkState.TODO else "TENTATIVE")
    return event

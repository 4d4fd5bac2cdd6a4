"""What goes on around the demonstration's tickets these days: a breakdown, notes, waits, time."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Q

from compagnon.config.demo import data
from compagnon.config.demo.arrivals import PARIS
from compagnon.config.demo.cast import Cast
from compagnon.core.actor import Actor
from compagnon.desk.models import (
    OPEN_STATES,
    ActivityType,
    Channel,
    Draft,
    Impact,
    LinkKind,
    Notice,
    Ticket,
    TimeEntry,
    Urgency,
    Wait,
)
from compagnon.desk.services import waiting as waits
from compagnon.desk.services.assignment import assign, take
from compagnon.desk.services.conversation import add_note, hear_from_user, reply
from compagnon.desk.services.linking import link_tickets
from compagnon.desk.services.merging import merge_tickets
from compagnon.desk.services.opening import open_ticket
from compagnon.desk.services.watching import watch
from compagnon.people.models import Person

NAMED = 3
"""Notes that name each technician, at most."""
WATCHED = 6
WEEKS = 4
QUARTER = 900


def fill(actor: Actor, cast: Cast, rng: Random) -> None:
    """Tell it, in the order of the days."""
    _wait(cast)
    _linked(actor, cast)
    _outage(actor, cast)
    _name(cast, rng)
    _watch(cast)
    _draft(cast)
    _spend(cast, rng)
    _read(cast, rng)


# --- tickets of their own ------------------------------------------------------------------------
def _opened(actor: Actor, cast: Cast, one: dict[str, Any], at: datetime) -> Ticket:
    person = cast.people[one["user"]]
    return open_ticket(
        actor=actor,
        requester=person,
        title=one["title"],
        text=one["text"],
        channel=Channel(one["channel"]),
        category=cast.category(one["category"]),
        service=cast.service(one["service"]),
        impact=Impact(one.get("impact", Impact.LOW)),
        urgency=Urgency(one.get("urgency", Urgency.HIGH)),
        occurred_at=at,
    )


def _outage(actor: Actor, cast: Cast) -> None:
    """Cut a site's network: one ticket, its parts, and what says the same merged into it."""
    one = data.daily()["outage"]
    began = cast.times.working_day(one["back"], one["hour"], one["minute"])
    main = _opened(actor, cast, one, began)
    chief = cast.actor(one["taken_by"])
    take(actor=chief, ticket_id=main.pk, at=began + timedelta(minutes=2))
    for row in one["parts"]:
        if at := _at(cast, began, row["after"]):
            part = _opened(actor, cast, row, at)
            link_tickets(
                actor=chief, ticket_id=part.pk, other_id=main.pk, kind=LinkKind.CHILD,
                at=at + timedelta(minutes=2),
            )  # fmt: skip
            assign(
                actor=chief, ticket_id=part.pk, assignee=cast.people[row["given_to"]],
                at=at + timedelta(minutes=2),
            )  # fmt: skip
    for row in one["merged"]:
        if at := _at(cast, began, row["after"]):
            same = _opened(actor, cast, row, at)
            merge_tickets(
                actor=chief, ticket_id=same.pk, into_id=main.pk, reason=row["reason"],
                at=at + timedelta(minutes=1),
            )  # fmt: skip
    for name in one["watchers"]:
        watch(
            actor=chief, ticket_id=main.pk, person_id=cast.people[name].pk,
            at=began + timedelta(minutes=3),
        )  # fmt: skip
    if at := _at(cast, began, 14):
        add_note(actor=chief, ticket_id=main.pk, text=one["call"], at=at)
    if at := _at(cast, began, 26):
        reply(actor=chief, ticket_id=main.pk, text=one["answer"], at=at)


def _at(cast: Cast, began: datetime, minutes: int) -> datetime | None:
    """Give a moment after another, unless it is still to come."""
    found = began + timedelta(minutes=minutes)
    return found if found + timedelta(minutes=3) < cast.times.until else None


def _linked(actor: Actor, cast: Cast) -> None:
    """Open tickets that come from one another; the first is what the others point at."""
    first: Ticket | None = None
    for one in data.daily()["linked"]:
        at = cast.times.working_day(one["back"], one["hour"], 8)
        ticket = _opened(actor, cast, one, at)
        worker = cast.actor(one["taken_by"])
        assign(
            actor=cast.actor("Castagnier"), ticket_id=ticket.pk, at=at + timedelta(minutes=9),
            assignee=cast.people[one["taken_by"]],
        )  # fmt: skip
        add_note(actor=worker, ticket_id=ticket.pk, text=one["note"], at=at + timedelta(minutes=31))
        if first is not None:
            link_tickets(
                actor=worker, ticket_id=ticket.pk, other_id=first.pk, kind=LinkKind(one["kind"]),
                at=at + timedelta(minutes=33),
            )  # fmt: skip
        if "heard" in one:
            hear_from_user(
                actor=actor, ticket_id=ticket.pk, text=one["heard"], channel=Channel.MAIL,
                author_id=cast.people[one["user"]].pk, at=at + timedelta(minutes=95),
            )  # fmt: skip
        first = first or ticket


# --- around the others' tickets ------------------------------------------------------------------
def _wait(cast: Cast) -> None:
    """Write the waits of what is on hold: what was due before the end of the past has left."""
    rows = Ticket.objects.filter(state="pending", wait_reason__isnull=False, waits=None)
    until = cast.times.until
    for ticket in rows.select_related("wait_reason", "organisation").order_by("pk"):
        reason = ticket.wait_reason
        assert reason is not None  # noqa: S101 - filtered above
        wait: Wait = waits.begin(ticket=ticket, reason=reason, at=ticket.activity_at)
        while wait.next_at is not None and wait.next_at <= until and not wait.closes_next:
            wait.reminded += 1
            waits.plan(wait, ticket, wait.next_at)
        if wait.next_at is not None and wait.next_at <= until:
            # Its hour has come, and nothing leaves of itself on the first day.
            waits.plan(wait, ticket, until)
        wait.save()


def _name(cast: Cast, rng: Random) -> None:
    """Have each technician named in notes on tickets that colleagues work on."""
    said = data.daily()["mentions"]["texts"]
    rows = Ticket.objects.filter(state__in=OPEN_STATES, assignee__isnull=False)
    held = list(rows.select_related("assignee").order_by("-activity_at", "-pk")[:60])
    for person in cast.technicians:
        others = [row for row in held if row.assignee_id != person.pk]
        for ticket in rng.sample(others, min(NAMED, len(others))):
            holder = ticket.assignee
            assert holder is not None  # noqa: S101 - filtered above
            at = _between(rng, ticket.activity_at, cast.times.until)
            text = rng.choice(said).format(name=person)
            add_note(actor=cast.actor(holder.last_name), ticket_id=ticket.pk, text=text, at=at)


def _watch(cast: Cast) -> None:
    """Have who leads follow what is grave, and an assistant what her director asked for."""
    grave = Ticket.objects.filter(state__in=OPEN_STATES, priority__lte=2, watchers=None)
    for ticket in grave.order_by("priority", "-pk")[:WATCHED]:
        watch(
            actor=cast.actor("Castagnier"), ticket_id=ticket.pk, by_mail=False,
            at=ticket.activity_at,
        )  # fmt: skip
    for ticket in Ticket.objects.filter(
        state__in=OPEN_STATES, requester=cast.people["Ozanneau"]
    ).order_by("-pk")[:3]:
        watch(
            actor=cast.actor("Castagnier"), ticket_id=ticket.pk,
            person_id=cast.people["Soubeyrol"].pk, at=ticket.activity_at,
        )  # fmt: skip


def _draft(cast: Cast) -> None:
    """Leave texts that somebody began and did not send, on tickets of theirs."""
    for one in data.daily()["drafts"]:
        person = cast.people[one["owner"]]
        mine = Ticket.objects.filter(assignee=person, state__in=OPEN_STATES)
        ticket = None if one["place"] == "open" else mine.order_by("-activity_at", "-pk").first()
        if ticket is None and one["place"] != "open":
            continue
        Draft.objects.create(
            person=person, ticket=ticket, place=one["place"], text=one["text"],
            device="bureau", updated_at=cast.times.until - timedelta(minutes=25),
        )  # fmt: skip


def _between(rng: Random, first: datetime, last: datetime) -> datetime:
    """Draw a moment between two; the first, where the second is before it."""
    seconds = int((last - first).total_seconds())
    return first + timedelta(seconds=rng.randrange(60, seconds)) if seconds > 60 else first


# --- time ----------------------------------------------------------------------------------------
def _spend(cast: Cast, rng: Random) -> None:
    """Note the time of the last weeks: each on tickets that they worked on about that day."""
    until = cast.times.until.astimezone(PARIS)
    since = until - timedelta(weeks=WEEKS, days=until.weekday())
    notes = {one["name"]: one["notes"] for one in data.daily()["activities"]}
    kinds = list(ActivityType.objects.order_by("pk"))
    rows: list[TimeEntry] = []
    for person in cast.technicians:
        worked = _worked(person, since)
        if not worked:
            continue
        day = since
        while day.date() <= until.date():
            if day.weekday() < 5 and _is_open(cast, day):
                about = [row for row in worked if abs((row[1] - day).days) <= 4] or worked
                for _entry in range(rng.randrange(3, 6)):
                    kind = rng.choices(kinds, (5, 4, 2, 1, 3, 1))[0]
                    rows.append(
                        TimeEntry(
                            ticket_id=rng.choice(about)[0], person=person, activity=kind,
                            day=day.date(), seconds=QUARTER * rng.choice((1, 1, 2, 2, 3, 4, 6)),
                            note=rng.choice(notes[kind.name]), created_at=day,
                        )
                    )  # fmt: skip
            day += timedelta(days=1)
    TimeEntry.objects.bulk_create(rows, batch_size=500)


def _worked(person: Person, since: datetime) -> list[tuple[int, datetime]]:
    """Give the tickets that somebody had in that time, with when they moved last."""
    rows = Ticket.objects.filter(assignee=person).filter(
        Q(activity_at__gte=since) | Q(state__in=OPEN_STATES)
    )
    return list(rows.order_by("-activity_at", "-pk").values_list("pk", "activity_at")[:120])


def _is_open(cast: Cast, day: datetime) -> bool:
    return cast.times.is_open(day.replace(hour=10, minute=0))


def _read(cast: Cast, rng: Random) -> None:
    """Let each have read about half of what they were told."""
    rows = Notice.objects.filter(read_at=None).order_by("pk").values_list("pk", flat=True)
    read = [key for key in rows if rng.random() < 0.5]
    Notice.objects.filter(pk__in=read).update(read_at=cast.times.until - timedelta(minutes=5))

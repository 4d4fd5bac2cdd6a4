"""Writing what people are told, in the act's transaction: one row an event, person and channel.

The verbs that change a ticket end in ``changing.apply``, which calls :func:`tell`. What leaves
(mail, push) is a row that is held until its moment, and :mod:`releasing` lets it go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.utils import timezone
from django.utils.timezone import get_default_timezone

from compagnon.contracts import queries as contract_queries
from compagnon.contracts.clock.counting import elapsed
from compagnon.core.actor import Actor, Source
from compagnon.desk import notice_rules, quiet
from compagnon.desk.models import (
    Message,
    Notice,
    NoticeChannel,
    NoticeEvent,
    NoticePreference,
    NoticeState,
    NoticeWay,
    PendingReason,
    PushSubscription,
    Ticket,
)
from compagnon.desk.notice_rules import Act
from compagnon.people.models import Account, Membership, Person

# Nobody is told of what another desk did years ago; a demonstration sends nothing.
SILENT = frozenset({Source.IMPORT})
PAGE_ONLY = frozenset({Source.DEMO})
TEAM_MAX = 200
# Why a ticket's mail did not leave, as support's page tells it (``mail_reasons``).
CHOSEN_OFF = "this person chose not to be told of it by mail"
LEFT = "this person’s record is closed: they are not written to any more"
HELD_BACK = "this person is told later: in their digest, or after their quiet hours"
COLUMNS = ("digest_at", "time_zone", "quiet_from", "quiet_to", "quiet_closed_days",
           "mentions_by_mail", "calendar__code", "calendar__name")  # fmt: skip


@dataclass(slots=True)
class Reader:
    """How somebody is told: their ways by event and channel, their hours."""

    person_id: int
    has_account: bool
    has_push: bool
    zone: str
    choice: Mapping[str, Any]
    ways: dict[tuple[str, str], str] = field(default_factory=dict)

    def way(self, event: NoticeEvent, channel: NoticeChannel) -> NoticeWay:
        """Give how they are told of an event by a channel."""
        chosen = self.ways.get((event, channel))
        if chosen is not None:
            return NoticeWay(chosen)
        if event is NoticeEvent.MENTION and channel is NoticeChannel.MAIL:
            return NoticeWay.NOW if self.choice["mentions_by_mail"] else NoticeWay.OFF
        return notice_rules.default(event, channel)

    @property
    def hours(self) -> quiet.Hours:
        """Their quiet hours and the hour of their digest."""
        named = self.choice["calendar__code"] or self.choice["calendar__name"]
        return quiet.Hours(
            zone=zone_of(self.choice["time_zone"] or self.zone),
            quiet_from=self.choice["quiet_from"],
            quiet_to=self.choice["quiet_to"],
            digest_at=self.choice["digest_at"] or quiet.DIGEST_AT,
            opens=_opens(named) if named else quiet.every_day,
            quiet_closed_days=bool(self.choice["quiet_closed_days"]),
        )

    def due(self, way: NoticeWay, at: datetime) -> datetime:
        """Give when something told in that way leaves: at once, after the quiet, in the digest."""
        if way is NoticeWay.DIGEST:
            return quiet.next_digest(self.hours, at)
        if self.choice["quiet_from"] is None and not self.choice["quiet_closed_days"]:
            return at
        return quiet.quiet_until(self.hours, at) or at


def zone_of(name: str) -> Any:
    """Give a zone by its name; ours where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return get_default_timezone()


def _opens(name: str) -> Any:
    """Give the function that tells on which days a calendar opens."""
    calendar = contract_queries.calendar_named(name)
    if calendar is None:
        return quiet.every_day
    zone = zone_of(calendar.timezone)

    @cache
    def opens(day: date) -> bool:
        start = datetime.combine(day, time(), zone)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        return elapsed(calendar, start, end) > 0

    return opens


def readers(people: Iterable[int], events: Iterable[NoticeEvent]) -> dict[int, Reader]:
    """Give how these people, as far as they are active, are told of these events; one query."""
    keys = set(people)
    if not keys:
        return {}
    rows = (
        Person.objects.filter(pk__in=keys, is_active=True)
        .annotate(
            chosen=FilteredRelation(
                "notice_preferences", condition=Q(notice_preferences__event__in=list(events))
            ),
            has_account=Exists(Account.objects.filter(person=OuterRef("pk"), is_active=True)),
            has_push=Exists(
                PushSubscription.objects.filter(
                    person=OuterRef("pk"), person__account__is_active=True
                )
            ),
        )
        .order_by("pk")
        .values_list(
            "pk", "has_account", "has_push", "site__time_zone", "organisation__time_zone",
            "chosen__event", "chosen__channel", "chosen__way",
            *(f"notice_choice__{name}" for name in COLUMNS),
        )
    )  # fmt: skip
    found: dict[int, Reader] = {}
    for key, account, push, site, organisation, event, channel, way, *choice in rows:
        reader = found.get(key)
        if reader is None:
            zone = site or organisation or ""
            reader = Reader(key, account, push, zone, dict(zip(COLUMNS, choice, strict=True)))
            found[key] = reader
        if event is not None:
            reader.ways[event, channel] = way
    return found


def tell(
    *,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    at: datetime,
    changed: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[Notice]:
    """Write what an act on a ticket tells, to each once, by the ways that they chose."""
    if actor.source in SILENT:
        return []
    act = Act(
        verb=verb,
        actor_id=actor.id,
        parties=frozenset({ticket.requester_id, ticket.beneficiary_id}),
        assignee_id=ticket.assignee_id,
        team_id=ticket.team_id,
        is_open=ticket.is_open,
        awaits_user=ticket.pending_reason == PendingReason.USER,
        changed=changed,
        after=after,
    )
    told: dict[NoticeEvent, list[int]] = {}
    already: set[int] = set()
    for one in notice_rules.told(act):
        people: list[int | None] = [*one.people]
        if one.watchers:
            people += ticket.watchers.values_list("person_id", flat=True)
        if one.team:
            people += _who_wants_the_team(ticket)
        if keys := notice_rules.others(people, act, already):
            told[one.event] = keys
    return write(
        actor=actor,
        ticket=ticket,
        told=told,
        at=at,
        message_id=after.get("message_id"),
        by=after.get("author_id"),
    )


def write(
    *,
    actor: Actor,
    ticket: Ticket,
    told: Mapping[NoticeEvent, Iterable[int]],
    at: datetime,
    message_id: int | None = None,
    key: str = "",
    by: int | None = None,
) -> list[Notice]:
    """Write the rows of events, by the ways that each person chose; again, nothing is added.

    Args:
        key: names the event; the ticket's version does unless given.
        by: who did it, where a program acted for them (a mail that it read).
    """
    found = readers({one for keys in told.values() for one in keys}, told)
    told, found = _in_the_place_of_who_left(ticket, told, found, by={actor.id, by})
    if not found:
        return []
    message = _message(message_id)
    rows = [
        row
        for event, keys in told.items()
        for person in keys
        if person in found
        for row in _rows(actor, ticket, event, found[person], at, message, key)
    ]
    for row in rows:
        row.actor_id = row.actor_id or by
    made = Notice.objects.bulk_create(rows, ignore_conflicts=True)
    leave_at_once(rows)
    return made


def _in_the_place_of_who_left(
    ticket: Ticket,
    told: Mapping[NoticeEvent, Iterable[int]],
    found: dict[int, Reader],
    *,
    by: Collection[int | None],
) -> tuple[Mapping[NoticeEvent, Iterable[int]], dict[int, Reader]]:
    """Tell the team's lead what concerns a technician who has left: a user's answer on a ticket
    that is still theirs would reach nobody. Once, as everybody, and not what they did themselves.
    """
    gone = ticket.assignee_id
    if gone is None or gone in found or not any(gone in set(keys) for keys in told.values()):
        return told, found
    lead = ticket.team.manager_id if ticket.team else None
    if lead is None or lead in by:
        return told, found
    changed: dict[NoticeEvent, list[int]] = {}
    already: set[int] = set()
    for event, keys in told.items():
        kept = dict.fromkeys(lead if one == gone else one for one in keys)
        changed[event] = [one for one in kept if one not in already]
        already |= kept.keys()
    return changed, readers(already, changed)


def held_mail(
    *,
    actor: Actor,
    ticket: Ticket,
    told: Mapping[int, NoticeEvent | None],
    at: datetime,
    message: Message | None,
) -> dict[int, str]:
    """Give who does not receive a ticket's mail now, and why; what is held back is written.

    Args:
        told: what the mail tells each person; nothing: it leaves whatever they chose.
    """
    events = {one for one in told.values() if one is not None}
    if not events or actor.source in SILENT | PAGE_ONLY:
        return {}
    found = readers([key for key, one in told.items() if one is not None], events)
    why: dict[int, str] = {}
    rows: list[Notice] = []
    now = timezone.now()
    for key, event in told.items():
        if event is None or key not in found:
            continue
        way = found[key].way(event, NoticeChannel.MAIL)
        due = None if way is NoticeWay.OFF else found[key].due(way, now)
        if due is None:
            why[key] = CHOSEN_OFF
        elif due > now:
            why[key] = HELD_BACK
            rows.append(new(actor, ticket, event, key, NoticeChannel.MAIL, at, message, due_at=due))
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return why


def _rows(  # noqa: PLR0917
    actor: Actor,
    ticket: Ticket,
    event: NoticeEvent,
    reader: Reader,
    at: datetime,
    message: Message | None,
    key: str,
) -> list[Notice]:
    """Give the rows of one event and one person: by the page, by mail, on devices."""
    rows = []
    now = timezone.now()
    for channel in notice_rules.CHANNELS:
        way = reader.way(event, channel)
        if way is NoticeWay.OFF or not _reaches(reader, event, channel, actor):
            continue
        leaves = channel is not NoticeChannel.PAGE
        rows.append(
            new(actor, ticket, event, reader.person_id, channel, at, message, key,
                due_at=reader.due(way, now) if leaves else None)
        )  # fmt: skip
    return rows


def _reaches(reader: Reader, event: NoticeEvent, channel: NoticeChannel, actor: Actor) -> bool:
    if channel is NoticeChannel.PAGE:
        return reader.has_account
    if actor.source in PAGE_ONLY:
        return False
    if channel is NoticeChannel.PUSH:
        return reader.has_push
    return event not in notice_rules.BY_TICKET_MAIL


def new(  # noqa: PLR0917
    actor: Actor,
    ticket: Ticket,
    event: NoticeEvent,
    person_id: int,
    channel: NoticeChannel,
    at: datetime,
    message: Message | None,
    key: str = "",
    *,
    due_at: datetime | None = None,
) -> Notice:
    """Make one row, unsaved."""
    internal = event not in notice_rules.FOR_USERS
    if message is not None and not (internal or message.is_public):
        # A cancellation's reason is a note: who asked is told that it is closed, and no more.
        message = None
    return Notice(
        person_id=person_id,
        ticket=ticket,
        message=message,
        event=event,
        channel=channel,
        key=(key or f"{event}:{ticket.pk}:{ticket.version}")[:80],
        is_internal=internal,
        actor_id=actor.id,
        created_at=at,
        state="" if due_at is None else NoticeState.HELD,
        due_at=due_at,
    )


def leave_at_once(rows: Iterable[Notice]) -> None:
    """Enqueue the leaving of what is not held back, once a person and channel."""
    from compagnon.desk.tasks_notices import release_notices

    now = timezone.now()
    for person_id, channel in sorted(
        {(row.person_id, row.channel) for row in rows if row.due_at and row.due_at <= now}
    ):
        release_notices.enqueue(person_id, str(channel))


def _message(key: int | None) -> Message | None:
    if key is None:
        return None
    return Message.objects.filter(pk=key).only("pk", "is_public").first()


def _who_wants_the_team(ticket: Ticket) -> list[int]:
    """Give the members of the ticket's team who asked to be told of what comes to it."""
    members = Membership.objects.filter(team_id=ticket.team_id or 0).values("person_id")
    return list(
        NoticePreference.objects.filter(event=NoticeEvent.TEAM, person__in=members)
        .exclude(way=NoticeWay.OFF)
        .values_list("person_id", flat=True)
        .distinct()[:TEAM_MAX]
    )

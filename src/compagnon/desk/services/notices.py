"""What a person does with what they are told: read it, choose how, name the browsers to be told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.models import Calendar
from compagnon.contracts.subjects import Breach
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.services import require, service
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import notice_rules
from compagnon.desk.models import (
    OPEN_STATES,
    Notice,
    NoticeChannel,
    NoticeChoice,
    NoticeEvent,
    NoticePreference,
    NoticeWay,
    PushKey,
    PushSubscription,
    Ticket,
)
from compagnon.desk.outbound import push_keys, pushing, webpush
from compagnon.desk.rules import SUBJECT
from compagnon.desk.services import noticing
from compagnon.people.models import Person

BROWSERS_MAX = 20
Key = tuple[NoticeEvent, NoticeChannel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When somebody wants to be told. ``None``: eight o'clock, every day, no quiet hours."""

    digest_at: time | None = None
    calendar: Calendar | None = None
    time_zone: str = ""
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet_closed_days: bool = False


@service("notice.read")
def read_notices(
    *,
    actor: Actor,
    notice_id: int | None = None,
    ticket_id: int | None = None,
    at: datetime | None = None,
) -> int:
    """Mark one of one's notices as read, those of a ticket, or all; gives how many were unread.

    What is told twice of one event (on the page, and still held for a mail) is read at once.

    Raises:
        NotFound: no such notice of the actor's.
    """
    rows = visible(Notice, actor).filter(channel=NoticeChannel.PAGE)
    if notice_id is not None:
        notice = get_visible(Notice, actor, pk=notice_id)
        rows = rows.filter(key=notice.key) if notice.key else rows.filter(pk=notice.pk)
    if ticket_id is not None:
        rows = rows.filter(ticket_id=ticket_id)
    keys = list(rows.filter(read_at=None).values_list("pk", flat=True))
    if keys:
        Notice.objects.filter(pk__in=keys).update(read_at=at or timezone.now())
        journal.record(
            actor=actor,
            verb="notice.read",
            subject=Person.objects.get(pk=actor.id or 0),
            after={"notices": len(keys)},
        )
    return len(keys)


@service("notice.choose")
def choose_notices(*, actor: Actor, mentions_by_mail: bool) -> NoticeChoice:
    """Choose whether a note that names one comes by mail too.

    Raises:
        Refused: a program asks; it has no list.
    """
    choice = _choice(actor)
    before = choice.mentions_by_mail
    choice.mentions_by_mail = mentions_by_mail
    choice.save()
    NoticePreference.objects.filter(
        person_id=actor.id or 0, event=NoticeEvent.MENTION, channel=NoticeChannel.MAIL
    ).delete()
    journal.record(
        actor=actor,
        verb="notice.choose",
        subject=choice.person,
        before={"mentions_by_mail": before},
        after={"mentions_by_mail": mentions_by_mail},
    )
    return choice


@service("notice.choose")
def choose_ways(*, actor: Actor, ways: Mapping[Key, NoticeWay]) -> list[NoticePreference]:
    """Choose how one is told of some events by some channels; the others stay as they are.

    Raises:
        Refused: a program asks.
        Invalid: a digest by another way than mail.
    """
    person = _person(actor)
    for (_event, channel), way in ways.items():
        if way is NoticeWay.DIGEST and channel is not NoticeChannel.MAIL:
            raise Invalid(_("Only mail waits for the digest."))
    rows = [
        NoticePreference(person=person, event=event, channel=channel, way=way)
        for (event, channel), way in ways.items()
    ]
    before = _kept(person)
    NoticePreference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["person", "event", "channel"],
        update_fields=["way"],
    )
    after = {f"{event}.{channel}": str(way) for (event, channel), way in ways.items()}
    changed = {name: way for name, way in after.items() if before.get(name) != way}
    if changed:
        journal.record(
            actor=actor,
            verb="notice.choose",
            subject=person,
            before={name: before.get(name) for name in changed},
            after=changed,
        )
    return rows


@service("notice.choose")
def choose_times(*, actor: Actor, timing: Timing) -> NoticeChoice:
    """Choose when the digest leaves, and the hours when nothing leaves.

    Raises:
        Refused: a program asks.
        Invalid: quiet hours with one end, or that never end; a zone that is none.
    """
    choice = _choice(actor)
    if (timing.quiet_from is None) != (timing.quiet_to is None):
        raise Invalid(fields={"quiet_to": [_("Say from when and until when.")]})
    if timing.quiet_from is not None and timing.quiet_from == timing.quiet_to:
        raise Invalid(fields={"quiet_to": [_("Quiet hours begin and end at different times.")]})
    if timing.time_zone and timing.time_zone not in available_timezones():
        raise Invalid(fields={"time_zone": [_("There is no such time zone.")]})
    if timing.quiet_closed_days and timing.calendar is None:
        raise Invalid(fields={"calendar": [_("Choose the calendar that says which days.")]})
    names = ("digest_at", "time_zone", "quiet_from", "quiet_to", "quiet_closed_days")
    before, after = journal.changes(
        {name: getattr(choice, name) for name in names} | {"calendar_id": choice.calendar_id},
        {name: getattr(timing, name) for name in names}
        | {"calendar_id": timing.calendar.pk if timing.calendar else None},
    )
    for name in names:
        setattr(choice, name, getattr(timing, name))
    choice.calendar = timing.calendar
    choice.save()
    if after:
        journal.record(
            actor=actor, verb="notice.choose", subject=choice.person, before=before, after=after
        )
    return choice


@service("push.key")
def ensure_push_key(*, actor: Actor, renew: bool = False) -> PushKey:
    """Give the key that browsers are asked with; make it if there is none, or anew.

    Args:
        renew: forget the old ones, and the browsers that know only them.

    Raises:
        Refused: a person asks to renew it.
    """
    require(actor.is_system or not renew, _("Only the operator renews the key, by a command."))
    known = push_keys.current()
    if known is not None and not renew:
        return known
    # Of two that make the first one at once, the later counts for both.
    made = push_keys.fresh()
    made.save(force_insert=True)
    if renew:
        PushKey.objects.exclude(pk=made.pk).delete()
    journal.record(actor=actor, verb="push.key", subject=made, after={"renewed": renew})
    return made


@service("push.subscribe")
def subscribe(
    *,
    actor: Actor,
    endpoint: str,
    p256dh: str,
    auth: str,
    label: str = "",
    session_key: str = "",
    at: datetime | None = None,
) -> PushSubscription:
    """Have a browser told. The same browser for somebody else: the one before is told no more.

    Args:
        session_key: of the session in which it was asked: signing out there ends it.

    Raises:
        Refused: a program asks.
        Invalid: an address that is no push service's, keys that are none, or twenty browsers.
    """
    person = _person(actor)
    if not pushing.is_form_of_endpoint(endpoint):
        raise Invalid(fields={"endpoint": [_("This is not the address of a push service.")]})
    try:
        webpush.Browser.of(p256dh, auth)
    except webpush.NotAKey:
        raise Invalid(fields={"keys": [_("These are not a browser’s keys.")]}) from None
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    known = PushSubscription.objects.filter(digest=digest).first()
    if known is None and PushSubscription.objects.filter(person=person).count() >= BROWSERS_MAX:
        raise Invalid(
            _("At most %(limit)d browsers are told; take one off first.") % {"limit": BROWSERS_MAX}
        )
    row = known or PushSubscription(digest=digest, created_at=at or timezone.now())
    row.person = person
    row.sealed = push_keys.sealed(endpoint, p256dh, auth)
    row.key = ensure_push_key(actor=actor)
    row.label, row.session, row.failures = label[:120], session_digest(session_key), 0
    row.save()
    journal.record(
        actor=actor, verb="push.subscribe", subject=person, after={"subscription_id": row.pk}
    )
    return row


@service("push.unsubscribe")
def unsubscribe(*, actor: Actor, subscription_id: int) -> None:
    """Have one of one's browsers told no more.

    Raises:
        NotFound: no such browser of the actor's.
    """
    row = get_visible(PushSubscription, actor, pk=subscription_id)
    row.delete()
    journal.record(
        actor=actor,
        verb="push.unsubscribe",
        subject=_person(actor),
        after={"subscription_id": subscription_id},
    )


@service("push.unsubscribe")
def end_with_session(*, actor: Actor, session_key: str) -> int:
    """Have the browser in which somebody signs out told no more; gives how many there were.

    Raises:
        NotFound: nobody signs out.
    """
    if not session_key:
        raise NotFound
    rows = PushSubscription.objects.filter(session=session_digest(session_key))
    found = list(rows.values_list("pk", "person_id"))
    for key, person_id in found:
        journal.record(
            actor=actor,
            verb="push.unsubscribe",
            subject=Person.objects.get(pk=person_id),
            after={"subscription_id": key},
        )
    rows.delete()
    return len(found)


@service("notice.due")
def tell_due(*, actor: Actor, breach: Breach, missed: bool) -> int:
    """Tell who works on a ticket that a commitment on it is at risk, or missed; once each.

    Raises:
        Refused: a person asks; only the contract's clocks do.
    """
    require(actor.is_system, _("Only the clocks tell what is due."))
    rows = Ticket.objects.filter(pk=breach.subject.id, assignee__isnull=False)
    ticket = rows.filter(state__in=OPEN_STATES).first() if breach.subject.kind == SUBJECT else None
    if ticket is None or ticket.assignee_id is None:
        return 0
    moment = int(breach.due_at.timestamp())
    made = noticing.write(
        actor=actor,
        ticket=ticket,
        told={NoticeEvent.DUE: [ticket.assignee_id]},
        at=timezone.now(),
        key=f"due:{breach.clock_id}:{moment}:{'missed' if missed else 'risk'}",
    )
    return len(made)


def session_digest(session_key: str) -> str:
    """Give what is kept of a session's key: enough to know it again, no way in."""
    return hashlib.sha256(f"push\n{session_key}".encode()).hexdigest() if session_key else ""


def ways_of(actor: Actor) -> dict[Key, NoticeWay]:
    """Give how the actor is told of each event by each channel."""
    reader = noticing.readers([actor.id or 0], list(NoticeEvent)).get(actor.id or 0)
    if reader is None:
        raise Refused(_("Only a person has notices."))
    return {
        (event, channel): reader.way(event, channel)
        for event in NoticeEvent
        for channel in notice_rules.CHANNELS
    }


def _kept(person: Person) -> dict[str, str]:
    rows = NoticePreference.objects.filter(person=person)
    return {f"{row.event}.{row.channel}": row.way for row in rows}


def _person(actor: Actor) -> Person:
    person = Person.objects.filter(pk=actor.id or 0).first()
    if person is None:
        raise Refused(_("Only a person has notices."))
    return person


def _choice(actor: Actor) -> NoticeChoice:
    person = _person(actor)
    return NoticeChoice.objects.filter(person=person).first() or NoticeChoice(person=person)

"""Letting go what somebody is told: one mail or one push for all that is due, and nothing twice."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.services import require, service
from compagnon.core.visibility import visible
from compagnon.desk.models import (
    Notice,
    NoticeChannel,
    NoticeMail,
    NoticeState,
    PushSubscription,
)
from compagnon.desk.services.outgoing import addresses
from compagnon.people.models import Person
from compagnon.people.queries import actor_for

# Read by its person, a notice goes after a month; unread, after three.
READ_FOR, KEPT_FOR = timedelta(days=30), timedelta(days=90)
# As many mails an hour to one person; what is more waits, and leaves in one.
MAILS_PER_HOUR = 20
MOST = 100
SWEPT = 5_000


def waiting_since(now: datetime, most: int) -> list[tuple[int, str]]:
    """Give for whom, and by which channel, something waits whose moment has come."""
    rows = Notice.objects.filter(state=NoticeState.HELD, due_at__lte=now).order_by()
    return list(rows.values_list("person_id", "channel").distinct()[:most])


@service("notice.release")
def release(*, actor: Actor, person_id: int, channel: str, at: datetime | None = None) -> int:
    """Let go all that is due to somebody by one channel, as one; gives how many notices left.

    What they read on the page meanwhile, or may no longer read, is dropped.

    Raises:
        Refused: a person asks; only the program does this.
    """
    require(actor.is_system, _("Only the program sends notices."))
    at = at or timezone.now()
    rows = Notice.objects.filter(
        person_id=person_id, channel=channel, state=NoticeState.HELD, due_at__lte=at
    )
    due = list(rows.select_for_update(of=("self",)).order_by("id")[:MOST])
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if not due or (person and channel == NoticeChannel.MAIL and _too_many(person, at)):
        return 0
    told = _still_to_tell(person, due) if person else []
    sent = _send(person, NoticeChannel(channel), told, at) if person and told else []
    keys = {one.pk for one in sent}
    Notice.objects.filter(pk__in=keys).update(state=NoticeState.SENT, sent_at=at)
    Notice.objects.filter(pk__in={one.pk for one in due} - keys).update(state=NoticeState.DROPPED)
    if person is not None:
        journal.record(
            actor=actor,
            verb="notice.release",
            subject=person,
            after={"channel": channel, "sent": len(sent), "dropped": len(due) - len(sent)},
        )
    return len(sent)


def readable(person: Person, keys: list[int]) -> list[Notice]:
    """Give the notices that their person may still read, with what a text says of them."""
    rows = visible(Notice, actor_for(person, source=Source.TASK)).filter(pk__in=keys)
    return list(rows.select_related("ticket", "message", "actor").order_by("id"))


def _still_to_tell(person: Person, due: list[Notice]) -> list[Notice]:
    read = Notice.objects.filter(
        person_id=OuterRef("person_id"),
        key=OuterRef("key"),
        channel=NoticeChannel.PAGE,
        read_at__isnull=False,
    )
    unread = set(
        Notice.objects.filter(pk__in=[one.pk for one in due])
        .exclude(Exists(read))
        .values_list("pk", flat=True)
    )
    return readable(person, [one.pk for one in due if one.pk in unread])


def _send(person: Person, channel: NoticeChannel, told: list[Notice], at: datetime) -> list[Notice]:
    from compagnon.desk.tasks_notices import deliver_notices, push_notices

    keys = [one.pk for one in told]
    if channel is NoticeChannel.PUSH:
        subscriptions = PushSubscription.objects.filter(person=person).values_list("pk", flat=True)
        for key in list(subscriptions):
            push_notices.enqueue(key, keys)
        return told if subscriptions else []
    address = addresses([person.pk]).get(person.pk)
    if address is None:
        return []
    mail = NoticeMail.objects.create(
        person=person,
        recipient=address,
        language=person.language,
        internet_id=f"<notices.{uuid.uuid4().hex}@{settings.MAIL_DOMAIN}>",
        created_at=at,
    )
    Notice.objects.filter(pk__in=keys).update(mail=mail)
    deliver_notices.enqueue(mail.pk)
    return told


def _too_many(person: Person, at: datetime) -> bool:
    """Whether this hour's mails are used up: what a program provokes must not become a flood."""
    recent = NoticeMail.objects.filter(person=person, created_at__gt=at - timedelta(hours=1))
    return recent[: MAILS_PER_HOUR + 1].count() >= MAILS_PER_HOUR


def forget(now: datetime) -> int:
    """Delete the notices that were told long ago; gives how many."""
    old = Notice.objects.filter(created_at__lt=now - KEPT_FOR)
    read = Notice.objects.filter(created_at__lt=now - READ_FOR, read_at__isnull=False)
    gone = 0
    for rows in (old, read):
        keys = list(rows.order_by("created_at").values_list("pk", flat=True)[:SWEPT])
        gone += Notice.objects.filter(pk__in=keys).delete()[0]
    mails = NoticeMail.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
    NoticeMail.objects.filter(pk__in=list(mails.values_list("pk", flat=True)[:SWEPT])).delete()
    return gone

"""Webhooks: from the journal to messages that wait, and from those to their receiver, in order.

The journal's outbox gives each entry once, in one order: `follow` writes a message for each
subscription that it concerns, and the position moves in the same transaction. `send_waiting` holds
the subscription's lease, so that one worker at a time sends its messages, one after the other; one
that fails keeps its place, and those behind it wait. A worker that dies between the answer and the
note of it leaves the message waiting: it is sent again under the same identifier.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from compagnon.core import guarded_http, outbox
from compagnon.core.actor import Actor, Source
from compagnon.core.models import Entry
from compagnon.core.sealing import Unreadable, unseal
from compagnon.core.tasks import system_actor
from compagnon.core.visibility import visible
from compagnon.desk.models import DeliveryState, Ticket, Webhook, WebhookDelivery, WebhookState
from compagnon.desk.outbound import signing, telling
from compagnon.desk.policies import is_support
from compagnon.desk.policies_connections import WEBHOOK
from compagnon.desk.services import webhooks as services
from compagnon.people.models import Account, Person
from compagnon.people.queries import actor_for, may_enter

log = structlog.get_logger(__name__)

CONSUMER = "webhooks"
LEASE = timedelta(seconds=60)
TURN_SECONDS = 60.0
# For one message: to resolve, connect, send and read; well within the lease.
CALL_SECONDS = 15.0
# From ten seconds to twelve hours: what a receiver that is being repaired needs.
WAITS = (10, 60, 300, 900, 3600, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
LONGEST_ASKED = 3600
KEPT = timedelta(days=30)
STOPPED_KEPT = timedelta(days=7)
ANSWER_KEPT = 2000


# --- what happens becomes messages ---------------------------------------------------------------
def follow() -> None:
    """Write the messages of what was recorded since the last time, and have them sent."""
    hearing = Webhook.objects.exclude(state=WebhookState.PAUSED)
    if hearing.exists():
        while outbox.consume(CONSUMER, write_messages):
            pass
    else:
        outbox.sequence()
        if outbox.follow(CONSUMER, limit=1):
            outbox.advance(CONSUMER, outbox.last_position())
    from compagnon.desk.tasks_connections import send_webhook

    for pk in due():
        send_webhook.enqueue(pk)


def due() -> list[int]:
    """Give the subscriptions that have something to send now, and that no worker holds."""
    now = timezone.now()
    waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), state=DeliveryState.WAITING)
    rows = Webhook.objects.filter(Exists(waiting), state=WebhookState.ACTIVE).filter(
        Q(next_at=None) | Q(next_at__lte=now), Q(lease_until=None) | Q(lease_until__lt=now)
    )
    return list(rows.values_list("pk", flat=True))


def write_messages(entries: Sequence[Entry]) -> None:
    """Write a message for each subscription that an entry concerns; once, however often called."""
    known = telling.events()
    told = [
        entry
        for entry in entries
        if entry.object_type == "desk.ticket"
        and entry.verb in known
        and entry.source not in telling.UNTOLD
    ]
    if not told:
        return
    names = _names(told)
    rows = Webhook.objects.exclude(state=WebhookState.PAUSED)
    for webhook in rows.select_related("organisation", "owner__organisation"):
        mine = [entry for entry in told if _concerns(webhook, entry)]
        tickets = _seen(webhook, {entry.object_id for entry in mine}) if mine else {}
        now = timezone.now()
        WebhookDelivery.objects.bulk_create(
            [
                WebhookDelivery(
                    webhook=webhook,
                    entry_id=entry.pk,
                    message_id=telling.message_id(webhook.pk, entry.pk),
                    event=entry.verb,
                    ticket=tickets[entry.object_id],
                    occurred_at=entry.occurred_at,
                    payload=telling.body(
                        entry, tickets[entry.object_id], names.get(entry.actor_id or 0, "")
                    ),
                    created_at=now,
                )
                for entry in mine
                if entry.object_id in tickets
            ],
            ignore_conflicts=True,
        )


def _concerns(webhook: Webhook, entry: Entry) -> bool:
    return entry.recorded_at >= webhook.since and (
        not webhook.events or entry.verb in webhook.events
    )


def _names(entries: Iterable[Entry]) -> dict[int, str]:
    keys = {entry.actor_id for entry in entries if entry.actor_id}
    return {one.pk: str(one) for one in Person.objects.filter(pk__in=keys)}


def _seen(webhook: Webhook, keys: set[int]) -> dict[int, Ticket]:
    """Give those of the tickets that are the subscription's and that its owner works on."""
    actor = _owner(webhook)
    if actor is None:
        return {}
    rows = Ticket.objects.filter(organisation__path__startswith=webhook.organisation.path)
    found = visible(Ticket, actor, rows).filter(pk__in=keys)
    return {one.pk: one for one in found if is_support(actor, one)}


def _owner(webhook: Webhook) -> Actor | None:
    """Give the owner as actor while they may still have this sent."""
    rows = Account.objects.filter(person=webhook.owner).select_related("person__organisation")
    account = rows.first()
    # Whoever can no longer sign in has nothing sent any more either.
    if not webhook.owner.is_active or (account is not None and not may_enter(account)):
        return None
    actor = actor_for(webhook.owner, source=Source.API)
    return actor if actor.scope.allows(WEBHOOK, webhook.organisation_id) else None


# --- messages reach their receiver ---------------------------------------------------------------
def send_waiting(pk: int) -> int:
    """Send what waits, in order, until something fails; gives how many were received.

    Does nothing while another worker holds the subscription, or before its next attempt is due.
    """
    lease, now = uuid.uuid4().hex, timezone.now()
    claimed = (
        Webhook.objects.filter(pk=pk, state=WebhookState.ACTIVE)
        .filter(Q(next_at=None) | Q(next_at__lte=now), Q(lease_until=None) | Q(lease_until__lt=now))
        .update(lease=lease, lease_until=now + LEASE)
    )
    sent, started = 0, time.monotonic()
    if not claimed:
        return 0
    try:
        while time.monotonic() - started < TURN_SECONDS and _send_next(pk, lease):
            sent += 1
    finally:
        Webhook.objects.filter(pk=pk, lease=lease).update(lease="", lease_until=None)
    return sent


def _send_next(pk: int, lease: str) -> bool:
    """Send the first message that waits; false when there is none, or it was not received."""
    held = Webhook.objects.filter(pk=pk, lease=lease, state=WebhookState.ACTIVE)
    if not held.update(lease_until=timezone.now() + LEASE):
        return False
    webhook = held.select_related("organisation", "owner__organisation").first()
    rows = WebhookDelivery.objects.filter(webhook_id=pk, state=DeliveryState.WAITING)
    message = rows.select_related("ticket").order_by("id").first()
    if webhook is None or message is None:
        return False
    if message.ticket_id and not _seen(webhook, {message.ticket_id}):
        # The owner's eyes at the moment of sending count as well: a right taken back holds.
        _note(webhook, lease, message, state=DeliveryState.SKIPPED, error="not seen by its owner")
        return True
    message.attempts += 1
    message.save(update_fields=["attempts"])
    return _attempt(webhook, lease, message)


def _attempt(webhook: Webhook, lease: str, message: WebhookDelivery) -> bool:
    body = message.payload.encode()
    try:
        headers = signing.headers(
            _secrets(webhook),
            message_id=message.message_id,
            timestamp=int(time.time()),
            body=body,
        )
        answer = guarded_http.call(
            webhook.url,
            body=body,
            headers={
                **headers,
                "Content-Type": "application/json",
                "User-Agent": "Compagnon-Webhook/1",
            },
            seconds=CALL_SECONDS,
        )
    except Unreadable:
        return _failed(webhook, lease, message, "the secret cannot be read: give a new one")
    except (guarded_http.NotAllowed, guarded_http.Unanswered) as error:
        return _failed(webhook, lease, message, str(error))
    message.status, message.seconds = answer.status, answer.seconds
    message.answer = (
        answer.body[: 4 * ANSWER_KEPT].decode("utf-8", "replace").replace("\x00", "")[:ANSWER_KEPT]
    )
    if 200 <= answer.status < 300:
        return _note(webhook, lease, message, state=DeliveryState.SENT, error="")
    why = f"answered {answer.status}"
    if 300 <= answer.status < 400:
        why += ": redirections are not followed"
    return _failed(webhook, lease, message, why, after=_asked(answer), gone=answer.status == 410)


def _asked(answer: guarded_http.Answer) -> int:
    """Give how long the receiver asks us to wait, in seconds, an hour at most."""
    text = answer.retry_after.strip()
    return min(int(text), LONGEST_ASKED) if text.isdecimal() and len(text) < 9 else 0


def _secrets(webhook: Webhook) -> list[str]:
    found = [unseal(webhook.secret, label=services.LABEL)]
    until = webhook.previous_until
    if webhook.previous_secret and until is not None and until > timezone.now():
        # The new one alone signs where the former cannot be read any more.
        with suppress(Unreadable):
            found.append(unseal(webhook.previous_secret, label=services.LABEL))
    return found


def _note(
    webhook: Webhook, lease: str, message: WebhookDelivery, *, state: DeliveryState, error: str
) -> bool:
    """Note the end of a message; false when the lease was lost meanwhile."""
    now = timezone.now()
    with transaction.atomic():
        held = Webhook.objects.filter(pk=webhook.pk, lease=lease)
        values: dict[str, datetime | int | None] = {"failures": 0, "next_at": None}
        if state == DeliveryState.SENT:
            values["last_sent_at"] = now
        if not held.update(**values):
            return False
        message.state, message.error, message.ended_at = state, error[:300], now
        message.save(update_fields=["state", "error", "ended_at", "status", "answer", "seconds"])
    return True


def _failed(
    webhook: Webhook,
    lease: str,
    message: WebhookDelivery,
    why: str,
    *,
    after: int = 0,
    gone: bool = False,
) -> bool:
    """Note a failure and when to try again; past the limit the subscription stops."""
    failures = webhook.failures + 1
    wait = max(after, WAITS[min(failures, len(WAITS)) - 1])
    log.info("webhook failed", webhook=webhook.pk, failures=failures, why=why[:200])
    with transaction.atomic():
        # What failed by an address or a secret that was changed meanwhile tells nothing of the new.
        held = Webhook.objects.filter(
            pk=webhook.pk, lease=lease, url=webhook.url, secret=webhook.secret
        )
        next_at = timezone.now() + timedelta(seconds=wait)
        if not held.update(failures=failures, next_at=next_at):
            return False
        message.error = why.replace("\x00", "")[:300]
        message.save(update_fields=["error", "status", "answer", "seconds"])
        if gone or failures >= settings.WEBHOOK_FAILURES:
            services.stop_webhook(
                actor=system_actor("webhooks"), webhook_id=webhook.pk, reason=message.error
            )
    return False


# --- what is kept, and for how long --------------------------------------------------------------
def forget(*, at: datetime | None = None) -> int:
    """Delete what is older than thirty days, and pause what has been stopped for a week."""
    now = at or timezone.now()
    for webhook in Webhook.objects.filter(state=WebhookState.STOPPED):
        oldest = webhook.deliveries.filter(state=DeliveryState.WAITING).order_by("id").first()
        if oldest is not None and oldest.created_at < now - STOPPED_KEPT:
            services.pause_webhook(actor=system_actor("webhooks"), webhook=webhook)
    old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT)
    return old.exclude(state=DeliveryState.WAITING, webhook__state=WebhookState.ACTIVE).delete()[0]

"""What the demonstration is connected to: supervisions, another program, a signed mail.

Nothing of it is called when the demonstration begins: what had to be sent was sent, and the
journal is followed from its end.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.utils import timezone

from compagnon.config.demo import data
from compagnon.config.demo.cast import Cast
from compagnon.core import journal, outbox
from compagnon.core.actor import Actor, Source
from compagnon.core.models import Entry
from compagnon.core.sealing import seal
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.inbound.intake import process
from compagnon.desk.models import (
    AlertReport,
    AlertSource,
    DeliveryState,
    ReportState,
    Ticket,
    Webhook,
    WebhookDelivery,
)
from compagnon.desk.outbound import signing, telling, webhooks
from compagnon.desk.services import intake
from compagnon.desk.services.alert_sources import create_source
from compagnon.desk.services.alerting import take_happening
from compagnon.desk.services.protection import trust_authority
from compagnon.desk.services.webhooks import LABEL
from compagnon.people.models import Person

HISTORY = 24
RECEIVER = "/demo/webhook/"


def fill(actor: Actor, cast: Cast, rng: Random) -> None:
    """Connect the supervisions with what they said, the other program, and the signed mail."""
    for one in data.daily()["alerts"]:
        _supervision(actor, cast, one)
    _signed_mail(actor, cast)
    _webhook(actor, cast, rng)


def follow_from_now() -> None:
    """Have webhooks begin after all that was told: not one entry of the past is looked at."""
    outbox.sequence()
    outbox.advance(webhooks.CONSUMER, outbox.last_position())


# --- supervisions --------------------------------------------------------------------------------
def _supervision(actor: Actor, cast: Cast, one: dict[str, Any]) -> None:
    source = create_source(
        actor=actor,
        organisation=cast.parties.client,
        name=one["name"],
        adapter=one["adapter"],
        requester=cast.people[one["requester"]],
        team=cast.parties.teams[one["team"]],
        category=cast.category(one["category"]),
        service=cast.service(one["service"]),
    ).source
    for post in one["posts"]:
        _posted(actor, source, post, cast.times.until - timedelta(minutes=post["ago"]))


def _posted(actor: Actor, source: AlertSource, post: dict[str, Any], at: datetime) -> None:
    """Take what a supervision posted, as its door does, at a moment of the past."""
    document = _alertmanager(post, at) if source.adapter == "alertmanager" else _zabbix(post, at)
    body = json.dumps(document, ensure_ascii=False)
    found = adapters.read(source.adapter, body, source.mapping)
    for happening in found:
        take_happening(actor=actor, source=source, happening=happening, at=at)
    AlertReport.objects.create(
        source=source,
        digest=sha256(body.encode()).hexdigest(),
        body=body,
        peer="192.0.2.40",
        received_at=at,
        state=ReportState.DONE,
        alerts=len(found),
        processed_at=at + timedelta(seconds=1),
    )
    AlertSource.objects.filter(pk=source.pk).update(heard_at=at)


def _alertmanager(post: dict[str, Any], at: datetime) -> dict[str, Any]:
    alert = {name: post[name] for name in ("status", "labels", "annotations")}
    alert["startsAt"] = at.isoformat()
    return {"version": "4", "status": post["status"], "alerts": [alert]}


def _zabbix(post: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "event_value": post["value"],
        "trigger_id": post["trigger"],
        "host": post["host"],
        "event_name": post["event"],
        "severity": post["severity"],
        "message": post["message"],
        "clock": int(at.timestamp()),
    }


# --- a signed mail -------------------------------------------------------------------------------
def _signed_mail(actor: Actor, cast: Cast) -> None:
    """Receive a mail that its sender signed, under the client's own authority."""
    folder = Path(__file__).parent
    pem = (folder / "authority.pem").read_bytes()
    trust_authority(actor=actor, certificate=pem, name="Ateliers Verdelaine, autorité interne")
    raw = (folder / "signed.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    received = intake.receive(
        actor=actor,
        raw=raw,
        mail_from="antoine.lachassagne@verdelaine.example",
        rcpt_to=("assistance@verdelaine.example",),
        peer="192.0.2.25",
        at=cast.times.until - timedelta(minutes=47),
        enqueue=False,
    )
    process(received.inbound.pk, actor=Actor.system("intake", source=Source.DEMO))


# --- another program -----------------------------------------------------------------------------
def _webhook(actor: Actor, cast: Cast, rng: Random) -> None:
    """Write a subscription of this machine to itself, with what it received these days."""
    one, until = data.daily()["webhook"], cast.times.until
    row = Webhook.objects.create(
        organisation=cast.parties.client,
        owner=cast.people[one["owner"]],
        name=one["name"],
        url=_receiver(),
        events=sorted(one["events"]),
        secret=seal(signing.new_secret(), label=LABEL),
        # Told from now on: the past was not sent, it was written.
        since=max(until, timezone.now()),
        created_at=until - timedelta(days=12),
    )
    journal.record(
        actor=actor, verb="webhook.create", subject=row, occurred_at=row.created_at,
        after={"url": row.url, "events": row.events},
    )  # fmt: skip
    entries = Entry.objects.filter(
        object_type="desk.ticket", verb__in=row.events, occurred_at__lte=until
    ).order_by("-occurred_at", "-pk")[:HISTORY]
    found = list(reversed(entries))
    tickets = Ticket.objects.in_bulk([entry.object_id for entry in found])
    names = Person.objects.in_bulk([entry.actor_id for entry in found if entry.actor_id])
    rows = [
        _delivery(row, entry, tickets[entry.object_id], str(names.get(entry.actor_id or 0, "")),
                  rng)
        for entry in found
    ]  # fmt: skip
    if rows:
        _fail(rows[-min(one["failed"], len(rows))], one["answer"])
    WebhookDelivery.objects.bulk_create(rows)
    row.last_sent_at = max((each.ended_at for each in rows if each.ended_at), default=None)
    row.save(update_fields=["last_sent_at"])


def _receiver() -> str:
    """Give the page of this very machine that receives, whatever the world calls it by."""
    host, _colon, port = settings.LISTEN_WEB.rpartition(":")
    loopback = host if host in {"127.0.0.1", "[::1]"} else "127.0.0.1"
    return f"http://{loopback}:{port}{RECEIVER}"


def _delivery(
    row: Webhook, entry: Entry, ticket: Ticket, name: str, rng: Random
) -> WebhookDelivery:
    """Give a message that was received a moment after it happened."""
    seconds = round(rng.uniform(0.018, 0.22), 3)
    return WebhookDelivery(
        webhook=row,
        entry_id=entry.pk,
        message_id=telling.message_id(row.pk, entry.pk),
        event=entry.verb,
        ticket=ticket,
        occurred_at=entry.occurred_at,
        payload=telling.body(entry, ticket, name),
        state=DeliveryState.SENT,
        attempts=1,
        status=204,
        seconds=seconds,
        created_at=entry.occurred_at + timedelta(seconds=3),
        ended_at=entry.occurred_at + timedelta(seconds=4 + seconds),
    )


def _fail(message: WebhookDelivery, answer: str) -> None:
    """Have the receiver refuse a message until somebody gave it up; it can be sent again."""
    message.state, message.attempts = DeliveryState.SKIPPED, 5
    message.status, message.answer, message.error = 503, answer, "answered 503"
    message.ended_at = message.created_at + timedelta(minutes=7)

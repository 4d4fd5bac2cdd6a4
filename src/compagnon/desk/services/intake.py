"""Received mail: kept first, understood after, settled by a person where no rule could."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import silence
from compagnon.desk.errors import IllegalMove
from compagnon.desk.events import SilenceEvent, mail_fell_silent, mail_heard_again
from compagnon.desk.models import InboundMessage, InboundState

HEADERS_MAX = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """The row of a message, and whether it is new."""

    inbound: InboundMessage
    is_new: bool


@service("intake.receive")
def receive(
    *,
    actor: Actor,
    raw: bytes,
    mail_from: str = "",
    rcpt_to: tuple[str, ...] = (),
    peer: str = "",
    at: datetime | None = None,
    enqueue: bool = True,
) -> Received:
    """Keep a raw message before anything is understood of it, and enqueue its processing.

    When this returns, the bytes are flushed to the disk and the row is in the transaction: once
    that commits the mail server may be told that we have it. The same message delivered twice
    (same Message-ID, sender and content) is kept once and counted.

    Raises:
        TooLarge: it is over the limit for mail.
        Refused: a person, who has the page, tries this door.
    """
    if not actor.is_system:
        raise Refused
    from django.conf import settings

    stored = files.store(raw, limit=settings.MAIL_MAX_BYTES)
    internet_id, identity = identify(raw)
    values = {
        "raw": stored,
        "internet_id": internet_id,
        "mail_from": mail_from.replace("\x00", "")[:254],
        "rcpt_to": [address.replace("\x00", "")[:254] for address in rcpt_to[:100]],
        "peer": peer[:120],
        "received_at": at or timezone.now(),
    }
    inbound = InboundMessage.objects.filter(identity=identity).first()
    is_new = inbound is None
    if inbound is None:
        try:
            with transaction.atomic():
                inbound = InboundMessage.objects.create(identity=identity, **values)
        except IntegrityError:  # the same message, delivered on two connections at once
            inbound = InboundMessage.objects.get(identity=identity)
            is_new = False
    if not is_new:
        InboundMessage.objects.filter(pk=inbound.pk).update(duplicates=F("duplicates") + 1)
    journal.record(
        actor=actor,
        verb="intake.receive",
        subject=inbound,
        after={"bytes": len(raw), "duplicate": not is_new},
    )
    if is_new and enqueue:
        from compagnon.desk.tasks import process_inbound

        process_inbound.enqueue(inbound.pk)
    return Received(inbound, is_new)


def identify(raw: bytes) -> tuple[str, str]:
    """Give the Message-ID (may be empty) and the identity (SHA-256, hex) of a raw message.

    Two deliveries of one message differ in the trace headers that each server adds on top, so
    those do not count; everything that its author wrote does.
    """
    head, _separator, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    parsed = BytesHeaderParser(policy=compat32).parsebytes(head[:HEADERS_MAX])
    internet_id = "".join(str(parsed.get("Message-ID", "")).split()).replace("\x00", "")[:250]
    digest = hashlib.sha256()
    if not internet_id:
        digest.update(head)
    for part in (internet_id, parsed.get("From", ""), parsed.get("Subject", "")):
        digest.update(str(part).encode("utf-8", "surrogateescape") + b"\x00")
    digest.update(body)
    return internet_id, digest.hexdigest()


def _settling(actor: Actor, inbound_id: int) -> InboundMessage:
    rows = InboundMessage.objects.select_for_update(of=("self",))
    inbound = get_visible(InboundMessage, actor, rows, pk=inbound_id)
    if not actor.is_system and not actor.scope.allows(
        "intake.manage", inbound.mailbox.organisation_id if inbound.mailbox else None
    ):
        raise Refused(_("Your role does not allow you to settle received mail."))
    if inbound.state not in {InboundState.QUARANTINE, InboundState.WAITING, InboundState.IGNORED}:
        raise IllegalMove(_("This message is part of a ticket already."))
    return inbound


@service("intake.replay")
def replay_inbound(*, actor: Actor, inbound_id: int) -> InboundMessage:
    """Pass a message through the intake again, after a rule or a mailbox was set right.

    Raises:
        NotFound: no such message, or not visible.
        Refused: the actor may not settle received mail.
        IllegalMove: it is part of a ticket already.
    """
    inbound = _settling(actor, inbound_id)
    inbound.state, inbound.reason, inbound.detail = InboundState.WAITING, "", ""
    inbound.save(update_fields=["state", "reason", "detail"])
    journal.record(actor=actor, verb="intake.replay", subject=inbound)
    from compagnon.desk.tasks import process_inbound

    process_inbound.enqueue(inbound.pk)
    return inbound


@service("intake.admit")
def admit_inbound(*, actor: Actor, inbound_id: int) -> InboundMessage:
    """Open a ticket from a message that was ignored or quarantined, whatever the filters said.

    Raises:
        NotFound, Refused, IllegalMove: as :func:`replay_inbound`.
        Invalid: it has no sender to open a ticket for.
    """
    from compagnon.desk.inbound.intake import admit

    inbound = _settling(actor, inbound_id)
    admit(actor=actor, inbound=inbound)
    journal.record(
        actor=actor, verb="intake.admit", subject=inbound, after={"ticket_id": inbound.ticket_id}
    )
    return inbound


@service("intake.dismiss")
def dismiss_inbound(*, actor: Actor, inbound_id: int) -> InboundMessage:
    """Settle a message in quarantine as needing nothing. It is kept, and can be replayed.

    Raises:
        NotFound, Refused, IllegalMove: as :func:`replay_inbound`.
    """
    inbound = _settling(actor, inbound_id)
    inbound.state, inbound.reason = InboundState.IGNORED, "dismissed"
    inbound.processed_at = timezone.now()
    inbound.save(update_fields=["state", "reason", "processed_at"])
    journal.record(actor=actor, verb="intake.dismiss", subject=inbound)
    return inbound


@service("intake.watch")
def watch_silence(*, actor: Actor, at: datetime | None = None) -> str:
    """Note, once, that no mail comes any more; and, once, that it comes again.

    The alarm stands in the journal on the last message that came; pages, ``doctor`` and the
    metrics show it while it lasts. Gives the verb that was written, or nothing.

    Raises:
        Refused: a person tries what only the program does.
    """
    if not actor.is_system:
        raise Refused
    now = silence.read(at)
    raised = silence.raised_alarm()
    if now is None or now.is_alarm == (raised is not None):
        return ""
    verb = silence.FELL_SILENT if now.is_alarm else silence.HEARD_AGAIN
    journal.record(
        actor=actor,
        verb=verb,
        subject=InboundMessage.objects.get(pk=now.last_id),
        after={"minutes": now.seconds // 60, "limit": now.limit // 60},
        occurred_at=at,
    )
    (mail_fell_silent if now.is_alarm else mail_heard_again).announce(
        SilenceEvent(since=now.since, seconds=now.seconds)
    )
    return verb

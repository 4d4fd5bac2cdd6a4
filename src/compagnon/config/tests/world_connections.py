"""What ties each client's desk to other programs, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from compagnon.desk.models import (
    Alert,
    AlertReport,
    AlertSilence,
    AlertSource,
    FailedFetch,
    MailboxCertificate,
    MailFetch,
    MailProtection,
    TrustedAuthority,
    Webhook,
    WebhookDelivery,
)

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a webhook that is paused, with a message of a ticket."""
    now = timezone.now()
    webhook = Webhook.objects.create(
        organisation=side.organisation, owner=side.manager, name=f"Vers {mark}",
        url=f"https://{side.mark.lower()}.example/in", state="paused", secret="x", since=now,
        created_at=now,
    )  # fmt: skip
    ticket = side.objects["ticket"]
    delivery = WebhookDelivery.objects.create(
        webhook=webhook, entry_id=ticket.pk, message_id=f"msg_{side.mark}", event="ticket.open",
        ticket=ticket, occurred_at=now, payload=f'{{"title": "{mark}"}}', created_at=now,
        answer=f"Reçu par {mark}",
    )  # fmt: skip
    side.objects.update(webhook=webhook, delivery=delivery)
    _alerts(side, mark)


def _alerts(side: Side, mark: str) -> None:
    now = timezone.now()
    number = AlertSource.objects.count()
    source = AlertSource.objects.create(
        organisation=side.organisation, name=f"Sonde {mark}", adapter="mapped",
        requester=side.person, team=side.team, prefix="alr_", digest=f"{number:064}",
        mapping={"key": "id", "name": "title", "host": mark}, error=f"Rien de {mark}",
        created_at=now,
    )  # fmt: skip
    report = AlertReport.objects.create(
        source=source, digest="0" * 64, body=f'{{"id": 1, "title": "{mark}"}}', received_at=now,
        state="refused", error=f"Rien de {mark}",
    )  # fmt: skip
    Alert.objects.create(
        source=source, fingerprint=f"{number:064}", name=f"Alerte {mark}", host=f"srv-{mark}",
        state="firing", ticket=side.objects["ticket"], began_at=now, heard_at=now,
    )  # fmt: skip
    silence = AlertSilence.objects.create(
        organisation=side.organisation, source=source, host=f"srv-{mark}", starts_at=now,
        ends_at=now + timedelta(hours=1), reason=f"Travaux {mark}",
    )  # fmt: skip
    side.objects.update(alert_source=source, alert_report=report, alert_silence=silence)
    _fetch(side, mark)


def _fetch(side: Side, mark: str) -> None:
    fetch = MailFetch.objects.create(
        mailbox=side.objects["mailbox"], host=f"{side.mark.lower()}.invalid", user=mark,
        is_active=False, error=f"server: {mark}",
    )  # fmt: skip
    FailedFetch.objects.create(
        fetch=fetch, uid_validity=1, uid=1, error=f"Pas lu : {mark}", failed_at=timezone.now()
    )
    now = timezone.now()
    dates = {"begins_at": now, "ends_at": now + timedelta(days=1), "added_at": now}
    key = MailboxCertificate.objects.create(
        mailbox=side.objects["mailbox"], certificate="", key="", subject=f"CN={mark}",
        issuer=mark, fingerprint="0" * 64, **dates,
    )  # fmt: skip
    # Authorities are the installation's: seen by who configures the desk everywhere.
    authority, _new = TrustedAuthority.objects.get_or_create(
        fingerprint="1" * 64, defaults={"name": "Autorité", "certificate": "", **dates}
    )
    MailProtection.objects.create(
        inbound=side.objects["inbound"], scheme="smime", signature="valid", signer=mark,
        issuer=mark, checked_at=now,
    )  # fmt: skip
    side.objects.update(fetch=fetch, mailbox_key=key, authority=authority)


def kept(name: str) -> Callable[[Any], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def words(*values: str) -> Callable[[Any], list[Any]]:
    """Give values that name no object."""
    return lambda _side: list(values)


ROWS: dict[type[Model], Callable[[Any], Model]] = {
    AlertSilence: lambda side: side.objects["alert_silence"],
}
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "desk/webhooks/<webhook_id>": kept("webhook"),
    "desk/webhooks/<webhook_id>/do/<name>": words("pause", "resume", "test", "rotate", "remove"),
    "desk/webhook-messages/<delivery_id>": kept("delivery"),
    "desk/webhook-messages/<delivery_id>/do/<name>": words("replay", "skip"),
    "api/v1/webhooks/<webhook_id>": kept("webhook"),
    "api/v1/webhook-messages/<delivery_id>": kept("delivery"),
    "desk/alert-sources/<source_id>": kept("alert_source"),
    "desk/alert-sources/<source_id>/do/<name>": words("rotate", "remove"),
    "desk/alert-reports/<report_id>": kept("alert_report"),
    "api/v1/alert-sources/<source_id>": kept("alert_source"),
    "api/v1/alert-reports/<report_id>": kept("alert_report"),
    "desk/mailboxes/<mailbox_id>": kept("mailbox"),
    "desk/mailboxes/<mailbox_id>/imap/do/<name>": words("test", "read", "remove"),
    "api/v1/mail-fetches/<fetch_id>": kept("fetch"),
    "desk/authorities/<authority_id>": kept("authority"),
    "desk/mailbox-keys/<certificate_id>": kept("mailbox_key"),
    "api/v1/trusted-authorities/<authority_id>": kept("authority"),
    "api/v1/mailbox-keys/<certificate_id>": kept("mailbox_key"),
}
# Each page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "desk/webhooks/": "GET /webhooks",
    "desk/webhooks/new/": "POST /webhooks",
    "desk/webhooks/<webhook_id>/":
        "GET /webhooks/{webhook_id}, GET /webhooks/{webhook_id}/messages",
    "desk/webhooks/<webhook_id>/change/": "PATCH /webhooks/{webhook_id}",
    "desk/webhooks/<webhook_id>/do/<name>/":
        "POST /webhooks/{webhook_id}/pause, POST /webhooks/{webhook_id}/resume, "
        "POST /webhooks/{webhook_id}/test, POST /webhooks/{webhook_id}/rotate, "
        "DELETE /webhooks/{webhook_id}",
    "desk/webhook-messages/<delivery_id>/": "GET /webhook-messages/{delivery_id}",
    "desk/webhook-messages/<delivery_id>/do/<name>/":
        "POST /webhook-messages/{delivery_id}/replay, POST /webhook-messages/{delivery_id}/skip",
    "desk/alerts/": "GET /supervision-alerts",
    "desk/alert-sources/": "GET /alert-sources",
    "desk/alert-sources/new/": "POST /alert-sources, POST /alert-samples",
    "desk/alert-sources/<source_id>/":
        "GET /alert-sources/{source_id}, GET /alert-sources/{source_id}/reports",
    "desk/alert-sources/<source_id>/change/": "PATCH /alert-sources/{source_id}",
    "desk/alert-sources/<source_id>/do/<name>/":
        "POST /alert-sources/{source_id}/rotate, DELETE /alert-sources/{source_id}",
    "desk/alert-reports/<report_id>/": "GET /alert-reports/{report_id}",
    "desk/authorities/": "GET /trusted-authorities, POST /trusted-authorities",
    "desk/authorities/<authority_id>/distrust/": "DELETE /trusted-authorities/{authority_id}",
    "desk/mailboxes/<mailbox_id>/keys/": "GET /mailbox-keys, POST /mailbox-keys",
    "desk/mailbox-keys/<certificate_id>/remove/": "DELETE /mailbox-keys/{certificate_id}",
    "desk/mailboxes/<mailbox_id>/imap/":
        "GET /mail-fetches, POST /mail-fetches, PATCH /mail-fetches/{fetch_id}, "
        "GET /mail-fetches/{fetch_id}/failed",
    "desk/mailboxes/<mailbox_id>/imap/do/<name>/":
        "POST /mail-fetches/{fetch_id}/test, POST /mail-fetches/{fetch_id}/read, "
        "DELETE /mail-fetches/{fetch_id}",
}  # fmt: skip

"""What ties the desk to other programs: mailboxes that are read, webhooks, alerts, keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning
from compagnon.desk import fetch_words
from compagnon.desk.models import (
    AlertSource,
    MailboxCertificate,
    MailFetch,
    Webhook,
    WebhookState,
)
from compagnon.people import directory_words
from compagnon.people.models import Directory

LATE = timedelta(minutes=15)
SOON = timedelta(days=30)


def mailboxes_read() -> Iterator[Finding]:
    """Each mailbox in use must have been read lately, and well."""
    rows = MailFetch.objects.filter(is_active=True, mailbox__is_active=True)
    for fetch in rows.select_related("mailbox").order_by("pk")[:100]:
        name = f"imap-{fetch.mailbox.address}"
        if fetch.error:
            words, detail = fetch_words.in_words(fetch.error)
            say = failed if fetch.is_refused else warning
            yield say(
                name,
                f"{fetch.mailbox.address}: {words} {detail}".strip(),
                _("Test the connection on the mailbox's page; waiting mail stays on its server."),
            )
        elif fetch.polled_at is None or fetch.polled_at < timezone.now() - max(
            LATE, 3 * timedelta(seconds=fetch.every_seconds)
        ):
            yield warning(
                name,
                _("%(address)s has not been read lately.") % {"address": fetch.mailbox.address},
                _("Is a worker running that takes the queue «mail»?"),
            )
        elif fetch.is_listened:
            yield ok(name, _("listened to: new mail is taken as it comes"))
        else:
            yield ok(name, _("read at %(at)s") % {"at": f"{fetch.polled_at:%Y-%m-%d %H:%M} UTC"})


def stopped_webhooks() -> Iterator[Finding]:
    """A webhook that stopped keeps what happens for a week only."""
    for webhook in Webhook.objects.filter(state=WebhookState.STOPPED).order_by("pk")[:100]:
        yield warning(
            f"webhook-{webhook.pk}",
            _("The webhook “%(name)s” stopped: %(why)s")
            % {"name": webhook.name, "why": webhook.stopped_reason},
            _("Once its receiver answers again, resume it on its page."),
        )


def alerts_not_understood() -> Iterator[Finding]:
    """What a supervision posts and nobody reads is an alarm that nobody hears."""
    rows = AlertSource.objects.filter(is_active=True).exclude(error="")
    for source in rows.order_by("pk")[:100]:
        yield warning(
            f"alerts-{source.pk}",
            _("The last report of “%(name)s” was not understood: %(why)s")
            % {"name": source.name, "why": source.error},
            _("Look at the report on the source's page, and at its kind or its mapping."),
        )


def keys_ending() -> Iterator[Finding]:
    """What is encrypted for a mailbox under a certificate that ends soon will stop coming."""
    now = timezone.now()
    rows = MailboxCertificate.objects.filter(ends_at__range=(now, now + SOON))
    for row in rows.select_related("mailbox").order_by("ends_at")[:100]:
        later = row.mailbox.certificates.filter(ends_at__gt=now + SOON)
        if not later.exists():
            yield warning(
                f"mailbox-key-{row.pk}",
                _("The certificate of %(address)s ends on %(day)s.")
                % {"address": row.mailbox.address, "day": f"{row.ends_at:%Y-%m-%d}"},
                _("Add the new one on the mailbox's page, and keep the old one for old mail."),
            )


def directories_read() -> Iterator[Finding]:
    """Each directory in use must have been read lately, and well."""
    now = timezone.now()
    for row in Directory.objects.filter(is_active=True).order_by("pk")[:100]:
        name = f"directory-{row.pk}"
        about = {"name": row.name, "at": f"{row.ok_at:%Y-%m-%d %H:%M} UTC" if row.ok_at else ""}
        if row.error:
            words, detail = directory_words.in_words(row.error)
            say = warning if row.error == "ceiling" else failed
            yield say(
                name,
                f"{row.name}: {words} {detail}".strip(),
                _("Try it on the directory's page; nobody is suspended meanwhile."),
            )
        elif row.next_at is not None and row.next_at < now - LATE:
            yield warning(
                name,
                _("The directory “%(name)s” was not synchronised in time.") % about,
                _("Is a worker running that takes the queue «bulk»?"),
            )
        elif row.ok_at is None:
            yield warning(
                name,
                _("The directory “%(name)s” was never synchronised.") % about,
                _("Ask for a preview on its page, then carry it out."),
            )
        else:
            yield ok(name, _("synchronised at %(at)s") % about)


CHECKS_OF_TABLES: list[Check] = [
    directories_read,
    mailboxes_read,
    stopped_webhooks,
    alerts_not_understood,
    keys_ending,
]

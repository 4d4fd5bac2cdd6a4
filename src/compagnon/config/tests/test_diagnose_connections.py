"""Doctor tells what is wrong with mailboxes that are read, webhooks, alerts and keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compagnon.config.diagnosis import connections
from compagnon.config.diagnosis.findings import Status
from compagnon.desk.models import AlertSource, MailboxCertificate, MailFetch, Webhook
from compagnon.desk.tests import factories
from compagnon.people.models import Directory
from compagnon.people.tests.factories import Cast


def told() -> dict[str, Status]:
    return {
        one.check.rpartition("-")[0] or one.check: one.status
        for check in connections.CHECKS_OF_TABLES
        for one in check()
    }


@pytest.fixture
def fetch(cast: Cast) -> MailFetch:
    box = factories.mailbox(cast.provider, "support@assistance.example")
    return MailFetch.objects.create(mailbox=box, host="imap.example", user="support")


def test_nothing_to_say_of_nothing(db: None) -> None:
    assert told() == {}


def test_a_mailbox_read_late_badly_and_well(fetch: MailFetch) -> None:
    assert list(told().values()) == [Status.WARNING]
    MailFetch.objects.update(polled_at=timezone.now(), error="refused: Authentication failed.")
    (finding,) = connections.mailboxes_read()
    assert finding.status is Status.FAILED
    assert "Authentication failed." in finding.message
    MailFetch.objects.update(error="")
    assert list(told().values()) == [Status.OK]
    MailFetch.objects.update(is_active=False)
    assert told() == {}


def test_what_stopped_was_not_understood_or_ends(cast: Cast, fetch: MailFetch) -> None:
    now = timezone.now()
    MailFetch.objects.update(polled_at=now)
    Webhook.objects.create(
        organisation=cast.provider, owner=cast.administrator, name="Tchat", url="https://x",
        state="stopped", stopped_reason="answered 500", secret="", since=now, created_at=now,
    )  # fmt: skip
    AlertSource.objects.create(
        organisation=cast.provider, name="Sonde", adapter="zabbix", requester=cast.user,
        digest="0" * 64, error="rien", created_at=now,
    )  # fmt: skip
    MailboxCertificate.objects.create(
        mailbox=fetch.mailbox, certificate="", key="", subject="x", issuer="x",
        fingerprint="0" * 64, begins_at=now, ends_at=now + timedelta(days=5), added_at=now,
    )  # fmt: skip
    found = told()
    assert found["webhook"] is Status.WARNING
    assert found["alerts"] is Status.WARNING
    assert found["mailbox-key"] is Status.WARNING


def test_a_directory_never_read_failed_late_and_well(cast: Cast) -> None:
    row = Directory.objects.create(
        organisation=cast.client_a, name="A", url="ldaps://a.example", base="dc=a"
    )

    def finding(**values: object) -> Status:
        Directory.objects.filter(pk=row.pk).update(**values)
        (found,) = connections.directories_read()
        return found.status

    now = timezone.now()
    assert finding() is Status.WARNING
    assert finding(ok_at=now) is Status.OK
    assert finding(next_at=now - timedelta(hours=1)) is Status.WARNING
    assert finding(error="server: no answer") is Status.FAILED
    assert finding(error="ceiling") is Status.WARNING

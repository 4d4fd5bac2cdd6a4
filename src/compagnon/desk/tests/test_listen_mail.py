"""A mailbox is listened to (IMAP IDLE) on a real Dovecot: what comes is taken as it comes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from compagnon.config.diagnosis.connections import mailboxes_read
from compagnon.core.tasks import attending
from compagnon.desk.inbound.fetching import idling, polling
from compagnon.desk.inbound.fetching.connecting import Box
from compagnon.desk.models import InboundMessage, MailFetch
from compagnon.desk.services.fetching import set_fetch
from compagnon.desk.tests import dovecot, factories
from compagnon.desk.tests.dovecot import PASSWORD, USER, Dovecot
from compagnon.desk.tests.test_mail_story import written
from compagnon.people.tests.factories import actor, cast

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.skipif(dovecot.PROGRAM is None, reason="no Dovecot (package dovecot-imapd)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot starts as root only"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as found:
        yield found


@pytest.fixture
def fetch(transactional_db: None, server: Dovecot, settings: Any) -> MailFetch:
    settings.OUTGOING_ALLOW = ["127.0.0.0/8"]
    people = cast()
    mailbox = factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    values = {
        "host": "127.0.0.1", "port": server.port, "security": "none", "user": USER,
        "password": PASSWORD, "existing": "none", "after": "seen",
    }  # fmt: skip
    return set_fetch(actor=actor(people.supervisor), mailbox=mailbox, values=values)


@pytest.fixture
def listening(fetch: MailFetch) -> Iterator[threading.Event]:
    """A worker's thread that listens, ended whatever the test finds."""
    stop = threading.Event()
    thread = threading.Thread(target=idling.attend, args=(stop,), daemon=True)
    thread.start()
    yield stop
    stop.set()
    thread.join(20)
    assert not thread.is_alive(), "it does not stop"


def until(found: Callable[[], Any], seconds: float = 60) -> float:
    """Wait for something; gives how long it took."""
    began = time.monotonic()
    while not found():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.02)
    return time.monotonic() - began


def now(fetch: MailFetch) -> MailFetch:
    return MailFetch.objects.get(pk=fetch.pk)


def mail(number: int) -> bytes:
    return written(f"Texte {number}", f"Demande {number}", message_id=f"<l{number}@x.example>")


def test_new_mail_is_taken_as_it_comes_on_one_connection(
    fetch: MailFetch,
    listening: threading.Event,
    server: Dovecot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    until(lambda: now(fetch).is_listened and now(fetch).uid_validity)
    opened: list[int] = []
    connect = Box._get_mailbox_client
    monkeypatch.setattr(Box, "_get_mailbox_client", lambda self: opened.append(1) or connect(self))
    for number in (1, 2):
        server.put(mail(number))
        seconds = until(lambda n=number: InboundMessage.objects.count() == n)  # type: ignore[misc]
        # Two seconds on a machine that does nothing else; a loaded one is given some more.
        assert seconds < 10, f"{seconds:.1f} s"
    # Polling leaves it alone, and nobody else takes it.
    MailFetch.objects.filter(pk=fetch.pk).update(next_at=timezone.now() - timedelta(hours=1))
    assert polling.due() == []
    assert polling.poll(fetch.pk) == 0
    assert not idling.claim(fetch.pk, "another")
    assert opened == []
    with translation.override("en"):
        (finding,) = mailboxes_read()
    assert "listened to" in finding.message

    listening.set()
    until(lambda: now(fetch).listened_until is None)
    assert polling.due() == [fetch.pk]


def test_what_comes_while_it_reads_and_what_waits_is_taken_at_once(
    fetch: MailFetch,
    server: Dovecot,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MailFetch.objects.filter(pk=fetch.pk).update(existing="unread")
    # A reading takes so many; and one more comes while the first is kept.
    monkeypatch.setattr(polling, "AT_ONCE", 2)
    for number in range(11, 16):
        server.put(mail(number))
    keep, late = polling._keep, [mail(16)]

    def busy(fetch: MailFetch, raw: bytes) -> None:
        keep(fetch, raw)
        if late and b"Demande 15" in raw:
            server.put(late.pop())

    monkeypatch.setattr(polling, "_keep", busy)
    request.getfixturevalue("listening")
    until(lambda: InboundMessage.objects.count() == 6)


def test_a_connection_that_breaks_is_made_anew(
    fetch: MailFetch,
    listening: threading.Event,
    server: Dovecot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idling, "AFTER_FAILURE", timedelta(seconds=0))
    monkeypatch.setattr(idling, "LOOKED", 0.2)
    until(lambda: now(fetch).is_listened and now(fetch).uid_validity)
    (held,) = idling.connections()
    held.shutdown(2)
    # Between the two the row may say for less than an instant that nobody listens.
    until(lambda: idling.connections() not in ([], [held]) and now(fetch).is_listened)
    server.put(mail(3))
    until(InboundMessage.objects.exists)


def test_without_idle_the_mailbox_is_polled(
    fetch: MailFetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idling, "can_tell", lambda _box: False)
    assert idling.claim(fetch.pk, "me")
    assert polling.due() == []
    idling.listen(fetch.pk, "me", threading.Event())
    row = now(fetch)
    assert not row.is_listened
    assert row.listen_after is not None
    assert row.listen_after > timezone.now()
    assert idling.free() == []
    assert polling.due() == [fetch.pk]


def test_a_dead_listener_leaves_the_mailbox(fetch: MailFetch) -> None:
    assert idling.claim(fetch.pk, "dead")
    assert not idling.claim(fetch.pk, "me")
    MailFetch.objects.update(listened_until=timezone.now() - timedelta(seconds=1))
    assert idling.free() == polling.due() == [fetch.pk]
    assert idling.claim(fetch.pk, "me")


def test_workers_of_the_queue_of_mail_attend_to_it() -> None:
    from compagnon.desk import tasks  # noqa: F401

    names = [one.name for one in attending.of_queues({"mail"})]
    assert "compagnon.desk.tasks_connections.listen_to_mailboxes" in names
    assert "compagnon.desk.tasks_connections.listen_to_mailboxes" not in [
        one.name for one in attending.of_queues({"default"})
    ]

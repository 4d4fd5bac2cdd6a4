"""Listening to mailboxes (IMAP IDLE, RFC 2177): new mail is taken as it comes.

One connection a mailbox, held by one worker: its row says by whom and until when, and polling
leaves it alone meanwhile. What is new is read on the same connection, as polling reads it. A
server that cannot be listened to, or a connection that breaks, leaves the mailbox to polling.
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from compagnon.desk.inbound.fetching import polling
from compagnon.desk.inbound.fetching.connecting import Box, FetchFailed, signed_in, told
from compagnon.desk.models import MailFetch

log = structlog.get_logger(__name__)

# Longer than two beats: a listener that died leaves its mailbox to polling after that.
LEASE = timedelta(seconds=45)
BEAT = 10.0
# How soon a listener hears that it is to stop, in seconds.
STEP = 1.0
# Servers end what is silent for half an hour; some, and what lies between, sooner.
RENEWED = 540.0
LOOKED = 5.0
AGAIN = timedelta(minutes=10)
AFTER_FAILURE = timedelta(seconds=15)
# A thread each.
MOST = 50


_held: dict[int, Box] = {}


def connections() -> list[socket.socket]:
    """Give the sockets that this process listens on."""
    return [box.client.sock for box in list(_held.values())]


def can_tell(box: Box) -> bool:
    """Tell whether the server tells of new mail."""
    return "IDLE" in box.client.capabilities


def attend(stop: threading.Event) -> None:
    """Listen to every mailbox that is read and that no other worker listens to."""
    name = uuid.uuid4().hex
    threads: dict[int, threading.Thread] = {}
    while not stop.is_set():
        threads = {pk: thread for pk, thread in threads.items() if thread.is_alive()}
        for pk in free()[: MOST - len(threads)]:
            if pk not in threads and claim(pk, name):
                thread = threading.Thread(target=listen, args=(pk, name, stop), daemon=True)
                threads[pk] = thread
                thread.start()
        connection.close()
        stop.wait(LOOKED)
    for thread in threads.values():
        thread.join(2 * STEP)


def free() -> list[int]:
    """Give the mailboxes that could be listened to and that nobody listens to."""
    now = timezone.now()
    rows = MailFetch.objects.filter(is_active=True, mailbox__is_active=True).filter(
        Q(listened_until=None) | Q(listened_until__lt=now),
        Q(listen_after=None) | Q(listen_after__lte=now),
        # The reading that is under way ends first: one connection at a time.
        Q(lease_until=None) | Q(lease_until__lt=now),
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[: 2 * MOST])


def claim(pk: int, name: str) -> bool:
    """Take a mailbox; of several workers that try, one gets true."""
    now = timezone.now()
    rows = MailFetch.objects.filter(
        Q(listened_until=None) | Q(listened_until__lt=now), pk=pk, is_active=True
    )
    return bool(rows.update(listener=name, listened_until=now + LEASE))


def listen(pk: int, name: str, stop: threading.Event) -> None:
    """Hold one mailbox's connection until told to stop, it breaks, or its settings change."""
    failure, after = "", None
    try:
        fetch = MailFetch.objects.select_related("mailbox").get(pk=pk)
        with signed_in(fetch) as box:
            if not can_tell(box):
                after = timezone.now() + AGAIN
                return
            _held[pk] = box
            with told(box):
                _listen(box, fetch, name, stop)
    except FetchFailed as error:
        failure = str(error)
        log.warning("mailbox not listened to", fetch=pk, why=failure)
    except MailFetch.DoesNotExist:
        return
    finally:
        _held.pop(pk, None)
        _leave(pk, name, after=after, failed=bool(failure))
        connection.close()


def _listen(box: Box, fetch: MailFetch, name: str, stop: threading.Event) -> None:
    """Read what is there, then what comes, for as long as the mailbox is ours."""
    log.info("listening to a mailbox", fetch=fetch.pk)
    version = fetch.version
    while not stop.is_set():
        before = fetch.last_uid
        taken = polling.poll(fetch.pk, box=box)
        fetch.refresh_from_db(fields=["folder", "version", "uid_validity", "last_uid"])
        if fetch.version != version:
            return
        # What came while it was read was told within another command's answer, and the server says
        # it once: asked for last, before it is listened to.
        if (taken or fetch.last_uid != before) and polling.has_more(box, fetch):
            continue
        if not _wait(box, fetch.pk, name, stop):
            return


def _wait(box: Box, pk: int, name: str, stop: threading.Event) -> bool:
    """Wait for news or for the next renewal; false when the mailbox is ours no more."""
    began = beaten = time.monotonic()
    if not _still_ours(pk, name):
        return False
    connection.close()
    box.idle.start()  # type: ignore[no-untyped-call]
    try:
        while not stop.is_set() and time.monotonic() - began < RENEWED:
            asked = time.monotonic()
            said = box.idle.poll(timeout=STEP)
            if any(b"EXISTS" in line or b"BYE" in line for line in said):
                return True
            if not said and time.monotonic() - asked < STEP / 2:
                # Readable and nothing to read: the connection is gone, which ending IDLE tells.
                return True
            if time.monotonic() - beaten > BEAT:
                beaten = time.monotonic()
                if not _still_ours(pk, name):
                    return False
                connection.close()
    finally:
        box.idle.stop()  # type: ignore[no-untyped-call]
    return not stop.is_set()


def _still_ours(pk: int, name: str) -> bool:
    """Keep the mailbox for a while more, unless it was taken, changed or put out of use."""
    now = timezone.now()
    rows = MailFetch.objects.filter(pk=pk, listener=name, is_active=True, mailbox__is_active=True)
    return bool(rows.update(listened_until=now + LEASE, polled_at=now, ok_at=now))


def _leave(pk: int, name: str, *, after: datetime | None, failed: bool) -> None:
    """Leave the mailbox to polling; after a failure, which polling tells, for a while."""
    now = timezone.now()
    MailFetch.objects.filter(pk=pk, listener=name).update(
        listener="",
        listened_until=None,
        listen_after=after or (now + AFTER_FAILURE if failed else None),
        next_at=now if failed else None,
    )

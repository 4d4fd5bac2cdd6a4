"""One reading of a mailbox: what is new is kept once, what fails never stops the next.

A message is known by UIDVALIDITY and UID. It is kept (``services.receive``) and ``last_uid`` moves
in one transaction; marking or moving it on the server comes after, and is made up for at the next
reading if the worker dies in between. When UIDVALIDITY changes, what came lately is read again, and
those that we have are known by their identity, as the listener knows what is delivered twice;
what was left on purpose at the first reading is not brought back by it.
"""

from __future__ import annotations

import imaplib
import uuid
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from imap_tools import AND, U
from imap_tools.errors import ImapToolsError, MailboxDeleteError, MailboxExpungeError

from compagnon.core.actor import Source
from compagnon.core.errors import CompagnonError
from compagnon.core.tasks import system_actor
from compagnon.desk.inbound.fetching.connecting import Box, FetchFailed, signed_in, told, words
from compagnon.desk.inbound.origin import DELIVERED, untagged
from compagnon.desk.models import AfterReading, Existing, FailedFetch, Mailbox, MailFetch
from compagnon.desk.services import intake

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=300)
AT_ONCE = 200
MARKED_AT_ONCE = 100
ATTEMPTS = 5
# A server's day is not ours, and a folder may have been put back from yesterday's backup.
LOOKED_BACK = timedelta(days=2)
LONGEST_WAIT = 3600
SEEN = "\\Seen"
HEADERS_MAX = 256 * 1024


def due() -> list[int]:
    """Give the mailboxes whose time has come, and that no worker reads."""
    now = timezone.now()
    rows = MailFetch.objects.filter(is_active=True, mailbox__is_active=True).filter(
        Q(next_at=None) | Q(next_at__lte=now),
        Q(lease_until=None) | Q(lease_until__lt=now),
        # Who listens to it reads it.
        Q(listened_until=None) | Q(listened_until__lt=now),
    )
    return list(rows.values_list("pk", flat=True))


def poll(pk: int, *, box: Box | None = None) -> int:
    """Read a mailbox once, unless another worker does; gives how many messages were taken.

    Args:
        box: the connection of who listens to it; a new one unless given.

    Raises:
        FetchFailed: the connection that was given broke off.
    """
    lease, now = uuid.uuid4().hex, timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    if box is None:
        free &= Q(listened_until=None) | Q(listened_until__lt=now)
    claimed = MailFetch.objects.filter(free, pk=pk, is_active=True, mailbox__is_active=True)
    if not claimed.update(lease=lease, lease_until=now + LEASE):
        return 0
    fetch = MailFetch.objects.select_related("mailbox").get(pk=pk)
    taken, failure, unmarked = 0, "", ""
    try:
        with signed_in(fetch) if box is None else told(box) as connected:
            taken, unmarked = _read(connected, fetch, lease)
    except FetchFailed as error:
        failure = str(error)
        log.warning("mailbox not read", fetch=pk, why=failure)
        if box is not None:
            raise
    finally:
        _end(fetch, lease, failure, unmarked)
    return taken


def _end(fetch: MailFetch, lease: str, failure: str, unmarked: str) -> None:
    now = timezone.now()
    failures = fetch.failures + 1 if failure else 0
    # Longer each time, up to an hour: a password that expired locks no account out.
    wait = min(fetch.every_seconds * 2 ** min(failures, 10), max(LONGEST_WAIT, fetch.every_seconds))
    values: dict[str, object] = {
        "lease": "", "lease_until": None, "polled_at": now,
        "error": (failure or unmarked)[:300],
        "failures": failures,
        "next_at": now + timedelta(seconds=wait if failure else fetch.every_seconds),
    }  # fmt: skip
    if not failure:
        values["ok_at"] = now
    MailFetch.objects.filter(pk=fetch.pk, lease=lease).update(**values)


def _read(box: Box, fetch: MailFetch, lease: str) -> tuple[int, str]:
    """Take what is new; gives how many, and why the server refuses to mark what was taken."""
    validity = _open(box, fetch)
    first = fetch.uid_validity is None
    if fetch.uid_validity != validity:
        _begin(box, fetch, validity, first=first)
    refused = _try_marking(box, fetch)
    taken, new = 0, _new(box, fetch)
    for uid in new:
        held = MailFetch.objects.filter(pk=fetch.pk, lease=lease)
        if not held.update(lease_until=timezone.now() + LEASE):
            return taken, ""  # another worker took over: it goes on from what is committed
        taken += _take(box, fetch, uid)
        if len(fetch.to_mark) >= 20 and not refused:
            refused = _try_marking(box, fetch)
    left = fetch.failed.filter(uid_validity=validity, is_final=False).exclude(uid__in=new)
    for failed in left.order_by("attempts", "uid")[:AT_ONCE]:
        taken += _take(box, fetch, failed.uid)
    return taken, refused or _try_marking(box, fetch)


def _open(box: Box, fetch: MailFetch) -> int:
    """Select the folder; gives its UIDVALIDITY."""
    if not box.folder.exists(fetch.folder):
        raise FetchFailed("folder", fetch.folder)
    box.folder.set(fetch.folder)
    _kind, data = box.client.response("UIDVALIDITY")
    value = data[0] if data else None
    if not value or not value.isdigit():
        raise FetchFailed("broken", "no UIDVALIDITY")
    return int(value)


def _begin(box: Box, fetch: MailFetch, validity: int, *, first: bool) -> None:
    """Start from a folder that we have never read, or that was made anew."""
    last = 0
    # The numbers of the former folder say nothing in this one.
    fetch.failed.filter(is_final=False).exclude(uid_validity=validity).delete()
    if fetch.existing != Existing.ALL and (first or fetch.ok_at is not None):
        last = max(map(int, box.uids("ALL")), default=0)
        wanted: set[int] = set()
        if fetch.existing == Existing.UNREAD:
            wanted |= set(map(int, box.uids(AND(seen=False))))
        if not first and fetch.ok_at is not None:
            # What was left on purpose stays left; what came since we read it last is looked at.
            since = (fetch.ok_at - LOOKED_BACK).date()
            wanted |= set(map(int, box.uids(AND(date_gte=since))))
        _remember(fetch, validity, sorted(wanted))
    values = {"uid_validity": validity, "last_uid": last, "to_mark": []}
    for name, value in values.items():
        setattr(fetch, name, value)
    MailFetch.objects.filter(pk=fetch.pk).update(**values)


def _remember(fetch: MailFetch, validity: int, uids: list[int]) -> None:
    """Keep which messages, below the mark, are still to be taken."""
    now = timezone.now()
    FailedFetch.objects.bulk_create(
        [
            FailedFetch(
                fetch=fetch, uid_validity=validity, uid=uid, error="", attempts=0, failed_at=now
            )
            for uid in uids
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def _new(box: Box, fetch: MailFetch) -> list[int]:
    """Give the UIDs above the last one that was taken, lowest first."""
    found = box.uids(AND(uid=U(str(fetch.last_uid + 1), "*")))
    # «n:*» gives the last message even where it is below n (RFC 9051 section 9, seq-range).
    return sorted(uid for uid in map(int, found) if uid > fetch.last_uid)[:AT_ONCE]


def has_more(box: Box, fetch: MailFetch) -> bool:
    """Tell whether messages wait that were never tried; the folder is open, and read up to now."""
    untried = fetch.failed.filter(uid_validity=fetch.uid_validity or 0, attempts=0)
    return untried.exists() or bool(_new(box, fetch))


def _take(box: Box, fetch: MailFetch, uid: int) -> int:
    """Keep one message; one that cannot be is noted, and tried again a few times."""
    validity = fetch.uid_validity or 0
    size: int | None = None
    try:
        size = _size(box, uid)
        if size is None:  # gone meanwhile
            _move_past(fetch, uid)
            return 0
        if size > settings.MAIL_MAX_BYTES:
            _fail(fetch, uid, size, f"{size} bytes, over {settings.MAIL_MAX_BYTES}", final=True)
            return 0
        raw = _bytes(box, uid)
        with transaction.atomic():
            _keep(fetch, raw)
            marks = fetch.after != AfterReading.KEEP
            fetch.to_mark = [*fetch.to_mark, uid] if marks else fetch.to_mark
            fetch.last_uid = max(fetch.last_uid, uid)
            MailFetch.objects.filter(pk=fetch.pk).update(
                last_uid=fetch.last_uid, to_mark=fetch.to_mark, taken=F("taken") + 1
            )
            fetch.failed.filter(uid_validity=validity, uid=uid).delete()
    except (CompagnonError, DatabaseError, Unfetched, ValueError) as error:
        _fail(fetch, uid, size, f"{type(error).__name__}: {error}")
        return 0
    except (imaplib.IMAP4.abort, OSError) as error:
        # The connection is gone. Were it this message's doing, the next reading passes it.
        _fail(fetch, uid, size, f"{type(error).__name__}: {error}")
        raise
    return 1


class Unfetched(Exception):
    """The server gave no such message, or not what was asked."""


def _size(box: Box, uid: int) -> int | None:
    kind, data = box.client.uid("FETCH", str(uid), "(RFC822.SIZE)")
    if kind != "OK":
        raise Unfetched(f"{kind} to FETCH RFC822.SIZE")
    for one in data or []:
        text = one if isinstance(one, bytes) else (one[0] if isinstance(one, tuple) else b"")
        _head, found, rest = (text or b"").partition(b"RFC822.SIZE ")
        figures = rest.split(b")")[0].split()
        if found and figures and figures[0].isdigit():
            return int(figures[0])
    return None


def _bytes(box: Box, uid: int) -> bytes:
    """Give the message as it is, without marking it as read."""
    kind, data = box.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    if kind != "OK":
        raise Unfetched(f"{kind} to FETCH BODY")
    for one in data or []:
        if isinstance(one, tuple) and len(one) > 1 and isinstance(one[1], bytes):
            return one[1]
    raise Unfetched("the server gave no message")


def _keep(fetch: MailFetch, raw: bytes) -> None:
    sender, recipients = envelope(raw, fetch.mailbox.address)
    intake.receive(
        actor=system_actor("imap", source=Source.MAIL),
        raw=raw,
        mail_from=sender,
        rcpt_to=recipients,
        peer=f"imap {fetch.host}"[:120],
    )


def envelope(raw: bytes, address: str) -> tuple[str, tuple[str, ...]]:
    """Give sender and recipients as the headers tell them.

    The recipients are those of our mailboxes that the headers name, for an account that several
    addresses lead to; the account's own where they name none.
    """
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0][:HEADERS_MAX]
    parsed = BytesHeaderParser(policy=compat32).parsebytes(head)
    told: list[str] = []
    for name in (*DELIVERED, "to", "cc"):
        told += [str(value)[:10_000] for value in parsed.get_all(name, [])[:20]]
    found = [one.strip().lower() for _name, one in getaddresses(told)[:300] if "@" in one]
    forms = dict.fromkeys(form for one in found for form in (one, untagged(one)))
    rows = Mailbox.objects.filter(is_active=True, address__in=[*forms, address.lower()])
    ours = {row.address.lower() for row in rows}
    recipients = tuple(form for form in forms if form in ours) or (address,)
    path = parsed.get("Return-Path")
    if path is not None:
        return str(path).strip().strip("<>").strip()[:254], recipients
    senders = getaddresses([str(parsed.get("From", ""))[:1000]])
    return (senders[0][1] if senders else "")[:254], recipients


def _move_past(fetch: MailFetch, uid: int) -> None:
    fetch.last_uid = max(fetch.last_uid, uid)
    MailFetch.objects.filter(pk=fetch.pk).update(last_uid=fetch.last_uid)
    fetch.failed.filter(uid_validity=fetch.uid_validity or 0, uid=uid).delete()


def _fail(fetch: MailFetch, uid: int, size: int | None, why: str, *, final: bool = False) -> None:
    """Note a message that could not be taken, and go on with the next."""
    now: datetime = timezone.now()
    with transaction.atomic():
        row, _new = FailedFetch.objects.get_or_create(
            fetch=fetch,
            uid_validity=fetch.uid_validity or 0,
            uid=uid,
            defaults={"error": why[:300], "attempts": 0, "failed_at": now},
        )
        row.attempts += 1
        row.error, row.size, row.failed_at = why.replace("\x00", "")[:300], size, now
        row.is_final = final or row.attempts >= ATTEMPTS
        row.save()
        fetch.last_uid = max(fetch.last_uid, uid)
        MailFetch.objects.filter(pk=fetch.pk).update(last_uid=fetch.last_uid)
    log.warning("message not taken", fetch=fetch.pk, uid=uid, why=why[:200])


def _try_marking(box: Box, fetch: MailFetch) -> str:
    """Mark or move what we have; gives why the server refuses, which stops no message from coming.

    What is refused (a folder that cannot be made, one that is full) is tried at each reading.
    """
    try:
        _mark(box, fetch, list(fetch.to_mark))
    except imaplib.IMAP4.abort:
        raise
    except FetchFailed as error:
        refused = error
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        refused = FetchFailed("unmarked", words(error))
    else:
        return ""
    log.warning("messages not marked", fetch=fetch.pk, why=str(refused))
    return str(refused)


def _mark(box: Box, fetch: MailFetch, uids: list[int]) -> None:
    """Mark or move on the server what we have; what was moved before is passed over."""
    moves = fetch.after == AfterReading.MOVE and fetch.move_to
    if uids and moves and not box.folder.exists(fetch.move_to):
        box.folder.create(fetch.move_to)
    for start in range(0, len(uids), MARKED_AT_ONCE):
        texts = [str(uid) for uid in uids[start : start + MARKED_AT_ONCE]]
        rest = uids[start + MARKED_AT_ONCE :]
        if moves or fetch.after == AfterReading.SEEN:
            _flag_seen(box, texts)
        try:
            if moves:
                box.move(texts, fetch.move_to)
        except (MailboxDeleteError, MailboxExpungeError):
            # A server without MOVE copied them, and lets us delete nothing: the copies would be
            # made again at each reading, until the folder is full.
            _keep_to_mark(fetch, rest)
            raise
        _keep_to_mark(fetch, rest)


def _keep_to_mark(fetch: MailFetch, uids: list[int]) -> None:
    fetch.to_mark = uids
    MailFetch.objects.filter(pk=fetch.pk).update(to_mark=uids)


def _flag_seen(box: Box, uids: list[str]) -> None:
    # imap-tools' own way also expunges what others marked as deleted.
    kind, _data = box.client.uid("STORE", ",".join(uids), "+FLAGS.SILENT", f"({SEEN})")
    if kind != "OK":
        raise FetchFailed("unmarked", f"{kind} to STORE")

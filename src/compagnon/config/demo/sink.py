"""The mail that left the demonstration: kept in a folder, read here and nowhere else."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings

SHOWN = 100
BYTES_MAX = 5 * 1024 * 1024
SCHEME = "maildir://"


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail of the folder, as its list shows it."""

    key: str
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail with what can be read of it; ``html`` is as it was written: to be shut in."""

    key: str
    sender: str
    to: str
    subject: str
    at: datetime | None
    text: str
    html: str
    message_id: str


def folder() -> Path | None:
    """Give the folder in which mail is kept, if this installation keeps it in one."""
    if not settings.MAIL_URL.startswith(SCHEME):
        return None
    return Path(unquote(settings.MAIL_URL.removeprefix(SCHEME)))


def latest() -> list[Kept]:
    """Give the last mails, newest first."""
    found = sorted(_files(), key=lambda pair: pair[1].stat().st_mtime_ns, reverse=True)
    return [_kept(key, path) for key, path in found[:SHOWN]]


def read(key: str) -> Opened | None:
    """Give one mail; ``None`` if the folder holds none of that key."""
    path = next((path for known, path in _files() if known == key), None)
    if path is None or path.stat().st_size > BYTES_MAX:
        return None
    with path.open("rb") as stream:
        message = BytesParser(policy=policy.default).parse(stream)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the policy makes
    kept = _told(key, message)
    return Opened(
        key=key,
        sender=str(message["From"] or ""),
        to=kept.to,
        subject=kept.subject,
        at=kept.at,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        message_id=str(message["Message-ID"] or ""),
    )


def address(written: str) -> str:
    """Give the bare address of a header."""
    return parseaddr(written)[1]


def _files() -> Iterator[tuple[str, Path]]:
    where = folder()
    if where is None or not (where / "new").is_dir():
        return
    box = mailbox.Maildir(where, create=False)
    for name in ("new", "cur"):
        for path in (where / name).iterdir():
            if path.is_file():
                yield path.name.partition(box.colon)[0], path


def _kept(key: str, path: Path) -> Kept:
    with path.open("rb") as stream:
        return _told(key, BytesHeaderParser(policy=policy.default).parse(stream))


def _told(key: str, message: EmailMessage) -> Kept:
    try:
        at = parsedate_to_datetime(str(message["Date"]))
        # «-0000» says that the sender's zone is not known (RFC 5322, section 3.3): it is in UTC.
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        at = None
    return Kept(key, str(message["To"] or ""), str(message["Subject"] or ""), at)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""

"""``compagnon intake replay PATH…``: raw messages through the whole intake, outcome by outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.core.errors import TooLarge
from compagnon.desk import services
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.intake import process, raw_bytes
from compagnon.desk.inbound.parse import parse
from compagnon.desk.models import InboundMessage

SUFFIXES = {".eml", ".msg", ".txt", ".mail", ""}


class Command(commands.Command):
    """Pass raw messages through the intake, as if a mail server had delivered them."""

    help = (
        "Pass raw messages (RFC 5322 files, or folders of them) through the whole intake, as if "
        "a mail server had delivered them, and print what became of each."
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do and with what."""
        parser.add_argument("action", choices=["replay"])
        parser.add_argument("paths", nargs="+", metavar="PATH")

    def carry_out(self, **options: Any) -> Answer:
        """Replay each file; one that cannot be read fails alone."""
        items, failed = [], []
        for path in files_of(options["paths"]):
            item = replay(path)
            items.append(item)
            if item["outcome"] == "refused":
                failed.append(f"{path}: {item['reason']}")
            self.say(
                f"{item['outcome']:<11} {item['reference'] or '-':>7}  {path.name}  "
                f"({item['reason']})"
            )
        return Answer(items=items, failed=failed)


def files_of(paths: list[str]) -> Iterator[Path]:
    """Give the files named, and the messages of the folders named (not their README), sorted.

    Raises:
        Misused: a path is not there.
    """
    for name in paths:
        path = Path(name)
        if path.is_dir():
            yield from sorted(
                one
                for one in path.rglob("*")
                if one.is_file()
                and not one.name.startswith(".")
                and one.suffix.lower() in SUFFIXES
                and not one.name.upper().startswith("README")
            )
        elif path.is_file():
            yield path
        else:
            raise Misused(f"{name} is neither a file nor a folder")


def replay(path: Path) -> dict[str, Any]:
    """Pass one file through the intake and say what became of it.

    ``outcome`` is ``ticket``, ``follow_up``, ``ignored`` or ``quarantine``; ``refused`` where the
    message is over the limit for mail or the file cannot be read. ``duplicate`` is true for a
    message that was received before: the outcome told is the first one's.
    """
    started = time.monotonic()
    answer: dict[str, Any] = {
        "file": str(path),
        "outcome": "refused",
        "reason": "",
        "detail": "",
        "reference": None,
        "subject": "",
        "text": "",
        "quoted": "",
        "attachments": [],
        "duplicate": False,
        "seconds": 0.0,
    }
    try:
        # One byte over the limit is enough to refuse; a huge file is not read whole.
        with path.open("rb") as stream:
            raw = stream.read(settings.MAIL_MAX_BYTES + 1)
        received = services.receive(
            actor=Actor.system("listener", source=Source.MAIL), raw=raw, enqueue=False
        )
    except TooLarge:
        return answer | {"reason": "too_large"}
    except OSError as error:
        return answer | {"reason": "unreadable_file", "detail": str(error)}
    inbound = process(received.inbound.pk)
    answer |= {
        "outcome": inbound.state,
        "reason": inbound.reason,
        "detail": inbound.detail,
        "subject": inbound.subject,
        "duplicate": not received.is_new,
        "seconds": round(time.monotonic() - started, 4),
    }
    return answer | content_of(inbound)


def content_of(inbound: InboundMessage) -> dict[str, Any]:
    """Give the reference of the ticket and the text and files as a technician sees them.

    A message kept out of the tickets is shown by the intake's page, read again from its raw form.
    """
    inbound = InboundMessage.objects.select_related("ticket", "message", "raw").get(pk=inbound.pk)
    message = inbound.message
    if message is None:
        return _kept_out(inbound)
    return {
        "reference": inbound.ticket.reference if inbound.ticket else None,
        "text": message.text,
        "quoted": message.quoted,
        "attachments": [
            {"name": one.name, "type": one.file.media_type, "bytes": one.file.size}
            for one in message.attachments.select_related("file")
        ],
    }


def _kept_out(inbound: InboundMessage) -> dict[str, Any]:
    try:
        mail = parse(raw_bytes(inbound))
    except Unreadable:
        return {}
    return {
        "subject": mail.subject,
        "text": mail.new_text,
        "quoted": mail.quoted_text,
        "attachments": [
            {"name": one.name, "type": one.media_type, "bytes": one.size}
            for one in mail.attachments
        ],
    }

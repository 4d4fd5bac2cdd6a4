"""``compagnon intake replay PATH…``: raw messages through the whole intake, outcome by outcome."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.core.errors import TooLarge
from compagnon.desk import services
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.intake import process, raw_bytes
from compagnon.desk.inbound.parse import parse
from compagnon.desk.models import InboundMessage

# What stands beside messages in a folder and is none. Anything else is tried: a Maildir's names end
# as they like.
NOT_MAIL = frozenset(
    {".csv", ".html", ".json", ".log", ".md", ".pdf", ".py", ".rst", ".toml", ".xml", ".yaml"}
    | {".yml", ".zip", ".gz", ".sha256"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to pass through, or the reason why it cannot be: ``not_a_file``, ``unreadable``."""

    path: Path
    reason: str = ""
    detail: str = ""


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
        """Replay each file; one that is refused, or put in quarantine, fails alone."""
        chosen = [found for name in options["paths"] for found in self._files_of(name)]
        items, failed = [], []
        for found in chosen:
            item = replay(found)
            items.append(item)
            if item["outcome"] in {"refused", "quarantine"}:
                failed.append(f"{found.path}: {item['outcome']} ({item['reason']})")
            self.say(
                f"{item['outcome']:<11} {item['reference'] or '-':>7}  {found.path.name}  "
                f"({item['reason']})"
            )
        return Answer(items=items, failed=failed)

    def _files_of(self, name: str) -> list[Found]:
        """Give the file named, or what the folder named holds, and say what is left out of it.

        Raises:
            Misused: it is not there, cannot be looked at, is neither file nor folder, or is a
                folder without a message.
        """
        path = Path(name)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Misused(_("%(path)s: %(reason)s") % {"path": name, "reason": reason}) from None
        if stat.S_ISREG(mode):
            return [Found(path)]
        if not stat.S_ISDIR(mode):
            raise Misused(_("%(path)s is neither a file nor a folder") % {"path": name})
        found, left_out = files_under(path)
        for one in left_out:
            self.note(_("left out, not a message by its name: %(path)s") % {"path": one})
        if not found:
            raise Misused(_("%(path)s holds no message") % {"path": name})
        return found


def files_under(folder: Path) -> tuple[list[Found], list[Path]]:
    """Give the messages of a folder and of those in it, sorted, and the files left out."""
    found: list[Found] = []
    left_out: list[Path] = []

    def unreadable(error: OSError) -> None:
        found.append(Found(Path(error.filename), "unreadable_folder", str(error)))

    for top, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(top, name)
            if name.startswith("."):
                continue
            if name.upper().startswith("README") or path.suffix.lower() in NOT_MAIL:
                left_out.append(path)
            elif path.is_file() or (path.is_symlink() and not path.exists()):
                found.append(Found(path))
            else:  # a pipe would be waited for, a device read for ever
                found.append(Found(path, "not_a_file"))
    return found, left_out


def replay(found: Found) -> dict[str, Any]:
    """Pass one file through the intake and say what became of it.

    ``outcome`` is ``ticket``, ``follow_up``, ``ignored`` or ``quarantine``; ``refused`` where the
    message is over the limit for mail or the file cannot be read. ``duplicate`` is true for a
    message that was received before: the outcome told is the first one's.
    """
    started = time.monotonic()
    answer: dict[str, Any] = {
        "file": str(found.path),
        "outcome": "refused",
        "reason": found.reason,
        "detail": found.detail,
        "reference": None,
        "subject": "",
        "text": "",
        "quoted": "",
        "attachments": [],
        "duplicate": False,
        "seconds": 0.0,
    }
    if found.reason:
        return answer
    try:
        # One byte over the limit is enough to refuse; a huge file is not read whole.
        with found.path.open("rb") as stream:
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
    attached = list(message.attachments.select_related("file"))
    # The store knows bytes alone: that they are a message or a signature, the mail's parts tell.
    types = _types(inbound) if attached else {}
    return {
        "reference": inbound.ticket.reference if inbound.ticket else None,
        "text": message.text,
        "quoted": message.quoted,
        "attachments": [
            {
                "name": one.name,
                "type": types.get((one.name, one.file.size), one.file.media_type),
                "bytes": one.file.size,
            }
            for one in attached
        ],
    }


def _types(inbound: InboundMessage) -> dict[tuple[str, int], str]:
    try:
        mail = parse(raw_bytes(inbound))
    except Unreadable:
        return {}
    return {(one.name, one.size): one.media_type for one in mail.attachments}


def _kept_out(inbound: InboundMessage) -> dict[str, Any]:
    try:
        mail = parse(raw_bytes(inbound))
    except Unreadable:
        return {"subject": inbound.subject}
    return {
        "subject": mail.subject,
        "text": mail.new_text,
        "quoted": mail.quoted_text,
        "attachments": [
            {"name": one.name, "type": one.media_type, "bytes": one.size}
            for one in mail.attachments
        ],
    }

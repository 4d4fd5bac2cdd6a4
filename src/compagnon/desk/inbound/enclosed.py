"""A message that Outlook enclosed in another, written as a file that any mail program opens."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from compagnon.desk.inbound import cleaning, rtf
from compagnon.desk.inbound.tnef import Opened

NAME_CHARS = 80
_BEGINNING = datetime(1601, 1, 1, tzinfo=UTC)


def text_of(opened: Opened) -> tuple[str, bool]:
    """Give the text of what was opened, out of its RTF where it has none, and whether it is all."""
    if opened.text.strip():
        return opened.text, True
    if not opened.rtf:
        return "", not opened.rich
    found, whole = rtf.decompress(opened.rtf)
    # Lone halves of a pair have no bytes to be sent as.
    text = rtf.to_text(found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, whole and bool(text.strip())


def as_file(opened: Opened) -> tuple[str, bytes]:
    """Give a name and the content of an enclosed message: headers, text and files."""
    mail = EmailMessage()
    for name, value in (
        ("Subject", opened.subject), ("From", opened.sender), ("To", opened.recipients)
    ):  # fmt: skip
        if line := cleaning.line(value, 500):
            # As it stands there, which need be no address: it is read, never sent.
            mail[name if name == "Subject" else f"X-Outlook-{name}"] = line
    if (at := _moment(opened.sent)) is not None:
        mail["Date"] = format_datetime(at)
    text, _whole = text_of(opened)
    mail.set_content(cleaning.block(text) or "", charset="utf-8")
    for one in opened.files:
        mail.add_attachment(
            one.content,
            maintype="application",
            subtype="octet-stream",
            filename=cleaning.file_name(one.name, 150) or "outlook.bin",
        )
    # A stroke in a subject begins no folder.
    subject = re.sub(r"[/\\]", "-", cleaning.line(opened.subject, NAME_CHARS))
    title = cleaning.file_name(subject, NAME_CHARS)
    return f"{title or 'message'}.eml", mail.as_bytes()


def _moment(filetime: int) -> datetime | None:
    """Read a number of 100 ns since 1601; none for a time that no message has."""
    try:
        found = _BEGINNING + timedelta(microseconds=filetime // 10)
    except OverflowError:
        return None
    return found if found.year > 1970 else None

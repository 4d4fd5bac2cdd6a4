"""How much of a message is read. Anything over is refused or cut, never swallowed in silence."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep any message under 2 s and 200 MB.

    The first five refuse the message (``Unreadable``); the others cut, leave a defect, and keep
    the whole as an attachment.
    """

    message_bytes: int = 32 * MIB
    """As SMTP servers commonly accept; a file of 23 MB fits once encoded."""
    header_bytes: int = MIB
    """In one header block; Postfix stops at 100 kB."""
    fields: int = 20_000
    """Header fields of all parts together."""
    parts: int = 1_000
    depth: int = 50
    text_chars: int = 500_000
    html_chars: int = 1_000_000
    subject_chars: int = 500
    header_chars: int = 8_000
    """Of one header's value, as filters and pages read it."""
    addresses: int = 500
    """In one header."""
    references: int = 100
    name_chars: int = 150
    """Of an attachment's name."""


DEFAULT = Limits()

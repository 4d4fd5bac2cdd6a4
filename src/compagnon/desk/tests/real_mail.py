"""What a test expects of one real message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Real:
    """One file: its subject, sender, start of text, files (name, bytes) and verdict."""

    file: str
    subject: str
    sender: str | None
    text: str
    files: tuple[tuple[str, int], ...] = ()
    outcome: str = "ticket"
    reason: str = "new_request"

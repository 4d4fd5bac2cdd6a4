"""Raw messages for tests, and a context that answers the filters from memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from compagnon.desk.inbound.decide import decide
from compagnon.desk.inbound.parse import parse
from compagnon.desk.inbound.verdict import (
    Envelope,
    MailboxRule,
    Policy,
    Standing,
    Treatment,
    Verdict,
)

KEY = b"a key for the tests, 32 bytes...."
DOMAIN = "desk.example"
DESK = MailboxRule(1, "support@desk.example")


def raw(*lines: str | bytes) -> bytes:
    """Join lines with CRLF, texts in UTF-8; a ``From`` is supplied when the first has none."""
    rows = [line.encode() if isinstance(line, str) else line for line in lines]
    if not any(row.lower().startswith(b"from:") for row in rows[: rows.index(b"")]):
        rows.insert(0, b"From: Anne Martin <anne@client.example>")
    return b"\r\n".join(rows) + b"\r\n"


def plain(text: str, *headers: str) -> bytes:
    """A message in UTF-8 without any encoding."""
    kind = "Content-Type: text/plain; charset=utf-8"
    return raw(*headers, kind, "", *text.split("\n"))


@dataclass
class Memory:
    """A ``Context`` that answers from what a test put in it."""

    policy: Policy = field(default_factory=lambda: Policy(key=KEY, domains=(DOMAIN,)))
    mailboxes: dict[str, MailboxRule] = field(default_factory=lambda: {DESK.address: DESK})
    standings: dict[str, Standing] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    tickets: dict[int, int] = field(default_factory=dict)
    participants: set[tuple[int, str]] = field(default_factory=set)

    def mailbox(self, address: str) -> MailboxRule | None:
        return self.mailboxes.get(address)

    def sender(self, address: str) -> Standing:
        return self.standings.get(address, Standing.UNKNOWN)

    def known_message(self, ids: tuple[str, ...]) -> int | None:
        return next((self.messages[one] for one in ids if one in self.messages), None)

    def ticket_by_token(self, number: int) -> int | None:
        return self.tickets.get(number)

    def may_follow_up(self, ticket_id: int, address: str) -> bool:
        return (ticket_id, address) in self.participants


def strict(treatment: Treatment) -> Memory:
    """A context whose mailbox treats strangers that way."""
    rule = MailboxRule(1, DESK.address, treatment)
    return Memory(mailboxes={DESK.address: rule})


def verdict(
    message: bytes, context: Memory | None = None, envelope: Envelope | None = None
) -> Verdict:
    """Parse and decide."""
    return decide(parse(message), envelope or Envelope(), context or Memory())

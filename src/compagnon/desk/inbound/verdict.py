"""What the filters are asked, what they may ask, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from compagnon.desk.inbound.mail import Address
from compagnon.desk.inbound.reasons import REASONS

Facts = Mapping[str, str]


class Outcome(StrEnum):
    """What becomes of a message."""

    TICKET = "ticket"
    FOLLOW_UP = "follow_up"
    IGNORED = "ignored"
    QUARANTINE = "quarantine"


class Standing(StrEnum):
    """What is known of a sender's address."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


class Treatment(StrEnum):
    """What is done with a sender or a message under suspicion."""

    OPEN = "open"
    QUARANTINE = "quarantine"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the mail server said beside the message.

    ``mail_from`` is empty for the null path and None where nothing is known (a file replayed).
    """

    mail_from: str | None = None
    rcpt_tos: tuple[str, ...] = ()
    peer: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailboxRule:
    """A mailbox of ours: its key, its address, and what it does with strangers."""

    id: int
    address: str
    unknown_sender: Treatment = Treatment.OPEN


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation decided.

    Args:
        key: the secret of our Message-IDs.
        domains: our names in Message-IDs and in the loop header, present and past.
        unknown_sender: for a message that came by no mailbox of ours.
        spam: what is done with what the mail server marked as unwanted.
        hops: how many servers a message may have crossed (Postfix stops at 50).
    """

    key: bytes = field(repr=False)
    domains: tuple[str, ...]
    unknown_sender: Treatment = Treatment.OPEN
    spam: Treatment = Treatment.OPEN
    hops: int = 50


class Context(Protocol):
    """The questions that filters put to the database. Identifiers are without brackets."""

    @property
    def policy(self) -> Policy:
        """What the installation decided."""

    def mailbox(self, address: str) -> MailboxRule | None:
        """Give our mailbox in use at ``address`` (lower case), or None."""

    def sender(self, address: str) -> Standing:
        """Say what is known of ``address`` (lower case)."""

    def known_message(self, ids: tuple[str, ...]) -> int | None:
        """Give the ticket of the first of these messages that we received or sent, or None."""

    def ticket_by_token(self, number: int) -> int | None:
        """Give the key of the ticket of that number, or None."""

    def may_follow_up(self, ticket_id: int, address: str) -> bool:
        """Whether ``address`` (lower case) takes part in the ticket."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a filter saw that decides nothing, kept with the verdict.

    ``automatic``: the message was written by a program, and must not be answered.
    """

    reason: str
    facts: Facts = field(default_factory=dict)
    automatic: bool = False

    @property
    def words(self) -> str:
        """The note in English."""
        return REASONS[self.reason].format_map(self.facts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message, by which filter, and why.

    ``reason`` is a key of ``reasons.REASONS``; a page translates that sentence and fills it with
    ``facts``. ``ticket_id`` is the ticket to follow up, or the one that an ignored bounce or
    automatic reply is about. ``sender`` and ``mailbox`` are None where none was found.
    """

    outcome: Outcome
    reason: str
    facts: Facts = field(default_factory=dict)
    filter: str = ""
    ticket_id: int | None = None
    mailbox: MailboxRule | None = None
    sender: Address | None = None
    automatic: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def words(self) -> str:
        """The reason in English."""
        return REASONS[self.reason].format_map(self.facts)

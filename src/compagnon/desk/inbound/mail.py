"""What a message says, once read: plain frozen values, safe to show and to store.

Every text here is free of control characters, NUL and lone surrogates, so that both databases
take it. Message identifiers are without their angle brackets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A person's name as displayed (may be empty) and their address, domain in lower case."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """The address for comparing: no mail system tells users apart by the local part's case."""
        return self.address.lower()

    @property
    def local(self) -> str:
        """What stands before the at sign, in lower case."""
        return self.key.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """What stands after the at sign, in lower case."""
        return self.key.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong in the message that was read around: a stable code, and what was seen."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the message.

    ``name`` is safe for a file system and a page. ``declared_type`` is what the sender says,
    ``media_type`` what the content shows (``application/octet-stream`` when it shows nothing).
    ``inline``: an image that the HTML shows by its ``content_id``.
    """

    name: str
    declared_type: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a delivery report (RFC 3464), fields empty where the report is silent."""

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""


ARRIVED = frozenset({"delivered", "relayed", "expanded"})
"""What RFC 3464 (section 2.3.3) calls a mail that got where it was going, as far as is known."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says.

    ``standard`` is true for a report by RFC 3464, false when it was recognised by its words.
    ``original_ids`` are the identifiers found in the returned message: its own first, then those
    it answered.
    """

    recipients: tuple[FailedRecipient, ...]
    original_ids: tuple[str, ...] = ()
    standard: bool = True

    @property
    def says(self) -> str:
        """Give the gravest that it says: ``failed``, ``delayed``, or ``arrived``.

        Without an action that RFC 3464 names, a report tells of a failure: the others say theirs.
        """
        actions = {recipient.action for recipient in self.recipients if recipient.action}
        if not actions or actions - {"delayed", *ARRIVED}:
            return "failed"
        return "delayed" if "delayed" in actions else "arrived"


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One message, read.

    ``text`` is everything a technician should be able to read; ``new_text`` and ``quoted_text``
    share out its lines (the fresh part; quoted replies and signature) and lose none. ``html`` is
    sanitised and may be empty. ``headers`` are in the order they came, names in lower case.
    """

    digest: str
    size: int
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    from_: Address | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    content_type: str = "text/plain"
    text: str = ""
    new_text: str = ""
    quoted_text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    bounce: Bounce | None = None
    defects: tuple[Defect, ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of the header ``name`` (lower case), first first."""
        return tuple(value for key, value in self.headers if key == name)

    def first(self, name: str) -> str:
        """Give the first value of the header ``name`` (lower case), or an empty text."""
        return next((value for key, value in self.headers if key == name), "")

    def has(self, name: str) -> bool:
        """Whether the header ``name`` (lower case) is there, even empty."""
        return any(key == name for key, _ in self.headers)

    @property
    def return_path(self) -> str | None:
        """The envelope sender as a header kept it: empty for the null path, None if unknown."""
        for name in ("return-path", "x-envelope-from"):
            if self.has(name):
                return self.first(name).strip().strip("<>").strip()
        return None

"""Names by which answers find their ticket: our Message-IDs, and the token in the subject.

A Message-ID of ours is ``<t{ticket}.m{message}.{mac}@{domain}>``. The MAC proves that we wrote
it, so that whoever answers it has received our mail; the number in a subject proves nothing.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

MAC_CHARS = 24
"""96 bits, in hexadecimal: relays and gateways may change the case of a local part."""
OWN = re.compile(
    r"<?\s*t(?P<ticket>\d{1,18})\.m(?P<message>[0-9a-z]{1,40})\.(?P<mac>[0-9a-f]{24})"
    r"@(?P<domain>[^\s<>@]{1,255})\s*>?",
    re.IGNORECASE | re.ASCII,
)
TOKEN = re.compile(r"\[\s*#\s*([0-9]{1,12})\s*\]", re.ASCII)
MOST_TOKENS = 10


@dataclass(frozen=True, slots=True)
class OwnId:
    """What a verified Message-ID of ours says."""

    ticket_id: int
    message: str


def make_message_id(*, ticket_id: int, message: int | str, key: bytes, domain: str) -> str:
    """Make the Message-ID, with its angle brackets, of a mail about a ticket.

    Args:
        ticket_id: the ticket's key.
        message: what makes the mail unique: letters and digits, 40 at most.
        key: a secret of the installation, 16 bytes at least.
        domain: the right side; the same for all that must recognise it.

    Raises:
        ValueError: ``message`` holds something else, or the key is too short.
    """
    name = str(message).lower()
    if not re.fullmatch(r"[0-9a-z]{1,40}", name):
        raise ValueError(f"not letters and digits: {message!r}")
    domain = domain.lower()
    mac = _mac(ticket_id, name, key, domain)
    return f"<t{ticket_id}.m{name}.{mac}@{domain}>"


def verify_message_id(identifier: str, *, key: bytes, domains: tuple[str, ...]) -> OwnId | None:
    """Say which ticket a Message-ID is about, or None when we did not make it.

    Args:
        identifier: with or without its brackets.
        key: the secret given to ``make_message_id``.
        domains: the installation's names, present and past.
    """
    found = OWN.fullmatch(identifier.strip())
    if found is None:
        return None
    domain = found["domain"].lower()
    if domain not in {one.lower() for one in domains}:
        return None
    ticket_id, name = int(found["ticket"]), found["message"].lower()
    if not hmac.compare_digest(_mac(ticket_id, name, key, domain), found["mac"].lower()):
        return None
    return OwnId(ticket_id, name)


def _mac(ticket_id: int, message: str, key: bytes, domain: str) -> str:
    if len(key) < 16:
        raise ValueError("the key is under 16 bytes")
    said = f"compagnon message-id\n{ticket_id}\n{message}\n{domain}".encode()
    return hmac.digest(key, said, "sha256").hex()[:MAC_CHARS]


def make_token(number: int) -> str:
    """Make the token that stands in the subject of mail about a ticket: ``[#000123]``."""
    return f"[#{number:06d}]"


def tokens(subject: str) -> tuple[int, ...]:
    """Give the ticket numbers named in a subject, first first."""
    return tuple(dict.fromkeys(int(one) for one in TOKEN.findall(subject)))[:MOST_TOKENS]


def without_tokens(subject: str) -> str:
    """Give the subject without its tokens."""
    return re.sub(r"\s{2,}", " ", TOKEN.sub(" ", subject)).strip()

"""Under which names this installation writes, and the secret that proves its Message-IDs."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings

from compagnon.desk.inbound import message_ids


@cache
def key() -> bytes:
    """The secret of our Message-IDs, made from the product's own."""
    return hashlib.sha256(b"compagnon.desk.message-id\n" + settings.SECRET_KEY.encode()).digest()


def message_id(*, ticket_id: int, unique: str) -> str:
    """Make the Message-ID of a mail about a ticket, with its angle brackets.

    Args:
        unique: letters and digits that no other mail of the ticket has, 40 at most.
    """
    return message_ids.make_message_id(
        ticket_id=ticket_id, message=unique, key=key(), domain=settings.MAIL_DOMAIN
    )

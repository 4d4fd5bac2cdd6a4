"""Which ticket a message speaks of: what it answers first, then the number in its subject."""

from __future__ import annotations

from dataclasses import dataclass

from compagnon.desk.inbound import message_ids
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context

MOST_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket, and how it was found: ``reference_own``, ``reference_known`` or ``token``."""

    ticket_id: int
    how: str
    token: str = ""


def references(mail: ParsedMail) -> tuple[str, ...]:
    """Give the messages that this one answers, the nearest first."""
    nearest = [*mail.in_reply_to, *reversed(mail.references)]
    return tuple(dict.fromkeys(nearest))[:MOST_REFERENCES]


def own_ticket(ids: tuple[str, ...], context: Context) -> int | None:
    """Give the ticket of the first identifier that we made, proven by its MAC."""
    for one in ids:
        own = message_ids.verify_message_id(
            one, key=context.policy.key, domains=context.policy.domains
        )
        if own is not None:
            return own.ticket_id
    return None


def by_reference(mail: ParsedMail, context: Context) -> Thread | None:
    """Find the ticket by what the message answers."""
    ids = references(mail)
    if not ids:
        return None
    ticket_id = own_ticket(ids, context)
    if ticket_id is not None:
        return Thread(ticket_id, "reference_own")
    ticket_id = context.known_message(ids)
    return Thread(ticket_id, "reference_known") if ticket_id is not None else None


def by_token(mail: ParsedMail, address: str, context: Context) -> tuple[Thread | None, str]:
    """Find the ticket by its number in the subject, if the sender takes part in it.

    Anybody can write a number: one that the sender may not follow up is given back as refused.
    """
    refused = ""
    for number in message_ids.tokens(mail.subject):
        ticket_id = context.ticket_by_token(number)
        token = message_ids.make_token(number)
        if ticket_id is None:
            continue
        if context.may_follow_up(ticket_id, address):
            return Thread(ticket_id, "token", token), ""
        refused = refused or token
    return None, refused

"""Why a received message became what it did, in words, in the language in force."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from compagnon.desk.models import InboundMessage

# The sentences of ``inbound.reasons`` without their facts: what a list has room for.
WORDS = {
    "new_request": gettext_noop("It speaks of no ticket we know: it opens one."),
    "reference_own": gettext_noop("It answers a message that we sent."),
    "reference_known": gettext_noop("It answers a message that is in the ticket."),
    "token": gettext_noop("Its subject names the ticket."),
    "too_late": gettext_noop("It answers a ticket that can no longer be reopened."),
    "loop_header": gettext_noop("We wrote it ourselves: answering would make a loop."),
    "loop_own_message": gettext_noop("It is a message of ours, come back."),
    "loop_own_address": gettext_noop("It says it comes from our own mailbox."),
    "loop_hops": gettext_noop("It crossed too many mail servers: it goes in circles."),
    "automatic_reply": gettext_noop("A program answered in a person’s place."),
    "read_receipt": gettext_noop("It is a receipt that says a message was displayed."),
    "bounce": gettext_noop("It reports that a mail could not be delivered."),
    "bounce_delayed": gettext_noop("It reports that a mail is late; the server still tries."),
    "delivery_report": gettext_noop("It reports that a mail was delivered, or passed on."),
    "sender_blocked": gettext_noop("The sender is blocked."),
    "sender_ignored": gettext_noop("The mailbox ignores unknown senders."),
    "spam_ignored": gettext_noop("The mail server marked it as unwanted."),
    "no_sender": gettext_noop("It does not say who wrote it."),
    "sender_quarantined": gettext_noop("The mailbox keeps unknown senders aside."),
    "spam_quarantined": gettext_noop("The mail server marked it as unwanted."),
    "empty": gettext_noop("It holds nothing."),
    "too_large": gettext_noop("It is too large."),
    "headers_too_large": gettext_noop("Its headers are too large."),
    "too_many_parts": gettext_noop("It is made of too many parts."),
    "too_deep": gettext_noop("Its parts are nested too deep."),
    "not_storable": gettext_noop("The database cannot hold what it says."),
    "admitted": gettext_noop("Somebody opened a ticket from it."),
    "dismissed": gettext_noop("Somebody settled it: nothing to do."),
}


def in_words(inbound: InboundMessage) -> str:
    """Give the reason of a message's outcome; the detail where we have no sentence for it."""
    sentence = WORDS.get(inbound.reason)
    return gettext(sentence) if sentence else inbound.detail or inbound.reason

"""Every reason of the intake in words: English sentences, for a page to translate and fill.

Placeholders are the verdict's facts.
"""

from __future__ import annotations

NEW = {
    "new_request": "It speaks of no ticket we know: it opens one.",
}
FOLLOW_UP = {
    "reference_own": "It answers a message that we sent about the ticket.",
    "reference_known": "It answers a message that is in the ticket.",
    "token": "Its subject names the ticket {token}, in which the sender takes part.",
}
IGNORED = {
    "loop_header": "We wrote it: it carries our own loop header. Answering would make a loop.",
    "loop_own_message": "It is a message of ours, come back. Answering would make a loop.",
    "loop_own_address": "It says it comes from our own mailbox {address}: answering would make a "
    "loop.",
    "loop_hops": "It crossed {hops} mail servers, over the {limit} allowed: it goes in circles.",
    "automatic_reply": "A program answered in a person's place ({sign}).",
    "read_receipt": "It is a receipt that says a message was displayed.",
    "bounce": "It reports that a mail could not be delivered to {recipients}.",
    "bounce_delayed": "It reports that a mail to {recipients} is late; the server still tries.",
    "delivery_report": "It reports that a mail reached {recipients}, or was passed on to them.",
    "sender_blocked": "The sender {address} is blocked.",
    "sender_ignored": "The sender {address} is unknown, and the mailbox ignores unknown senders.",
    "spam_ignored": "The mail server marked it as unwanted ({sign}).",
}
QUARANTINE = {
    "no_sender": "It does not say who wrote it: no address was found in From ({raw}), Reply-To, "
    "Sender or the envelope.",
    "sender_quarantined": "The sender {address} is unknown, and the mailbox keeps unknown senders "
    "aside.",
    "spam_quarantined": "The mail server marked it as unwanted ({sign}).",
}
UNREADABLE = {
    "empty": "It holds nothing.",
    "too_large": "It is too large: {detail}.",
    "headers_too_large": "Its headers are too large: {detail}.",
    "too_many_parts": "It is made of too many parts: {detail}.",
    "not_storable": "The database cannot hold what it says: {detail}.",
    "too_deep": "Its parts are nested too deep: {detail}.",
}
NOTES = {
    "automatic": "A program wrote it ({sign}): it is not answered.",
    "spam_suspected": "The mail server marked it as unwanted ({sign}): it is not answered.",
    "sender_elsewhere": "From holds no address: the sender was read in {header}.",
    "token_refused": "Its subject names {token}, in which {address} takes no part: it opens a "
    "ticket of its own.",
    "other_sender": "{address} takes no part in the ticket, but answers a message of it.",
    "not_addressed": "No mailbox of ours is among its recipients.",
}
REASONS = NEW | FOLLOW_UP | IGNORED | QUARANTINE | UNREADABLE | NOTES

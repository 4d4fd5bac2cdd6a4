"""Tags of the desk's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from compagnon.desk import stories
from compagnon.desk.approval_words import money
from compagnon.desk.models import (
    Approval,
    ApprovalVoice,
    OutgoingMail,
    OutgoingState,
    PendingReason,
    State,
    Ticket,
)
from compagnon.desk.queue_columns import Column

register = template.Library()

# As they are kept, in English; a mail server’s own words stay as they came.
REASONS = frozenset(
    {
        gettext_noop("this person chose not to be told of it by mail"),
        gettext_noop("this person’s record is closed: they are not written to any more"),
        gettext_noop("this person is told later: in their digest, or after their quiet hours"),
        gettext_noop("too many acknowledgements in an hour"),
    }
)

COLOURS = {
    State.NEW: "blue",
    State.OPEN: "primary",
    State.PENDING: "yellow",
    State.SOLVED: "green",
    State.CLOSED: "secondary",
    State.CANCELLED: "secondary",
}


@register.filter
def state_colour(ticket: Ticket) -> str:
    """The colour of a ticket's state."""
    return COLOURS[State(ticket.state)]


MAIL_COLOURS = {
    OutgoingState.WAITING: "blue",
    OutgoingState.SENDING: "blue",
    OutgoingState.SENT: "green",
    OutgoingState.FAILED: "red",
    OutgoingState.SUPPRESSED: "secondary",
}


@register.filter
def mail_colour(mail: OutgoingMail) -> str:
    """The colour of what became of a mail."""
    return MAIL_COLOURS[OutgoingState(mail.state)]


@register.filter
def mail_reason(mail: OutgoingMail) -> str:
    """Why a mail did not leave: in the reader’s language where the reason is one of ours."""
    return gettext(mail.reason) if mail.reason in REASONS else mail.reason


@register.filter
def state_words(ticket: Ticket) -> str:
    """The state, and for what it waits."""
    if ticket.state == State.PENDING and ticket.pending_reason:
        kept = ticket.wait_reason
        return str(kept) if kept else str(PendingReason(ticket.pending_reason).label)
    if ticket.merged_into_id is not None:
        return str(_("merged"))
    return str(State(ticket.state).label)


@register.filter
def due_state(ticket: Ticket) -> str:
    """How the nearest commitment stands: ``late``, ``soon``, ``fine``, or nothing."""
    if ticket.due_at is None or not ticket.is_open:
        return ""
    left = (ticket.due_at - timezone.now()).total_seconds()
    return "late" if left < 0 else "soon" if left < 4 * 3600 else "fine"


@register.filter
def cell(ticket: Ticket, column: Column) -> Any:
    """Give what a column of the queue says of a ticket."""
    return column.told(ticket)


@register.filter
def told_verb(verb: str) -> str:
    """What somebody did, in words: «took the ticket»."""
    return str(stories.VERBS.get(verb, (verb, ""))[0])


@register.simple_tag
def file_limit() -> int:
    """The bytes that a file may have at most."""
    return int(settings.FILE_MAX_BYTES)


@register.filter
def has(found: dict[str, object], name: str) -> bool:
    """Tell whether a mapping holds a key, for keys that a template cannot write."""
    return name in found


@register.simple_tag
def board_page(request: HttpRequest, column: str, cursor: str) -> str:
    """Give the address of another page of one column; the others stay where they are."""
    asked = request.GET.copy()
    asked[f"at-{column}"] = cursor
    return f"?{asked.urlencode()}"


APPROVAL_COLOURS = {
    "to_come": "secondary",
    "asked": "yellow",
    "approved": "green",
    "refused": "red",
    "given_up": "secondary",
}
VOICE_COLOURS = {"awaited": "yellow", "yes": "green", "no": "red", "passed": "secondary"}


@register.filter
def approval_colour(approval: Approval) -> str:
    """Give the colour of an approval's state."""
    return APPROVAL_COLOURS.get(approval.state, "secondary")


@register.filter
def voice_colour(voice: ApprovalVoice) -> str:
    """Give the colour of an answer."""
    return VOICE_COLOURS.get(voice.answer, "secondary")


@register.filter
def amount(approval: Approval) -> str:
    """Give what an approval is about in money, in the language in force."""
    return money(approval.amount, approval.currency) if approval.amount else ""

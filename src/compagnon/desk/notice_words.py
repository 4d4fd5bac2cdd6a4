"""What a notice says, in one line, in the language in force."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Text
from compagnon.core.markup_text import as_text
from compagnon.desk.models import Channel, Notice, NoticeEvent

EXCERPT = 280
SAID: Mapping[NoticeEvent, tuple[Text, Text, str]] = {
    # Who did it is known; it is not; the icon.
    NoticeEvent.OPENED: (
        _("%(who)s opened a request for you"), _("A request is open for you"), "ticket",
    ),
    NoticeEvent.ANSWERED: (_("%(who)s answered you"), _("Support answered you"), "message"),
    NoticeEvent.WAITS: (
        _("%(who)s waits for your answer"), _("Support waits for your answer"), "player-pause",
    ),
    NoticeEvent.SOLUTION: (
        _("%(who)s proposes a solution: tell whether it works"),
        _("A solution is proposed: tell whether it works"),
        "circle-check",
    ),
    NoticeEvent.CLOSED: (_("%(who)s closed your request"), _("Your request is closed"), "archive"),
    NoticeEvent.REOPENED: (
        _("%(who)s works on your request again"), _("We work on your request again"), "refresh",
    ),
    NoticeEvent.WATCHED: (
        _("%(who)s wrote on a request that you watch"),
        _("Something was said on a request that you watch"),
        "eye",
    ),
    NoticeEvent.SUPPLY: (
        _("What you wished for moves on"), _("What you wished for moves on"), "truck",
    ),
    NoticeEvent.ASSIGNED: (
        _("%(who)s gave you this ticket"), _("This ticket was given to you"), "user-check",
    ),
    NoticeEvent.TEAM: (
        _("%(who)s brought a ticket to your team"), _("A ticket came to your team"), "users",
    ),
    NoticeEvent.WROTE: (_("%(who)s wrote to you"), _("The user wrote to you"), "message"),
    NoticeEvent.REFUSED: (
        _("%(who)s says that it does not work yet"), _("It does not work yet"), "thumb-down",
    ),
    NoticeEvent.MENTION: (_("%(who)s names you in a note"), _("A note names you"), "note"),
    NoticeEvent.AUTHORITY: (
        _("%(who)s asks you to act as the authority"),
        _("You are asked to act as the authority"),
        "flag",
    ),
    NoticeEvent.DUE: (
        _("A commitment is at risk or missed"), _("A commitment is at risk or missed"),
        "clock-exclamation",
    ),
    NoticeEvent.APPROVAL: (
        _("%(who)s asks for your approval"), _("Your approval is asked"), "checks",
    ),
    NoticeEvent.DECIDED: (
        _("%(who)s decided on what you ask for"), _("It is decided on what you ask for"), "checks",
    ),
    NoticeEvent.LATE: (_("An order is late"), _("An order is late"), "truck"),
    NoticeEvent.TASK: (
        _("A task awaits you or your team"), _("A task awaits you or your team"), "tool",
    ),
    NoticeEvent.STEP: (
        _("A step of what you ask for is done"), _("A step of what you ask for is done"),
        "checks",
    ),
}  # fmt: skip


def line(notice: Notice) -> str:
    """Say what happened, without the ticket's title."""
    named, plain, _icon = SAID[NoticeEvent(notice.event)]
    return str(named) % {"who": notice.actor} if notice.actor else str(plain)


def icon(notice: Notice) -> str:
    """Give the icon of what happened."""
    return SAID[NoticeEvent(notice.event)][2]


def excerpt(notice: Notice) -> str:
    """Give the beginning of what was written, as plain text; nothing where nothing was."""
    message = notice.message
    if message is None or not (message.is_public or notice.is_internal):
        return ""
    text = message.text if message.channel == Channel.MAIL else as_text(message.text)
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…"


def path(notice: Notice) -> str:
    """Give the page that tells the rest, which marks the notice as read."""
    return reverse("desk:for_me_open", args=[notice.pk])


def link(notice: Notice) -> str:
    """The same as a whole address, for a mail."""
    return f"{settings.BASE_URL}{path(notice)}"

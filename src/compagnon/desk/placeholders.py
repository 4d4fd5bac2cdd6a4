"""What a text kept ready may hold in double braces: a fixed list, and nothing else is read.

``{{user.first_name}}`` becomes a first name; there is no expression, no filter, no attribute, and
what is put in is not read again. A text with any other name in braces is refused when it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk.models import Ticket

PATTERN = re.compile(r"\{\{([^{}]{0,60})\}\}")
VALUE_MAX = 200
Value = Callable[[Ticket, Actor], str]


def _due(ticket: Ticket, _actor: Actor) -> str:
    if ticket.due_at is None:
        return ""
    try:
        zone = ZoneInfo(ticket.organisation.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return date_format(timezone.localtime(ticket.due_at, zone), "DATETIME_FORMAT")


KNOWN: Mapping[str, tuple[Promise, Value]] = {
    "user.first_name": (_("the user’s first name"), lambda t, a: t.beneficiary.first_name),
    "user.name": (_("the user’s name"), lambda t, a: str(t.beneficiary)),
    "reference": (_("the ticket’s number"), lambda t, a: t.reference),
    "title": (_("the ticket’s title"), lambda t, a: t.title),
    "organisation": (_("the client"), lambda t, a: str(t.organisation)),
    "item": (_("the affected item"), lambda t, a: t.affected_item),
    "team": (_("the team in charge"), lambda t, a: str(t.team or "")),
    "technician": (_("the technician who writes"), lambda t, a: a.label),
    "due": (_("when it is due"), _due),
    "today": (
        _("today’s date"),
        lambda t, a: date_format(timezone.localdate(), "DATE_FORMAT"),
    ),
}


def unknown(text: str) -> list[str]:
    """Give the names in braces that are none of ours, each once, in order."""
    names = [one.strip() for one in PATTERN.findall(text)]
    return list(dict.fromkeys(name for name in names if name not in KNOWN))


def fill(text: str, *, ticket: Ticket, actor: Actor) -> str:
    """Put the values in; in one pass, so that a title with braces in it stays a title."""

    def value(found: re.Match[str]) -> str:
        known = KNOWN.get(found[1].strip())
        if known is None:
            return found[0]
        return " ".join(known[1](ticket, actor).split())[:VALUE_MAX]

    return PATTERN.sub(value, text)

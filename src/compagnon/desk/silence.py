"""An alarm when mail stops coming: where it comes all day, silence means a fault before us.

The operator says after how long (``COMPAGNON_MAIL_SILENCE_MINUTES``; 0: never), and may name a
calendar of service (``COMPAGNON_MAIL_SILENCE_CALENDAR``) on whose open hours alone the silence is
counted, so that a night or a Sunday raises nothing. It is counted from the last message that came,
whatever became of it; an installation that never received one is not silent, it is not connected
yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from compagnon.contracts import queries as contract_queries
from compagnon.core.models import Entry
from compagnon.desk.models import InboundMessage

FELL_SILENT = "intake.fell_silent"
HEARD_AGAIN = "intake.heard_again"


@dataclass(frozen=True, slots=True)
class Silence:
    """How long no mail has come: ``seconds`` counted, of at most ``limit`` allowed."""

    last_id: int
    since: datetime
    seconds: int
    limit: int

    @property
    def is_alarm(self) -> bool:
        """Whether it lasts longer than the operator allows."""
        return self.seconds > self.limit


def read(at: datetime | None = None) -> Silence | None:
    """Give how long no mail has come; ``None`` when nobody asked, or none ever came.

    Args:
        at: the moment to count up to; now unless given.
    """
    limit = settings.MAIL_SILENCE_MINUTES * 60
    if limit <= 0:
        return None
    last = InboundMessage.objects.order_by("-received_at", "-id").only("received_at").first()
    if last is None:
        return None
    now = at or timezone.now()
    seconds = int(max(0.0, (now - last.received_at).total_seconds()))
    if settings.MAIL_SILENCE_CALENDAR and seconds:
        counted = contract_queries.open_seconds(
            settings.MAIL_SILENCE_CALENDAR, last.received_at, now
        )
        # A calendar that is not there must not silence the alarm.
        seconds = seconds if counted is None else counted
    return Silence(last.pk, last.received_at, seconds, limit)


def alarm() -> Silence | None:
    """Give the silence that is an alarm now, if one is."""
    found = read()
    return found if found is not None and found.is_alarm else None


def raised_alarm() -> Entry | None:
    """Give the journal's entry of the alarm that lasts, if one was raised and mail has not come."""
    last = Entry.objects.filter(verb__in=[FELL_SILENT, HEARD_AGAIN]).order_by("-id").first()
    return last if last is not None and last.verb == FELL_SILENT else None

"""What ``titles`` does in the background."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django_tasks import task

from compagnon.core import outbox
from compagnon.core.models import Entry
from compagnon.core.tasks import periodic, policy, system_actor
from compagnon.titles.services import gathering, keeping, session_mail

CONSUMER = "titles.evidence"


@periodic(every=timedelta(seconds=30))
def propose_evidence() -> None:
    """Follow the journal, and propose work as evidence to the candidates who did it."""
    while outbox.consume(CONSUMER, _gather):
        pass


def _gather(entries: Sequence[Entry]) -> None:
    gathering.gather(actor=system_actor("evidence"), entries=entries)


@periodic(every=timedelta(hours=24))
def forget_what_is_past_its_time() -> None:
    """Erase the personal data of candidacies and jurors whose time of keeping is over."""
    keeping.forget_due(actor=system_actor("keeping"))


@task(queue_name="mail", priority=5)
@policy(max_attempts=12, timeout=120)
def send_session_mail(mail_id: int) -> None:
    """Send a summons, a cancellation or results; tried again for hours while it does not leave."""
    session_mail.deliver(mail_id)

"""The desk's work in the background."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone
from django_tasks import task

from compagnon.core.errors import CompagnonError
from compagnon.core.tasks import periodic, policy, system_actor
from compagnon.desk import (
    services,
    tasks_connections,  # noqa: F401 — declares its jobs
    tasks_daily,  # noqa: F401 — declares its jobs
    tasks_notices,  # noqa: F401
    tasks_supply,  # noqa: F401
)
from compagnon.desk.models import State, Ticket, Wait

log = structlog.get_logger(__name__)
BATCH = 500


@task(queue_name="mail", priority=20)
@policy(max_attempts=8, timeout=120)
def process_inbound(pk: int) -> None:
    """Make of a received message what the intake decides."""
    from compagnon.desk.inbound.intake import process

    process(pk)


@task(queue_name="mail", priority=10)
@policy(max_attempts=20, timeout=120)
def deliver(pk: int) -> None:
    """Send one mail."""
    from compagnon.desk.outbound.delivery import send

    send(pk)


@task(queue_name="bulk")
@policy(max_attempts=4, timeout=6 * 3600)
def bring(pk: int) -> None:
    """Import a file that was uploaded; after a crash it goes on where it was."""
    from compagnon.desk.bringing_uploads import carry_out

    carry_out(pk)


@periodic(every=timedelta(minutes=1))
def close_silent_tickets() -> None:
    """Close the solved tickets whose user said nothing during the stated delay."""
    due = Ticket.objects.filter(state=State.SOLVED, close_after__lte=timezone.now())
    for pk in due.order_by("close_after").values_list("pk", flat=True)[:BATCH]:
        try:
            services.close_elapsed(actor=system_actor("closing"), ticket_id=pk)
        except CompagnonError as error:  # answered meanwhile: the next one must not wait
            log.info("not closed by silence", ticket=pk, reason=error.code)


@periodic(every=timedelta(minutes=1))
def resume_due_tickets() -> None:
    """Take off hold the tickets whose date has come."""
    due = Ticket.objects.filter(state=State.PENDING, pending_until__lte=timezone.now())
    for pk in due.order_by("pending_until").values_list("pk", flat=True)[:BATCH]:
        try:
            services.resume(actor=system_actor("holding"), ticket_id=pk)
        except CompagnonError as error:
            log.info("not resumed", ticket=pk, reason=error.code)


@periodic(every=timedelta(minutes=1))
def send_reminders() -> None:
    """Send the reminders of tickets that wait, and close those that nobody answered."""
    due = Wait.objects.filter(ended_at=None, stopped_at=None, next_at__lte=timezone.now())
    for pk in due.order_by("next_at", "id").values_list("pk", flat=True)[:BATCH]:
        try:
            services.remind(actor=system_actor("waiting"), wait_id=pk)
        except CompagnonError as error:  # answered meanwhile: the next one must not wait
            log.info("not reminded", wait=pk, reason=error.code)


@periodic(every=timedelta(minutes=1), queue="mail")
def watch_silence() -> None:
    """Raise an alarm, once, when no mail has come for as long as the operator said."""
    verb = services.watch_silence(actor=system_actor("listener"))
    if verb:
        log.warning("mail silence", verb=verb)

"""The work in the background of what ties the desk to other programs."""

from __future__ import annotations

import threading
from datetime import timedelta

from django_tasks import task

from compagnon.core.tasks import periodic, policy
from compagnon.core.tasks.attending import attendant


@periodic(every=timedelta(seconds=5))
def follow_journal_for_webhooks() -> None:
    """Write the messages of what happened, and have them sent."""
    from compagnon.desk.outbound import webhooks

    webhooks.follow()


@task
@policy(max_attempts=1, timeout=150)
def send_webhook(pk: int) -> None:
    """Send what waits for a subscription; what fails is tried again by `follow`."""
    from compagnon.desk.outbound import webhooks

    webhooks.send_waiting(pk)


@task(queue_name="mail")
@policy(max_attempts=6, timeout=120)
def tell_webhook_stopped(pk: int) -> None:
    """Tell the owner of a subscription that it stopped."""
    from compagnon.desk.outbound.notices import tell_stopped

    tell_stopped(pk)


@periodic(every=timedelta(hours=6))
def forget_webhook_messages() -> None:
    """Delete what is older than thirty days."""
    from compagnon.desk.outbound import webhooks

    webhooks.forget()


@task(priority=10)
@policy(max_attempts=8, timeout=300)
def take_alerts(source_id: int) -> None:
    """Take what a supervision posted, in its order."""
    from compagnon.desk.inbound import alert_intake

    alert_intake.take_waiting(source_id)


@periodic(every=timedelta(hours=6))
def forget_alert_reports() -> None:
    """Delete what supervisions posted more than a week ago."""
    from compagnon.desk.inbound import alert_intake

    alert_intake.forget()


@attendant(queue="mail")
def listen_to_mailboxes(stop: threading.Event) -> None:
    """Hear of new mail as it comes, in the mailboxes whose servers tell of it."""
    from compagnon.desk.inbound.fetching import idling

    idling.attend(stop)


@periodic(every=timedelta(seconds=10), queue="mail")
def read_due_mailboxes() -> None:
    """Have the mailboxes read whose time has come."""
    from compagnon.desk.inbound.fetching import polling

    for pk in polling.due():
        read_mailbox.enqueue(pk)


@task(queue_name="mail")
@policy(max_attempts=1, timeout=900)
def read_mailbox(pk: int) -> None:
    """Read a mailbox once; what fails is tried again at its next time."""
    from compagnon.desk.inbound.fetching import polling

    polling.poll(pk)

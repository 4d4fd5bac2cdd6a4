"""The work in the background of what people are told."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from compagnon.core.tasks import periodic, policy, system_actor

AT_ONCE = 500


@task(queue_name="mail", priority=5)
@policy(max_attempts=8, timeout=60)
def release_notices(person_id: int, channel: str) -> None:
    """Let go what somebody is told by mail or on their devices, if its moment has come."""
    from compagnon.desk.services.releasing import release

    release(actor=system_actor("notices"), person_id=person_id, channel=channel)


@task(queue_name="mail", priority=10)
@policy(max_attempts=20, timeout=120)
def deliver_notices(pk: int) -> None:
    """Send one mail of notices."""
    from compagnon.desk.outbound.notice_mail import send

    send(pk)


@task(queue_name="default", priority=10)
@policy(max_attempts=8, timeout=60)
def push_notices(subscription_id: int, notice_ids: list[int]) -> None:
    """Tell one browser."""
    from compagnon.desk.outbound.pushing import push

    push(subscription_id, notice_ids)


@periodic(every=timedelta(minutes=1), queue="mail")
def release_held_notices() -> None:
    """Let go what was held back until now: after quiet hours, and the digests."""
    from compagnon.desk.services.releasing import waiting_since

    for person_id, channel in waiting_since(timezone.now(), AT_ONCE):
        release_notices.enqueue(person_id, channel)


@periodic(every=timedelta(hours=6))
def forget_notices() -> None:
    """Delete what was told long ago."""
    from compagnon.desk.services.releasing import forget

    forget(timezone.now())

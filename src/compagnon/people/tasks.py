"""What ``people`` does in the background."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django_tasks import task

from compagnon.core.personal import holding as registered
from compagnon.core.tasks import periodic, policy, system_actor
from compagnon.people import (
    directory_sign_in,
    mail,
    tasks_directories,  # noqa: F401 — declares its jobs
)
from compagnon.people.models import Account
from compagnon.people.queries import may_enter
from compagnon.people.services import personal

TURNS = 500


@task(queue_name="mail", priority=10)
@policy(max_attempts=10, timeout=120)
def send_password_link(account_id: int, *, reason: str) -> None:
    """Send the link to choose a password.

    The link is made here, so that it never stands in the tasks' table.

    Args:
        reason: ``invite`` or ``reset``; chooses the words.
    """
    account = _account(account_id)
    if account is not None and directory_sign_in.link_of(account) is not None:
        mail.send(account, "directory_password")
    elif account is not None:
        mail.send(
            account,
            reason,
            link=mail.password_link(account),
            days=settings.PASSWORD_RESET_TIMEOUT // 86_400,
        )


@task(queue_name="mail")
@policy(max_attempts=5, timeout=120)
def send_notice(account_id: int, *, notice: str) -> None:
    """Tell the owner of an account that its password or second factor changed."""
    account = _account(account_id)
    if account is not None:
        mail.send(account, notice)


@task(queue_name="bulk")
@policy(max_attempts=4, timeout=6 * 3600)
def erase_person(erasure_id: int) -> None:
    """Erase what is kept of a person; after a crash it goes on where it was."""
    personal.carry_out(actor=system_actor("privacy"), erasure_id=erasure_id)


@periodic(every=timedelta(hours=24), queue="bulk", timeout=3600)
def erase_what_is_past_its_term() -> None:
    """Erase, kind by kind, the personal data whose term is over."""
    actor = system_actor("privacy")
    for key, days in personal.terms().items():
        holding = registered(key)
        if days is None or holding is None or holding.expire is None:
            continue
        # In short transactions, and no more in a day than others can bear beside it.
        for _turn in range(TURNS):
            if personal.expire(actor=actor, key=key) < personal.BATCH:
                break


def _account(account_id: int) -> Account | None:
    account = Account.objects.filter(pk=account_id).select_related("person__organisation").first()
    return account if account is not None and may_enter(account) else None

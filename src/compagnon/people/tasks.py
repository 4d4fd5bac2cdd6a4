"""What ``people`` does in the background."""

from __future__ import annotations

from django.conf import settings
from django_tasks import task

from compagnon.core.tasks import policy
from compagnon.people import mail
from compagnon.people.models import Account
from compagnon.people.queries import may_enter


@task(queue_name="mail", priority=10)
@policy(max_attempts=10, timeout=120)
def send_password_link(account_id: int, *, reason: str) -> None:
    """Send the link to choose a password.

    The link is made here, so that it never stands in the tasks' table.

    Args:
        reason: ``invite`` or ``reset``; chooses the words.
    """
    account = _account(account_id)
    if account is not None:
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


def _account(account_id: int) -> Account | None:
    account = Account.objects.filter(pk=account_id).select_related("person__organisation").first()
    return account if account is not None and may_enter(account) else None

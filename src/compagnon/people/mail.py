"""The few messages that an account gets by mail: the link to choose a password, and notices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36

from compagnon.people.models import Account


def password_link(account: Account) -> str:
    """Give the address where the account's password is chosen, once, within some days."""
    key = PasswordResetTokenGenerator().make_token(account)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": int_to_base36(account.pk), "key": key},
    )
    return f"{settings.BASE_URL}{path}"


def send(account: Account, template: str, **context: object) -> None:
    """Send ``people/mail/TEMPLATE.txt`` in the person's language; its first line is the subject.

    Raises:
        OSError: the mail server cannot be reached, or refused.
    """
    with translation.override(account.person.language):
        text = render_to_string(
            f"people/mail/{template}.txt",
            {"person": account.person, "base_url": settings.BASE_URL, **context},
        )
    subject, _newline, body = text.strip().partition("\n")
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[account.email],
        # RFC 3834: no absence notice answers this.
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.send()

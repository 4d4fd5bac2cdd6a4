"""Django's own way of sending mail, put through the way that the operator chose for all mail."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes
from email.policy import SMTP

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from compagnon.desk.outbound.transport import transport


class Backend(BaseEmailBackend):
    """Sends what ``people`` writes about accounts by ``COMPAGNON_MAIL_URL``."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send each message to each of its recipients, and tell how many messages left.

        Raises:
            NotSent: one was not taken; the task that sends it is tried again.
        """
        way = transport(settings.MAIL_URL)
        for message in email_messages:
            mail = message_from_bytes(message.message().as_bytes(), policy=SMTP)
            for recipient in message.recipients():
                # MAIL FROM:<>: a bounce of what a program wrote must not open a ticket.
                way.send(mail, sender="", recipient=recipient)
        return len(email_messages)

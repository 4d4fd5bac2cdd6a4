"""The mail that tells a person what must be seen to in the park."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from compagnon.park.models import Alert, AlertLetter
from compagnon.park.policies import VIEW
from compagnon.park.queries import alerts
from compagnon.people.queries import main_email, scope_of

SHOWN = 60
"""Lines of one mail; the page holds all."""


def send(letter_id: int) -> None:
    """Send a letter in its reader's language, unless it left; under the same Message-ID each time.

    What ended meanwhile, or is not theirs to see any more, is left out; an empty letter does not
    leave.

    Raises:
        OSError: the mail server did not take it; the task is tried again.
    """
    letter = AlertLetter.objects.select_related("person__organisation").filter(pk=letter_id).first()
    if letter is None or letter.sent_at is not None:
        return
    person = letter.person
    address = main_email(person) if person.is_active else ""
    scope = scope_of(person)
    waiting = [
        one
        for one in Alert.objects.filter(told__letter=letter, ended_at__isnull=True)
        .select_related("organisation")
        .order_by("day", "pk")
        if scope.allows(VIEW, one.organisation_id)
    ]
    if address and waiting:
        with translation.override(person.language):
            message(letter, address, waiting).send()
    AlertLetter.objects.filter(pk=letter.pk).update(sent_at=timezone.now())


def message(letter: AlertLetter, address: str, waiting: list[Alert]) -> EmailMessage:
    """Write a letter, in the language that is on."""
    lines = alerts.lines(waiting)
    text = render_to_string(
        "park/mail/alerts.txt",
        {
            "person": letter.person,
            "count": len(waiting),
            "lines": lines[:SHOWN],
            "more": max(len(lines) - SHOWN, 0),
            "page": f"{settings.BASE_URL}{reverse('park:alerts')}",
        },
    )
    subject, _newline, body = text.strip().partition("\n")
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        # RFC 3834: no absence notice answers this.
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{letter.internet_id}>"},
    )

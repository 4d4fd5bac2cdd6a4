"""What is sent by mail about a session: one row an event and a recipient."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.people.models import Person
from compagnon.titles.models.sessions import Session


class SessionMailKind(models.TextChoices):
    """What it is about."""

    SUMMONS = "summons", _("summons")
    CANCELLED = "cancelled", _("cancellation")
    RESULTS = "results", _("results")


class SessionMailState(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", pgettext_lazy("mail", "to be sent")
    SENT = "sent", pgettext_lazy("mail", "sent")
    FAILED = "failed", pgettext_lazy("mail", "not sent")


class SessionMail(models.Model):
    """A mail about a session to one person: the next one of the same kind has the next number.

    ``address`` is empty where none is known: the paper is given by hand then.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="mails")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=SessionMailKind)
    as_juror = models.BooleanField(_("as a juror"), default=False)
    # Counts the calendar's events of this person in this session (RFC 5545, SEQUENCE).
    sequence = models.PositiveSmallIntegerField(default=0)
    address = models.EmailField(_("address"), blank=True)
    state = models.CharField(
        _("state"), max_length=7, choices=SessionMailState, default=SessionMailState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("why not"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail about a session")
        verbose_name_plural = _("mails about sessions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person", "kind", "sequence"], name="session_mail_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"

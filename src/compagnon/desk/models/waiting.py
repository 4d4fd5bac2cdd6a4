"""For what tickets wait, and the reminders that leave meanwhile."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import PendingReason, Ticket
from compagnon.people.models import Person

REMINDERS_MAX = 6
DAYS_MAX = 250


class Reminded(models.TextChoices):
    """Who is reminded while a ticket waits."""

    USER = "user", _("the user, by mail")
    TECHNICIAN = "technician", _("the technician, by mail")
    NOBODY = "nobody", _("nobody")


class WaitReason(models.Model):
    """A reason for putting on hold, with its schedule in working days of the client's contract.

    ``base`` says how contracts see it: their pause rules are about these. ``remind_after`` is
    working days from the beginning of the wait, «2, 5»; ``close_after`` closes the ticket if
    nobody answered by then. The user's answer ends a wait for which the user is reminded.
    """

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    base = models.CharField(
        _("for contracts it is"),
        max_length=20,
        choices=PendingReason,
        default=PendingReason.OTHER,
        help_text=_("Each contract says whether its clocks stop for that."),
    )
    reminds = models.CharField(
        _("reminds"), max_length=10, choices=Reminded, default=Reminded.TECHNICIAN
    )
    remind_after = models.CharField(
        _("reminders after (working days)"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^\s*\d{1,3}(\s*[,;]\s*\d{1,3})*\s*$")],
        help_text=_("Working days of the client’s contract, separated by commas: 2, 5."),
    )
    close_after = models.PositiveSmallIntegerField(
        _("closes after (working days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: it is never closed by itself."),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("reason for waiting")
        verbose_name_plural = _("reasons for waiting")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(close_after__isnull=True)
                | models.Q(close_after__gte=1, close_after__lte=DAYS_MAX),
                name="wait_reason_closing_days",
            ),
        ]

    def __str__(self) -> str:
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name

    @property
    def steps(self) -> tuple[int, ...]:
        """The working days after which a reminder leaves, in order."""
        return days_of(self.remind_after)

    def clean(self) -> None:
        """Refuse a schedule that says nothing that can be done."""
        steps = self.steps
        if len(steps) > REMINDERS_MAX or any(not 1 <= one <= DAYS_MAX for one in steps):
            raise ValidationError(
                {"remind_after": _("At most six reminders, within 250 working days.")}
            )
        if self.close_after is not None:
            if self.reminds != Reminded.USER:
                raise ValidationError(
                    {"close_after": _("Only a wait for the user closes by itself.")}
                )
            if not steps or self.close_after <= max(steps):
                raise ValidationError(
                    {"close_after": _("It closes after the last reminder, never before.")}
                )


def days_of(text: str) -> tuple[int, ...]:
    """Read «2, 5» as numbers in order, each once."""
    return tuple(sorted({int(one) for one in re.findall(r"\d{1,3}", text)}))


class Wait(models.Model):
    """A ticket on hold: since when, and what leaves next. The schedule is as it stood then."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="waits")
    reason = models.ForeignKey(WaitReason, models.SET_NULL, null=True, related_name="+")
    base = models.CharField(_("waits for"), max_length=20, choices=PendingReason)
    reminds = models.CharField(_("reminds"), max_length=10, choices=Reminded)
    steps = models.JSONField(default=list)
    close_after = models.PositiveSmallIntegerField(null=True)
    began_at = models.DateTimeField(_("since"))
    reminded = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    next_at = models.DateTimeField(_("next one on"), null=True)
    closes_at = models.DateTimeField(_("closes on"), null=True)
    stopped_at = models.DateTimeField(_("reminders stopped"), null=True)
    stopped_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("over on"), null=True)
    closed_ticket = models.BooleanField(_("closed the ticket"), default=False)

    class Meta:
        verbose_name = _("wait")
        verbose_name_plural = _("waits")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=models.Q(ended_at=None),
                name="wait_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(ended_at=None, stopped_at=None),
                name="wait_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.base}"

    @property
    def words(self) -> str:
        """For what it waits."""
        return str(self.reason) if self.reason else str(PendingReason(self.base).label)

    @property
    def closes_next(self) -> bool:
        """Whether the next thing is the closing."""
        return self.reminded >= len(self.steps)

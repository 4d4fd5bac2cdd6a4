"""Time spent on tickets, by typed activity."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class ActivityType(models.Model):
    """What time is spent on: diagnosis, travel, training…"""

    name = models.CharField(_("name"), max_length=80, unique=True)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    is_billable = models.BooleanField(_("billable"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("type of activity")
        verbose_name_plural = _("types of activity")
        ordering = ["name"]

    def __str__(self) -> str:
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name


class TimeEntry(models.Model):
    """Seconds that somebody spent on a ticket on a day, outside of a planned task."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="time_entries", verbose_name=_("ticket")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    activity = models.ForeignKey(
        ActivityType, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("activity"),
    )  # fmt: skip
    day = models.DateField(_("day"))
    seconds = models.PositiveIntegerField(_("time spent"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("noted"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("time spent")
        verbose_name_plural = _("times spent")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seconds__gte=1, seconds__lte=86_400),
                name="time_entry_within_a_day",
            ),
        ]
        indexes = [models.Index(fields=["person", "day", "id"], name="time_entry_week")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.seconds} s"


class Timer(models.Model):
    """Time that somebody is counting now: one each."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    activity = models.ForeignKey(ActivityType, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(_("begun on"))

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.ticket_id}"

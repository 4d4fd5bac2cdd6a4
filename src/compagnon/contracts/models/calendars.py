"""Calendars: when a commitment's time counts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Calendar(models.Model):
    """Opening hours of a week, public holidays, closures, in one time zone, as they are edited.

    What clocks count with is the frozen :class:`CalendarRevision` numbered ``revision``: a change
    here makes a new one, and no closed clock is ever counted again.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    is_always_open = models.BooleanField(
        _("around the clock"),
        default=False,
        help_text=_("Every hour of every day counts, public holidays included."),
    )
    weekly = models.JSONField(
        _("weekly hours"),
        default=dict,
        blank=True,
        help_text=_("For each day, the stretches open: {“monday”: [[“09:00”, “12:30”], …]}."),
    )
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    holiday_subdivision = models.CharField(_("region"), max_length=10, blank=True)
    holiday_categories = models.JSONField(_("kinds of holidays"), default=list, blank=True)
    holiday_exceptions = models.JSONField(
        _("holidays worked all the same"),
        default=list,
        blank=True,
        help_text=_("Dates (2026-05-25), days of every year (05-01) or the holiday’s name."),
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="calendar_name_once"),
            models.CheckConstraint(
                condition=models.Q(is_always_open=False) | models.Q(holiday_country=""),
                name="calendar_round_the_clock_no_holidays",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClosureKind(models.TextChoices):
    """Whether the days are taken from the weekly hours or added to them."""

    CLOSED = "closed", pgettext_lazy("calendar", "closed")
    OPEN = "open", _("open exceptionally")


class Closure(models.Model):
    """Days when the weekly hours do not hold: closed, or exceptionally open, with the reason."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="closures", verbose_name=_("calendar")
    )
    kind = models.CharField(
        _("kind"), max_length=6, choices=ClosureKind, default=ClosureKind.CLOSED
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    from_time = models.TimeField(pgettext_lazy("time", "from"), null=True, blank=True)
    until_time = models.TimeField(
        pgettext_lazy("time", "until"),
        null=True,
        blank=True,
        help_text=_("00:00 is the end of the day."),
    )
    every_year = models.BooleanField(_("every year"), default=False)
    label = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["first_day", "from_time", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ClosureKind.values), name="closure_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="closure_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(from_time__isnull=True, until_time__isnull=True)
                | models.Q(from_time__isnull=False, until_time__isnull=False),
                name="closure_both_times_or_none",
            ),
            # Openings and parts of days are of one year: which weekday they fall on changes.
            models.CheckConstraint(
                condition=models.Q(every_year=False)
                | models.Q(kind=ClosureKind.CLOSED, from_time__isnull=True),
                name="closure_yearly_is_whole_days",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=ClosureKind.OPEN) | models.Q(from_time__isnull=False),
                name="closure_opening_has_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.kind} {self.first_day}"


class CalendarRevision(models.Model):
    """A calendar as it stood from one moment on: the document clocks count with. Never changed."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="revisions", verbose_name=_("calendar")
    )
    number = models.PositiveIntegerField(_("revision"))
    document = models.JSONField(_("document"))
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("in force from"))

    class Meta:
        verbose_name = _("calendar revision")
        verbose_name_plural = _("calendar revisions")
        ordering = ["calendar", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "number"], name="calendar_revision_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} r{self.number}"

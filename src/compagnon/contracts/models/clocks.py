"""Clocks running on subjects of the rooms above, and the stretches they are made of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.contracts.models.calendars import CalendarRevision
from compagnon.contracts.models.contracts import Commitment, ContractKind, ServiceContract
from compagnon.contracts.subjects import Measure
from compagnon.core.lookups import write_choices
from compagnon.people.models import Organisation


class ClockState(models.TextChoices):
    """Where a clock stands. One that runs on past its target is running, with ``breached_at``."""

    IDLE = "idle", pgettext_lazy("clock", "no commitment")
    RUNNING = "running", pgettext_lazy("clock", "running")
    PAUSED = "paused", pgettext_lazy("clock", "paused")
    MET = "met", pgettext_lazy("clock", "met")
    MISSED = "missed", pgettext_lazy("clock", "missed")
    CANCELLED = "cancelled", pgettext_lazy("clock", "cancelled")


OPEN_STATES = (ClockState.RUNNING, ClockState.PAUSED)
RUNNING_UNBREACHED = models.Q(state="running", breached_at__isnull=True)


class Clock(models.Model):
    """One measure counted on one subject.

    ``elapsed_seconds`` is what the closed segments count: the whole once stopped. ``due_at`` is
    empty while paused, unless already breached: nobody knows when a pause ends. The facts are the
    subject's latest, as the desk gave them. Idle: the contract has commitments for this measure,
    none for these facts; the time is kept and counts under the first commitment that applies.
    """

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    measure = models.CharField(_("measure"), max_length=16, choices=Measure)
    kind = models.CharField(_("kind of contract"), max_length=12, choices=ContractKind)
    contract = models.ForeignKey(
        ServiceContract,
        models.PROTECT,
        null=True,
        related_name="clocks",
        verbose_name=_("contract"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        related_name="clocks",
        verbose_name=_("commitment"),
    )
    target_seconds = models.PositiveIntegerField(_("target (seconds)"), null=True)
    state = models.CharField(_("state"), max_length=9, choices=ClockState)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"), null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(_("breached"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    elapsed_seconds = models.PositiveIntegerField(_("elapsed (seconds)"), default=0)

    priority = models.PositiveSmallIntegerField(_("priority"), null=True)
    category_path = models.CharField(max_length=200, blank=True)
    service_id = models.BigIntegerField(null=True)
    request_type_id = models.BigIntegerField(null=True)
    ticket_kind = models.CharField(max_length=16, blank=True)
    team_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "measure"],
                condition=models.Q(kind="sla") & ~models.Q(state="cancelled"),
                name="clock_once",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "measure"],
                condition=models.Q(kind="ola", state__in=["running", "paused"]),
                name="clock_of_team_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "paused", "idle"])
                | models.Q(stopped_at__isnull=False),
                name="clock_closed_has_stop",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["idle", "cancelled"])
                | models.Q(
                    contract__isnull=False,
                    commitment__isnull=False,
                    target_seconds__isnull=False,
                ),
                name="clock_counts_for_a_commitment",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="clock_subject"),
            models.Index(fields=["state", "due_at"], name="clock_state_due"),
            models.Index(fields=["warn_at"], condition=RUNNING_UNBREACHED, name="clock_warn"),
            models.Index(fields=["contract", "started_at"], name="clock_contract_started"),
            models.Index(
                fields=["organisation"],
                condition=models.Q(state__in=["running", "paused", "idle"]),
                name="clock_open_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.subject_kind} {self.subject_id}"


write_choices(Clock._meta.get_field("state"))


class ClockSegment(models.Model):
    """A stretch of a clock under one commitment, one calendar, and one reason to wait or none.

    A reason with ``counts`` true is a wait that the contract's rule does not forgive. ``facts`` is
    filled only when a requalification ended the stretch: the facts up to then.
    """

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="segments")
    start = models.DateTimeField(pgettext_lazy("time", "from"))
    end = models.DateTimeField(pgettext_lazy("time", "until"), null=True)
    counts = models.BooleanField(_("counts"))
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    commitment = models.ForeignKey(Commitment, models.PROTECT, null=True, related_name="+")
    calendar_revision = models.ForeignKey(
        CalendarRevision, models.PROTECT, null=True, related_name="+"
    )
    facts = models.JSONField(null=True)

    class Meta:
        verbose_name = _("stretch of a clock")
        verbose_name_plural = _("stretches of clocks")
        ordering = ["clock", "start", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=models.Q(end__isnull=True), name="segment_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(end__isnull=True) | models.Q(end__gte=models.F("start")),
                name="segment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(commitment__isnull=True, calendar_revision__isnull=True)
                | models.Q(commitment__isnull=False, calendar_revision__isnull=False),
                name="segment_commitment_with_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.start} to {self.end}"

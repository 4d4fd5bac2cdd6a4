"""Tasks of a ticket, and the sheet that a user signs after an intervention."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person, Site, Team


class WorkMode(models.TextChoices):
    """Where the work is done."""

    REMOTE = "remote", _("remote")
    ON_SITE = "on_site", _("on site")


class WorkState(models.TextChoices):
    """Where a task stands."""

    HELD = "held", _("waits for another task")
    TODO = "todo", _("to do")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class WorkTask(models.Model):
    """A piece of work on a ticket. Durations are seconds."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="work_tasks")
    title = models.CharField(_("what to do"), max_length=200)
    details = models.TextField(_("details"), blank=True, max_length=5000)
    mode = models.CharField(_("where"), max_length=8, choices=WorkMode, default=WorkMode.REMOTE)
    state = models.CharField(_("state"), max_length=10, choices=WorkState, default=WorkState.TODO)
    assignee = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("technician"),
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    planned_start = models.DateTimeField(_("appointment"), null=True, blank=True)
    planned_seconds = models.PositiveIntegerField(_("planned time"), default=0)
    spent_seconds = models.PositiveIntegerField(_("time spent"), default=0)
    activity = models.ForeignKey(
        "desk.ActivityType",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("activity"),
    )
    travel_seconds = models.PositiveIntegerField(_("travel time"), default=0)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("planned on"))
    done_at = models.DateTimeField(_("done"), null=True)
    version = models.PositiveIntegerField(default=1)
    # What a plan adds: whose team's it is, how its user is told of it, what it waits for.
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    plan_key = models.CharField(max_length=40, blank=True, default="", db_default="")
    title_en = models.CharField(max_length=200, blank=True, default="", db_default="")
    is_internal = models.BooleanField(_("not told to the user"), default=False, db_default=False)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False),
                name="work_done_has_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "planned_start"],
                condition=models.Q(state="todo"),
                name="work_todo_assignee",
            ),
            models.Index(
                fields=["team", "id"],
                condition=models.Q(state="todo", team__isnull=False),
                name="work_todo_team",
            ),
            # A calendar reads everybody's appointments of some weeks, done ones too.
            models.Index(fields=["planned_start", "id"], name="work_planned"),
        ]

    def __str__(self) -> str:
        return self.title


class InterventionSheet(models.Model):
    """What was done on site, as the user signed it. ``digest`` seals what was shown."""

    task = models.OneToOneField(WorkTask, models.PROTECT, related_name="sheet")
    report = models.TextField(_("what was done"), max_length=5000)
    nonce = models.CharField(max_length=43, unique=True)
    prepared_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"))
    signed_name = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    signature = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    remarks = models.TextField(_("user's remarks"), blank=True, max_length=2000)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("intervention sheet")
        verbose_name_plural = _("intervention sheets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True) | ~models.Q(signed_name=""),
                name="sheet_signed_has_name",
            ),
        ]

    def __str__(self) -> str:
        return f"sheet of task {self.task_id}"

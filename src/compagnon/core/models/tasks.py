"""Work in the background, with a lease so that a killed worker's work is taken up again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """Where a task stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DEAD = "dead", _("given up")


class Task(models.Model):
    """One call to make later. The function must give the same result when it runs twice."""

    id = models.BigAutoField(primary_key=True)
    queue = models.CharField(_("queue"), max_length=32, default="default")
    priority = models.SmallIntegerField(_("priority"), default=0)
    path = models.CharField(_("function"), max_length=200)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=TaskState, default=TaskState.WAITING)
    run_after = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True)
    worker = models.CharField(_("worker"), max_length=80, blank=True)
    error_class = models.CharField(_("kind of error"), max_length=200, blank=True)
    error = models.TextField(_("last error"), blank=True)
    result = models.JSONField(_("result"), null=True)
    enqueued_at = models.DateTimeField(_("enqueued at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    correlation_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            # Read for one queue and priority at a time, in order, and stopped at the few that a
            # worker takes: costs the same however many tasks wait, now or for a later time.
            models.Index(
                fields=["queue", "priority", "run_after"],
                condition=models.Q(state=TaskState.WAITING),
                name="task_waiting",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state=TaskState.RUNNING),
                name="task_running",
            ),
            models.Index(fields=["state", "finished_at"], name="task_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.path} ({self.state})"


class PeriodicRun(models.Model):
    """When a periodic job last started: the row that makes it run once, whatever the workers."""

    name = models.CharField(_("job"), max_length=120, primary_key=True)
    last_started_at = models.DateTimeField(_("last started"), null=True)
    last_finished_at = models.DateTimeField(_("last finished"), null=True)
    last_error = models.TextField(_("last error"), blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True)
    worker = models.CharField(_("worker"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("periodic job")
        verbose_name_plural = _("periodic jobs")

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker that has been seen: it writes here at each heartbeat, and leaves when it stops."""

    name = models.CharField(_("worker"), max_length=80, primary_key=True)
    queues = models.JSONField(_("queues"), default=list)
    threads = models.PositiveSmallIntegerField(_("threads"))
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name

"""The verbs of ``core`` itself, and who sees the rows of its own tables."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core import models
from compagnon.core.actor import Scope
from compagnon.core.verbs import declare
from compagnon.core.visibility import M, rule

declare(
    "core",
    {
        "journal.view": _("Read the journal of an organisation"),
        "task.manage": _("See background tasks that failed, retry and discard them"),
    },
)


@rule(models.Entry)
def entries(scope: Scope, rows: QuerySet[models.Entry]) -> QuerySet[models.Entry]:
    """Those of the organisations whose journal a role lets the person read."""
    reach = scope.organisations("journal.view")
    return rows if reach is None else rows.filter(organisation_id__in=reach)


@rule(models.Task, models.PeriodicRun, models.Worker)
def background_work(scope: Scope, rows: QuerySet[M]) -> QuerySet[M]:
    """All of it for who manages tasks: a task belongs to no organisation."""
    return rows if scope.allows("task.manage", None) else rows.none()


@rule(
    models.OutboxItem,
    models.ConsumerPosition,
    models.IdempotencyKey,
    models.StoredFile,
    models.CallCount,
)
def nobody(scope: Scope, rows: QuerySet[M]) -> QuerySet[M]:
    """The program alone: what a file shows is said by the rows that point at it."""
    return rows.none()

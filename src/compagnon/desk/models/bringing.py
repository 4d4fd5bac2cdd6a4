"""Imports of another desk's past, and what stands for what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation


class BringingState(models.TextChoices):
    """Where an import stands."""

    WAITING = "waiting", pgettext_lazy("import", "waiting")
    RUNNING = "running", pgettext_lazy("import", "running")
    DONE = "done", pgettext_lazy("import", "done")
    FAILED = "failed", pgettext_lazy("import", "failed")


class Bringing(models.Model):
    """One import, or one dry run of it: what was read, how far it is, what it reports.

    ``actor_id`` is the person who asked for it, without foreign key, as in the journal; none: the
    command line. ``report`` is the document that the command prints.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    source = models.CharField(_("source"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    mapping = models.JSONField(_("mapping"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=BringingState, default=BringingState.WAITING
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    actor_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["asked_at", "id"], name="bringing_asked")]

    def __str__(self) -> str:
        return f"{self.source} {self.file_name}"

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, 100 * self.done // self.total) if self.total else 0


class Brought(models.Model):
    """What a thing of the source became here, so that bringing it again adds nothing.

    ``kind`` is ticket, person, team or category; ``object_id`` the row's key. Of a ticket,
    ``digest`` and ``steps`` say what was told of it, ``version`` what it was when it was left.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    source = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200)
    object_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    steps = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    bringing = models.ForeignKey(Bringing, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("imported thing")
        verbose_name_plural = _("imported things")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "kind", "key"], name="brought_once"
            ),
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="brought_object")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.key}"

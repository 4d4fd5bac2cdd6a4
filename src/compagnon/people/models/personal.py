"""For how long personal data is kept, and the erasures that were carried out."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.people.models.organisations import Organisation
from compagnon.people.models.persons import Person

LONGEST_DAYS = 36_600


class KeepingTerm(models.Model):
    """The term of one kind of personal data, where it is not the usual one.

    ``key`` is that of a holding of ``core.personal``; without ``days`` the kind has no term.
    """

    key = models.CharField(_("kind of data"), max_length=60, unique=True)
    days = models.PositiveIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("term of keeping")
        verbose_name_plural = _("terms of keeping")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__isnull=True) | models.Q(days__gte=1, days__lte=36_600),
                name="keeping_term_in_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ErasureState(models.TextChoices):
    """Where an erasure stands."""

    WAITING = "waiting", pgettext_lazy("erasure", "waiting")
    RUNNING = "running", pgettext_lazy("erasure", "running")
    DONE = "done", pgettext_lazy("erasure", "done")
    FAILED = "failed", pgettext_lazy("erasure", "failed")


class Erasure(models.Model):
    """The erasure of one person's data: what was there, what went, and the proof of it.

    Nothing here tells who it was: the person's row has lost its name. ``erased`` holds rows by
    kind; ``found`` and ``left`` where a search of every text met the person's names and addresses,
    before and after: lists of ``{"place": "desk.message.text", "rows": 3}``.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="erasures", verbose_name=_("person")
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=ErasureState, default=ErasureState.WAITING
    )
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    step = models.CharField(_("doing"), max_length=60, blank=True)
    erased = models.JSONField(default=dict, blank=True)
    found = models.JSONField(default=list, blank=True)
    left = models.JSONField(default=list, blank=True)
    journal = models.JSONField(default=dict, blank=True)
    # What tells the person in a text, encrypted, while the erasure runs; empty once it ended.
    words = models.TextField(blank=True, editable=False)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="erasure_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["asked_at", "id"], name="erasure_asked")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"

"""How many calls of the API a caller took in a minute, over all processes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallCount(models.Model):
    """One caller's minute. ``caller`` is a digest; ``minute`` counts from 1970."""

    caller = models.CharField(max_length=32)
    minute = models.BigIntegerField()
    calls = models.BigIntegerField()

    class Meta:
        verbose_name = _("count of calls")
        verbose_name_plural = _("counts of calls")
        constraints = [
            models.UniqueConstraint(fields=["caller", "minute"], name="call_count_once"),
        ]
        indexes = [models.Index(fields=["minute"], name="call_count_minute")]

    def __str__(self) -> str:
        return f"{self.caller} {self.minute}"

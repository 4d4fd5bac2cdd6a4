"""What a machine is recognised by, doubts for a person to settle, and merges that can be undone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.park.models.reports import InventoryReport
from compagnon.people.models import Organisation, Person


class Identifier(models.Model):
    """One thing by which an asset is known: ``key`` is ``kind:value``, as ``park.identity`` writes
    it (``uuid:4c4c…``, ``serial:…``, ``mac:…``, ``deviceid:…``, ``agent:…``, ``name:…``)."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="identifiers")
    key = models.CharField(max_length=300)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [
            models.UniqueConstraint(fields=["asset", "key"], name="identifier_once"),
        ]
        indexes = [models.Index(fields=["key"], name="identifier_key")]

    def __str__(self) -> str:
        return self.key


class DoubtState(models.TextChoices):
    """How a doubt stands."""

    OPEN = "open", _("open")
    MERGED = "merged", _("the same machine")
    SEPARATED = "separated", _("another machine")


class Doubt(models.Model):
    """A report whose machine no rule could tell: a person says which, and later ones follow.

    ``fingerprint`` is the digest of what the report is recognised by, so that the same machine
    reporting again adds nothing to the list and a settled doubt is not asked twice.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    fingerprint = models.CharField(max_length=64)
    report = models.ForeignKey(
        InventoryReport, models.CASCADE, related_name="doubts", verbose_name=_("report")
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    # What the report says of itself, side by side with its candidates': {"kind": value}.
    evidence = models.JSONField(_("evidence"), default=dict)
    state = models.CharField(_("state"), max_length=9, choices=DoubtState, default=DoubtState.OPEN)
    asset = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled as"),
    )
    raised_at = models.DateTimeField(_("raised"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("doubt on a machine")
        verbose_name_plural = _("doubts on machines")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "fingerprint"], name="doubt_fingerprint_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "-raised_at"], name="doubt_state")]

    def __str__(self) -> str:
        return self.name or self.fingerprint[:12]


class DoubtCandidate(models.Model):
    """A machine that a doubtful report may be, with what speaks for it and against it."""

    doubt = models.ForeignKey(Doubt, models.CASCADE, related_name="candidates")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="doubts")
    confidence = models.PositiveSmallIntegerField(_("confidence, of 100"))
    evidence = models.JSONField(_("evidence"), default=list)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["-confidence", "id"]
        constraints = [
            models.UniqueConstraint(fields=["doubt", "asset"], name="doubt_candidate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.confidence}"


class MergeRecord(models.Model):
    """Two assets made one, with what it takes to make them two again.

    ``moved`` holds, by model, the keys of the rows that went from ``lost`` to ``kept``, and under
    ``fields`` the values that ``kept`` had before.
    """

    kept = models.ForeignKey(Asset, models.PROTECT, related_name="merges")
    lost = models.ForeignKey(Asset, models.PROTECT, related_name="lost_merges")
    moved = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.lost_id} → {self.kept_id}"

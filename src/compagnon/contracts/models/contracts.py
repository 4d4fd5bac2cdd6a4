"""Service contracts, the commitments in them, and what pauses their clocks."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models.calendars import Calendar
from compagnon.contracts.models.catalogue import RequestKind, RequestType, Service
from compagnon.contracts.subjects import Measure
from compagnon.people.models import Organisation, Team


class ContractKind(models.TextChoices):
    """Between whom a contract is."""

    SLA = "sla", _("with a client (SLA)")
    OLA = "ola", _("between our teams (OLA)")
    UNDERPINNING = "underpinning", _("with a supplier (underpinning)")


class ContractState(models.TextChoices):
    """Where a contract stands."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("in force")
    ENDED = "ended", _("ended")


class ServiceContract(models.Model):
    """What a provider promises: to a client and all that is below it, or through one team.

    In force on the days from ``starts_on`` to ``ends_on`` included, in the zone of ``calendar``,
    while ``state`` is active.
    """

    kind = models.CharField(
        _("kind"), max_length=12, choices=ContractKind, default=ContractKind.SLA
    )
    provider = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="contracts_provided",
        verbose_name=_("provider"),
    )
    client = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("client"),
        help_text=_("With all its departments and subsidiaries."),
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
    )
    name = models.CharField(_("name"), max_length=120)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="contracts", verbose_name=_("calendar")
    )
    warn_percent = models.PositiveSmallIntegerField(
        _("warn at (%)"),
        default=75,
        help_text=_("A commitment is at risk once this share of its time is spent."),
    )
    state = models.CharField(
        _("state"), max_length=6, choices=ContractState, default=ContractState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("service contract")
        verbose_name_plural = _("service contracts")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="ola", client__isnull=True, team__isnull=False)
                | models.Q(
                    kind__in=["sla", "underpinning"], client__isnull=False, team__isnull=True
                ),
                name="contract_client_or_team",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ContractState.values), name="contract_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="contract_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(warn_percent__gte=1, warn_percent__lte=99),
                name="contract_warn_percent_1_to_99",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ended") | models.Q(ends_on__isnull=False),
                name="contract_ended_has_last_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Commitment(models.Model):
    """One measurable target. Its terms never change: a change retires it and makes a successor.

    Empty criteria mean «any». ``rules.specificity`` says which one applies when several do.
    """

    contract = models.ForeignKey(
        ServiceContract, models.PROTECT, related_name="commitments", verbose_name=_("contract")
    )
    measure = models.CharField(_("measure"), max_length=16, choices=Measure)
    target_seconds = models.PositiveIntegerField(_("target (seconds)"))
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calendar"),
        help_text=_("The contract’s own when empty."),
    )
    priorities = models.JSONField(_("priorities"), default=list, blank=True)
    category_path = models.CharField(_("category"), max_length=200, blank=True)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service"),
    )
    request_type = models.ForeignKey(
        RequestType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("request type"),
    )
    kind = models.CharField(
        _("kind of ticket"), max_length=16, choices=RequestKind, blank=True, default=""
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["contract", "measure", "target_seconds", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(measure__in=Measure.values), name="commitment_measure_known"
            ),
            # Ten years: over it, somebody typed seconds for hours.
            models.CheckConstraint(
                condition=models.Q(target_seconds__gte=1, target_seconds__lte=315_360_000),
                name="commitment_target_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["", *RequestKind.values]),
                name="commitment_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.target_seconds} s"


class PauseRule(models.Model):
    """Whether a contract's clocks wait for a reason; without: ``rules.DEFAULT_PAUSES``."""

    contract = models.ForeignKey(
        ServiceContract, models.CASCADE, related_name="pause_rules", verbose_name=_("contract")
    )
    reason = models.CharField(_("reason"), max_length=32)
    pauses = models.BooleanField(_("stops the clock"))

    class Meta:
        verbose_name = _("pause rule")
        verbose_name_plural = _("pause rules")
        ordering = ["contract", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "reason"], name="pause_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {'pauses' if self.pauses else 'counts'}"


class TermsStamp(models.Model):
    """One row whose random stamp changes with every contract, calendar or catalogue change.

    Processes keep all terms in memory under it. It is random and not a number so that terms read
    in a transaction that rolled back are never taken for later ones.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    class Meta:
        verbose_name = _("stamp of the terms in force")
        verbose_name_plural = _("stamps of the terms in force")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="terms_stamp_alone")]

    def __str__(self) -> str:
        return str(self.stamp)

"""Approvals that a request waits for: whom they are asked of, and what each one answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person, Team

SUPPLY_STEP = "desk.supplystep"
"""The kind of subject of what a supply asks."""


class AskedOf(models.TextChoices):
    """Whose approval it is."""

    PERSONS = "persons", _("named persons")
    TEAM = "team", _("the members of a team")
    REPRESENTATIVES = "representatives", _("the representatives of the organisation")
    MANAGER = "manager", _("the requester’s supervisor")


class ApprovalRule(models.TextChoices):
    """How many of those asked have to agree."""

    ANY = "any", _("any one of them")
    ALL = "all", _("all of them")
    COUNT = "count", _("at least so many of them")


class ApprovalState(models.TextChoices):
    """Where an approval stands."""

    TO_COME = "to_come", _("to come")
    ASKED = "asked", _("awaiting an answer")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("declined")
    GIVEN_UP = "given_up", _("given up")


class Approval(models.Model):
    """One step: asked of some people, decided once enough of them have answered.

    Those of one ticket with the same ``position`` are asked together; those of a later one come
    once all before them are approved. ``subject_kind`` and ``subject_id`` name what else hangs on
    it (an order); the desk does not read them.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="approvals")
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    details = models.TextField(_("what is asked"), blank=True, max_length=2000)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    asked_of = models.CharField(_("asked of"), max_length=16, choices=AskedOf)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    rule = models.CharField(
        _("who has to agree"), max_length=8, choices=ApprovalRule, default=ApprovalRule.ANY
    )
    needed = models.PositiveSmallIntegerField(_("how many have to agree"), default=1)
    self_allowed = models.BooleanField(_("the requester may approve"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ApprovalState, default=ApprovalState.TO_COME
    )
    amount_cents = models.BigIntegerField(_("amount in cents"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    plan_key = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked on"), null=True)
    due_days = models.PositiveSmallIntegerField(_("working days to answer"), null=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True)
    decided_at = models.DateTimeField(_("decided on"), null=True)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    reminded = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    next_at = models.DateTimeField(_("next reminder"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="to_come") | models.Q(asked_at__isnull=False)
                | models.Q(state="given_up"),
                name="approval_asked_has_date",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_cents__isnull=True) | ~models.Q(currency=""),
                name="approval_amount_has_currency",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["next_at", "id"], condition=models.Q(state="asked"),
                         name="approval_reminders"),
            models.Index(fields=["subject_kind", "subject_id"], name="approval_subject"),
        ]  # fmt: skip

    def __str__(self) -> str:
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in {ApprovalState.TO_COME, ApprovalState.ASKED}

    @property
    def amount(self) -> str:
        """The amount as a number with two decimals; empty without one."""
        if self.amount_cents is None:
            return ""
        sign, cents = "-" if self.amount_cents < 0 else "", abs(self.amount_cents)
        return f"{sign}{cents // 100}.{cents % 100:02}"


class Answer(models.TextChoices):
    """What one of those asked said."""

    AWAITED = "awaited", _("awaited")
    YES = "yes", pgettext_lazy("voice", "agrees")
    NO = "no", _("refuses")
    PASSED = "passed", _("replaced by somebody else")


class ApprovalVoice(models.Model):
    """One person's voice in an approval. ``nonce`` makes the mail link's signature."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="voices")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="approval_voices", verbose_name=_("asked")
    )
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.AWAITED)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    answered_at = models.DateTimeField(_("answered on"), null=True)
    instead_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("instead of")
    )
    named_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    nonce = models.CharField(max_length=43, unique=True)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "person"], name="approval_voice_once"),
        ]
        indexes = [
            models.Index(fields=["person", "id"], condition=models.Q(answer="awaited"),
                         name="approval_voice_awaited"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id}: {self.answer}"

"""Opinions closed before the common deliberation, votes, and the minutes that follow from them."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core import append_only
from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation
from compagnon.titles.models.evaluations import Value
from compagnon.titles.models.referentials import Certificate
from compagnon.titles.models.sessions import JuryMember, Session, Sitting


class Opinion(models.Model):
    """What one member thinks of one certificate of one candidate, before they talk about it."""

    member = models.ForeignKey(JuryMember, models.PROTECT, related_name="opinions")
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="opinions")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    value = models.CharField(_("result"), max_length=12, choices=Value)
    comment = models.TextField(_("comment"), blank=True, max_length=2_000)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion of a juror")
        verbose_name_plural = _("opinions of jurors")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "sitting", "certificate"], name="opinion_once"
            ),
        ]

    def __str__(self) -> str:
        return self.value


class Vote(models.Model):
    """A member's vote on a candidate: the whole title (no certificate), or one certificate."""

    member = models.ForeignKey(JuryMember, models.PROTECT, related_name="votes")
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="votes")
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, related_name="+", null=True, blank=True
    )
    is_for = models.BooleanField(_("for"))
    voted_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = pgettext_lazy("jury", "vote")
        verbose_name_plural = pgettext_lazy("jury", "votes")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "sitting", "certificate"],
                name="vote_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return "+" if self.is_for else "-"


class Minutes(models.Model):
    """What a jury decided on one candidate: written once, numbered, chained; a correction is new.

    ``content`` is all that was decided, by whom, on what, under which rules, in words that stand
    alone; ``digest`` seals it with the digest of the minutes before it in the centre
    (``previous``), so that one taken out or altered breaks the chain. The database refuses to
    update or delete a row.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="minutes")
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="minutes")
    year = models.PositiveSmallIntegerField(_("year"))
    rank = models.PositiveIntegerField(_("rank"))
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    # The reference of the decision (see models/decisions.py).
    decision_reference = models.CharField(_("decision"), max_length=40, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, related_name="corrected_by", null=True, blank=True
    )
    reason = models.CharField(_("why it is corrected"), max_length=500, blank=True)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering = ["organisation", "year", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "rank"], name="minutes_number"),
            models.UniqueConstraint(fields=["organisation", "previous"], name="minutes_chain"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it is cited: year and rank in the centre."""
        return f"PV-{self.year}-{self.rank:04d}"


class Signature(models.Model):
    """A member's signature under minutes: the digest they had before them. Written once."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="signatures")
    member = models.ForeignKey(JuryMember, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("signature under minutes")
        verbose_name_plural = _("signatures under minutes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["minutes", "member"], name="signature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member}"


class AppealState(models.TextChoices):
    """What became of an appeal."""

    RECEIVED = "received", pgettext_lazy("appeal", "received")
    UPHELD = "upheld", pgettext_lazy("appeal", "upheld")
    DISMISSED = "dismissed", pgettext_lazy("appeal", "dismissed")


class Appeal(models.Model):
    """A candidate's appeal against what minutes say."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="appeals")
    received_on = models.DateField(_("received on"))
    grounds = models.TextField(_("grounds"), max_length=5_000)
    state = models.CharField(
        _("state"), max_length=9, choices=AppealState, default=AppealState.RECEIVED
    )
    answer = models.TextField(_("answer"), blank=True, max_length=5_000)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-received_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="received") | models.Q(answered_on__isnull=False),
                name="appeal_answered_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_on}"


PROTECTIONS = (
    append_only.declare(
        append_only.Protection(
            table="titles_minutes",
            columns=(
                "id", "organisation_id", "session_id", "sitting_id", "year", "rank", "content",
                "previous", "digest", "decision_reference", "corrects_id", "reason", "written_at",
            ),
            unique=(
                "id", "digest", "corrects_id", ("organisation_id", "year", "rank"),
                ("organisation_id", "previous"),
            ),
        )
    ),
    append_only.declare(
        append_only.Protection(
            table="titles_signature",
            columns=("id", "minutes_id", "member_id", "digest", "signed_at"),
            unique=("id", ("minutes_id", "member_id")),
        )
    ),
)  # fmt: skip

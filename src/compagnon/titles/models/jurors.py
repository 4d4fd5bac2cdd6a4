"""The register of jurors: who may judge which titles, until when, and whom they may not judge."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation, Person
from compagnon.titles.models.evaluations import Quality
from compagnon.titles.models.referentials import Title


class Sex(models.TextChoices):
    """As juries must be balanced between women and men where the text asks for it."""

    WOMAN = "f", _("woman")
    MAN = "m", _("man")
    UNTOLD = "", _("not told")


class Juror(models.Model):
    """Somebody whom the State's representative authorised to judge, as a centre knows them."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="jurors", verbose_name=_("training centre")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="jurorships", verbose_name=_("person")
    )
    quality = models.CharField(
        _("quality"), max_length=12, choices=Quality, default=Quality.PROFESSIONAL
    )
    titles = models.ManyToManyField(Title, related_name="jurors", verbose_name=_("titles"))
    occupation = models.CharField(_("trade"), max_length=120, blank=True)
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    experience_months = models.PositiveSmallIntegerField(_("months in the trade"), default=0)
    left_trade_on = models.DateField(_("left the trade on"), null=True, blank=True)
    authorisation = models.CharField(_("authorisation"), max_length=60, blank=True)
    authorised_from = models.DateField(_("authorised from"), null=True, blank=True)
    authorised_to = models.DateField(_("authorised until"), null=True, blank=True)
    is_active = models.BooleanField(_("invited"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("juror")
        verbose_name_plural = _("jurors")
        ordering = ["person__search_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="juror_once"),
            models.CheckConstraint(
                condition=models.Q(authorised_from__isnull=True)
                | models.Q(authorised_to__isnull=True)
                | models.Q(authorised_to__gte=models.F("authorised_from")),
                name="juror_authorisation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class TieKind(models.TextChoices):
    """What forbids judging somebody; the words are those of ``ruling.candidacy.TIES``."""

    TRAINED = "trained", _("trained them")
    ACCOMPANIED = "accompanied", _("accompanied them")
    EMPLOYS = "employs", _("employs them")
    KIN = "kin", _("is kin to them")
    SHARED_EMPLOYER = "shared_employer", _("has the same employer")
    SHARED_TRAINING_BODY = "shared_training_body", _("belongs to the same training body")
    PROFESSIONAL = "professional", _("has a professional link with them")
    PERSONAL = "personal", _("has a personal link with them")


class JurorTie(models.Model):
    """A link between a juror and a candidate, told by either, or by the centre."""

    juror = models.ForeignKey(Juror, models.CASCADE, related_name="ties")
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="+", verbose_name=_("candidate")
    )
    kind = models.CharField(_("link"), max_length=20, choices=TieKind)
    told_by = models.ForeignKey(Person, models.SET_NULL, related_name="+", null=True)
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("link of a juror")
        verbose_name_plural = _("links of jurors")
        constraints = [
            models.UniqueConstraint(fields=["juror", "person", "kind"], name="juror_tie_once"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

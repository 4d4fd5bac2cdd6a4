"""The service catalogue: what is supported, and what may be asked for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Team


class RequestKind(models.TextChoices):
    """What kind of ticket a request type opens."""

    INCIDENT = "incident", _("incident")
    SERVICE_REQUEST = "service_request", _("service request")


def in_reader_language(french: str, english: str) -> str:
    """The text in the language of the page; French where there is no English."""
    return english if english and not (get_language() or "fr").startswith("fr") else french


class Service(models.Model):
    """Something the provider supports, as its users name it; may be part of another."""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    description_fr = models.TextField(_("description in French"), blank=True, max_length=2000)
    description_en = models.TextField(_("description in English"), blank=True, max_length=2000)
    support_team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first team in charge"),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name_fr"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="service_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.name_fr, self.name_en)

    @property
    def description(self) -> str:
        """The description in the reader's language."""
        return in_reader_language(self.description_fr, self.description_en)


class RequestType(models.Model):
    """One thing that may be asked for on a service: report a fault, ask for an access…"""

    service = models.ForeignKey(
        Service, models.PROTECT, related_name="request_types", verbose_name=_("service")
    )
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"), max_length=16, choices=RequestKind, default=RequestKind.SERVICE_REQUEST
    )
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("request type")
        verbose_name_plural = _("request types")
        ordering = ["service__name_fr", "name_fr"]
        constraints = [
            models.UniqueConstraint(fields=["service", "name_fr"], name="request_type_name_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=RequestKind.values), name="request_type_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.name_fr, self.name_en)

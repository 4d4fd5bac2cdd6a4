"""Organisations, as a tree, and their sites."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    """Refuse what is not a name of the IANA time zone database."""
    if name not in _zones():
        raise ValidationError(_("There is no time zone «%(name)s»."), params={"name": name})


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class Language(models.TextChoices):
    """Languages in which we write."""

    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


class OrganisationKind(models.TextChoices):
    """What an organisation is to the support centre."""

    PROVIDER = "provider", _("provider of support")
    CLIENT = "client", _("client")
    DEPARTMENT = "department", _("department")


class Organisation(models.Model):
    """A provider, a client company or a part of one.

    ``path`` is the chain of keys from the root, ``/1/4/9/``: a subtree is one prefix. It is kept
    by ``services.organisations``. ``code`` names the one that the program itself makes, where
    unknown senders go.
    """

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=OrganisationKind, default=OrganisationKind.CLIENT
    )
    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(max_length=40, blank=True, editable=False)
    path = models.CharField(max_length=200, db_index=True, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=Language, default=Language.FRENCH
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[validate_time_zone]
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="organisation_name_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(parent__isnull=True),
                name="organisation_root_name_once",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="organisation_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many organisations are above it."""
        return max(self.path.count("/") - 2, 0)


class MailDomain(models.Model):
    """A mail domain whose unknown senders are taken as people of one organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="mail_domains", verbose_name=_("organisation")
    )
    name = models.CharField(_("mail domain"), max_length=253, unique=True)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where people of an organisation work."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="sites", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True, max_length=500)
    access = models.TextField(
        _("access"),
        blank=True,
        max_length=1000,
        help_text=_("What a technician who comes must know: hours, badge, parking, contact."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[validate_time_zone]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="site_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

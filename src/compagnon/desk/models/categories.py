"""What a request is about, and what each organisation decided for its requests."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import in_reader_language
from compagnon.people.models import Organisation, Team


class Category(models.Model):
    """A branch of the tree of subjects. ``path`` is the chain of keys from the root, ``/3/8/``."""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("within"),
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    path = models.CharField(max_length=120, db_index=True, blank=True)
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team that answers"),
    )
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_name_once"),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.name, self.name_en)

    @property
    def indented(self) -> str:
        """Its name in a list of the whole tree, under those above it."""
        return "\u2003" * max(0, self.path.count("/") - 2) + str(self)


class OrganisationRules(models.Model):
    """What an organisation decided for its tickets; the nearest one up the tree applies.

    ``matrix`` is three rows (impact 1 to 3) of three priorities (urgency 1 to 3), or nothing for
    the standard one (``rules.MATRIX``).
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    matrix = models.JSONField(_("priorities"), null=True, blank=True)
    close_after_days = models.PositiveSmallIntegerField(
        _("days before a solved ticket closes by itself"), default=5
    )
    reopen_within_days = models.PositiveSmallIntegerField(
        _("days during which a closed ticket may be reopened"), default=14
    )

    class Meta:
        verbose_name = _("rules of an organisation")
        verbose_name_plural = _("rules of organisations")

    def __str__(self) -> str:
        return str(self.organisation)

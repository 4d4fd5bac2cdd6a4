"""Persons and how they are reached."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models.organisations import Language, Organisation, Site


class Ease(models.TextChoices):
    """How at ease a person is with computers; our messages adapt to it."""

    NOVICE = "novice", _("needs simple words")
    USUAL = "usual", _("usual user")
    EXPERT = "expert", _("speaks technical language")


class Person(models.Model):
    """Somebody: a user, a technician, a client's representative…"""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="persons", verbose_name=_("organisation")
    )
    site = models.ForeignKey(
        Site,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="persons",
        verbose_name=_("site"),
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80)
    # Folded «last first», kept by the services: sorts É with E, and alike on every database.
    search_name = models.CharField(max_length=170, blank=True, editable=False)
    job_title = models.CharField(_("job"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=Language, default=Language.FRENCH
    )
    ease = models.CharField(
        _("ease with computers"), max_length=8, choices=Ease, default=Ease.USUAL
    )
    is_vip = models.BooleanField(
        _("priority user"), default=False, help_text=_("Their requests are shown with a star.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    origin = models.CharField(_("known through"), max_length=10, default="page")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["search_name", "id"]
        indexes = [
            models.Index(fields=["organisation", "search_name", "id"], name="person_name"),
            models.Index(fields=["search_name", "id"], name="person_sort"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        """One or two letters for an avatar."""
        return (self.first_name[:1] + self.last_name[:1]).upper() or "?"


class NameWord(models.Model):
    """One folded word of a person's name, so that its beginning is found by an index."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="name_words")
    word = models.CharField(max_length=80, db_index=True)

    class Meta:
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")
        constraints = [
            models.UniqueConstraint(fields=["person", "word"], name="name_word_once"),
        ]

    def __str__(self) -> str:
        return self.word


class ContactKind(models.TextChoices):
    """A way to reach somebody."""

    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    MOBILE = "mobile", _("mobile")


class ContactPoint(models.Model):
    """An address or a number of a person. ``value`` is normalised: lower case, or digits and +."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="contact_points", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind)
    # Indexed by itself for its sake on PostgreSQL: so is the beginning of an address found.
    value = models.CharField(_("address or number"), max_length=254, db_index=True)
    is_primary = models.BooleanField(_("main one"), default=False)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["-is_primary", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["value"], condition=models.Q(kind="email"), name="contact_email_once"
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=models.Q(is_primary=True),
                name="contact_one_primary",
            ),
        ]

    def __str__(self) -> str:
        return self.value

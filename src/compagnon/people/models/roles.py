"""Roles: sets of verbs, given to a person on an organisation and what is below it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.people import standard_roles
from compagnon.people.models.organisations import Organisation
from compagnon.people.models.persons import Person


class Role(models.Model):
    """A named set of verbs. ``code`` names the roles that come with the product."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    verbs = models.JSONField(_("verbs"), default=list, blank=True)
    needs_second_factor = models.BooleanField(
        _("second factor required"),
        default=False,
        help_text=_("Whoever holds this role must sign in with a second factor."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # What ships with the product follows the product until somebody changes it here.
    is_customised = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["name"]

    def __str__(self) -> str:
        # What ships is kept in English, and shown in the reader's language.
        return gettext(self.name) if self.code in standard_roles.BY_CODE else self.name


class RoleAssignment(models.Model):
    """A role held by a person on one organisation and all that is below it."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="role_assignments", verbose_name=_("person")
    )
    role = models.ForeignKey(
        Role, models.PROTECT, related_name="assignments", verbose_name=_("role")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="role_assignments",
        verbose_name=_("on organisation"),
    )
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("role given")
        verbose_name_plural = _("roles given")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "organisation"], name="role_given_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} to {self.person_id} on {self.organisation_id}"

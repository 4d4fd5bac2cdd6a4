"""Teams of technicians, each with its level of support."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models.organisations import Organisation
from compagnon.people.models.persons import Person


class Team(models.Model):
    """People who share a queue. Level 1 answers first; 2 and 3 are escalated to."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="teams", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    level = models.PositiveSmallIntegerField(
        _("support level"), choices=[(1, "1"), (2, "2"), (3, "3")], default=1
    )
    manager = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="manages",
        verbose_name=_("supervisor"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    members: models.ManyToManyField[Person, Membership] = models.ManyToManyField(
        Person, through="Membership", related_name="teams", verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["level", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="team_name_once"),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=3), name="team_level_1_to_3"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"

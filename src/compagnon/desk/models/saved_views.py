"""Filters of the queue kept by name, its columns, the secret address of a person's calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation, Person, Team


class Reach(models.TextChoices):
    """Who finds a saved view among theirs."""

    ME = "me", _("me alone")
    TEAM = "team", _("a team")
    ORGANISATION = "organisation", _("an organisation")


class Layout(models.TextChoices):
    """How a queue is laid out."""

    LIST = "list", _("list")
    BOARD = "board", _("board")
    CALENDAR = "calendar", _("calendar")


class SavedView(models.Model):
    """Filters kept by name. They are asked again for each reader: a view shows nobody more.

    ``filters`` holds what the queue's address says, checked (see ``desk.narrowing``). ``is_pinned``
    puts it into the navigation of everybody whom it reaches. ``columns`` are those that everybody
    finds in it (see ``desk.queue_columns``); without, each reader's own.
    """

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("made by"))
    reach = models.CharField(_("for"), max_length=12, choices=Reach, default=Reach.ME)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    layout = models.CharField(_("shown as"), max_length=8, choices=Layout, default=Layout.LIST)
    filters = models.JSONField(default=dict)
    columns = models.JSONField(_("columns"), null=True, blank=True)
    is_pinned = models.BooleanField(_("in the navigation"), default=True)
    created_at = models.DateTimeField(_("made"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reach=Reach.ME, team=None, organisation=None)
                | models.Q(reach=Reach.TEAM, team__isnull=False, organisation=None)
                | models.Q(reach=Reach.ORGANISATION, team=None, organisation__isnull=False),
                name="saved_view_reach",
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(reach=Reach.ME),
                name="saved_view_own_name",
            ),
            models.UniqueConstraint(fields=["team", "name"], name="saved_view_team_name"),
            models.UniqueConstraint(
                fields=["organisation", "name"], name="saved_view_organisation_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueueColumns(models.Model):
    """Which columns somebody wants of the queue, in their order; without a row, those at first."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    names = models.JSONField(default=list)

    class Meta:
        verbose_name = _("columns of the queue")
        verbose_name_plural = _("columns of queues")

    def __str__(self) -> str:
        return str(self.person_id)


class CalendarFeed(models.Model):
    """The secret address at which a person's calendar program reads their appointments.

    Only the hash of the secret is kept; a new address ends the one before.
    """

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("made"))
    read_at = models.DateTimeField(_("last read"), null=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.person_id)

"""Tags: free labels on tickets, from an organisation's vocabulary."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.categories import Category
from compagnon.desk.models.tickets import Channel, Ticket
from compagnon.people.models import Organisation, Person

NAME_MAX = 40


def fold(name: str) -> str:
    """Give a name without accents and capitals: «Écran  NOIR» and «ecran noir» are the same."""
    plain = unicodedata.normalize("NFKD", " ".join(name.split()).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


class TagColour(models.TextChoices):
    """The theme's colours that are read on both grounds: their text passes the contrast of AA."""

    GREY = "secondary", _("grey")
    BLUE = "blue", _("blue")
    GREEN = "green", _("green")
    YELLOW = "yellow", _("yellow")
    ORANGE = "orange", _("orange")
    RED = "red", _("red")
    PURPLE = "purple", _("purple")
    CYAN = "cyan", _("cyan")


class Tag(models.Model):
    """A label of an organisation's vocabulary, for its tickets and those of organisations below.

    ``folded`` is the name without accents and capitals, by which two are the same. ``is_public``
    tags are told to users. The tag is put by itself on a ticket that meets all of the ``on_…``
    conditions that are given, when it is opened and when it is qualified.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Offered on its tickets, and on those of the organisations below it."),
    )
    name = models.CharField(_("name"), max_length=NAME_MAX)
    folded = models.CharField(max_length=2 * NAME_MAX, editable=False)
    colour = models.CharField(_("colour"), max_length=10, choices=TagColour, default=TagColour.GREY)
    is_public = models.BooleanField(
        _("users see it"),
        default=False,
        help_text=_("Otherwise only those who work on the tickets do."),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    on_category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("put by itself on the category"),
        help_text=_("And on those below it. All the conditions given must hold."),
    )
    on_channel = models.CharField(
        _("put by itself on what came by"), max_length=8, choices=Channel, blank=True
    )
    on_words = models.CharField(
        _("put by itself on titles that hold"),
        max_length=200,
        blank=True,
        help_text=_("Words separated by commas; one of them is enough."),
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "folded"], name="tag_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a name that would not be found again: nothing in it, or what separates names."""
        self.name = " ".join(self.name.replace("\x00", "").split())
        if "," in self.name or '"' in self.name:
            raise ValidationError({"name": _("A tag’s name holds neither commas nor quotes.")})
        self.folded = fold(self.name)[: 2 * NAME_MAX]
        if not self.folded:
            raise ValidationError({"name": _("Give the tag a name with letters or figures.")})

    @property
    def is_by_itself(self) -> bool:
        """Whether it has a condition under which it is put by itself."""
        return bool(self.on_category_id or self.on_channel or self.on_words.strip())


class TicketTag(models.Model):
    """A tag on a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ticket_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="ticket_tags")
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("put on"))

    class Meta:
        verbose_name = _("tag of a ticket")
        verbose_name_plural = _("tags of tickets")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "tag"], name="ticket_tag_once"),
        ]
        indexes = [models.Index(fields=["tag", "ticket"], name="ticket_tag_tickets")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.tag_id}"

"""Putting tags on a ticket and taking them off, from its page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.desk import forms, services
from compagnon.desk.models import State
from compagnon.desk.page_verbs import PageVerb

VERBS: tuple[PageVerb, ...] = (
    PageVerb(
        "tags",
        _("Tags"),
        "tag",
        "ticket.qualify",
        forms.TagsForm,
        lambda a, t, v: services.tag_ticket(
            actor=a, ticket_id=t.pk, add=v["add"], remove=v["remove"]
        ),
        _("The tags are kept."),
        tuple(State),
    ),
)

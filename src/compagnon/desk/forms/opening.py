"""Opening a ticket: support's form, and the user's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor
from compagnon.desk.forms.fields import (
    NONE,
    FilesField,
    TreeChoice,
    capitals,
    fill_choices,
    row_field,
    text_field,
)
from compagnon.desk.models import Category, Channel, Impact, TicketKind, Urgency


class OpenForm(forms.Form):
    """A request as a technician takes it, on the phone or at the desk."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = text_field(_("Description"), rows=6)
    channel = forms.ChoiceField(
        label=_("Came by"),
        initial=Channel.PHONE,
        choices=capitals(Channel.PHONE, Channel.DESK, Channel.ALERT),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=capitals(*TicketKind))
    category = TreeChoice(
        Category.objects.none(), label=_("Category"), required=False, empty_label=NONE
    )
    service = row_field(Service, _("Service"))
    request_type = row_field(RequestType, _("Request type"))
    impact = forms.TypedChoiceField(
        label=_("Impact"), choices=capitals(*Impact), coerce=int, initial=Impact.LOW
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=capitals(*Urgency), coerce=int, initial=Urgency.MEDIUM
    )
    affected_item = forms.CharField(label=_("Affected item"), max_length=120, required=False)
    asset = forms.IntegerField(label=_("Asset"), min_value=1, max_value=2**63 - 1, required=False)
    attachments = FilesField(label=_("Files"), required=False)
    requester = forms.IntegerField(
        label=_("Requester"), min_value=1, max_value=2**63 - 1, required=True
    )
    beneficiary = forms.IntegerField(
        label=_("For somebody else"), min_value=1, max_value=2**63 - 1, required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill_choices(self, actor)

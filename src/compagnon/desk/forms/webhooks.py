"""What is asked about a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.forms.fields import row_field
from compagnon.desk.models import Webhook
from compagnon.desk.outbound import telling
from compagnon.desk.policies_connections import WEBHOOK
from compagnon.people.models import Organisation


def event_choices() -> list[tuple[str, str]]:
    """Give every event with its words, in the language in force."""
    return [(name, f"{capfirst(str(words))} ({name})") for name, words in telling.events().items()]


class WebhookForm(forms.Form):
    """Where to, of which organisation, of what."""

    organisation = row_field(Organisation, _("Organisation"), required=True)
    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("It receives each event by POST, in JSON, signed."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=event_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every event."),
    )

    def __init__(self, *args: Any, actor: Actor, webhook: Webhook | None = None, **kw: Any) -> None:
        if webhook is not None:
            kw["initial"] = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
        super().__init__(*args, **kw)
        if webhook is not None:
            del self.fields["organisation"]
            return
        rows = visible(Organisation, actor).filter(is_active=True)
        keys = actor.scope.organisations(WEBHOOK)
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        self.fields["organisation"].queryset = rows.order_by("path")  # type: ignore[attr-defined]

"""What a user answers by the link in a mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.desk.forms.fields import text_field


class LinkAnswerForm(forms.Form):
    """The user's answer to a solution, by the link in the mail."""

    answer = forms.ChoiceField(
        choices=[("accept", _("Accept")), ("refuse", _("Refuse"))], widget=forms.HiddenInput
    )
    reason = text_field(_("What still fails?"), rows=3, required=False)

    def clean(self) -> dict[str, Any] | None:
        """A refusal says why."""
        values = super().clean() or {}
        if values.get("answer") == "refuse" and not values.get("reason"):
            self.add_error("reason", _("Tell us what still fails."))
        return values

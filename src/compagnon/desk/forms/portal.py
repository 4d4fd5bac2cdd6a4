"""The portal's forms: plain words, none of ours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.forms.fields import FilesField, WithFilesForm, text_field
from compagnon.desk.models import Category, Urgency
from compagnon.park.models import Asset

KEY = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    """What a user reports: few words asked."""

    title = forms.CharField(
        label=_("What is the matter?"),
        max_length=200,
        help_text=_("In a few words: “The second-floor printer does not answer”."),
    )
    text = text_field(
        _("Tell us more"),
        rows=5,
        help_text=_("What you were doing, what you see, since when."),
    )
    machine = forms.ChoiceField(
        label=_("On which machine?"), required=False, widget=forms.RadioSelect
    )
    urgency = forms.TypedChoiceField(
        label=_("Can you work meanwhile?"),
        coerce=int,
        initial=Urgency.MEDIUM,
        choices=[
            (Urgency.LOW, _("Yes, it can wait")),
            (Urgency.MEDIUM, _("Yes, but with difficulty")),
            (Urgency.HIGH, _("No, I am stopped")),
        ],
        widget=forms.RadioSelect,
    )
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), required=False)
    attachments = FilesField(label=_("Pictures or files"), required=False)
    key = KEY

    def __init__(self, *args: Any, actor: Actor, machines: list[Asset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.machines = {str(one.pk): one for one in machines}
        self.fields["machine"].choices = [  # type: ignore[attr-defined]
            *((str(one.pk), _named(one)) for one in machines),
            ("", _("Another one, or none")),
        ]
        rows = visible(Category, actor, Category.objects.filter(is_active=True))
        self.fields["category"].queryset = rows  # type: ignore[attr-defined]

    @property
    def asset(self) -> Asset | None:
        """The machine that was chosen among one's own."""
        return self.machines.get(self.cleaned_data["machine"])


def _named(one: Asset) -> str:
    return f"{one.name} ({one.type})" if one.type_id else one.name


class AnswerForm(WithFilesForm):
    """What a user writes on their request."""

    text = text_field(_("Your answer"), rows=3)
    attachments = FilesField(label=_("Pictures or files"), required=False)
    key = KEY


class WhyForm(forms.Form):
    """Why it does not work yet, or comes back."""

    reason = text_field(_("What still fails?"), rows=3)
    key = KEY


class KeyForm(forms.Form):
    """A gesture that needs no words."""

    key = KEY

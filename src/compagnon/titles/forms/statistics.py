"""What the page of statistics is asked: shapes only."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.titles.deeds import day
from compagnon.titles.models import Title
from compagnon.titles.queries.statistics import Asked


class StatisticsForm(forms.Form):
    """How counts are put together, and of which sessions."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[
            ("title", _("title")),
            ("ccp", _("CCP")),
            ("path", _("path")),
            ("centre", _("centre")),
            ("year", _("year")),
        ],
    )
    title = forms.ModelChoiceField(
        Title.objects.order_by("code"),
        label=_("Title"),
        required=False,
        to_field_name="code",
        empty_label=_("every title"),
    )
    start = day(_("From"), required=False)
    end = day(_("To"), required=False)

    def asked(self) -> Asked:
        """Give what was asked; what cannot be read is left out."""
        self.is_valid()
        values = self.cleaned_data
        title = values.get("title")
        return Asked(
            by=values.get("by") or "title",
            title=title.code if title else "",
            start=values.get("start"),
            end=values.get("end"),
        )

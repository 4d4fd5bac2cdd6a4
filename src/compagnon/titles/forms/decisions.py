"""What the page that tries a decision takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation
from compagnon.titles.ruling import Unreadable, rule_sets
from compagnon.titles.ruling.json_values import LARGEST, parse
from compagnon.titles.services.decisions import language


class TryForm(forms.Form):
    """A candidacy in JSON, written or from a file, and under which rules to decide it."""

    file = forms.FileField(label=_("File of a candidacy (JSON)"), required=False)
    document = forms.CharField(
        label=_("Or the candidacy itself"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "font-monospace"}),
    )
    rule_set = forms.ChoiceField(label=_("Rule set"), required=False)
    at = forms.DateField(
        label=_("Day of the decision"),
        required=False,
        help_text=_("The candidacy’s own unless given."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Centre"), required=False,
        help_text=_("To record the decision; leave it empty to try it only."),
    )  # fmt: skip

    def __init__(self, *args: Any, centres: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = language()
        self.fields["rule_set"].choices = [  # type: ignore[attr-defined]
            ("", _("In force that day")),
            *((one.id, one.name.text(said)) for one in rule_sets()),
        ]
        self.fields["organisation"].queryset = centres  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the JSON; a file goes before the text."""
        values: dict[str, Any] = super().clean() or {}
        file = values.get("file")
        if file is not None and file.size > LARGEST:
            self.add_error("file", _("This file is too large for a candidacy."))
            return values
        text: str | bytes = file.read() if file is not None else values.get("document", "")
        if not text:
            self.add_error(None, _("Choose a file, or write a candidacy."))
            return values
        try:
            values["parsed"] = parse(text)
        except Unreadable as error:
            for one in error.problems:
                self.add_error("document" if file is None else "file", one.words.text(language()))
        return values

"""Forms of the practice dossier."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.titles.deeds import DeedForm, text
from compagnon.titles.models import ActivityType, Candidacy, Evidence, Example
from compagnon.titles.queries import dossiers as queries

NAMES = ("title", "did", "means", "with_whom", "context", "more")


class PartsForm(DeedForm):
    """What stands before the examples."""

    introduction = text(_("who I am, and my training"), 20_000, 10)
    diplomas = text(_("titles and diplomas"), 5_000, 5)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Show what is written."""
        if self.row is not None:
            for name in ("introduction", "diplomas", "version"):
                self.initial.setdefault(name, getattr(self.row, name))


class ExampleForm(DeedForm):
    """An example of practice; its texts begin with those of the evidence chosen first."""

    activity = forms.ModelChoiceField(ActivityType.objects.none(), label=_("activity type"))
    evidence = forms.ModelMultipleChoiceField(
        Evidence.objects.none(),
        label=_("evidence"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    title = forms.CharField(
        label=_("title"),
        max_length=200,
        required=False,
        help_text=_("Texts left empty are taken from the evidence when the example is added."),
    )
    did = text(_("what I did, in which conditions"), 20_000, 8)
    means = text(_("with which means"), 10_000, 4)
    with_whom = text(_("with whom"), 10_000, 3)
    context = text(_("context"), 10_000, 4)
    more = text(_("what else to know"), 10_000, 3)

    def __init__(self, *args: object, candidacy: Candidacy, **kwargs: object) -> None:
        self.candidacy = candidacy
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def prepare(self) -> None:
        """Offer the activity types aimed at, and the evidence chosen."""
        self.choose("activity", queries.activities(self.candidacy))
        self.choose("evidence", queries.choosable(self.actor, self.candidacy))
        if isinstance(self.row, Example):
            self.fields["title"].required = True
            self.fields["title"].help_text = ""
            for name in (*NAMES, "activity"):
                self.initial.setdefault(name, getattr(self.row, name))
            self.initial.setdefault("evidence", [one.pk for one in self.row.evidence.all()])

    def texts(self) -> dict[str, str]:
        """Give the texts."""
        return {name: self.cleaned_data[name] for name in NAMES}


class DeclareForm(DeedForm):
    """The declaration on honour."""

    place = forms.CharField(label=_("done at"), max_length=80)
    honour = forms.BooleanField(
        label=_("I declare on my honour that this dossier is my own work and tells what I did.")
    )

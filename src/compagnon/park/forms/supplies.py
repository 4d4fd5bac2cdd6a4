"""Forms of licences, supplier contracts, imported lists and specifications of needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.bring_words import field_words
from compagnon.park.bringing.columns import FIELDS
from compagnon.park.licensing.counting import folded
from compagnon.park.models import BroughtKind, ImportMapping, Need
from compagnon.people.models import Organisation


class NamedForm(forms.Form):
    """A machine or a person, named as people name them."""

    named = forms.CharField(label=_("Machine or person"), max_length=200)

    def __init__(self, data: QueryDict | None = None, *, machines_only: bool = False) -> None:
        super().__init__(data, prefix="named")
        self.fields["named"].label = _("Machine") if machines_only else _("Machine or person")
        self.fields["named"].help_text = (
            _("Its name, serial or inventory number.")
            if machines_only
            else _("A machine’s name, serial or inventory number, or a person’s e-mail address.")
        )


class PaperForm(forms.Form):
    """A file that proves something."""

    file = forms.FileField(label=_("File"))


class ListForm(forms.Form):
    """A file to bring, and what it holds."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    kind = forms.ChoiceField(label=_("It holds"), choices=BroughtKind.choices)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, Excel (.xlsx) or GLPI’s JSON, 10 MiB at most.")
    )
    mapping = forms.ModelChoiceField(
        label=_("Mapping"), queryset=ImportMapping.objects.none(), required=False,
        help_text=_("Empty: guessed from the names of the columns."),
    )  # fmt: skip

    def __init__(self, actor: Actor, verbs: Sequence[str], *data: Any) -> None:
        super().__init__(*data)
        fields: dict[str, Any] = self.fields
        rows = visible(Organisation, actor).filter(is_active=True)
        reach: set[int] | None = set()
        for verb in verbs:
            found = actor.scope.organisations(verb)
            reach = None if found is None or reach is None else reach | set(found)
        fields["organisation"].queryset = rows if reach is None else rows.filter(pk__in=reach)
        fields["mapping"].queryset = visible(ImportMapping, actor)


def _by_label(one: tuple[str, str]) -> str:
    return folded(one[1])


class MappingForm(forms.Form):
    """Which column is which of our fields."""

    save_as = forms.CharField(
        label=_("Keep this mapping as"), max_length=80, required=False,
        help_text=_("For the next lists of the same make."),
    )  # fmt: skip

    def __init__(
        self, kind: str, mapping: Mapping[str, str], data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        self.columns = list(mapping)
        offered = [
            ("", _("left out")),
            *sorted(((name, capfirst(field_words(name))) for name in FIELDS[kind]), key=_by_label),
        ]
        for rank, column in enumerate(self.columns):
            self.fields[f"column_{rank}"] = forms.ChoiceField(
                label=column[:120], choices=offered, required=False, initial=mapping[column]
            )
        self.order_fields([*(f"column_{rank}" for rank in range(len(self.columns))), "save_as"])

    def said(self) -> dict[str, str]:
        """Give our field by column."""
        return {
            column: self.cleaned_data.get(f"column_{rank}", "")
            for rank, column in enumerate(self.columns)
        }


class CriterionForm(forms.Form):
    """A criterion and its weight."""

    name = forms.CharField(label=_("Criterion"), max_length=160)
    need = forms.ChoiceField(label=_("Need"), choices=Need.choices, initial=Need.SHOULD)
    weight = forms.IntegerField(label=_("Weight"), min_value=0, max_value=100, initial=10)


class CandidateForm(forms.Form):
    """A product to compare."""

    name = forms.CharField(label=_("Product"), max_length=120)
    publisher = forms.CharField(label=_("Publisher"), max_length=120, required=False)


class ScoreForm(forms.Form):
    """A score and what proves it."""

    criterion = forms.ChoiceField(label=_("Criterion"))
    candidate = forms.ChoiceField(label=_("Product"))
    value = forms.IntegerField(label=_("Score (0 to 10)"), min_value=0, max_value=10)
    proof = forms.CharField(
        label=_("Proof"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    link = forms.URLField(label=_("Link"), max_length=400, required=False, assume_scheme="https")
    file = forms.FileField(label=_("File"), required=False)

    def __init__(
        self,
        criteria: Sequence[Any],
        candidates: Sequence[Any],
        data: QueryDict | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files, prefix="score")
        fields: dict[str, Any] = self.fields
        fields["criterion"].choices = [(one.pk, one.name) for one in criteria]
        fields["candidate"].choices = [(one.pk, one.name) for one in candidates]

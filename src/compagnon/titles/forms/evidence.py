"""Forms of evidence: its account, what it shows, files, attesting; and the rules of a centre."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.visibility import visible
from compagnon.people.models import Organisation
from compagnon.titles import sources
from compagnon.titles.deeds import DeedForm, moment, text
from compagnon.titles.models import Candidacy, Competence, Criterion, Evidence, TitleVersion
from compagnon.titles.queries import candidacies
from compagnon.titles.queries import evidence as queries


class AccountForm(DeedForm):
    """What was done, with what, with whom, where; and which competences it shows.

    ``row`` is the evidence, or the candidacy of new work done elsewhere.
    """

    title = forms.CharField(label=_("title"), max_length=200)
    did = text(_("what I did"), 10_000, 8)
    means = text(_("with which means"), 5_000, 4)
    with_whom = text(_("with whom"), 5_000, 3)
    context = text(_("in which context"), 5_000, 4)
    shown = forms.MultipleChoiceField(label=_("competences"), required=False)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Offer the competences and criteria of the title."""
        candidacy = self.row.candidacy if isinstance(self.row, Evidence) else self.row
        self.competences = list(queries.competences_of(candidacy))
        field: Any = self.fields["shown"]
        field.choices = [
            choice
            for one in self.competences
            for choice in (
                (str(one.pk), str(one)),
                *((f"{one.pk}:{each.pk}", each.text) for each in one.criteria.all()),
            )
        ]
        if isinstance(self.row, Evidence):
            for name in ("title", "did", "means", "with_whom", "context", "version"):
                self.initial.setdefault(name, getattr(self.row, name))
            self.initial.setdefault(
                "shown",
                [
                    f"{link.competence_id}:{link.criterion_id}"
                    if link.criterion_id
                    else str(link.competence_id)
                    for link in self.row.links.all()
                ],
            )

    def ticked(self) -> set[str]:
        """Give what is ticked, as the boxes' values."""
        return {str(value) for value in self["shown"].value() or ()}

    def tree(self) -> list[tuple[Competence, bool, list[tuple[Criterion, bool]], bool]]:
        """Give each competence with its criteria, and whether they are ticked."""
        ticked = self.ticked()
        found = []
        for one in self.competences:
            criteria = [(each, f"{one.pk}:{each.pk}" in ticked) for each in one.criteria.all()]
            found.append((one, str(one.pk) in ticked, criteria, any(on for _each, on in criteria)))
        return found

    def texts(self) -> dict[str, str]:
        """Give the account's texts."""
        names = ("title", "did", "means", "with_whom", "context")
        return {name: self.cleaned_data[name] for name in names}

    def pairs(self) -> list[tuple[Competence, Criterion | None]]:
        """Give what is shown: a competence alone only where none of its criteria is ticked."""
        by_key = {one.pk: one for one in self.competences}
        found: list[tuple[Competence, Criterion | None]] = []
        for value in self.cleaned_data["shown"]:
            competence, _colon, criterion = value.partition(":")
            row = by_key[int(competence)]
            if criterion:
                each = next(one for one in row.criteria.all() if one.pk == int(criterion))
                found.append((row, each))
            else:
                found.append((row, None))
        return found


class OutsideForm(AccountForm):
    """Work done elsewhere, and when."""

    happened_at = moment(_("done"))
    field_order = ("happened_at", "title")

    def prepare(self) -> None:
        """Offer the competences of the candidacy's title."""
        assert isinstance(self.row, Candidacy)  # noqa: S101 - for the type
        super().prepare()


class FileForm(DeedForm):
    """A file."""

    file = forms.FileField(label=_("File"))


class AttestForm(DeedForm):
    """What the one who attests says."""

    comment = text(_("what you say of it"), 2_000, 4)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Hold the version that is being read."""
        self.initial.setdefault("version", self.row.version)


class RuleForm(DeedForm):
    """What proposes itself as evidence of which competences."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("training centre"))
    version_of_title = forms.ModelChoiceField(TitleVersion.objects.none(), label=_("title"))
    name = forms.CharField(label=_("name"), max_length=120)
    kind = forms.ChoiceField(label=_("what happens"))
    conditions = forms.CharField(
        label=_("conditions"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_(
            "One fact a line, with the values admitted: “priority: 1, 2”. None: always. The facts "
            "are listed below."
        ),
    )
    numbers = forms.CharField(
        label=_("competences"),
        max_length=200,
        help_text=_("Their numbers in the referential: “1, 4”."),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Offer the centres where the actor trains, the versions and the kinds of work."""
        reach = self.actor.scope.organisations("candidacy.train")
        centres = visible(Organisation, self.actor).order_by("name")
        self.choose("organisation", centres if reach is None else centres.filter(pk__in=reach))
        self.choose("version_of_title", candidacies.versions())
        field: Any = self.fields["kind"]
        field.choices = [(name, label) for name, (label, _facts) in sources.kinds().items()]
        if self.row is not None:
            for name in (
                "organisation",
                "version_of_title",
                "name",
                "kind",
                "is_active",
                "version",
            ):
                self.initial.setdefault(name, getattr(self.row, name))
            self.initial.setdefault("conditions", written(self.row.conditions))
            numbers = [str(one.number) for one in self.row.competences.all()]
            self.initial.setdefault("numbers", ", ".join(numbers))

    def clean_conditions(self) -> dict[str, list[Any]]:
        """Read the lines."""
        return read(self.cleaned_data["conditions"])

    def clean_numbers(self) -> list[int]:
        """Read the numbers."""
        found = [part.strip() for part in self.cleaned_data["numbers"].split(",") if part.strip()]
        if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in found):
            raise forms.ValidationError(_("Write numbers with commas between them: 1, 4."))
        return sorted({int(part) for part in found})


def written(conditions: dict[str, Any]) -> str:
    """Write conditions as lines that :func:`read` reads."""
    return "\n".join(
        f"{name}: {', '.join(_word(value) for value in values)}"
        for name, values in conditions.items()
    )


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def read(lines: str) -> dict[str, list[Any]]:
    """Read conditions of lines «name: value, value»; numbers and yes or no are told from words.

    Raises:
        ValidationError: a line without a name or without values.
    """
    found: dict[str, list[Any]] = {}
    for line in lines.splitlines():
        if not line.strip():
            continue
        name, colon, rest = line.partition(":")
        values = [_value(part.strip()) for part in rest.split(",") if part.strip()]
        if not colon or not name.strip() or not values:
            raise forms.ValidationError(
                _("This line is not “name: value, value”: %(line)s"),
                params={"line": line.strip()[:80]},
            )
        found[name.strip()] = values
    return found


def _value(word: str) -> Any:
    if word.isascii() and word.isdecimal() and len(word) < 10:
        return int(word)
    return {"true": True, "false": False}.get(word, word)

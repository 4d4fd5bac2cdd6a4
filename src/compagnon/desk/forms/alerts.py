"""What is asked about a supervision that sends alerts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Service
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.forms.fields import TreeChoice, capitals, row_field
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.inbound.alerts.mapped import PARTS, PATH_CHARS
from compagnon.desk.models import AlertSource, Category, OnEnd
from compagnon.desk.policies_connections import ALERT_SOURCE
from compagnon.people.models import Organisation, Person, Team

SAMPLE_CHARS = 100_000
LABELS: dict[str, tuple[Any, Any]] = {
    "items": (_("List of alerts"), _("Where it is, as in data.alerts; empty: the whole body.")),
    "key": (_("Identifier"), _("What stays the same when it comes again; several with commas.")),
    "name": (_("Title"), ""),
    "state": (_("State"), _("Empty: every alert fires.")),
    "ended": (_("Values of the state that mean the end"), _("With commas, as in ok, resolved.")),
    "host": (_("Machine"), ""),
    "address": (_("Address of the machine"), ""),
    "severity": (_("Severity"), ""),
    "text": (_("Text"), ""),
    "url": (_("Link"), ""),
    "began": (_("Since when"), ""),
}


def adapter_choices() -> list[tuple[str, Any]]:
    """Give the kinds of supervision; the one that reads by a mapping is told in words."""
    return [
        (one.code, _("Any JSON, by a mapping") if one.is_mapped else one.label)
        for one in adapters.adapters().values()
    ]


class SourceForm(forms.Form):
    """A supervision: what it is, for whom its incidents are, what its end does."""

    organisation = row_field(Organisation, _("Organisation"), required=True)
    adapter = forms.ChoiceField(label=_("Kind"), choices=adapter_choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    requester = row_field(Person, _("Incidents are opened for"), required=True)
    team = row_field(Team, _("Team"))
    category = TreeChoice(Category.objects.none(), label=_("Category"), required=False)
    service = row_field(Service, _("Service"))
    on_end = forms.ChoiceField(label=_("The end of an alert"), choices=capitals(*OnEnd))
    reopen_minutes = forms.IntegerField(
        label=_("Minutes within which it reopens its incident"),
        min_value=0,
        max_value=30 * 24 * 60,
        initial=120,
    )
    reopen_limit = forms.IntegerField(
        label=_("Reopenings in a day"),
        min_value=0,
        max_value=100,
        initial=3,
        help_text=_("Past them the incident stays open, whatever ends."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    sample = forms.CharField(
        label=_("A sample of what it posts"),
        required=False,
        max_length=SAMPLE_CHARS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("In JSON. “Preview” shows what is read of it; it is not kept."),
    )

    def __init__(
        self, *args: Any, actor: Actor, source: AlertSource | None = None, **more: Any
    ) -> None:
        if source is not None:
            names = ("name", "requester", "team", "category", "service", "on_end",
                     "reopen_minutes", "reopen_limit", "is_active")  # fmt: skip
            more["initial"] = {name: getattr(source, name) for name in names} | {
                f"map_{name}": value for name, value in source.mapping.items()
            }
        super().__init__(*args, **more)
        for name in PARTS:
            label, words = LABELS[name]
            self.fields[f"map_{name}"] = forms.CharField(
                label=label, required=False, max_length=PATH_CHARS, help_text=words
            )
        self._fill(actor)
        if source is not None:
            del self.fields["organisation"], self.fields["adapter"]

    def _fill(self, actor: Actor) -> None:
        organisations = visible(Organisation, actor).filter(is_active=True)
        keys = actor.scope.organisations(ALERT_SOURCE)
        if keys is not None:
            organisations = organisations.filter(pk__in=keys)
        persons = visible(Person, actor).filter(is_active=True, organisation__in=organisations)
        rows: dict[str, QuerySet[Any]] = {
            "organisation": organisations.order_by("path"),
            "requester": persons.order_by("last_name", "first_name"),
            "team": visible(Team, actor).filter(is_active=True),
            "category": visible(Category, actor).filter(is_active=True).order_by("path"),
            "service": visible(Service, actor).filter(is_active=True),
        }
        for name, found in rows.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]

    def mapping(self) -> dict[str, str]:
        """Give the mapping that was written, its parts that are not empty."""
        given = {name: self.cleaned_data.get(f"map_{name}") or "" for name in PARTS}
        return {name: value for name, value in given.items() if value}

    def mapping_fields(self) -> list[Any]:
        """Give the fields of the mapping."""
        return [self[f"map_{name}"] for name in PARTS]

    def values(self) -> dict[str, Any]:
        """Give what the service takes."""
        left_out = {"sample", *(f"map_{name}" for name in PARTS)}
        found = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return found | {"mapping": self.mapping()}

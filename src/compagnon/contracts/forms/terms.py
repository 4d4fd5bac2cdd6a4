"""What the page of a contract's terms takes: commitments, pause rules, the period to weigh."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.contracts.forms.fields import DATE, DurationField
from compagnon.contracts.models import (
    Calendar,
    RequestKind,
    RequestType,
    Service,
    ServiceContract,
)
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.rules import DEFAULT_PAUSES, PRIORITIES
from compagnon.contracts.services.terms_writing import RULED
from compagnon.contracts.subjects import Measure, category_choices
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible


class CommitmentForm(forms.Form):
    """One commitment of a contract."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # With an initial value, so that a place left empty counts as unchanged.
    measure = forms.ChoiceField(
        label=_("Measure"), choices=Measure.choices, initial=Measure.RESOLUTION
    )
    target = DurationField(label=pgettext_lazy("commitment", "Within"))
    priorities = forms.TypedMultipleChoiceField(
        label=_("Priorities"),
        choices=[(each, f"P{each}") for each in PRIORITIES],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(
        label=_("Kind of ticket"),
        required=False,
        choices=[("", pgettext_lazy("criterion", "any")), *RequestKind.choices],
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=_("Service"),
        required=False,
        empty_label=pgettext_lazy("criterion", "any"),
    )
    request_type = forms.ModelChoiceField(
        RequestType.objects.none(),
        label=_("Request type"),
        required=False,
        empty_label=pgettext_lazy("criterion", "any"),
    )
    category_path = forms.ChoiceField(label=_("Category"), required=False)
    calendar = forms.ModelChoiceField(
        Calendar.objects.none(),
        label=_("Calendar"),
        required=False,
        empty_label=_("the contract’s own"),
    )

    def __init__(self, *args: Any, choices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("service", "request_type", "calendar"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices[name]
                # Read once for the whole page, not once for each commitment.
                field.choices = choices[f"{name}_choices"]
        categories = self.fields["category_path"]
        kept = self.initial.get("category_path")
        if isinstance(categories, forms.ChoiceField):
            known = choices["category_choices"]
            more = [(kept, kept)] if kept and kept not in dict(known) else []
            categories.choices = [("", pgettext_lazy("criterion", "any")), *known, *more]

    def line(self) -> CommitmentLine:
        """Give the commitment as written."""
        given = self.cleaned_data
        return CommitmentLine(
            id=given["id"],
            measure=given["measure"],
            target_seconds=given["target"],
            calendar_id=given["calendar"].pk if given["calendar"] else None,
            priorities=tuple(given["priorities"]),
            category_path=given["category_path"],
            service_id=given["service"].pk if given["service"] else None,
            request_type_id=given["request_type"].pk if given["request_type"] else None,
            kind=given["kind"],
        )

    @property
    def narrow_fields(self) -> list[Any]:
        """The fields that are rarely filled, for the page."""
        names = ("kind", "service", "request_type", "category_path", "calendar")
        return [self[name] for name in names]

    @property
    def is_narrow(self) -> bool:
        """Whether one of those is filled or wrong: the page opens them."""
        return any(field.value() or field.errors for field in self.narrow_fields)

    @staticmethod
    def initial_of(line: CommitmentLine) -> dict[str, Any]:
        """Give what the form shows of a commitment."""
        return {
            "id": line.id,
            "measure": line.measure,
            "target": line.target_seconds,
            "priorities": list(line.priorities),
            "kind": line.kind,
            "service": line.service_id,
            "request_type": line.request_type_id,
            "category_path": line.category_path,
            "calendar": line.calendar_id,
        }


CommitmentForms = forms.formset_factory(CommitmentForm, extra=1, can_delete=True, max_num=200)


def commitment_choices(actor: Actor) -> dict[str, Any]:
    """Read once what every commitment's form offers."""
    rows: dict[str, Any] = {
        "service": visible(Service, actor),
        "request_type": visible(RequestType, actor).select_related("service"),
        "calendar": visible(Calendar, actor).filter(revision__gt=0),
    }
    found = dict(rows)
    for name, offered in rows.items():
        empty = _("the contract’s own") if name == "calendar" else pgettext_lazy("criterion", "any")
        found[f"{name}_choices"] = [("", empty), *((row.pk, _named(row)) for row in offered)]
    found["category_choices"] = [
        ("/".join(step for step in path.split("/") if step), label)
        for path, label in category_choices()
    ]
    return found


def _named(row: Any) -> str:
    return f"{row.service} – {row}" if isinstance(row, RequestType) else str(row)


class TermsForm(forms.Form):
    """What the terms hold beside the commitments, and the period to weigh them on."""

    calendar = forms.ModelChoiceField(Calendar.objects.none(), label=_("Calendar"))
    since = forms.DateField(
        label=_("Weigh on tickets opened from"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("period", "to"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendar = self.fields["calendar"]
        if isinstance(calendar, forms.ModelChoiceField):
            calendar.queryset = visible(Calendar, actor).filter(revision__gt=0)
        for reason in RULED:
            self.fields[f"pause_{reason.value}"] = forms.ChoiceField(
                label=reason.label,
                choices=[("yes", _("stops the clock")), ("no", _("counts all the same"))],
                initial="yes" if DEFAULT_PAUSES[reason] else "no",
            )

    @property
    def pauses(self) -> Iterable[Any]:
        """The fields of the pause rules, for the page."""
        return [self[f"pause_{reason.value}"] for reason in RULED]

    def terms(self, lines: Iterable[CommitmentLine]) -> TermsChange:
        """Give the terms as written, with these commitments."""
        given = self.cleaned_data
        return TermsChange(
            calendar_id=given["calendar"].pk,
            commitments=tuple(lines),
            pauses={reason.value: given[f"pause_{reason.value}"] == "yes" for reason in RULED},
        )

    @staticmethod
    def initial_of(contract: ServiceContract, terms: TermsChange) -> dict[str, Any]:
        """Give what the form shows of the terms in force, and the last year to weigh on."""
        today = timezone.localdate()
        pausing = {
            f"pause_{reason.value}": "yes"
            if terms.pauses.get(reason, DEFAULT_PAUSES[reason])
            else "no"
            for reason in RULED
        }
        return {
            "calendar": terms.calendar_id,
            "version": contract.version,
            "since": today - timedelta(days=365),
            "until": today,
            **pausing,
        }

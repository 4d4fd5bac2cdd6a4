"""What the pages of calendars take: shapes and lengths only; the rules are in the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.contracts.clock.schema_week import DAY_NAMES
from compagnon.contracts.forms.fields import DATE, HoursField
from compagnon.contracts.models import (
    Calendar,
    Closure,
    ClosureKind,
)
from compagnon.contracts.services.calendars import CalendarChanges, ClosureLine

DAY_LABELS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
    _("Sunday"),
)  # fmt: skip
COUNTRIES = (
    ("", _("no public holidays")), ("FR", _("France")), ("BE", _("Belgium")),
    ("CH", _("Switzerland")), ("LU", _("Luxembourg")), ("MC", _("Monaco")), ("DE", _("Germany")),
    ("ES", _("Spain")), ("IT", _("Italy")), ("PT", _("Portugal")), ("NL", _("Netherlands")),
    ("GB", _("United Kingdom")), ("IE", _("Ireland")), ("CA", _("Canada")),
    ("US", _("United States")), ("MA", _("Morocco")), ("TN", _("Tunisia")),
)  # fmt: skip


class CalendarForm(forms.Form):
    """A calendar but for its closures."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("How commands and files name it.")
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="Europe/Paris",
        help_text=_("Hours below are on a wall clock there."),
    )
    is_always_open = forms.BooleanField(
        label=_("Around the clock: every hour of every day counts"), required=False
    )
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        HoursField(label=label) for label in DAY_LABELS
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"), choices=COUNTRIES, required=False, initial="FR"
    )
    holiday_subdivision = forms.CharField(
        label=_("Region"),
        max_length=10,
        required=False,
        help_text=_(
            "Of France: 6AE Alsace, 57 Moselle, 971 Guadeloupe, 972 Martinique, 973 Guyane, "
            "974 La Réunion, 976 Mayotte; nothing for the others."
        ),
    )
    holiday_exceptions = forms.CharField(
        label=_("Holidays worked all the same"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: 2026-05-25, 05-01 for every year, or the holiday’s name."),
    )
    is_active = forms.BooleanField(label=_("Offered to contracts"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("holiday_country")
        field = self.fields["holiday_country"]
        if kept and isinstance(field, forms.ChoiceField) and kept not in dict(COUNTRIES):
            field.choices = [*COUNTRIES, (kept, kept)]

    @property
    def days(self) -> Iterable[Any]:
        """The fields of the week's days, for the page."""
        return [self[name] for name in DAY_NAMES]

    def changes(self) -> CalendarChanges:
        """Give what was written, for the service."""
        given = self.cleaned_data
        always = given["is_always_open"]
        worked = [line.strip() for line in given["holiday_exceptions"].splitlines()]
        return {
            "name": given["name"],
            "code": given["code"],
            "time_zone": given["time_zone"],
            "is_always_open": always,
            "weekly": {} if always else {name: given[name] for name in DAY_NAMES if given[name]},
            "holiday_country": "" if always else given["holiday_country"],
            "holiday_subdivision": "" if always else given["holiday_subdivision"],
            "holiday_exceptions": [] if always else [line for line in worked if line],
            "is_active": given["is_active"],
        }

    @staticmethod
    def initial_of(calendar: Calendar) -> dict[str, Any]:
        """Give what the form shows of a calendar."""
        same = ("name", "code", "time_zone", "is_always_open", "holiday_country",
                "holiday_subdivision", "is_active", "version")  # fmt: skip
        weekly = calendar.weekly or {}
        return {
            **{name: getattr(calendar, name) for name in same},
            **{name: weekly.get(name, []) for name in DAY_NAMES},
            "holiday_exceptions": "\n".join(calendar.holiday_exceptions),
        }


class ClosureForm(forms.Form):
    """Days when the weekly hours do not hold."""

    # With an initial value, so that a place left empty counts as unchanged.
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ClosureKind.choices, initial=ClosureKind.CLOSED
    )
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
    )
    from_time = forms.TimeField(
        label=pgettext_lazy("time", "From"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    until_time = forms.TimeField(
        label=pgettext_lazy("time", "Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    label = forms.CharField(label=_("Reason"), max_length=120, required=False)
    every_year = forms.BooleanField(label=_("Every year"), required=False)

    def line(self) -> ClosureLine:
        """Give the closure as written."""
        given = self.cleaned_data
        return ClosureLine(
            kind=given["kind"],
            first_day=given["first_day"],
            last_day=given["last_day"] or given["first_day"],
            from_time=given["from_time"],
            until_time=given["until_time"],
            every_year=given["every_year"],
            label=given["label"],
        )

    @staticmethod
    def initial_of(row: Closure) -> dict[str, Any]:
        """Give what the form shows of a closure."""
        names = ("kind", "first_day", "last_day", "from_time", "until_time", "label", "every_year")
        return {name: getattr(row, name) for name in names}


ClosureForms = forms.formset_factory(ClosureForm, extra=2, can_delete=True, max_num=500)

"""Forms about how somebody is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Calendar
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import notice_rules
from compagnon.desk.models import NoticeChannel, NoticeChoice, NoticeEvent, NoticeWay
from compagnon.desk.quiet import DIGEST_AT
from compagnon.desk.services.notices import Key, Timing


class WaysForm(forms.Form):
    """How one is told: a choice for each event and channel that concern the person."""

    def __init__(
        self, *args: Any, actor: Actor, ways: Mapping[Key, NoticeWay], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        works = actor.scope.allows_somewhere("ticket.view")
        self.events = [event for event in NoticeEvent if works or event in notice_rules.FOR_USERS]
        for event in self.events:
            for channel in notice_rules.CHANNELS:
                choices = [
                    (way.value, capfirst(str(way.label)))
                    for way in NoticeWay
                    if way is not NoticeWay.DIGEST or channel is NoticeChannel.MAIL
                ]
                self.fields[f"{event}-{channel}"] = forms.ChoiceField(
                    label=f"{capfirst(str(event.label))}, {channel.label}",
                    choices=choices,
                    initial=ways[event, channel],
                )

    def lines(self) -> Iterator[tuple[str, list[tuple[str, BoundField]]]]:
        """Give each event with its fields, as the page lays them out."""
        for event in self.events:
            yield (
                capfirst(str(event.label)),
                [
                    (capfirst(str(channel.label)), self[f"{event}-{channel}"])
                    for channel in notice_rules.CHANNELS
                ],
            )

    def chosen(self) -> dict[Key, NoticeWay]:
        """Give what was chosen, of a valid form."""
        return {
            (event, channel): NoticeWay(self.cleaned_data[f"{event}-{channel}"])
            for event in self.events
            for channel in notice_rules.CHANNELS
        }


def _clock(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, help_text=help_text)


class TimesForm(forms.Form):
    """When the digest leaves, and the quiet hours."""

    digest_at = _clock(_("The digest leaves at"), _("For what you chose to read in the digest."))
    calendar = forms.ModelChoiceField(
        Calendar.objects.none(),
        label=_("On the days of"),
        required=False,
        empty_label=_("Every day"),
    )
    quiet_from = _clock(_("Quiet from"), _("Nothing leaves then; one message tells it after."))
    quiet_to = _clock(_("Quiet until"))
    quiet_closed_days = forms.BooleanField(
        label=_("Quiet all day when the calendar is closed"), required=False
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=60,
        help_text=_("Empty: that of your site. “Europe/Paris”, “America/Martinique”…"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible(Calendar, actor).order_by("name")
        self.fields["calendar"].queryset = rows  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        """Refuse a zone that is none, beside its field."""
        given = str(self.cleaned_data["time_zone"]).strip()
        if given and given not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone."))
        return given

    def timing(self) -> Timing:
        """Give what was chosen, of a valid form."""
        return Timing(**self.cleaned_data)

    @staticmethod
    def values_of(choice: NoticeChoice | None) -> dict[str, Any]:
        """Give what the fields show at first."""
        if choice is None:
            return {"digest_at": DIGEST_AT}
        return {
            "digest_at": choice.digest_at or DIGEST_AT,
            "calendar": choice.calendar_id,
            "quiet_from": choice.quiet_from,
            "quiet_to": choice.quiet_to,
            "quiet_closed_days": choice.quiet_closed_days,
            "time_zone": choice.time_zone,
        }

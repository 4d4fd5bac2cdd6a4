"""Fields of several pages: hours of a day, a length of counted time, a refusal shown."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.clock.words import duration_words
from compagnon.contracts.clock.written import duration, time_of_day, write_time
from compagnon.core.errors import CompagnonError

_STRETCH = re.compile(
    r"(\d{1,2}(?:\s?[:hH]\s?\d{0,2})?)\s*(?:-|–|—|→|à|to)\s*(\d{1,2}(?:\s?[:hH]\s?\d{0,2})?)"
)
_BETWEEN = re.compile(r"[\s,;/&]*(?:et|and)?[\s,;/&]*")

DATE = {"type": "date"}


class HoursField(forms.CharField):
    """Hours of a day as people write them: «9h-12h30, 14:00–18:00»; cleaned as pairs of times."""

    default_error_messages = {
        "hours": _("Write stretches such as 09:00–12:30, 13:30–18:00; nothing for a day closed."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 200)
        options.setdefault("required", False)
        super().__init__(**options)

    def clean(self, value: Any) -> list[list[str]]:
        """Read the stretches, each as [from, until] in «HH:MM»."""
        text = super().clean(value)
        found: list[list[str]] = []
        at = 0
        while at < len(text):
            gap = _BETWEEN.match(text, at)
            at = gap.end() if gap else at
            if at >= len(text):
                break
            stretch = _STRETCH.match(text, at)
            if stretch is None:
                raise forms.ValidationError(self.error_messages["hours"], code="hours")
            try:
                found.append([write_time(time_of_day(part)) for part in stretch.groups()])
            except ValueError:
                raise forms.ValidationError(self.error_messages["hours"], code="hours") from None
            at = stretch.end()
        return found

    def prepare_value(self, value: Any) -> Any:
        """Write the stretches back."""
        if isinstance(value, list):
            return ", ".join(f"{start}–{end}" for start, end in value)
        return value


class DurationField(forms.CharField):
    """A length of counted time: «4h», «1h30», «45 min»; cleaned as seconds."""

    default_error_messages = {
        "duration": _("Write a length of counted time such as 30 min, 4h or 1h30."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        """Read the length as seconds."""
        text = super().clean(value)
        if not text:
            return None
        # A bare number would be seconds for the clock, and is a slip on a page.
        if text.strip().isdecimal():
            raise forms.ValidationError(self.error_messages["duration"], code="duration")
        try:
            return duration(re.sub(r"[\s\u00a0\u202f]", "", text))
        except ValueError:
            raise forms.ValidationError(self.error_messages["duration"], code="duration") from None

    def prepare_value(self, value: Any) -> Any:
        """Write seconds back as words."""
        return duration_words(value) if isinstance(value, int) else value


def refuse(form: forms.Form, error: CompagnonError, *, prefix: str = "") -> None:
    """Show what a service refused beside the fields it names, of a form that has them."""
    told = False
    for name, texts in error.fields.items():
        own = name.removeprefix(prefix)
        for text in texts:
            form.add_error(own if own in form.fields else None, str(text))
            told = True
    if not told:
        form.add_error(None, str(error))

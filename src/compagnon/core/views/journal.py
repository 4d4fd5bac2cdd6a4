"""The journal: what was done, by whom, to what; for a page and for a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from compagnon.core import journal_reading, journal_words, keyset
from compagnon.core.crud.pages import actor_of
from compagnon.core.crud.telling import names_of
from compagnon.core.errors import Invalid
from compagnon.core.journal_reading import Asked

ROWS = 50
BIGGEST = 2**63 - 1
YEARS = (1900, 2200)


class JournalForm(forms.Form):
    """What to look for in the journal."""

    actor = forms.IntegerField(
        label=gettext_lazy("Who"), required=False, min_value=1, max_value=BIGGEST
    )
    verb = forms.RegexField(
        r"^[a-z_]+\.?[a-z_]*$", label=gettext_lazy("What was done"), required=False, max_length=60
    )
    type = forms.ChoiceField(label=gettext_lazy("Kind of object"), required=False)
    object = forms.IntegerField(
        label=gettext_lazy("Its number"), required=False, min_value=1, max_value=BIGGEST
    )
    door = forms.ChoiceField(label=gettext_lazy("Door"), required=False)
    first = forms.DateField(label=pgettext_lazy("day", "From"), required=False)
    last = forms.DateField(label=pgettext_lazy("day", "To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        self.fields["type"].choices = [*everything, *journal_words.known_tables()]  # type: ignore[attr-defined]
        self.fields["door"].choices = everything + [  # type: ignore[attr-defined]
            (value, capfirst(str(label))) for value, label in journal_words.DOORS.items()
        ]
        for name in ("first", "last"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields["verb"].widget.attrs |= {"list": "journal-verbs", "placeholder": "ticket."}

    def clean_first(self) -> Any:
        """Within what calendars can count."""
        return self._day("first")

    def clean_last(self) -> Any:
        """Within what calendars can count."""
        return self._day("last")

    def _day(self, name: str) -> Any:
        day = self.cleaned_data[name]
        if day is not None and not YEARS[0] <= day.year < YEARS[1]:
            raise forms.ValidationError(_("From 1900 to 2200."))
        return day

    def asked(self) -> Asked:
        """Give what is asked; what is not valid does not narrow, and is shown as wrong."""
        self.is_valid()
        values = self.cleaned_data
        return Asked(
            actor_id=values.get("actor"),
            verb=values.get("verb", ""),
            object_type=values.get("type", ""),
            object_id=values.get("object"),
            source=values.get("door", ""),
            first=values.get("first"),
            last=values.get("last"),
        )


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Show a page of the journal, the latest first."""
    actor = actor_of(request)
    form = JournalForm(request.GET)
    asked = form.asked()
    try:
        found = keyset.take(
            journal_reading.entries(actor, asked),
            ordering=journal_reading.ORDERING,
            limit=ROWS,
            cursor=request.GET.get("cursor"),
        )
    except Invalid:  # a cursor of another list, kept in a bookmark
        query = request.GET.copy()
        query.pop("cursor", None)
        return redirect(f"{request.path}?{query.urlencode()}")
    names = names_of(actor, {asked.actor_id}) if asked.actor_id else {}
    context = {
        "form": form,
        "lines": journal_words.tell(actor, found.rows),
        "page": found,
        "verbs": journal_words.known_words(),
        "who": names.get(asked.actor_id or 0, asked.actor_id or ""),
        "narrowed": asked != Asked(),
    }
    return render(
        request, "core/admin/journal.html", context, status=200 if form.is_valid() else 422
    )


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the entries asked for as a CSV file."""
    actor = actor_of(request)
    rows = journal_reading.entries(actor, JournalForm(request.GET).asked())
    name = f"journal-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        journal_reading.lines(actor, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

"""The summons on paper: who is expected, for what, when and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.titles.documents.engine import Standard, render
from compagnon.titles.proving.statement import long_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """What a summons says.

    Args:
        what: the title, or its certificate.
        slots: what, from, to and station of each part of a candidate's day; none for a juror.
    """

    centre: str
    person: str
    reference: str
    what: str
    place: str
    is_remote: bool
    starts_at: datetime
    ends_at: datetime
    as_juror: bool
    slots: Sequence[tuple[str, datetime, datetime, str]]
    on: date


def summons_pdf(one: Summons, *, language: str) -> bytes:
    """Give the PDF/UA-1 of a summons.

    Raises:
        CompagnonError: as :func:`~compagnon.titles.documents.engine.render`.
    """
    with translation.override(language):
        return render("summons", _data(one, language), standard=Standard.ACCESSIBLE)


def opening(one: Summons) -> str:
    """Give the sentence that summons, in the language in use."""
    if one.as_juror:
        return _("You are a member of the jury of the session below.")
    return _("You are summoned to the session below.")


def facts(one: Summons, language: str) -> list[tuple[str, str]]:
    """Give label and value of what must be known, in the language in use."""
    place = f"{one.place} ({_('at a distance')})" if one.is_remote else one.place
    day = timezone.localdate(one.starts_at)
    return [
        (_("Session"), one.reference),
        (_("For"), one.what),
        (_("Day"), long_date(day, language)),
        (_("Hours"), f"{_hour(one.starts_at)} – {_hour(one.ends_at)}"),
        (_("Place"), place),
    ]


def notes(one: Summons) -> list[str]:
    """Give what to bring and to whom to write, in the language in use."""
    if one.as_juror:
        return [_("If you have any link with a candidate, tell the centre before the session.")]
    return [
        _("Bring a piece of identity: it is checked on arrival."),
        _("If you cannot come, tell the centre as soon as you know it."),
    ]


def slot_lines(one: Summons) -> list[list[str]]:
    """Give the day, part by part."""
    return [
        [f"{_hour(start)} – {_hour(end)}", what, station] for what, start, end, station in one.slots
    ]


def _hour(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m %H:%M")


def _data(one: Summons, language: str) -> dict[str, object]:
    return {
        "title": f"{_('Summons')} {one.reference} {one.person}",
        "author": one.centre,
        "language": language,
        "reference": one.reference,
        "footer": _("Summons"),
        "heading": _("Summons"),
        "subheading": long_date(one.on, language),
        "person": one.person,
        "opening": opening(one),
        "facts": [{"label": label, "value": value} for label, value in facts(one, language)],
        "slots_title": _("Your day"),
        "columns": [_("Hours"), _("Part"), _("Station")],
        "slots": slot_lines(one),
        "notes": notes(one),
    }

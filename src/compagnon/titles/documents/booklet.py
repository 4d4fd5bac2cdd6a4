"""The booklet: what a person has gained so far, title by title, and how long the window is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.titles.documents.engine import Standard, render
from compagnon.titles.proving.statement import long_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One certificate gained."""

    code: str
    name: str
    decided_on: date
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLine:
    """How long the rest can be gained by one text.

    Args:
        until: the last day; ``None`` where it sets none, or where what it counts from is unknown.
        applies: it is the one that decides.
    """

    says: str
    found: str
    cited: str
    until: date | None
    applies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleGained:
    """What was gained of one title.

    Args:
        whole_on: the day of the decision that gave the whole title; ``None`` while it is not.
        windows: every window that the texts give while something is left to gain.
        reason: why the one that applies does.
    """

    code: str
    name: str
    rows: Sequence[Row]
    whole_on: date | None = None
    whole_number: str = ""
    windows: Sequence[WindowLine] = ()
    reason: str = ""


def booklet(
    *, holder: str, issuer: str, titles: Sequence[TitleGained], today: date, language: str
) -> bytes:
    """Give the PDF/UA-1 of a person's booklet, as it stands today.

    Raises:
        CompagnonError: as :func:`~compagnon.titles.documents.engine.render`.
    """
    with translation.override(language):
        data = {
            "title": _("Booklet of certificates gained: %(holder)s") % {"holder": holder},
            "author": issuer,
            "language": language,
            "footer": _("Booklet of certificates gained"),
            "heading": _("Booklet of certificates gained"),
            "subheading": _("As of %(date)s") % {"date": long_date(today, language)},
            "holder": holder,
            "columns": [_("Code"), _("Certificate"), _("Decision of"), _("Attestation")],
            "titles": [_title(title, today, language) for title in titles],
            "nature": _(
                "This booklet is an attestation of the centre. It does not stand for the booklet "
                "of certification, which the State's authority issues."
            ),
        }
        return render("booklet", data, standard=Standard.ACCESSIBLE)


def _title(title: TitleGained, today: date, language: str) -> dict[str, Any]:
    return {
        "name": title.name,
        "note": title.code,
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "date": long_date(row.decided_on, language),
                "number": row.number,
            }
            for row in title.rows
        ],
        "notes": _state(title, today, language),
    }


def _state(title: TitleGained, today: date, language: str) -> list[str]:
    if title.whole_on is not None:
        return [
            _("Whole title gained by the decision of %(date)s (attestation %(number)s).")
            % {"date": long_date(title.whole_on, language), "number": title.whole_number}
        ]
    if not title.windows:
        return []
    told = []
    for line in sorted(title.windows, key=lambda one: not one.applies):
        words = f"{line.says} ({line.cited}) {countdown(line, today, language)}"
        told.append(f"{_('Applies:') if line.applies else _('Does not apply:')} {words}")
    return [_("How long the rest can be gained:"), *told, *([title.reason] if title.reason else [])]


def countdown(line: WindowLine, today: date, language: str) -> str:
    """Tell how long a window is still open, in the language in use."""
    if line.until is None:
        return f"{line.found}."
    left = (line.until - today).days
    ends = {"date": long_date(line.until, language), "days": left}
    if left < 0:
        return _("The time to gain the rest ended on %(date)s.") % ends
    return (
        ngettext(
            "The rest can be gained until %(date)s: %(days)d day left.",
            "The rest can be gained until %(date)s: %(days)d days left.",
            left,
        )
        % ends
    )

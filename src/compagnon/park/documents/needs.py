"""A specification of needs as a PDF: texts, criteria, comparison, how firm the result is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.documents import engine
from compagnon.park.models import NeedsStudy
from compagnon.park.queries.needs import Comparison, Turned, comparison

TEMPLATE = Path(__file__).parent / "templates" / "needs.typ"


def render(study: NeedsStudy) -> bytes:
    """Make the document of a study that the caller has shown to be visible."""
    found = comparison(study)
    data: dict[str, Any] = {
        "title": study.name,
        "author": str(study.organisation),
        "reference": _("Specification of needs"),
        "language": (get_language() or "fr")[:2],
        "footer": date_format(timezone.localdate(), "DATE_FORMAT"),
        "texts": [
            {"title": title, "text": text}
            for title, text in (
                (_("Context"), study.context),
                (_("Purpose"), study.purpose),
                (_("Constraints"), study.constraints_text),
            )
            if text
        ],
        "criteria_title": _("Criteria"),
        "criteria_header": [_("Criterion"), _("Need"), _("Weight")],
        "criteria": [[one.name, one.get_need_display(), str(one.weight)] for one in found.criteria],
        "comparison_title": _("Comparison"),
        "comparison_header": [_("Criterion"), *(one.name for one in found.candidates)],
        "comparison": [
            [one.name, *("–" if score is None else str(score.value) for _product, score in cells)]
            for one, cells in found.rows
        ],
        "totals_header": [_("Product"), _("Total"), _("Of a perfect one")],
        "totals": [
            [
                one.candidate.name,
                str(one.weighed.total),
                number_format(one.weighed.share, 1) + " %",
            ]
            for one in found.ranked
        ],
        "bars": [one.weighed.share for one in found.ranked],
        "proofs_title": _("Proofs"),
        "proofs": _proofs(found),
        "firmness_title": _("How firm the result is"),
        "firmness": [turned_words(one) for one in found.turned],
        "decision_title": _("Decision"),
        "decision": study.decision,
    }
    return engine.render(TEMPLATE, data, standard=engine.Standard.ACCESSIBLE)


def _proofs(found: Comparison) -> list[str]:
    lines = []
    for criterion, cells in found.rows:
        for product, score in cells:
            if score is not None:
                said = " · ".join(
                    part for part in (score.proof, score.link, score.file_name) if part
                )
                lines.append(f"{criterion.name}, {product.name} ({score.value}) – {said}")
    return lines


def turned_words(one: Turned) -> str:
    """Say how far a weight must move for another product to win."""
    name = one.criterion.name
    if one.turn.is_firm:
        return _("%(name)s: no weight from 0 to 100 changes the result.") % {"name": name}
    parts = []
    if one.turn.lower is not None and one.lower_winner is not None:
        parts.append(
            _("at %(weight)d or less, %(product)s wins")
            % {"weight": one.turn.lower, "product": one.lower_winner.name}
        )
    if one.turn.upper is not None and one.upper_winner is not None:
        parts.append(
            _("at %(weight)d or more, %(product)s wins")
            % {"weight": one.turn.upper, "product": one.upper_winner.name}
        )
    return _("%(name)s (weight %(weight)d): %(turns)s.") % {
        "name": name, "weight": one.turn.weight, "turns": "; ".join(parts),
    }  # fmt: skip

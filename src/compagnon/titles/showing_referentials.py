"""How requirements and loss reports are told to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compagnon.titles import requirements


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of a requirement that leaves a choice: at least so many of these."""

    least: int
    of: Sequence[str]

    @property
    def words(self) -> str:
        """The rule in a sentence."""
        return ngettext(
            "At least %(least)s of these %(many)s:", "At least %(least)s of these %(many)s:",
            self.least,
        ) % {"least": self.least, "many": len(self.of)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A requirement in words: how many are all required, and the choices left."""

    words: str
    choices: Sequence[Choice]


def tell(requirement: Mapping[str, Any], names: Mapping[int, str]) -> Told:
    """Tell what a certificate takes.

    Args:
        names: competences by number.
    """
    choices = [
        Choice(
            one["at_least"],
            [names.get(number, str(number)) for number in requirements.numbers(one, "competence")],
        )
        for one in requirements.choices(requirement)
    ]
    optional = {
        number
        for one in requirements.choices(requirement)
        for number in requirements.numbers(one, "competence")
    }
    required = set(requirements.numbers(requirement, "competence")) - optional
    if not required and not choices:
        return Told(_("What it takes is not known."), [])
    if not choices:
        words = ngettext(
            "Its competence is required.", "Its %(count)s competences are all required.",
            len(required),
        )  # fmt: skip
    else:
        words = ngettext(
            "%(count)s competence is required, and a choice is left among the others:",
            "%(count)s competences are all required, and a choice is left among the others:",
            len(required),
        )
    return Told(words % {"count": len(required)}, choices)


# The reasons of a loss report; a reason that is not here is shown as it is.
REASONS = {
    "no-title": gettext_lazy("The title’s name was not found."),
    "no-code": gettext_lazy("The title’s code was not found."),
    "no-date": gettext_lazy("The date of validation was not found."),
    "no-level": gettext_lazy("No level was found."),
    "no-formacode": gettext_lazy("No Formacode was found."),
    "no-sheet": gettext_lazy("Listed, and no sheet bears this name."),
    "no-criteria": gettext_lazy("No criterion was found for it."),
    "no-activity": gettext_lazy("No activity type was found."),
    "no-activity-sheet": gettext_lazy("No sheet of an activity type was found."),
    "no-competence-sheet": gettext_lazy("No sheet of a competence was found: names alone."),
    "sheet-without-name": gettext_lazy("A sheet without a name."),
    "sheet-without-number": gettext_lazy("A sheet without a number: it took the next one."),
    "sheet-twice": gettext_lazy("The same sheet twice: the fuller one was kept."),
    "listed-nowhere": gettext_lazy("In no list: put with the competence before it."),
    "listed-elsewhere-by-list": gettext_lazy("The list places it under another activity type."),
    "listed-elsewhere-by-synoptic": gettext_lazy(
        "The synoptic table places it under another activity type."
    ),
    "activity-without-competence": gettext_lazy("No competence was found for this activity type."),
    "label-differs": gettext_lazy("Two writings of what seems to be one name."),
    "name-without-blank-line": gettext_lazy("Where this name begins is not told by a blank line."),
    "pages-without-footer": gettext_lazy("Pages of which no footer was seen."),
    "knowledge-kinds-under-one-heading": gettext_lazy(
        "Knowledge whose kind is not told: the four kinds stand under one heading."
    ),
    "section-not-kept": gettext_lazy("A part that is not kept."),
    "columns-not-drawn": gettext_lazy("A table whose columns are lost: it was not read."),
    "columns-run-together": gettext_lazy("Two columns run into one another."),
    "column-lost": gettext_lazy("The column of a cross is lost: it was inferred."),
    "column-not-kept": gettext_lazy("A column that is not kept."),
    "columns-differ": gettext_lazy("A row with another number of columns."),
    "element-not-kept": gettext_lazy("An element that is not kept."),
    "empty-cell": gettext_lazy("An empty cell: nothing, or the same as above?"),
    "several-to-one": gettext_lazy("Several certificates for one: all of them, or any?"),
    "several-to-several": gettext_lazy("Several certificates for several: all of them, or any?"),
    "label-unknown": gettext_lazy("A certificate that no version bears."),
    "certificate-unknown": gettext_lazy("A certificate that no version bears."),
    "mark-not-explained": gettext_lazy("A mark that no note explains: all were kept as required."),
    "mark-count-differs": gettext_lazy("The note counts other competences than those marked."),
    "note-without-mark": gettext_lazy("A note whose mark stands nowhere."),
    "version-from-latest-text": gettext_lazy("The version is not told: the year of the last text."),
    "text-cut-in-source": gettext_lazy("The document itself is cut here."),
    "amending-text-without-date": gettext_lazy("An amending text known by its publication alone."),
    "count-differs": gettext_lazy("The text counts other certificates than it lists."),
    "certificate-without-competence": gettext_lazy("A certificate without competences."),
    "before-first-certificate": gettext_lazy("A line before the first certificate."),
    "block-without-competence": gettext_lazy("A block without competences."),
    "block-without-activity": gettext_lazy("A block of which no activity type bears the name."),
    "activity-without-block": gettext_lazy("An activity type of which no block bears the name."),
    "competence-in-block-only": gettext_lazy("In the block, and not in the summary."),
    "numbers-are-those-of-blocks": gettext_lazy(
        "No activity types in it: numbers are the blocks’."
    ),
    "route-not-known": gettext_lazy("A way to the title that is not known."),
    "list-run-together": gettext_lazy("A list run together, that could not be cut."),
    "level-not-told": gettext_lazy("A level that says nothing."),
    "row-without-number": gettext_lazy("A row without a number of the register."),
    "row-without-two-columns": gettext_lazy("A row without two columns."),
    "competences-not-in-this-export": gettext_lazy("This export does not hold the competences."),
    "old-version-without-date": gettext_lazy("Which older version is not dated."),
    "new-version-without-date": gettext_lazy("Which newer version is not dated."),
}
COUNTED = {
    "activities": gettext_lazy("activity types"),
    "certificates": gettext_lazy("certificates"),
    "competences": gettext_lazy("competences"),
    "criteria": gettext_lazy("criteria"),
    "knowledge": gettext_lazy("items of knowledge"),
    "transversal": gettext_lazy("transversal competences"),
    "transversal_criteria": gettext_lazy("criteria of transversal competences"),
    "correspondences": gettext_lazy("correspondences"),
    "blocks": gettext_lazy("RNCP blocks"),
    "pages": gettext_lazy("pages"),
}
REFUSALS = {
    "too-large": gettext_lazy("The file is too large."),
    "too-many": gettext_lazy("The file holds more than a document of this kind can."),
    "too-many-lines": gettext_lazy("The text has too many lines."),
    "too-many-pages": gettext_lazy("The PDF has too many pages."),
    "too-slow": gettext_lazy("Reading this PDF took too long: it was given up."),
    "no-text-layer": gettext_lazy(
        "This PDF holds pictures of pages and no text: have its text recognised first."
    ),
    "locked": gettext_lazy("This PDF is locked by a password."),
    "damaged": gettext_lazy("The file is damaged: it cannot be read."),
    "archive-bomb": gettext_lazy("The archive would unpack to far more than it says."),
    "forbidden-xml": gettext_lazy("The XML declares a document type or entities: refused."),
    "empty": gettext_lazy("There is nothing in the file."),
    "not-text": gettext_lazy("This is not a text, a PDF, an XML flow nor a CSV file."),
    "other-kind": gettext_lazy("This is another kind of document than the one chosen."),
    "no-competence": gettext_lazy("No competence was found in it."),
    "no-certificate": gettext_lazy("No certificate of competences was found in it."),
    "no-number": gettext_lazy("No number of the RNCP was found in it."),
    "no-table": gettext_lazy("No table with an old and a new column was found in it."),
    "no-row": gettext_lazy("No row with a number of the RNCP was found in it."),
    "not-recognised": gettext_lazy(
        "It was not recognised as a REAC, a descriptor, an annex, an RNCP sheet nor a table of "
        "correspondences. If it is one, choose its kind."
    ),
}


def losses(report: Mapping[str, Any]) -> dict[str, Any]:
    """Give a loss report with its reasons in words, ready for a page."""
    return {
        "counted": [
            (COUNTED[name], many)
            for name, many in report.get("counted", {}).items()
            if many and name in COUNTED
        ],
        "unmatched": _reasons(report.get("unmatched", ())),
        "ambiguous": _reasons(report.get("ambiguous", ())),
        "furniture": sum(report.get("furniture", {}).values()),
    }


def _reasons(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "reason": REASONS.get(one["why"], one["why"]),
            "text": one.get("text", ""),
            "line": one.get("line"),
        }
        for one in found
    ]


def refusal(code: str, detail: str) -> str:
    """Say why a document was not read."""
    return str(REFUSALS.get(code, detail))

"""The headings that official documents share, whatever the title."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compagnon.titles.importing.labels import heading
from compagnon.titles.importing.reading import Line, cells_of

_NUMBER = r"(?: (?:n|no|numero|num))?(?: \d+)?"
# The parts of a REAC, in the order in which a line is tried.
PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("contents", re.compile(r"^(?:sommaire|table des matieres)(?: \w+)?$")),
    ("synoptic", re.compile(r"^vue synoptique")),
    ("transversal", re.compile(r"^fiches? (?:des |de )?competences? transversales?")),
    ("job", re.compile(r"^fiche (?:d )?emploi type|^fiche emploi$")),
    ("activity", re.compile(r"^fiche (?:d )?(?:activite|at)(?: type)?\b")),
    ("activity", re.compile(r"^activite type(?: d extension)?(?: (?:n|no|numero))? \d+\b")),
    ("competence", re.compile(r"^fiche (?:de )?(?:competence|cp)(?: professionnelle| type)?\b")),
    ("competence", re.compile(r"^competence (?:professionnelle|type) (?:n |no |numero )?\d+\b")),
    ("list", re.compile(r"^liste des activites(?: types?)?(?: et|$)|^liste des (?:ccp|fiches)")),
    ("evolution", re.compile(r"^tableau (?:des activites|de correspondances?|des evolutions)")),
    ("evolution", re.compile(r"^correspondances? (?:entre|avec|des) ")),
    ("introduction", re.compile(r"^introduction$|^presentation de l evolution")),
    ("level", re.compile(r"^niveau et ou domaine")),
    ("rome", re.compile(r"^fiches? rome\b")),
    ("glossary", re.compile(r"^glossaire")),
    ("end", re.compile(r"^reproduction interdite|^cette page a ete laissee blanche")),
)  # fmt: skip

# The parts of a competence's sheet.
DESCRIPTION = re.compile(r"^description de la competence|^description$|^description processus de")
CONTEXT = re.compile(r"^contextes? professionnels?|^contextes?$|^contextes? de mise en oeuvre")
CRITERIA = re.compile(
    r"^criteres? (?:de performance|d evaluation|de realisation|de reussite|qualitatifs?"
    r"|quantitatifs?)"
    r"(?: qualitatifs?| quantitatifs?)?(?: et ou)?|^criteres? de$"
)
_KIND = r"(?:techniques?|relationnels?|organisationnels?|professionnels?|associes?)"
KNOWLEDGE = re.compile(
    rf"^(?:savoirs?(?: faires?)?|connaissances?)"
    rf"(?: (?:savoirs?|faires?|et|{_KIND}|connaissances?))*$"
)
WRAPPED_KNOWLEDGE = re.compile(
    rf"^(?:savoirs?|faires?|et|{_KIND})(?: (?:savoirs?|faires?|et|{_KIND}))*$"
)
# What a heading leaves on the next line when it is cut.
WRAPPED = {
    "oeuvre", "en oeuvre", "mise en oeuvre", "de mise en oeuvre", "performance", "type",
    "d exercice",
    "professionnel de mise en oeuvre", "processus de mise en oeuvre", "conditions d exercice",
    "et conditions d exercice", "exercice", "professionnel",
}  # fmt: skip
OPTIONAL = re.compile(r"\s*\((?:le cas échéant|rubrique RNCP)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: its kind, and its lines, the heading first."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def body(self) -> list[Line]:
        """The lines under the heading."""
        return list(self.lines[1:])


def heading_text(line: Line) -> str:
    """Give the text of a line that may be a heading; a row counts if one cell only is filled."""
    if not line.is_row:
        return line.text.strip()
    filled = [cell for cell in cells_of(line) if cell]
    return filled[0] if len(filled) == 1 else ""


def kind_of(line: Line) -> str:
    """Tell which part of a REAC a line opens, or nothing."""
    text = heading_text(line)
    if not text or len(text) > 200 or line.bullet:
        return ""
    folded = heading(text)
    return next((kind for kind, pattern in PARTS if pattern.search(folded)), "")


def parts(lines: list[Line]) -> list[Part]:
    """Cut a document at the headings of its parts; what stands before the first is ``front``.

    A table of contents names the same headings: its lines end with page numbers.
    """
    found: list[tuple[str, list[Line]]] = [("front", [])]
    contents = False
    for line in lines:
        kind = kind_of(line)
        text = line.text.strip()
        if contents and text:
            listed = line.is_row or bool(re.search(r"(?:^|\D)\d{1,3}$", text)) or len(text) < 4
            numbered = re.search(r"\bn\s?[°ºo]\s?\d+$", text, re.IGNORECASE)
            if (listed and not numbered) or line.folded in ("pages", "page"):
                continue
            contents = bool(text) and not kind and len(found[-1][1]) < 120
        if kind == "contents":
            contents = True
        if kind:
            found.append((kind, [line]))
        else:
            found[-1][1].append(line)
    return [Part(kind, tuple(written)) for kind, written in found]


def sub_heading(line: Line, among: dict[str, re.Pattern[str]]) -> tuple[str, str]:
    """Tell which part of a sheet a line opens, and what follows on the same line.

    Returns:
        The name of the part (empty if none), and the text after a colon.
    """
    text = OPTIONAL.sub("", heading_text(line))
    if not text or len(text) > 160 or line.bullet:
        return "", ""
    title, colon, rest = text.partition(" :") if " :" in text else text.partition(":")
    folded = heading(title)
    for name, pattern in among.items():
        match = pattern.search(folded)
        if match is None:
            continue
        # «Description de la compétence» opens; a sentence that begins so does not.
        if len(folded.split()) > len(folded[: match.end()].split()) + 7:
            continue
        return name, rest.strip() if colon else ""
    return "", ""

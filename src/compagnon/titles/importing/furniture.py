"""What a page carries besides its text: footers, running heads, numbers, dot leaders.

A REAC's footer is more than furniture: it states the short name, the code, the version and the
dates of the document on each page.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

from compagnon.titles.importing.dates import dates
from compagnon.titles.importing.labels import fold
from compagnon.titles.importing.reading import Line, cells_of, is_ruler

CODE = re.compile(r"\bTP\s?[-–—]?\s?(\d{4,6})(?!\d)", re.IGNORECASE)
PAGE = re.compile(r"(?<![\d/])(\d{1,3})\s?/\s?(\d{1,3})(?![\d/])")
KINDS = re.compile(r"\b(REAC|RC|REC|RE|RP|REV)\b")
# The cells of the footer's heading, folded.
CELLS = (
    "libelle reduit", "code titre", "type de document", "version", "date de validation",
    "date de mise a jour", "date de validite", "date de maj", "page", "sigle", "millesime",
    "categorie", "intitule", "date", "code", "categorie de document", "date de parution",
    "derniere mise a jour", "date de derniere mise a jour", "derniere maj", "mise a jour",
)  # fmt: skip
LEADER = re.compile(r"\.{4,}|…{2,}|(?:\s\.){4,}|_{6,}")
BARE_PAGE = re.compile(
    r"^\s*(?:page\s*)?\d{1,3}\s*(?:/|sur|de)\s*\d{1,3}\s*$|^\s*page\s+\d{1,3}\s*$", re.IGNORECASE
)
# What opens pages and repeats with them, and is the text all the same.
KEPT = re.compile(
    r"^(?:fiche|liste|vue|description|contexte|critere|savoir|competence|activite|definition|neant"
    r"|reglementation|glossaire|annexe|ccp|bloc|niveau|connaissance)"
)


@dataclass(slots=True)
class Footer:
    """What the footers state. ``pages`` is the last page's number «n/N»."""

    code: str = ""
    short_name: str = ""
    version: str = ""
    document: str = ""
    validated_on: date | None = None
    updated_on: date | None = None
    pages: int = 0
    said: Counter[str] = field(default_factory=Counter)


def code_in(text: str) -> str:
    """Give the code of a title that stands in the text («TP-00485»), or nothing."""
    match = CODE.search(text)
    return f"TP-{int(match[1]):05}" if match else ""


def strip(lines: list[Line]) -> tuple[list[Line], Footer, Counter[str]]:
    """Take the furniture out of the lines, leaving blank lines in its place.

    Returns:
        The lines, as many as before; what the footers state; how much of each kind was removed.
    """
    removed: Counter[str] = Counter()
    footer = Footer()
    repeated = _running_heads(lines)
    kept: list[Line] = []
    heading: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        kind = ""
        if size := _heading_size(lines, index):
            heading = [cell for one in lines[index : index + size] for cell in _cells(one)]
            kept += [replace(one, text="") for one in lines[index : index + size]]
            removed["footer_heading"] += 1
            index += size
            continue
        if _is_footer(line, after_heading=bool(heading)):
            _state(footer, line, heading)
            heading, kind = [], "footer"
        elif heading and is_ruler(line):
            kind = "footer_heading"
        elif BARE_PAGE.match(line.text):
            kind = "page_number"
        elif LEADER.search(line.text):
            kind = "contents"
        elif line.number in repeated:
            kind = "running_head"
        elif heading and not line.is_blank:
            heading = []
        if kind:
            removed[kind] += 1
            line = replace(line, text="")
        kept.append(line)
        index += 1
    return kept, footer, removed


def _cells(line: Line) -> list[str]:
    return cells_of(line) if line.is_row else [line.text.strip()]


def _heading_size(lines: list[Line], index: int) -> int:
    """Tell how many lines the footer's heading takes here; 0 where there is none."""
    line = lines[index]
    folded = line.folded
    if not folded:
        return 0
    if sum(1 for cell in CELLS if cell in folded) >= 3 and "page" in folded.split():
        rest = folded
        for cell in sorted(CELLS, key=len, reverse=True):
            rest = rest.replace(cell, " ")
        return 1 if len(rest.split()) <= 3 else 0
    # A cell a line, as the text layer of some PDFs has it.
    size = 0
    while index + size < len(lines) and size < 10:
        here = lines[index + size].folded
        if here in CELLS:
            size += 1
        else:
            break
    return size if size >= 3 else 0


def _is_footer(line: Line, *, after_heading: bool) -> bool:
    text = line.text
    if not text.strip() or len(text) > 250:
        return False
    signs = [bool(code_in(text)), bool(PAGE.search(_without_dates(text))), bool(KINDS.search(text))]
    days = len(dates(text))
    if after_heading:
        return (sum(signs) + (days > 0)) >= 2
    return signs[1] and (sum(signs) >= 2) and (days >= 1 or all(signs))


def _without_dates(text: str) -> str:
    return re.sub(r"\d{1,2}\s?/\s?\d{1,2}\s?/\s?\d{4}", " ", text)


def _state(footer: Footer, line: Line, heading: list[str]) -> None:
    """Read what a footer states: by its columns where they are drawn, else by its forms."""
    text = line.text
    footer.code = footer.code or code_in(text)
    days = dates(text)
    if days:
        footer.validated_on = footer.validated_on or days[0]
        footer.updated_on = footer.updated_on or days[-1]
    page = PAGE.search(_without_dates(text))
    if page:
        footer.pages = max(footer.pages, int(page[2]))
    kind = KINDS.search(text)
    if kind:
        footer.document = footer.document or kind[1]
    if line.is_row and len(cells_of(line)) == len(heading):
        cells = dict(zip([fold(one) for one in heading], cells_of(line), strict=True))
        footer.short_name = footer.short_name or cells.get("libelle reduit", cells.get("sigle", ""))
        footer.version = footer.version or cells.get("version", cells.get("millesime", ""))
        return
    rest = CODE.sub(" ", PAGE.sub(" ", _without_dates(text)))
    rest = KINDS.sub(" ", rest).replace("|", " ")
    words = rest.split()
    if not footer.version:
        footer.version = next((one for one in words if re.fullmatch(r"[mMvV]?\d{1,2}", one)), "")
    if not footer.short_name and words and re.fullmatch(r"[A-Z][A-Z0-9/]{1,11}", words[0]):
        footer.short_name = words[0]


def _running_heads(lines: list[Line]) -> set[int]:
    """Find the lines that open or close most pages of a document whose pages are known."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        if line.page and not line.is_blank:
            pages.setdefault(line.page, []).append(line)
    if len(pages) < 4:
        return set()
    edges: dict[str, list[int]] = {}
    for written in pages.values():
        for line in {*written[:2], *written[-3:]}:
            masked = re.sub(r"\d+", "#", line.folded)
            if len(masked) > 6 and not KEPT.match(masked):
                edges.setdefault(masked, []).append(line.number)
    enough = max(3, len(pages) // 2)
    return {number for found in edges.values() if len(found) >= enough for number in found}

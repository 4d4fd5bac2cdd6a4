"""The sheets of a REAC: one competence, one activity type, the transversal competences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from compagnon.titles.importing import headings, limits
from compagnon.titles.importing.headings import Part, sub_heading
from compagnon.titles.importing.labels import heading, key
from compagnon.titles.importing.outline import Competence, Criterion, Knowledge, Losses, Transversal
from compagnon.titles.importing.reading import Line, items, join, paragraphs, squeeze

COMPETENCE = {
    "description": headings.DESCRIPTION,
    "context": headings.CONTEXT,
    "criteria": headings.CRITERIA,
    "knowledge": headings.KNOWLEDGE,
}
ACTIVITY = {
    "description": re.compile(
        r"^(?:definition )?(?:et )?description(?: de l activite(?: type)?)?"
        r"(?: et)?(?: des)?(?: conditions d exercice)?|^definition de l activite(?: type)?"
    ),
    "regulation": re.compile(r"^reglementations? (?:d activites?|de l activite)"),
    "transversal": re.compile(r"^competences? transversales?"),
    "list": re.compile(
        r"^liste des competences?|^competences? professionnelles?(?: de l activite|$)"
    ),
    "criteria": headings.CRITERIA,
}


def _cut_anywhere(word: str) -> str:
    """Give the pattern of a word in which a layout may have put a space; «é» may be «e»."""
    return r"\s?".join("[ée]" if char == "é" else char for char in word)


_SHEET, _COMPETENCE, _ACTIVITY, _PROFESSIONAL, _TYPE, _EXTENSION = map(
    _cut_anywhere, ("fiche", "compétence", "activité", "professionnelle", "type", "extension")
)
OPENING = re.compile(
    rf"^\W*(?:{_SHEET}\s+)?(?:d['’]\s*)?(?:de\s+)?(?:(?:{_COMPETENCE}|{_ACTIVITY})(?:\s?s)?|CP|AT)\b"
    rf"(?:\s*[-–]?\s*(?:{_PROFESSIONAL}|{_TYPE}))?(?P<extension>\s+d['’]\s*{_EXTENSION})?"
    r"\s*(?:n\s?[°º.]\s?|no?\s?(?=\d)|num[ée]ro\s)?(?P<number>\d{1,3})?\s*[-–—:.]*\s*(?P<name>.*)$",
    re.IGNORECASE | re.DOTALL,
)
FIGURE = re.compile(
    r"\d+(?:[.,]\d+)?\s?(?:%|€|minutes?|min\b|heures?|h\b|jours?|mots?|pages?|erreurs?|mm\b|cm\b"
    r"|secondes?|fois)|\b(?:au moins|au plus|maximum|minimum)\s+\w*\s?\d|\bpour cent\b",
    re.IGNORECASE,
)
KINDS = {
    "technique": "technical",
    "relationnel": "relational",
    "organisationnel": "organisational",
}


@dataclass(slots=True)
class Sheet:
    """A sheet cut into its parts."""

    number: int | None
    name: str
    line: int
    extension: bool = False
    parts: dict[str, list[Line]] = field(default_factory=dict)
    # The headings of knowledge found, with the lines under each.
    knowledge: list[tuple[str, list[Line]]] = field(default_factory=list)


def cut(part: Part, among: dict[str, re.Pattern[str]]) -> Sheet:
    """Cut a sheet at its own headings; its name is what stands before the first."""
    head: list[str] = []
    current = ""
    found: dict[str, list[Line]] = {}
    knowledge: list[tuple[str, list[Line]]] = []
    fresh, headed = False, ""
    for line in part.lines:
        name, rest = sub_heading(line, among) if line is not part.lines[0] else ("", "")
        if current == "knowledge" and fresh and not line.is_blank:
            folded = heading(line.text)
            goes_on = name == "knowledge" and headed.rstrip().endswith((",", "et"))
            if goes_on or (not name and headings.WRAPPED_KNOWLEDGE.match(folded)):
                headed = line.text
                knowledge[-1] = (f"{knowledge[-1][0]} {folded}", knowledge[-1][1])
                continue
        if not name and fresh and not line.is_blank and heading(line.text) in headings.WRAPPED:
            continue
        if name:
            current, fresh = name, True
            found.setdefault(name, [])
            if name == "knowledge":
                headed = line.text
                knowledge.append((heading(line.text), []))
            if rest:
                # Read on from where the heading stops, as the first line under it.
                under = replace(line, text=rest)
                (knowledge[-1][1] if name == "knowledge" else found[name]).append(under)
            elif name == "criteria":
                found[name].append(replace(line, text=f"\x1e{heading(line.text)}"))
            continue
        if not current:
            if not line.is_blank:
                head.append(headings.heading_text(line) or squeeze(line.text.replace("|", " ")))
            continue
        fresh = fresh and line.is_blank
        (knowledge[-1][1] if current == "knowledge" else found[current]).append(line)
    number, name, extension = named(head)
    return Sheet(number, name, part.lines[0].number, extension, found, knowledge)


def named(head: list[str]) -> tuple[int | None, str, bool]:
    """Read a sheet's head: «FICHE COMPÉTENCE PROFESSIONNELLE / N° 3 / the name, on lines»."""
    text = ""
    for one in head[:8]:
        text = join(text, one) if text else one
    match = OPENING.match(squeeze(text))
    if match is None:
        return None, squeeze(text)[: limits.MAX_NAME], False
    name = squeeze(match["name"]).rstrip(".")[: limits.MAX_NAME]
    number = int(match["number"]) if match["number"] else None
    return number, name, bool(match["extension"])


def criteria_of(lines: list[Line]) -> list[Criterion]:
    """Give the criteria of a list; a heading or a figure tells those that are quantitative."""
    found: list[Criterion] = []
    group: list[Line] = []
    kind = ""

    def close() -> None:
        for text, number in items(group):
            counted = kind == "quantitative" or (not kind and bool(FIGURE.search(text)))
            found.append(Criterion(text, "quantitative" if counted else "qualitative", number))
        group.clear()

    for line in lines:
        folded = line.text[1:] if line.text.startswith("\x1e") else heading(line.text)
        told = re.match(r"^(?:criteres? )?(?:de performance )?(qualitati|quantitati)\w*$", folded)
        if told or line.text.startswith("\x1e"):
            close()
            kind = (
                {"qualitati": "qualitative", "quantitati": "quantitative"}[told[1]] if told else ""
            )
        else:
            group.append(line)
    close()
    return found[: limits.MAX_ITEMS]


def knowledge_of(sheet: Sheet) -> list[Knowledge]:
    """Give what is to be known, with its kind where a heading of its own tells it."""
    found: list[Knowledge] = []
    for title, lines in sheet.knowledge:
        kinds = {kind for word, kind in KINDS.items() if word in title}
        one = next(iter(kinds)) if len(kinds) == 1 and "," not in title else ""
        only_knowledge = not kinds and "faire" not in title
        for text, _line in items(lines):
            kind = one or ("knowledge" if only_knowledge else "")
            if not kind and re.match(r"connaissances?\b", text, re.IGNORECASE):
                kind = "knowledge"
            found.append(Knowledge(text, kind))
    return found[: limits.MAX_ITEMS]


def competence_of(part: Part, losses: Losses) -> tuple[Competence | None, int | None]:
    """Read a competence's sheet. ``None`` for what only looks like one."""
    sheet = cut(part, COMPETENCE)
    if not sheet.parts and not sheet.knowledge:
        return None, None
    if not sheet.name:
        losses.miss("sheet-without-name", part.lines[0].text, sheet.line)
        return None, sheet.number
    found = Competence(
        number=sheet.number or 0,
        name=sheet.name,
        description=paragraphs(sheet.parts.get("description", [])),
        context=paragraphs(sheet.parts.get("context", [])),
        criteria=criteria_of(sheet.parts.get("criteria", [])),
        knowledge=knowledge_of(sheet),
        line=sheet.line,
    )
    if not found.criteria:
        losses.miss("no-criteria", found.name, sheet.line)
    return found, sheet.number


def transversal_of(part: Part, names: list[str], losses: Losses) -> list[Transversal]:
    """Read the transversal competences: each a name, a description, criteria.

    Args:
        names: as the document lists them elsewhere; they tell where a name begins when no blank
            line does.
    """
    known = {key(name) for name in names}
    lines = part.body
    opens = [
        at for at, line in enumerate(lines) if sub_heading(line, COMPETENCE)[0] == "description"
    ]
    what = "description"
    if not opens:
        opens = [
            at for at, line in enumerate(lines) if sub_heading(line, COMPETENCE)[0] == "criteria"
        ]
        what = "criteria"
    starts = [_name_before(lines, at, known, losses) for at in opens]
    found: list[Transversal] = []
    for index, (at, (begin, name)) in enumerate(zip(opens, starts, strict=True)):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        opening = Line(lines[begin].number, name, lines[begin].page)
        sheet = cut(Part("transversal", (opening, *lines[at:end])), COMPETENCE)
        if not name:
            losses.miss("sheet-without-name", what, lines[at].number)
            continue
        found.append(
            Transversal(
                name[: limits.MAX_NAME],
                paragraphs(sheet.parts.get("description", [])),
                criteria_of(sheet.parts.get("criteria", [])),
                lines[begin].number,
            )
        )
        if not found[-1].criteria:
            losses.miss("no-criteria", name, lines[begin].number)
    return found


def _name_before(lines: list[Line], at: int, known: set[str], losses: Losses) -> tuple[int, str]:
    """Find the name that stands just above a heading: where it begins, and what it is.

    It is the shortest run of lines that the document's lists know, else the paragraph above; a
    paragraph of several lines is the end of the criteria before, with the name as its last line.
    """
    last = at - 1
    while last >= 0 and lines[last].is_blank:
        last -= 1
    if last < 0:
        return 0, ""
    for begin in range(last, max(last - 6, -1), -1):
        text = _joined(lines[begin : last + 1])
        if key(text) in known:
            return begin, text
    begin = last
    while begin > max(0, last - 5) and not (
        lines[begin - 1].is_blank or sub_heading(lines[begin - 1], COMPETENCE)[0]
    ):
        begin -= 1
    if last - begin >= 2:
        begin = last
        while begin > 0 and lines[begin].text.strip()[:1].islower():
            begin -= 1
        losses.doubt("name-without-blank-line", lines[begin].text, lines[begin].number)
    return begin, _joined(lines[begin : last + 1])


def _joined(lines: list[Line]) -> str:
    text = ""
    for line in lines:
        if not line.is_blank:
            text = join(text, line.content) if text else line.content
    return squeeze(text)

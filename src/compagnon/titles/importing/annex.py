"""The annex of a title's decree in the Journal officiel, as it was before the REAC carried it."""

from __future__ import annotations

import re

from compagnon.titles.importing import limits, nomenclatures
from compagnon.titles.importing.dates import first_date
from compagnon.titles.importing.descriptor import NUMBERS
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import strip
from compagnon.titles.importing.labels import fold, heading, key
from compagnon.titles.importing.outline import Activity, Competence, Recognised
from compagnon.titles.importing.reading import Line, continues, join, paragraphs, squeeze

# «([*)», «(*])», «(*)», «(**)», a star alone at the end.
MARK = re.compile(r"\s*[(\[]{0,2}\s*(\*{1,3})\s*[)\]]{0,2}(?=\s*[.;,]?\s*$)")
NUMBERED = re.compile(
    r"^\W{0,3}(?:(?:CCP|AT|activit[ée](?:\s+type)?|certificats?\s+de\s+comp[ée]tences?\s+professionnelles?)"
    r"\s*(?:n\s?[°ºo]?\s?)?)?(\d{1,2})\s*[.)°:–-]+\s*(\S.*)$",
    re.IGNORECASE,
)
NOTE = re.compile(r"^\s*[(\[]{0,2}\s*(\*{1,3})\s*[)\]]{0,2}\s*(\S.*)$")
AT_LEAST = re.compile(
    r"\bau moins (\w+)\b.*?\b(?:sur|parmi|des|de ces|d entre)\b(?: les| ces)? (\w+)?|"
    r"\b(l une|une) (?:des|de ces|au choix parmi les)(?: (\w+))?\b|"
    r"\b(\w+) competences? (?:sur|parmi)(?: les| ces)? (\w+)"
)
SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("title", re.compile(r"^intitule\b")),
    ("level", re.compile(r"^niveau\b")),
    ("nsf", re.compile(r"^codes? nsf\b")),
    ("summary", re.compile(r"^resume du referentiel")),
    ("certificates", re.compile(r"^capacites? attestees?")),
    ("sectors", re.compile(r"^secteurs? d activites?")),
    ("rome", re.compile(r"^codes? (?:des fiches )?rome")),
    ("regulation", re.compile(r"^reglementations? de l activite|^reglementations? d activites?")),
    ("authority", re.compile(r"^autorite responsable")),
    ("texts", re.compile(r"^bases? legales?")),
    ("opens", re.compile(r"^cette certification est accessible")),
)
_REST = {
    "des composantes de la certification",
    "de la certification",
    "accessibles par le detenteur du titre",
    "par le detenteur du titre",
    "d emploi",
}


def read(lines: list[Line]) -> Recognised:
    """Read an annex.

    Raises:
        Unreadable: it lists no certificate with its competences.
    """
    lines, _footer, removed = strip(lines)
    found = Recognised("annex")
    found.losses.furniture = removed
    sections, notes = _sections(lines)
    _certificates(sections.get("certificates", []), found)
    if not found.competences():
        raise Unreadable("no-certificate", "no numbered certificate with its competences was found")
    _stars(found, notes)
    _state(sections, found)
    for line in sections.get("sectors", [])[:1]:
        found.losses.miss("section-not-kept", "Secteurs d'activité", line.number)
    found.count()
    return found


def _sections(lines: list[Line]) -> tuple[dict[str, list[Line]], list[tuple[str, str, int]]]:
    found: dict[str, list[Line]] = {}
    notes: list[tuple[str, str, int]] = []
    current = "front"
    for line in lines:
        text = line.text.strip()
        note = NOTE.match(text)
        if note and len(fold(note[2]).split()) > 3 and not line.text.startswith("* "):
            notes.append((note[1], squeeze(note[2]), line.number))
            continue
        folded = heading(text)
        named = next((name for name, form in SECTIONS if form.search(folded)), "")
        if named and not (current == "certificates" and len(folded.split()) > 9):
            current = named
            rest = text.partition(":")[2].strip() if ":" in text else ""
            found.setdefault(current, [])
            if named == "opens":
                rest = text
            if rest:
                found[current].append(Line(line.number, rest, line.page))
            continue
        if folded not in _REST:
            found.setdefault(current, []).append(line)
    return found, notes


def _certificates(lines: list[Line], found: Recognised) -> None:
    # How competences end tells where a heading cut in two ends: «et au premier niveau» does not.
    written = [line for line in lines if not line.is_blank]
    dotted = (
        sum(1 for line in written if line.text.rstrip().endswith((".", ";"))) > len(written) * 0.5
    )
    numbers: dict[str, int] = {}
    current: Activity | None = None
    naming = False
    texts: list[tuple[str, int]] = []

    def close() -> None:
        if current is not None:
            for text, line in texts[: limits.MAX_ITEMS]:
                _competence(current, text, line, numbers)
        texts.clear()

    for line in written:
        text = squeeze(line.content)
        match = NUMBERED.match(text)
        if match and (current is None or int(match[1]) == current.number + 1):
            close()
            name = squeeze(match[2]).rstrip(" :;,.")
            current = Activity(int(match[1]), name[: limits.MAX_NAME], line=line.number)
            found.activities.append(current)
            naming = not squeeze(match[2]).endswith(".")
            continue
        if current is None:
            found.losses.miss("before-first-certificate", text, line.number)
            continue
        unended = dotted and not text.endswith((".", ";")) and not MARK.search(text)
        if naming and not line.bullet and (text[:1].islower() or unended):
            current.name = join(current.name, text).rstrip(" .:;")[: limits.MAX_NAME]
            continue
        naming = False
        goes_on = texts and not line.bullet and continues(texts[-1][0], text)
        if goes_on and not texts[-1][0].endswith("."):
            texts[-1] = (join(texts[-1][0], text), texts[-1][1])
        else:
            texts.append((text, line.number))
    close()


def _competence(activity: Activity, text: str, line: int, numbers: dict[str, int]) -> None:
    mark = MARK.search(text)
    name = squeeze(MARK.sub("", text)).rstrip(" .;")[: limits.MAX_NAME]
    if not name:
        return
    # The same name in another certificate is the same competence, under the number it had.
    number = numbers.setdefault(key(name), len(numbers) + 1)
    if all(one.number != number for one in activity.competences):
        activity.competences.append(
            Competence(number, name, mark=mark[1] if mark else "", line=line)
        )


def _stars(found: Recognised, notes: list[tuple[str, str, int]]) -> None:
    """Make a requirement of the marked competences and the note that says what the mark means."""
    for activity in found.activities:
        marks = dict.fromkeys(one.mark for one in activity.competences if one.mark)
        if not marks:
            continue
        terms: list[dict[str, object]] = [
            {"competence": one.number} for one in activity.competences if not one.mark
        ]
        for mark in marks:
            marked = [one for one in activity.competences if one.mark == mark]
            note = next((one for one in notes if one[0] == mark), None)
            least, of = _least(note[1]) if note else (None, None)
            if note is None or least is None:
                found.losses.doubt("mark-not-explained", mark * 1, marked[0].line)
                terms += [{"competence": one.number} for one in marked]
                continue
            if of is not None and of != len(marked):
                found.losses.doubt("mark-count-differs", f"{note[1]} ({len(marked)})", note[2])
            terms.append(
                {
                    "at_least": min(least, len(marked)),
                    "of": [{"competence": one.number} for one in marked],
                }
            )
            found.facts.setdefault("notes", []).append({"mark": mark, "text": note[1]})
        activity.requirement = {"all": terms}
    used = {one.mark for activity in found.activities for one in activity.competences}
    for mark, text, line in notes:
        if mark not in used:
            found.losses.miss("note-without-mark", text, line)


def _least(note: str) -> tuple[int | None, int | None]:
    match = AT_LEAST.search(fold(note).replace("*", ""))
    if match is None:
        return None, None
    first = match[1] or ("une" if match[3] else match[5])
    last = match[2] or match[4] or match[6]
    return _number(first), _number(last)


def _number(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdigit() else NUMBERS.get(word)


def _state(sections: dict[str, list[Line]], found: Recognised) -> None:
    def text(name: str) -> str:
        return "\n".join(line.text for line in sections.get(name, []) if not line.is_blank)

    title = squeeze(text("title"))
    title = re.sub(r"^titre professionnel\s*(?:de\s*)?:?\s*", "", title, flags=re.IGNORECASE).strip(
        " ."
    )
    found.title = title[: limits.MAX_NAME]
    found.levels = nomenclatures.levels(f"Niveau : {text('level')}")
    found.nsf = nomenclatures.nsf(squeeze(text("nsf")))
    found.rome = nomenclatures.rome(text("rome"))
    found.definition = paragraphs(sections.get("summary", []))
    found.authority = squeeze(text("authority")).rstrip(". ")[:250]
    regulation = squeeze(text("regulation")).rstrip(". ")
    found.regulation = "Néant" if fold(regulation) == "neant" else regulation[:2000]
    bases = text("texts")
    found.texts = nomenclatures.texts(bases)
    article = nomenclatures.code_article(bases)
    if article:
        found.facts["code_articles"] = article
    opens = squeeze(text("opens"))
    found.valid_from = first_date(opens)
    year = found.valid_from.year if found.valid_from else max(
        (one.signed_on.year for one in found.texts if one.signed_on), default=None
    )  # fmt: skip
    found.version = str(year) if year else ""
    if not found.valid_from and year:
        found.losses.doubt("version-from-latest-text", str(year))
    if not found.title:
        found.losses.miss("no-title")
    if "[…" in found.definition or "[..." in found.definition:
        found.losses.doubt("text-cut-in-source", "[…]")

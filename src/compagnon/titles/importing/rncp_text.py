"""The RNCP sheet as a text: the summary of the old site, or a sheet of today's, copied."""

from __future__ import annotations

import re

from compagnon.titles.importing import limits, nomenclatures
from compagnon.titles.importing.dates import first_date
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import code_in, strip
from compagnon.titles.importing.labels import fold, heading, key, likeness
from compagnon.titles.importing.outline import Access, Activity, Code, Competence, Recognised
from compagnon.titles.importing.reading import Line, continues, items, join, paragraphs, squeeze

NUMBER = re.compile(r"\b(?:Code\s+)?(RNCP|RS)\s*(?:n\s?[°ºo])?\s*:?\s*(\d{1,6})\b", re.IGNORECASE)
BLOCK = re.compile(
    r"^\W*Bloc\s+de\s+comp[ée]tences?\s*n\s?[°ºo]\s?(?P<number>\d{1,2})\b(?P<rest>.*)$",
    re.IGNORECASE,
)
CODED = re.compile(r"^\W*(?P<code>(?:RNCP|RS)\d+BC(?P<number>\d{1,3}))\s*[-–—:]?\s*(?P<rest>.*)$")
NUMBERED = re.compile(r"^(\d{1,2})\s?[.)]\s+(\S.*)$")
ROUTES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("student", re.compile(r"statut d eleve ou d etudiant")),
    ("apprenticeship", re.compile(r"contrat d apprentissage")),
    ("continuing", re.compile(r"parcours de formation continue|parcours de formation$")),
    ("professionalisation", re.compile(r"contrat de professionnalisation")),
    ("individual", re.compile(r"candidature individuelle")),
    ("vae", re.compile(r"\bvae\b|par experience\b")),
)
_ACCESS_HEAD = re.compile(r"conditions? d inscription|voies? d acces")
_END_OF_BLOCK = re.compile(
    r"^(?:https? |validite des composantes|conditions? d inscription|modalites? d evaluation"
    r"|bloc de competences? n|description des modalites|intitule descriptif"
    r"|secteurs? d activite|codes? rome|voies? d acces|references? juridique)"
)
_TABLE_HEAD = re.compile(r"^listes? (?:de |des )?competences?\b")
TITLE = re.compile(
    r"^(?:TP\s*[:–-]\s*)?(?:Titre\s+professionnel\s*(?:de\s*)?:?\s*)?", re.IGNORECASE
)


def read(lines: list[Line]) -> Recognised:
    """Read a sheet.

    Raises:
        Unreadable: it has no number of the register.
    """
    lines, _footer, removed = strip(lines)
    whole = "\n".join(line.text for line in lines)
    number = NUMBER.search(whole)
    if number is None:
        raise Unreadable("no-number", "no number of the register (RNCP…) was found in it")
    found = Recognised("rncp", rncp=f"{number[1].upper()}{int(number[2])}")
    found.losses.furniture = removed
    found.code = code_in(whole)
    _state(lines, whole, found)
    activities = _numbered(lines)
    blocks = _blocks(lines, found)
    found.activities = match_blocks(activities, blocks, found)
    if not (found.activities or found.levels or found.rome):
        raise Unreadable("not-recognised", "it names the register, and is no sheet of it")
    found.access = _access(lines, found)
    found.count()
    found.losses.counted["blocks"] = len(blocks)
    return found


def _between(lines: list[Line], opening: str, ending: str, most: int = 60) -> list[Line]:
    first = re.compile(opening)
    last = re.compile(ending)
    for at, line in enumerate(lines):
        if first.search(heading(line.text)):
            chosen: list[Line] = []
            for other in lines[at + 1 : at + 1 + most]:
                if last.search(heading(other.text)):
                    break
                chosen.append(other)
            rest = line.text.partition(":")[2].strip()
            return [Line(line.number, rest, line.page), *chosen] if rest else chosen
    return []


def _text(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines if not line.is_blank)


def _state(lines: list[Line], whole: str, found: Recognised) -> None:
    named = _between(
        lines, r"^intitule$|^intitule\b(?! descriptif)", r"^autorite|^etat|^niveau|^nomenclature", 6
    )
    title = squeeze(" ".join(line.text for line in named if not line.is_blank)[:600])
    if not title:
        match = re.search(r"RNCP\s?\d+\s*[-–:]\s*(TP\s*[-–:]\s*)?([^\n]{5,200})", whole)
        title = squeeze(match[2]) if match else ""
    found.title = TITLE.sub("", title)[: limits.MAX_NAME]
    level = _between(
        lines,
        r"^niveau et ou domaine|^nomenclature du niveau|^niveau de qualification",
        r"^conventions?\b|^codes? nsf",
        8,
    )
    prefixed = "\n".join(f"Niveau {line.text.strip()}" for line in level if not line.is_blank)
    found.levels = nomenclatures.levels(prefixed.replace("Niveau Niveau", "Niveau"))
    for one in found.levels:
        # What the register writes today is of the national framework of 2019.
        one.edition = one.edition or "2019"
    end = re.search(
        r"[ée]ch[ée]ance de l['’]enregistrement\s*:?\s*([^\n]{6,40})", whole, re.IGNORECASE
    )
    found.valid_to = first_date(end[1]) if end else None
    found.nsf = nomenclatures.nsf(
        _text(_between(lines, r"^codes? nsf", r"^formacode|^resume|^date", 8))
    )
    formacodes = _between(lines, r"^formacode", r"^resume|^date|^organisme|^code", 12)
    found.formacode = nomenclatures.formacode(_text(formacodes[:12]))
    found.rome = nomenclatures.rome(
        _text(
            _between(
                lines,
                r"^codes? (?:des fiches )?rome|^codes? rome|^le ou les codes? rome",
                r"^reglementation|^references",
                14,
            )
        )
    )
    found.definition = paragraphs(
        _between(
            lines, r"^resume du referentiel|^activites visees", r"^1 |^competences attestees", 120
        )
    )
    regulation = _text(_between(lines, r"^reglementations? d activites?", r"^modalites d acces", 8))
    found.regulation = "Néant" if fold(regulation) == "neant" else squeeze(regulation)[:2000]
    links = _text(_between(lines, r"^liens avec d autres", r"^base legale", 8))
    found.links = "Néant" if fold(links) == "neant" else squeeze(links)[:2000]
    _authority(lines, found)
    basis = _between(lines, r"^base legale", r"^pour plus d informations|^references autres", 60)
    found.texts = nomenclatures.texts(_text(basis))
    article = nomenclatures.code_article(_text(basis))
    if article:
        found.facts["code_articles"] = article
    validity = re.search(
        r"Validit[ée] des composantes acquises\s*:\s*([^\n]{2,80})", whole, re.IGNORECASE
    )
    if validity:
        found.facts["components_valid"] = squeeze(validity[1])
    ccs = re.search(r"certificats? compl[ée]mentaires? de\s+sp[ée]cia\w+", whole, re.IGNORECASE)
    if ccs:
        found.facts["ccs_called"] = squeeze(ccs[0]).lower()
        found.facts["ccs_are_blocks"] = bool(
            re.search(r"blocs? de comp[ée]tences[^.]{0,80}\(?CCS|CCS", whole)
        )
    for what, value in (
        ("no-title", found.title),
        ("no-level", found.levels),
        ("no-formacode", found.formacode),
    ):
        if not value:
            found.losses.miss(what)


def _authority(lines: list[Line], found: Recognised) -> None:
    """Read the two columns of the heading, which the text runs into one another."""
    section = _between(lines, r"^autorite responsable", r"^niveau et ou domaine", 30)
    if not section:
        named = _between(lines, r"^certificateurs?\b", r"^[a-z ]+ :|^blocs?|^resume|^siret", 6)
        first_named = [squeeze(line.text) for line in named if not line.is_blank]
        found.authority = first_named[0][:250] if first_named else ""
        return
    first: list[str] = []
    council, signatories, state = "", "", "authority"
    for line in section:
        text = squeeze(line.text)
        if heading(text).startswith("modalites d elaboration"):
            state = "council"
        elif not text:
            state = "signatories" if state == "council" and council else state
        elif state == "authority":
            first.append(text)
        elif state == "council":
            council = join(council, text) if council else text
        else:
            signatories = join(signatories, text) if signatories else text
    found.authority = squeeze(" ".join(first))[:250]
    if council:
        found.facts["council"] = council
    if signatories:
        parts = re.split(r",\s+(?=Le |La |L['’])", signatories)
        found.facts["signatories"] = [squeeze(one) for one in parts]
    found.losses.doubt("columns-run-together", "autorité / signataires", section[0].number)


def _numbered(lines: list[Line]) -> list[Activity]:
    """Read the activity types of the summary: «1. name», then their competences."""
    found: list[Activity] = []
    numbers: dict[str, int] = {}
    under: list[Line] = []

    def close() -> None:
        if found:
            _fill(found[-1], under, numbers)
        under.clear()

    for line in lines:
        match = NUMBERED.match(line.text.strip())
        if match and int(match[1]) == len(found) + 1 and len(match[2]) < 250:
            close()
            found.append(Activity(int(match[1]), squeeze(match[2]).rstrip("."), line=line.number))
        elif found:
            if re.match(r"^secteurs? d activite|^type d emplois|^blocs? de competences?",
                        heading(line.text)):  # fmt: skip
                break
            if not under and not line.is_blank and line.text.strip()[:1].islower():
                found[-1].name = join(found[-1].name, squeeze(line.text))
            elif under or not line.is_blank:
                under.append(line)
    close()
    return [one for one in found if one.competences]


def _fill(activity: Activity, lines: list[Line], numbers: dict[str, int]) -> None:
    for text, line in items(lines)[: limits.MAX_ITEMS]:
        name = squeeze(text).rstrip(" .;")[: limits.MAX_NAME]
        number = numbers.setdefault(key(name), len(numbers) + 1)
        activity.competences.append(Competence(number, name, line=line))


# What stands before the name: «de / la fiche n° 227 - ».
_OF_SHEET = re.compile(r"^.*?\bfiche\s+n\s?[°º]?\s?\d+\s*[-–—:]?\s*", re.IGNORECASE)
_CUT_THERE = re.compile(r"^\s*de\s*(?:la)?\s*$", re.IGNORECASE)


def _block_of(match: re.Match[str], line: Line) -> Activity:
    name = _OF_SHEET.sub("", match["rest"])
    name = "" if _CUT_THERE.match(name) else name.strip(" -–—:")
    number = int(match["number"])
    code = match.groupdict().get("code") or ""
    return Activity(number, name, block=number, block_code=code, line=line.number)


def _blocks(lines: list[Line], found: Recognised) -> list[Activity]:
    """Read the blocks: a heading cut over several lines, a blank one, the competences."""
    blocks: list[Activity] = []
    under: list[list[Line]] = []
    inside = naming = False
    for line in lines:
        text = squeeze(line.text.replace("|", " ") if line.is_row else line.text)
        if match := BLOCK.match(text) or CODED.match(text):
            blocks.append(_block_of(match, line))
            under.append([])
            inside = naming = True
        elif inside and _END_OF_BLOCK.search(heading(text)):
            inside = False
        elif inside and _TABLE_HEAD.search(heading(text)):
            naming = False
        elif inside and naming and not text:
            naming = not blocks[-1].name
        elif inside and naming and _names(blocks[-1], text):
            rest = _OF_SHEET.sub("", text)
            blocks[-1].name = join(blocks[-1].name, rest) if blocks[-1].name else rest
        elif inside:
            naming = False
            under[-1].append(line)
    numbers: dict[str, int] = {}
    for block, written in zip(blocks, under, strict=True):
        block.name = squeeze(block.name).rstrip(".")[: limits.MAX_NAME]
        _fill(block, written, numbers)
        if not block.competences:
            found.losses.miss("block-without-competence", block.name, block.line)
    return blocks


def _names(block: Activity, text: str) -> bool:
    """Tell whether a line goes on with the block's name; without a code, until a blank line."""
    return not block.block_code or continues(block.name, text)


def match_blocks(
    activities: list[Activity], blocks: list[Activity], found: Recognised
) -> list[Activity]:
    """Tie blocks to activity types by their names: they are numbered otherwise."""
    if len(activities) > limits.MAX_ACTIVITIES or len(blocks) > limits.MAX_ACTIVITIES:
        raise Unreadable("too-many", f"over {limits.MAX_ACTIVITIES} activity types or blocks")
    if not activities:
        if blocks:
            found.losses.doubt("numbers-are-those-of-blocks", f"{len(blocks)}")
        return blocks
    free = {one.number: one for one in activities}
    for block in blocks:
        near = max(
            free.values(), key=lambda one: likeness(key(one.name), key(block.name)), default=None
        )
        if near is None or likeness(key(near.name), key(block.name)) < 0.9:
            found.losses.miss("block-without-activity", block.name, block.line)
            continue
        near.block, near.block_code = block.block, block.block_code
        del free[near.number]
        _compare(near, block, found)
    for activity in free.values():
        found.losses.miss("activity-without-block", activity.name, activity.line)
    return activities


def _compare(activity: Activity, block: Activity, found: Recognised) -> None:
    have = {key(one.name) for one in activity.competences}
    for one in block.competences:
        if key(one.name) not in have:
            found.losses.doubt("competence-in-block-only", one.name, one.line)


def _access(lines: list[Line], found: Recognised) -> list[Access]:
    """Read who may come to the title. The columns OUI and NON are lost in the text: an «X»
    followed by a jury is a yes, one alone is a no, and each is told as inferred."""
    begin = next(
        (at for at, one in enumerate(lines) if _ACCESS_HEAD.search(heading(one.text))), None
    )
    if begin is None:
        return []
    entries: list[tuple[str, str, int]] = []
    text, number = "", 0
    for line in lines[begin + 1 : begin + 80]:
        folded = heading(line.text)
        if re.match(r"^(?:liens avec|base legale|oui non)", folded):
            break
        opens = re.match(r"^(?:apres un|en contrat|par )", folded)
        if opens:
            if text:
                entries.append((text, heading(text), number))
            text, number = squeeze(line.text), line.number
        elif not line.is_blank and text:
            text = join(text, squeeze(line.text))
    if text:
        entries.append((text, heading(text), number))
    found_routes: list[Access] = []
    for text, folded, number in entries:
        route = next((name for name, form in ROUTES if form.search(folded)), "")
        if not route or any(one.route == route for one in found_routes):
            found.losses.miss("route-not-known", text, number)
            continue
        jury = re.search(r"\b(Le jury\b.*)$", text)
        crossed = bool(re.search(r"(?:^|\s)X(?:\s|$)", text))
        found_routes.append(
            Access(route, True if jury else (False if crossed else None), inferred=True,
                   jury=squeeze(jury[1]) if jury else "")
        )  # fmt: skip
        found.losses.doubt("column-lost", f"OUI/NON: {text[:80]}", number)
    for line in lines[begin:]:
        if re.match(r"^accessible en (?:nouvelle caledonie|polynesie)", heading(line.text)):
            found.losses.doubt("column-lost", f"OUI/NON: {squeeze(line.text)}", line.number)
    return found_routes


def code(text: str) -> Code:
    """Give the level that a modern export writes «NIV5» or «Niveau 5»."""
    figure = re.search(r"[1-8]", text)
    return Code(figure[0] if figure else text[:20], edition="Europe")

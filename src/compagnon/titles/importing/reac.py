"""The REAC: référentiel emploi, activités, compétences."""

from __future__ import annotations

import re

from compagnon.titles.importing import furniture, headings, limits, nomenclatures, tables
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.gathering import Listed, gather
from compagnon.titles.importing.headings import Part
from compagnon.titles.importing.labels import fold, heading, key, title_key
from compagnon.titles.importing.outline import Activity, Competence, Recognised
from compagnon.titles.importing.reading import Line, join, paragraphs, squeeze
from compagnon.titles.importing.sheets import ACTIVITY, Sheet, competence_of, cut, transversal_of

NUMBERED = re.compile(r"^(\d{1,2})\s*[.)°:–-]+\s*(\S.*)$")


def read(lines: list[Line]) -> Recognised:
    """Read a REAC.

    Raises:
        Unreadable: it holds neither a competence nor a list of them.
    """
    clean, footer, removed = furniture.strip(lines)
    found = Recognised("reac")
    found.losses.furniture = removed
    parts = headings.parts(clean)
    _state(found, footer, clean, parts)
    names = _transversal_names(parts)
    competences = _competences(parts, found)
    activities, listed = _activities(parts, found)
    synoptic = tables.synoptic(_bodies(parts, "synoptic"))
    plain_list = _listed(parts, found)
    found.activities = gather(activities, competences, [listed, synoptic, plain_list], found.losses)
    for part in (one for one in parts if one.kind == "transversal"):
        found.transversal += transversal_of(part, names, found.losses)
    _check_transversal(found, names)
    if not found.competences():
        raise Unreadable("no-competence", "no sheet and no list of competences was found in it")
    if len(found.competences()) > limits.MAX_ITEMS:
        raise Unreadable("too-many", f"over {limits.MAX_ITEMS} competences")
    _tables(found, parts)
    _facts(found, clean, footer, lines)
    for part in parts:
        if part.kind in ("introduction", "glossary"):
            opening = part.lines[0]
            found.losses.miss("section-not-kept", squeeze(opening.text), opening.number)
    found.count()
    return found


def _bodies(parts: list[Part], kind: str) -> list[Line]:
    return [line for part in parts if part.kind == kind for line in part.body]


def _competences(parts: list[Part], found: Recognised) -> list[Competence]:
    read_: dict[int, Competence] = {}
    previous = 0
    for part in (one for one in parts if one.kind == "competence"):
        one, number = competence_of(part, found.losses)
        if one is None:
            continue
        if len(read_) >= limits.MAX_ITEMS:
            raise Unreadable("too-many", f"over {limits.MAX_ITEMS} competences")
        one.number = number or previous + 1
        if number is None:
            found.losses.doubt("sheet-without-number", one.name, one.line)
        earlier = read_.get(one.number)
        if earlier is not None:
            found.losses.doubt("sheet-twice", one.name, one.line)
            if key(earlier.name) != key(one.name):
                one.number = max(read_) + 1
            elif len(earlier.criteria) >= len(one.criteria):
                continue
        read_[one.number] = one
        previous = one.number
    return [read_[number] for number in sorted(read_)]


def _activities(parts: list[Part], found: Recognised) -> tuple[list[Activity], Listed]:
    """Read the sheets of activity types, and the lists of competences that they hold."""
    activities: dict[int, Activity] = {}
    listed = Listed("sheet")
    for part in (one for one in parts if one.kind == "activity"):
        sheet: Sheet = cut(part, ACTIVITY)
        if not sheet.parts or not sheet.name:
            continue
        if len(activities) >= limits.MAX_ACTIVITIES:
            raise Unreadable("too-many", f"over {limits.MAX_ACTIVITIES} activity types")
        number = sheet.number or max(activities, default=0) + 1
        if number in activities and key(activities[number].name) == key(sheet.name):
            found.losses.doubt("sheet-twice", sheet.name, sheet.line)
        elif number in activities and sheet.extension != (activities[number].certificate == "ccs"):
            # Extensions that are numbered apart, from 1.
            found.losses.doubt("sheet-twice", sheet.name, sheet.line)
            number = max(activities) + 1
        activity = activities.setdefault(
            number,
            Activity(
                number,
                sheet.name,
                certificate="ccs" if sheet.extension else "ccp",
                description=paragraphs(sheet.parts.get("description", [])),
                regulation=paragraphs(sheet.parts.get("regulation", [])),
                line=sheet.line,
            ),
        )
        listed.add(activity.number, activity.name, sheet.parts.get("list", []))
    return [activities[number] for number in sorted(activities)], listed


def _listed(parts: list[Part], found: Recognised) -> Listed:
    """Read «Liste des activités types et des compétences»: «1. name», then a line each."""
    listed = Listed("list")
    number, name, under = 0, "", list[Line]()
    pending = False
    for line in _bodies(parts, "list"):
        folded = heading(headings.OPTIONAL.sub("", line.text))
        if re.match(r"^competences? transversales?|^niveau\b|^codes? nsf|^fiches? rome", folded):
            break
        match = NUMBERED.match(line.text.strip())
        if match and not line.is_row:
            if number:
                listed.add(number, name, under)
            number, name, under, pending = int(match[1]), squeeze(match[2]), [], True
        elif number and line.text.strip():
            # The name of the activity type, cut between two lines.
            if pending and not under and line.text.strip()[:1].islower():
                name = join(name, squeeze(line.text))
            else:
                under.append(line)
        elif line.is_blank:
            under.append(line)
            pending = pending and not under
    if number:
        listed.add(number, name, under)
    return listed


def _transversal_names(parts: list[Part]) -> list[str]:
    """Give the names of transversal competences as lists hold them, each once."""
    names: dict[str, str] = {}
    for part in parts:
        if part.kind not in ("list", "activity"):
            continue
        inside, text = False, ""
        for line in part.body:
            folded = heading(headings.OPTIONAL.sub("", line.text))
            if re.match(r"^competences? transversales? de l", folded):
                inside = True
                continue
            if inside and re.match(r"^niveau\b|^codes? nsf|^fiches? rome|^fiche", folded):
                break
            if inside and not line.is_blank and folded not in ("neant", "sans objet"):
                text = line.content
                if names and text[:1].islower():
                    last = list(names)[-1]
                    text = join(names.pop(last), text)
                if len(fold(text).split()) > 1:
                    names[key(text)] = squeeze(text).rstrip(".")
        if names:
            break
    return list(names.values())[:50]


def _check_transversal(found: Recognised, names: list[str]) -> None:
    from compagnon.titles.importing.outline import Transversal

    have = {key(one.name) for one in found.transversal}
    for name in names:
        if key(name) not in have:
            found.losses.miss("no-sheet", name)
            if not found.transversal:
                continue
    if not found.transversal:
        found.transversal = [Transversal(name) for name in names]


# --- what the document says of the title ----------------------------------------------------

_NOT_A_NAME = re.compile(
    r"^(?:definition|niveau|site|sommaire|sigle|titre professionnel$|du titre|n )"
)


def _state(
    found: Recognised, footer: furniture.Footer, lines: list[Line], parts: list[Part]
) -> None:
    found.code = footer.code or next(
        (code for line in lines[:2000] if (code := furniture.code_in(line.text))), ""
    )
    found.short_name, found.version = footer.short_name, footer.version
    found.validated_on, found.updated_on = footer.validated_on, footer.updated_on
    found.title = _title(parts)
    whole = "\n".join(line.text for line in lines)
    section = "\n".join(line.text for line in _bodies(parts, "level")) or "\n".join(
        line.text for line in _bodies(parts, "list")
    )
    front = "\n".join(line.text for part in parts[:1] for line in part.lines[:200])
    found.levels = nomenclatures.levels(section) or nomenclatures.levels(front)
    found.nsf = nomenclatures.nsf(_after(lines, r"^codes? nsf", 6))
    found.rome = nomenclatures.rome(_after(lines, r"^fiches? rome|^codes? rome", 14))
    found.texts = nomenclatures.texts(
        "\n".join(
            line.text
            for line in lines[:400]
            if re.search(r"arr[êe]t[ée]", line.text, re.IGNORECASE)
        )
    )
    if not found.title:
        found.losses.miss("no-title")
    if not found.code:
        found.losses.miss("no-code")
    if not footer.validated_on:
        days = re.search(r"valid[ée]e? le", whole, re.IGNORECASE)
        found.losses.miss("no-date", days[0] if days else "")


def _title(parts: list[Part]) -> str:
    for part in (one for one in parts if one.kind == "job"):
        name = ""
        for line in part.body[:8]:
            folded = heading(line.text)
            if line.is_blank and name:
                break
            if line.is_blank:
                continue
            if _NOT_A_NAME.match(folded):
                break
            name = join(name, squeeze(line.text)) if name else squeeze(line.text)
        if name:
            return name[: limits.MAX_NAME]
    front = [line for line in parts[0].lines if not line.is_blank][:60]
    for at, line in enumerate(front):
        if re.search(r"titre professionnel$", line.folded):
            name = ""
            for other in front[at + 1 : at + 4]:
                if re.match(r"^(?:niveau|site|sommaire|version|http|code)\b", other.folded):
                    break
                name = join(name, squeeze(other.text)) if name else squeeze(other.text)
            if name:
                return name[: limits.MAX_NAME]
    return ""


def _after(lines: list[Line], opening: str, many: int) -> str:
    """Give the lines from the last one that opens so, as far as the next blank gap."""
    pattern = re.compile(opening)
    found = [at for at, line in enumerate(lines) if pattern.search(heading(line.text))]
    if not found:
        return ""
    chosen: list[str] = []
    for line in lines[found[-1] : found[-1] + many * 2]:
        if chosen and headings.kind_of(line) and not pattern.search(heading(line.text)):
            break
        if re.match(r"^conventions?\b|^reglementation", heading(line.text)):
            continue
        chosen.append(line.text)
    return "\n".join(chosen)


def _tables(found: Recognised, parts: list[Part]) -> None:
    table = tables.evolution(_bodies(parts, "evolution"), found.losses)
    if table is None:
        return
    if not table.new.title or title_key(table.new.title) == title_key(found.title):
        table.new.title = found.title
        table.new.signed_on = found.validated_on
    old = next((one for one in found.texts if one.signed_on), None)
    if old is not None:
        table.old.text, table.old.signed_on = old.reference, old.signed_on
    table.citation = "REAC, tableau des activités"
    found.correspondences = [table]


LANGUAGE = re.compile(
    r"\b(A1|A2|B1|B2|C1|C2)\b\s+en\s+(compr[ée]hension|expression|production|interaction)"
    r"\s+((?:de l['’])?[\wéèêà]+(?:\s+et\s+[\wéèêà]+)?)",
    re.IGNORECASE,
)


def _facts(found: Recognised, lines: list[Line], footer: furniture.Footer, raw: list[Line]) -> None:
    levels = [
        {"competence": one.number, "level": match[1].upper(), "skill": f"{match[2]} {match[3]}"}
        for one in found.competences().values()
        for match in LANGUAGE.finditer(squeeze(one.description))
    ]
    if levels:
        found.facts["language_levels"] = levels
    framework = re.search(r"e-?\s?Competence Framework\s*([\d.]*\d)", "\n".join(
        line.text for line in lines[:600]))  # fmt: skip
    if framework:
        found.facts["frameworks"] = [f"e-CF {framework[1]}"]
    for name, pattern in (
        ("regulation", r"^reglementation d activites?"),
        ("links", r"^liens avec d"),
    ):
        value = _value_after(lines, pattern)
        setattr(found, name, value)
    found.definition = _definition(lines)
    called = re.search(r"Certificat Compl[ée]mentaire de (Sp[ée]cia\w+)", "\n".join(
        line.text for line in lines))  # fmt: skip
    if called:
        found.facts["ccs_called"] = called[0].lower()
    if footer.pages:
        found.losses.counted["pages"] = footer.pages
        seen = {
            int(match[1])
            for line in raw
            if furniture.KINDS.search(line.text) or furniture.code_in(line.text)
            for match in furniture.PAGE.finditer(furniture._without_dates(line.text))
            if int(match[2]) == footer.pages
        }
        missing = sorted(set(range(1, min(footer.pages, 2000) + 1)) - seen)
        if missing:
            found.losses.doubt("pages-without-footer", ", ".join(map(str, missing)))
    untold = sum(
        1 for one in found.competences().values() for item in one.knowledge if not item.kind
    )
    if untold:
        found.losses.counted["knowledge_of_untold_kind"] = untold
        found.losses.doubt("knowledge-kinds-under-one-heading", str(untold))


def _value_after(lines: list[Line], opening: str) -> str:
    pattern = re.compile(opening)
    for at, line in enumerate(lines):
        if pattern.search(heading(line.text)):
            for other in lines[at + 1 : at + 6]:
                if not other.is_blank:
                    return "Néant" if other.folded == "neant" else squeeze(other.text)[:2000]
            return ""
    return ""


def _definition(lines: list[Line]) -> str:
    begin = next(
        (at for at, one in enumerate(lines)
         if heading(one.text).startswith("definition de l emploi")), -1
    )  # fmt: skip
    if begin < 0:
        return ""
    end = next(
        (
            at
            for at in range(begin + 1, min(len(lines), begin + 300))
            if re.match(r"^secteurs? d activite|^reglementation", heading(lines[at].text))
        ),
        begin + 1,
    )
    return paragraphs(lines[begin + 1 : end])

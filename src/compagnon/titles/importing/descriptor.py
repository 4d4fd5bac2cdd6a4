"""A title's certification descriptor: its components and how it is obtained."""

from __future__ import annotations

import re

from compagnon.titles.importing import limits, nomenclatures
from compagnon.titles.importing.dates import dates
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import code_in, strip
from compagnon.titles.importing.labels import fold, key
from compagnon.titles.importing.outline import Activity, Competence, Recognised, Text
from compagnon.titles.importing.reading import Line, continues, items, join, squeeze

CERTIFICATE = re.compile(
    r"^\W*(?P<kind>CCP|CCS|certificats?\s+(?:de\s+comp[ée]tences?\s+professionnelles?"
    r"|compl[ée]mentaires?\s+de\s+sp[ée]cia\w+))\s*(?:n\s?[°ºo]?\s?)?(?P<number>\d{1,2})?"
    r"\s*[-–—:.]+\s*(?P<name>\S.*)$",
    re.IGNORECASE,
)
END = re.compile(
    r"^(?:code tp\b|modalites? d obtention|information source|emploi metier|parchemin|1 pour un)"
)
NUMBERS = {
    "une": 1, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12,
}  # fmt: skip
NOTES = str.maketrans("", "", "¹²³⁴⁵⁶⁷⁸⁹⁰")


def read(lines: list[Line]) -> Recognised:
    """Read a descriptor.

    Raises:
        Unreadable: it names no certificate.
    """
    lines, _footer, removed = strip(lines)
    found = Recognised("descriptor")
    found.losses.furniture = removed
    _certificates(lines, found)
    if not found.activities:
        raise Unreadable("no-certificate", "no «CCP – name» was found in it")
    whole = squeeze("\n".join(line.text for line in lines)).translate(NOTES)
    _state(lines, whole, found)
    _check_count(whole, found)
    for line in lines:
        if re.match(r"^(?:modalites? d obtention|parchemin et livret)", line.folded):
            found.losses.miss("section-not-kept", line.text.translate(NOTES), line.number)
    called = re.search(r"certificat compl[ée]mentaire de (sp[ée]cia\w+)", whole, re.IGNORECASE)
    if called:
        found.facts["ccs_called"] = called[0].lower()
    found.count()
    return found


def _certificates(lines: list[Line], found: Recognised) -> None:
    current: Activity | None = None
    under: list[Line] = []
    numbers: dict[str, int] = {}
    counts = {"ccp": 0, "ccs": 0}

    def close() -> None:
        if current is None:
            return
        for text, line in items(under)[: limits.MAX_ITEMS]:
            name = squeeze(text).rstrip(" .;")
            number = numbers.setdefault(key(name), len(numbers) + 1)
            current.competences.append(Competence(number, name, line=line))
        if not current.competences:
            found.losses.miss("certificate-without-competence", current.name, current.line)
        under.clear()

    for line in lines:
        match = CERTIFICATE.match(line.text.strip().translate(NOTES))
        if match:
            close()
            complement = re.match(r"ccs|certificats? complement", fold(match["kind"]))
            kind = "ccs" if complement else "ccp"
            counts[kind] += 1
            number = len(found.activities) + 1
            name = squeeze(match["name"]).rstrip(" .")[: limits.MAX_NAME]
            current = Activity(number, name, certificate=kind, line=line.number)
            found.activities.append(current)
        elif current is not None:
            if END.match(line.folded) or re.match(r"^Code\s+TP\b", line.text.strip()):
                close()
                current = None
            elif not under and line.text.strip() and not line.bullet and (
                continues(current.name, line.text.strip()) or _same_case(current.name, line.text)
            ):  # fmt: skip
                current.name = join(current.name, squeeze(line.text)).rstrip(" .")
            elif line.text.strip() or under:
                under.append(line)
    close()


def _same_case(name: str, text: str) -> bool:
    """Tell whether a line of capitals goes on with a name in capitals."""
    return name.isupper() and text.strip().isupper()


def _state(lines: list[Line], whole: str, found: Recognised) -> None:
    named = re.search(
        r"titre professionnel (?:de\s*)?:?\s*(?P<name>[^.]{5,200}?)\s*,?\s*"
        r"(?:\(?de\)?\s*)?niveau\s",
        whole,
        re.IGNORECASE,
    )
    first = next((squeeze(line.text) for line in lines if not line.is_blank), "")
    found.title = (named["name"] if named else first).translate(NOTES).strip(' :«»"*')
    found.title = found.title[: limits.MAX_NAME]
    coded = re.search(r"Code\s+TP\s*[-–—]?\s*\d{4,6}", whole, re.IGNORECASE)
    found.code = code_in(coded[0].replace("Code", "")) if coded else code_in(whole)
    found.levels = nomenclatures.levels(whole)[:1]
    nsf = re.search(r"NSF\s*:?\s*([^)\n]{3,60})", whole)
    found.nsf = nomenclatures.nsf(nsf[1]) if nsf else []
    rome = re.search(r"ROME\s*:(.{5,600})", whole)
    if rome:
        found.rome = nomenclatures.rome(re.split(r"MODALIT", rome[1])[0])
    source = re.search(r"r[ée]f[ée]rentiel du titre\s*:\s*(\S{2,20})", whole, re.IGNORECASE)
    if source:
        found.short_name = source[1].strip(".,;")
    _texts(lines, whole, found)
    for what, value in (("no-title", found.title), ("no-code", found.code)):
        if not value:
            found.losses.miss(what)


def _texts(lines: list[Line], whole: str, found: Recognised) -> None:
    created = re.search(
        r"cr[ée]{2}e?\s+par\s+(arr[êe]t[ée][^(.]{5,120})(?:\(JO\s+modificatif\s+du\s+([^)]{6,30})\))?",
        whole,
        re.IGNORECASE,
    )
    if created:
        days = dates(created[1])
        if days:
            reference = squeeze(re.sub(r"(?<=\d{4}).*$", "", created[1]))
            found.texts.append(Text(reference[:1].upper() + reference[1:], days[0]))
        later = dates(created[2] or "")
        if later:
            found.texts.append(Text("JO modificatif", None, later[0]))
            found.losses.doubt("amending-text-without-date", created[0])
    governing = next(
        (at for at, line in enumerate(lines) if "est regi par les textes" in line.folded), None
    )
    if governing is not None:
        prose = "\n".join(line.text for line in lines[governing + 1 :])
        found.facts["governed_by"] = [
            {
                "reference": one.reference,
                "signed_on": one.signed_on.isoformat() if one.signed_on else None,
                "published_on": one.published_on.isoformat() if one.published_on else None,
            }
            for one in nomenclatures.texts(prose)
        ]
        article = nomenclatures.code_article(prose)
        if article:
            found.facts["code_articles"] = article


def _check_count(whole: str, found: Recognised) -> None:
    told = re.search(r"compose de\s+(\w+)\s+activit", whole, re.IGNORECASE)
    number = NUMBERS.get(fold(told[1])) if told else None
    if told and told[1].isdigit():
        number = int(told[1])
    counted = sum(1 for one in found.activities if one.certificate == "ccp")
    if number is not None and number != counted:
        found.losses.miss("count-differs", f"{told[0] if told else ''}: {counted}")

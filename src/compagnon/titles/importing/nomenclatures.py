"""Levels, NSF, ROME, Formacode: codes, each with the version of its nomenclature."""

from __future__ import annotations

import re

from compagnon.titles.importing.dates import dates
from compagnon.titles.importing.outline import Code, Text
from compagnon.titles.importing.reading import squeeze

ROMAN = {"I", "II", "III", "IV", "V", "VI"}
LEVEL = re.compile(
    r"\bniveau\s*:?\s*(VI|IV|V|I{1,3}|[1-8])\b(?:\s*bis)?\s*(?:\(([^)]{3,80})\))?", re.IGNORECASE
)
BARE_LEVEL = re.compile(r"^\s*(VI|IV|V|I{1,3}|[1-8])\s*\(([^)]{3,80})\)")
NSF = re.compile(r"\b([1-4]\d{2})\s?([a-z])?\b(?!\s?/)")
ROME_3 = re.compile(r"\b([A-N]\d{4})\b")
ROME_2 = re.compile(r"(?<!\d)(\d{5})(?!\d)")
_LABEL = re.compile(r"^[\s\-–—:(]*(.*?)[\s;.)]*$")


def levels(text: str) -> list[Code]:
    """Give the levels that stand in the text: «III» of 1969, «5» of the framework of 2019."""
    found: list[Code] = []
    for line in text.splitlines():
        for match in (*LEVEL.finditer(line), *BARE_LEVEL.finditer(line)):
            code = match[1].upper()
            one = Code(code, edition=edition_of(code, match[2] or ""))
            if all((one.code, one.edition) != (other.code, other.edition) for other in found):
                found.append(one)
    return found


def edition_of(code: str, said: str) -> str:
    """Name a nomenclature of levels as we do: ``1969``, ``2019``, ``Europe``."""
    year = re.search(r"\b(?:19|20)\d{2}\b", said)
    if year:
        return year[0]
    if "europ" in said.lower() or "cec" in said.lower():
        return "Europe"
    # Roman figures are of the nomenclature of 1969 alone.
    return "1969" if code in ROMAN else squeeze(said)


def nsf(text: str) -> list[Code]:
    """Give the NSF codes: «326 r», «326r Assistance…», «326t : Programmation»."""
    found: list[Code] = []
    for line in text.splitlines():
        match = NSF.search(line)
        if match:
            label = _LABEL.match(line[match.end() :])
            _keep(found, Code(match[1] + (match[2] or ""), label[1] if label else ""))
    return found


def rome(text: str) -> list[Code]:
    """Give the ROME codes: a letter and four figures are of ROME 3, five figures of ROME 2."""
    found: list[Code] = []
    for line in text.splitlines():
        if "http" in line.lower():
            continue
        # At most one in three lines has more than one code: «I1401 – … - M1801 – …».
        modern = list(ROME_3.finditer(line))
        old = [] if modern else list(ROME_2.finditer(line))
        matches = modern or old
        for index, match in enumerate(matches):
            end = matches[index + 1].start() if index + 1 < len(matches) else len(line)
            label = re.sub(r"^\s*[-–—:]\s*|\s*[-–—;,.]?\s*$", "", line[match.end() : end])
            _keep(found, Code(match[1], squeeze(label), "3" if modern else "2"))
    return found


def formacode(text: str) -> list[Code]:
    """Give the Formacodes: five figures, with their names."""
    found: list[Code] = []
    for line in text.splitlines():
        for match in ROME_2.finditer(line):
            label = re.sub(r"^\s*[-–—:]\s*|\s*[;.]?\s*$", "", line[match.end() :])
            _keep(found, Code(match[1], squeeze(label)))
    return found


def _keep(found: list[Code], one: Code) -> None:
    if all((one.code, one.edition) != (other.code, other.edition) for other in found):
        one.label = one.label[:250]
        found.append(one)


# --- legal texts ----------------------------------------------------------------------------

ACT = re.compile(
    r"\b(arr[êe]t[ée]|d[ée]cret|loi|ordonnance)s?\b(?:\s+(?:modificatif|modifi[ée]|g[ée]n[ée]ral))?"
    r"(?:\s+de\s+sp[ée]cialit[ée])?(?:\s+n\s?[°º]\s?[\d-]+)?\s+du\s+",
    re.IGNORECASE,
)
# Where the name of the act ends and what is said of it begins.
SENTENCE = re.compile(r"\s(?:avait|a|ont|est|sont|fixe|définit|a été)\s|\.\s(?=[A-ZÀ-Ý])")
# What a sheet writes before its texts.
LABEL = re.compile(r"R[ée]f[ée]rences?\b[^:\n]{0,70}:", re.IGNORECASE)
JO = re.compile(r"\b(?:JO|Journal officiel)\b", re.IGNORECASE)


def texts(prose: str) -> list[Text]:
    """Give the acts that prose names, one for each: «Arrêté du 22/07/2003 … paru au JO du …»."""
    found: list[Text] = []
    prose = squeeze(LABEL.sub(" ", prose))
    starts = [match.start() for match in ACT.finditer(prose)]
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(prose)
        reference = re.split(
            r"\s[-–]\s(?=arr|d[ée]cret|loi|ordonn)", prose[start:end], flags=re.IGNORECASE
        )[0]
        reference = SENTENCE.split(reference)[0]
        reference = re.sub(r"(?:\s*(?:[-–;,.]|\bet(?: des?| l['’]?)?))+\s*$", "", reference)
        reference = reference.strip()[:500]
        days = dates(reference)
        if not days:
            continue
        published = days[1] if len(days) > 1 and JO.search(reference) else None
        reference = reference[:1].upper() + reference[1:]
        if all(reference != other.reference for other in found):
            found.append(Text(reference, days[0], published))
    return found


def code_article(prose: str) -> str:
    """Give the reference to the Code de l'éducation that prose holds, or nothing."""
    match = re.search(
        r"Code de l['’][ée]ducation[^.;]*(?:[LRD]\.?\s?\d[^;]*)",
        squeeze(LABEL.sub(" ; ", prose)),
        re.IGNORECASE,
    )
    return (
        re.split(r"\s[-–]\s|\s(?=Arr[êe]t|D[ée]cret)", match[0])[0].strip()[:300] if match else ""
    )

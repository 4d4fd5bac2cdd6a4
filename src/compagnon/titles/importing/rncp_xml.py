"""The RNCP's XML export: V4.1, and older flows that are flatter and name things otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from compagnon.titles.importing import limits, nomenclatures
from compagnon.titles.importing.dates import dates, first_date
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import code_in
from compagnon.titles.importing.labels import fold, key
from compagnon.titles.importing.outline import (
    Access,
    Activity,
    Code,
    Competence,
    Losses,
    Recognised,
    Text,
)
from compagnon.titles.importing.reading import squeeze
from compagnon.titles.importing.rncp_text import TITLE
from compagnon.titles.importing.rncp_text import code as level_code

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROUTES = {
    "SI_JURY_FI": "student",
    "SI_JURY_CA": "apprenticeship",
    "SI_JURY_FC": "continuing",
    "SI_JURY_CQ": "professionalisation",
    "SI_JURY_CP": "professionalisation",
    "SI_JURY_CL": "individual",
    "SI_JURY_VAE": "vae",
}
READ = {
    "ID_FICHE", "NUMERO_FICHE", "NOUVELLES_CERTIFICATIONS", "ANCIENNES_CERTIFICATIONS", "INTITULE",
    "ABREGE", "ETAT_FICHE", "FORMACODES", "NOMENCLATURE_EUROPE", "CODES_NSF", "CERTIFICATEURS",
    "ACTIVITES_VISEES", "CODES_ROME", "DATE_FIN_ENREGISTREMENT", "DATE_EFFET",
    "BLOCS_COMPETENCES", "ACTIF", "REGLEMENTATIONS_ACTIVITES", "PUBLICATION_DECRET_GENERAL",
    "PUBLICATION_DECRET_CREATION", "PUBLICATION_DECRET_AUTRE", "DATE_DECISION",
    "DATE_DE_PUBLICATION", "DATE_LIMITE_DELIVRANCE", "CAPACITES_ATTESTEES", "TYPE_ENREGISTREMENT",
    *ROUTES,
}  # fmt: skip


def read(content: bytes) -> Iterator[Recognised]:
    """Give each sheet of the flow, one after the other; the flow is never whole in memory.

    Raises:
        Unreadable: it is no such flow, is damaged, declares entities, or has too many sheets.
    """
    count, flow = 0, ""
    try:
        for _event, element in iterparse(BytesIO(content), events=("end",), forbid_dtd=True):
            name = _name(element)
            if name == "VERSION_FLUX":
                flow = squeeze(element.text or "")[:20]
            if name not in ("FICHE", "FICHE_RNCP", "FICHE_RS"):
                continue
            count += 1
            if count > limits.MAX_SHEETS:
                raise Unreadable("too-many", f"over {limits.MAX_SHEETS} sheets")
            yield _sheet(element, flow)
            element.clear()
    except DefusedXmlException:
        raise Unreadable(
            "forbidden-xml", "it declares a type or entities, which is refused"
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable("damaged", f"this XML cannot be read: {error}"[:300]) from None
    if not count:
        raise Unreadable("not-recognised", "no FICHE was found in it")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].upper()


def _text(element: Element | None, *names: str) -> str:
    """Give the text of the first child that bears one of the names; of the element without any."""
    if element is None:
        return ""
    if not names:
        return squeeze(" ".join(element.itertext()))
    for name in names:
        for child in element:
            if _name(child) == name:
                return squeeze(" ".join(child.itertext()))
    return ""


def _raw(element: Element, *names: str) -> str:
    for child in element:
        if _name(child) in names:
            return "".join(child.itertext())
    return ""


def _all(element: Element, *names: str) -> list[Element]:
    return [child for child in element.iter() if _name(child) in names and child is not element]


def _sheet(fiche: Element, flow: str) -> Recognised:
    number = _text(fiche, "NUMERO_FICHE", "CODE_RNCP", "NUMERO") or _text(fiche, "ID_FICHE")
    found = Recognised("rncp", rncp=number if number.upper().startswith("R") else f"RNCP{number}")
    title = _text(fiche, "INTITULE", "LIBELLE")
    found.title = TITLE.sub("", title)[: limits.MAX_NAME]
    found.short_name = _text(next(iter(_all(fiche, "ABREGE")), None), "CODE")[:40]
    found.code = code_in(title)
    found.facts["flow"] = flow
    found.facts["state"] = _text(fiche, "ETAT_FICHE") or _text(fiche, "ACTIF")
    _codes(fiche, found)
    authorities = [_text(one, "NOM_CERTIFICATEUR", "NOM") for one in _all(fiche, "CERTIFICATEUR")]
    found.authority = " ; ".join(one for one in authorities if one)[:250]
    found.definition = _text(fiche, "ACTIVITES_VISEES", "RESUME_REFERENTIEL")
    found.regulation = _text(fiche, "REGLEMENTATIONS_ACTIVITES", "REGLEMENTATION_ACTIVITES")
    found.valid_from = first_date(_text(fiche, "DATE_EFFET", "DATE_DECISION", "DATE_DE_DECISION"))
    found.valid_to = first_date(_text(fiche, "DATE_FIN_ENREGISTREMENT", "DATE_FIN"))
    last = first_date(_text(fiche, "DATE_LIMITE_DELIVRANCE"))
    if last:
        found.facts["last_delivery"] = last.isoformat()
    for one in _all(fiche, "PUBLICATION_JO", "DECRET", "ARRETE"):
        _text_of_law(one, found)
    found.replaces = [_text(one) for one in _all(fiche, "ID_FICHE_ANCIENNE_CERTIFICATION")]
    found.replaced_by = [_text(one) for one in _all(fiche, "ID_FICHE_NOUVELLE_CERTIFICATION")]
    found.access = _access(fiche)
    _blocks(fiche, found)
    _not_read(fiche, found)
    found.count()
    return found


def _codes(fiche: Element, found: Recognised) -> None:
    europe = next(iter(_all(fiche, "NOMENCLATURE_EUROPE")), None)
    level = _text(europe, "NIVEAU") or _text(europe) if europe is not None else ""
    if level:
        found.levels.append(level_code(level))
    older = _text(fiche, "NIVEAU", "NOMENCLATURE_1969")
    if older:
        found.levels += nomenclatures.levels(f"Niveau {older}")
    for into, names in (
        (found.formacode, ("FORMACODE",)), (found.nsf, ("NSF",)), (found.rome, ("ROME",)),
    ):  # fmt: skip
        for one in _all(fiche, *names):
            code, label = _text(one, "CODE"), _text(one, "LIBELLE", "INTITULE")
            if not code:
                code, _sep, label = _text(one).partition(" ")
            if not code:
                continue
            label = re.sub(r"^\s*[:-]\s*", "", label.removeprefix(code).strip())
            edition = ""
            if names == ("ROME",):
                edition = "2" if code.isdigit() else "3"
            into.append(Code(code[:20], label[:250], edition))


def _text_of_law(element: Element, found: Recognised) -> None:
    reference = _text(element, "TITRE", "LIBELLE") or _text(element)
    if not reference:
        return
    days = dates(reference)
    published = first_date(_text(element, "DATE_PUBLICATION_JO", "DATE_JO"))
    found.texts.append(Text(reference[:500], days[0] if days else None, published))


def _access(fiche: Element) -> list[Access]:
    found: list[Access] = []
    for child in fiche:
        route = ROUTES.get(_name(child))
        if route is None or any(one.route == route for one in found):
            continue
        # V4 nests ACTIF and COMPOSITION; older flows write «Oui» flat, the jury beside.
        said = _text(child, "ACTIF") or _text(child)
        jury = _text(child, "COMPOSITION") or _text(fiche, f"{_name(child)}_COMPOSITION")
        answer = fold(said)
        is_open = True if answer in ("oui", "true", "1", "o") else (
            False if answer in ("non", "false", "0", "n") else None)  # fmt: skip
        found.append(Access(route, is_open, jury=jury))
    return found


def _blocks(fiche: Element, found: Recognised) -> None:
    numbers: dict[str, int] = {}
    for index, one in enumerate(
        _all(fiche, "BLOC_COMPETENCES", "BLOC", "BLOC_COMPETENCE"), start=1
    ):
        code = _text(one, "CODE", "NUMERO")
        figure = re.search(r"(?:BC)?0*(\d+)$", code)
        number = int(figure[1]) if figure and int(figure[1]) < 1000 else index
        activity = Activity(number, _text(one, "LIBELLE", "INTITULE")[: limits.MAX_NAME],
                            block=number, block_code=code[:30])  # fmt: skip
        raw = _raw(one, "LISTE_COMPETENCES", "DESCRIPTIF", "COMPETENCES")
        for name in split_list(raw, found.losses):
            number = numbers.setdefault(key(name), len(numbers) + 1)
            if all(number != other.number for other in activity.competences):
                activity.competences.append(Competence(number, name))
        if not activity.competences:
            found.losses.miss("block-without-competence", activity.name)
        found.activities.append(activity)
    found.losses.counted["blocks"] = len(found.activities)


def split_list(raw: str, losses: Losses) -> list[str]:
    """Cut a list that an export has flattened: by its wide spaces, bullets, lines or sentences."""
    text = re.sub(r"<[^>]{1,40}>", "\n", raw).replace("\t", "   ").replace("\u00a0", " ").strip()
    if not text:
        return []
    pieces = list(re.split(r"\n+|\s{3,}|(?:^|\s{2,})[-–•*]\s*|\s[•▪]\s*", text))
    pieces = [squeeze(one) for one in pieces if squeeze(one)]
    if len(pieces) == 1:
        pieces = list(re.split(r"(?<=[a-zé)])[.;]\s+(?=[A-ZÀ-Ý])|\s-\s(?=[A-ZÀ-Ý])", pieces[0]))
    if len(pieces) == 1 and len(pieces[0]) > 160:
        losses.doubt("list-run-together", pieces[0])
    names = [squeeze(one).strip(" .;-–•*")[: limits.MAX_NAME] for one in pieces]
    return [one for one in names if one and one not in ("[…]", "[...]")][: limits.MAX_ITEMS]


def _not_read(fiche: Element, found: Recognised) -> None:
    """Name the parts of the sheet that have no place in the outline, each once."""
    seen: set[str] = set()
    for child in fiche:
        name = _name(child)
        if name not in READ and name not in seen and _text(child):
            seen.add(name)
            found.losses.miss("element-not-kept", name)

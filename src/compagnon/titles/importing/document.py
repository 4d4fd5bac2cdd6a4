"""The door to the importers: what a document is, and what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from compagnon.titles.importing import (
    annex,
    correspondence,
    descriptor,
    limits,
    pdf_text,
    reac,
    rncp_csv,
    rncp_text,
    rncp_xml,
)
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.labels import fold
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.importing.reading import Line, lines_of, text_of

TEXTS: dict[str, Callable[[list[Line]], Recognised]] = {
    "reac": reac.read,
    "descriptor": descriptor.read,
    "annex": annex.read,
    "rncp": rncp_text.read,
    "correspondence": correspondence.read,
}
KINDS = tuple(TEXTS)
# What each kind says of itself, with how much it tells; the greatest sum is the kind.
SIGNS: dict[str, tuple[tuple[str, int], ...]] = {
    "reac": (
        (r"referentiel (?:d )?emplois? (?:d )?activites?(?: et)? (?:de )?competences?", 3),
        (r"fiche competence (?:professionnelle|type)", 4),
        (r"fiche activite type", 3),
        (r"vue synoptique", 2),
        (r"fiche emploi type", 2),
        (r"criteres? de performance", 2),
    ),
    "descriptor": (
        (r"\bccp (?:\d+ )?[a-z]", 1),
        (r"modalites? d obtention du titre professionnel", 4),
        (r"se compose de \w+ activites? types?", 4),
        (r"reference du titre", 3),
        (r"parchemin et livret de certification", 3),
    ),
    "annex": (
        (r"informations requises pour l inscription", 5),
        (r"capacites? attestees? et descriptif", 4),
        (r"article annexe", 4),
        (r"autorite responsable de la certification", 2),
        (r"bases? legales? et reglementaires?", 2),
    ),
    "rncp": (
        (r"repertoire national des certifications professionnelles rncp", 3),
        (r"code rncp \d", 5),
        (r"\brncp ?\d{3,6}\b", 3),
        (r"blocs? de competences?", 2),
        (r"resume descriptif de la certification", 4),
        (r"autorite responsable de la certification qualite", 3),
    ),
    "correspondence": (
        (r"tableau de correspondances?", 5),
        (r"reputes? avoir obtenu", 5),
        (r"titulaires? d(?:u|es) certificats?", 3),
        (r"correspondances?\b", 2),
        (r"ancien(?:ne)? (?:tp|titre).{0,40}nouve(?:au|lle)", 3),
    ),
}


def read(content: bytes, *, name: str = "", kind: str | None = None) -> list[Recognised]:
    """Recognise a document and give what it holds: one outline, or one a sheet of an export.

    Args:
        kind: one of :data:`KINDS`, where the caller knows; told from the content otherwise.

    Raises:
        Unreadable: it is none of the kinds, or is damaged, or over a limit.
    """
    if not content.strip():
        raise Unreadable("empty", "there is nothing in it")
    if len(content) > limits.MAX_BYTES:
        raise Unreadable("too-large", f"over {limits.MAX_BYTES // limits.MIB} MiB")
    if content.startswith(b"PK\x03\x04"):
        _only("rncp", kind)
        return rncp_csv.read(rncp_csv.unpack(content))
    if content[:1024].lstrip().startswith(b"%PDF"):
        text = "\f".join(pdf_text.pages_of(content))
        return [_read_text(text, kind)]
    if looks_like_xml(content):
        _only("rncp", kind)
        return list(rncp_xml.read(content))
    text = text_of(content)
    if rncp_csv.is_export(text):
        _only("rncp", kind)
        return rncp_csv.read([(name or "file.csv", content)])
    return [_read_text(text, kind)]


def read_export(files: Iterable[tuple[str, bytes]]) -> list[Recognised]:
    """Recognise the ten files of the CSV export together.

    Raises:
        Unreadable: see :func:`read`.
    """
    return rncp_csv.read(files)


def looks_like_xml(content: bytes) -> bool:
    """Tell whether the bytes are XML, and no page of HTML nor text with a table in it."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\0", b"")
    return head.startswith(b"<?xml") or bool(re.match(rb"<(?:\w+:)?FICHES?\b", head, re.IGNORECASE))


def _only(kind: str, asked: str | None) -> None:
    if asked not in (None, kind):
        raise Unreadable("other-kind", f"this is no {asked}: it is a file of the RNCP's export")


def _read_text(text: str, kind: str | None) -> Recognised:
    lines = lines_of(text)
    chosen = kind or detect(text)
    return TEXTS[chosen](lines)


def detect(text: str) -> str:
    """Tell what kind of document a text is.

    Raises:
        Unreadable: it shows the signs of none.
    """
    folded = fold(re.sub(r"<[^>]{0,200}>", " ", text[:400_000]))
    sums = {
        kind: sum(weight for sign, weight in signs if re.search(sign, folded))
        for kind, signs in SIGNS.items()
    }
    best = max(sums, key=lambda one: sums[one])
    if sums[best] < 4:
        raise Unreadable(
            "not-recognised",
            "neither a REAC, a descriptor, an annex, an RNCP sheet nor a table of correspondences",
        )
    return best

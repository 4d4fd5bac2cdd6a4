"""Documents made to do harm, or made of anything: refused with a reason, never a crash."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.titles.importing import document, limits, pdf_text
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.telling import document_of
from compagnon.titles.tests import documents


def refused(content: bytes, kind: str | None = None) -> str:
    with pytest.raises(Unreadable) as error:
        document.read(content, kind=kind)
    assert error.value.detail
    return error.value.code


def test_nothing_and_nonsense() -> None:
    assert refused(b"") == "empty"
    assert refused(b" \n\t") == "empty"
    assert refused(b"\x00\x01\x02" * 400) == "not-text"
    assert refused("Une lettre à ma tante.".encode()) == "not-recognised"
    for kind in document.KINDS:
        assert refused("Une lettre à ma tante.".encode(), kind)


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 1000)
    assert refused(b"a" * 1001) == "too-large"


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LINES", 100)
    assert refused(documents.reac(documents.LAYOUTS["2013"]).encode()) == "too-many-lines"


def test_xml_with_entities_is_refused() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<FICHES><FICHE><INTITULE>&b;</INTITULE></FICHE></FICHES>"
    )
    assert refused(bomb.encode()) == "forbidden-xml"
    outside = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        "<FICHES><FICHE><INTITULE>&f;</INTITULE></FICHE></FICHES>"
    )
    assert refused(outside.encode()) == "forbidden-xml"


def test_broken_xml() -> None:
    assert refused(b'<?xml version="1.0"?><FICHES><FICHE>') == "damaged"
    assert refused(b'<?xml version="1.0"?><AUTRE/>') == "not-recognised"
    deep = b'<?xml version="1.0"?>' + b"<a>" * 5000 + b"</a>" * 5000
    assert refused(deep) in ("not-recognised", "damaged")


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_archives() -> None:
    assert refused(archive({"a.csv": b"0" * 30_000_000})) == "archive-bomb"
    assert refused(archive({f"{n}.csv": b"x" for n in range(100)})) == "too-many"
    assert refused(archive({"a.txt": b"x"})) == "not-recognised"
    assert refused(archive({"a.csv": b"x"})[:-30]) == "damaged"
    sheet = '"Numero_Fiche";"Formacode_Code";"Formacode_Libelle"\r\n"RNCP1";"31004";"31004 : X"\r\n'
    (found,) = document.read(archive({"dossier/f.csv": sheet.encode()}))
    assert [one.code for one in found.formacode] == ["31004"]


def test_pdf_that_cannot_be_read() -> None:
    assert refused(b"%PDF-1.7\n garbage") in ("damaged", "no-text-layer")
    blank = documents.pdf(" \n")
    assert refused(blank) == "no-text-layer"


def test_pdf_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PDF_SECONDS", 0.05)
    with pytest.raises(Unreadable) as error:
        pdf_text.pages_of(documents.pdf("Bonjour"))
    assert error.value.code == "too-slow"


def test_locked_pdf() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(documents.pdf("Bonjour"))).pages:
        writer.add_page(page)
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert refused(out.getvalue()) == "locked"


@pytest.mark.parametrize(
    "text",
    [
        "FICHE COMPÉTENCE PROFESSIONNELLE\n" * 3000,
        "Critères de performance\n" + "a" * 200_000,
        "Fiche compétence professionnelle n° 1\n" + "x, " * 60_000,
        "| a | b |\n" * 8000 + "Vue synoptique\n" + "| 1 | A | 1 | B |\n" * 8000,
        "(*" * 30_000 + "\nCapacités attestées\n1. A\n" + "b (*).\n" * 300,
        "arrêté du " * 20_000,
        "Code RNCP : 1\n" + "Bloc de compétence n°1 de\n" * 5000,
        "titre professionnel de " * 20_000 + " niveau III se compose de trois activités types",
    ],
    ids=range(8),
)
def test_time_is_bounded(text: str) -> None:
    for kind in document.KINDS:
        start = time.process_time()
        with contextlib.suppress(Unreadable):
            document.read(text.encode(), kind=kind)
        assert time.process_time() - start < 8, kind


# --- anything at all ----------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "FICHE COMPÉTENCE PROFESSIONNELLE", "N° 1", "n° 12", "FICHE ACTIVITÉ TYPE N° 2", "1. ",
        "Critères de performance", "Description de la compétence", "Savoirs", "| a | b |", "|||",
        "Liste des activités types et des compétences professionnelles", "Vue synoptique", "- x",
        "Compétences transversales de l'emploi", "FICHE DES COMPÉTENCES TRANSVERSALES", "\f", "",
        "T2SI | TP-00485 | REAC | 08 | 19/03/2013 | 19/03/2013 | 3/38", "Capacités attestées",
        "(*) Au moins une compétence sur les quatre", "b ([*).", "Codes ROME :", "52321 - X",
        "■ CCP – A", "CCS – B", "Code TP – 00485", "Code RNCP : 227", "Niveau : III.", "Intitulé",
        "Bloc de compétence n°1 de la fiche n° 227 - A", "<table><tr><td rowspan=9>A<td>B</table>",
        "A → B", "Ancien TP | Nouveau TP", "Tableau des activités", "arrêté du 31/02/2013",
        "Base légale", "X Le jury", "En contrat d'apprentissage X", "Accessible en Polynésie X",
        "Conditions d'inscription", "FICHE EMPLOI TYPE", "SOMMAIRE", "AUTORITÉ RESPONSABLE",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=30), max_size=60).map("\n".join)


def survives(content: bytes, kind: str | None) -> None:
    try:
        found = document.read(content, kind=kind)
    except Unreadable:
        return
    for one in found:
        told: dict[str, Any] = document_of(one)
        assert told["losses"]["counted"]["competences"] == len(one.competences())


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(document.KINDS))
def test_any_text_is_read_or_refused(text: str, kind: str) -> None:
    survives(text.encode(errors="replace"), kind)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.sampled_from((None, *document.KINDS)))
def test_any_bytes_are_read_or_refused(content: bytes, kind: str | None) -> None:
    if not content.startswith(b"%PDF"):
        survives(content, kind)


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(TEXTS, st.sampled_from(document.KINDS))
def test_many_texts(text: str, kind: str) -> None:
    survives(text.encode(errors="replace"), kind)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_reac_with_lines_lost_or_moved_is_read_or_refused(data: st.DataObject) -> None:
    lines = documents.reac(documents.LAYOUTS["2019, layout kept"]).split("\n")
    for _round in range(data.draw(st.integers(1, 30))):
        at = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = lines[other] if data.draw(st.booleans()) else ""
    survives("\n".join(lines).encode(), None)

"""Documents of templates and data: what they conform to, and what is refused."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from compagnon.core.errors import Invalid, NotFound, TooLarge
from compagnon.titles.documents.booklet import Row, TitleGained, WindowLine, booklet
from compagnon.titles.documents.engine import MOST_TEXT, Standard, render
from compagnon.titles.proving.reading import squeeze
from compagnon.titles.tests import proofs

TODAY = date(2026, 11, 22)


def made(language: str = "fr", **changes: object) -> str:
    row = Row(code="CCP 1", name="Assister", decided_on=date(2026, 10, 2), number="AT-1")
    title = {"code": "TP-00485", "name": "Technicien", "rows": [row]} | changes
    content = booklet(
        holder="Claire Moreau", issuer="Centre", titles=[TitleGained(**title)], today=TODAY,
        language=language,
    )  # fmt: skip
    return " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())


def window(day: int, *, applies: bool = True) -> WindowLine:
    return WindowLine(
        says="Five years.", found="", cited="order of 2006", until=date(2026, 11, day),
        applies=applies,
    )  # fmt: skip


def test_a_booklet_counts_the_days_that_are_left():
    assert "il reste 1 jour." in made(windows=[window(23)]).replace("\u202f", " ")
    assert "8 days left" in made("en", windows=[window(30)])
    assert "ended on 21 November 2026" in made("en", windows=[window(21)])
    both = made("en", windows=[window(30, applies=False), window(25)], reason="The later text.")
    assert both.index("3 days left") < both.index("Does not apply:") < both.index("8 days left")
    assert "The later text." in both
    whole = made("en", whole_on=date(2026, 11, 1), whole_number="AT-2")
    assert "1 November 2026 (attestation AT-2)" in whole
    assert "left" not in whole


def test_it_is_accessible_and_archives_are_archives():
    root = PdfReader(BytesIO(proofs.sound_pdf())).root_object
    assert root["/MarkInfo"]["/Marked"].value is True
    assert str(root["/Lang"]).startswith("fr")
    assert "/StructTreeRoot" in root


@pytest.mark.parametrize("name", ["absent", "../engine", "frame.typ", "/etc/passwd", ""])
def test_no_other_file_is_a_template(name):
    with pytest.raises(NotFound):
        render(name, {}, standard=Standard.ACCESSIBLE)


def test_bounds_are_kept():
    with pytest.raises(TooLarge):
        render("booklet", {"title": "x" * (MOST_TEXT + 1)}, standard=Standard.ACCESSIBLE)
    with pytest.raises(TooLarge):
        render("booklet", {"x": ["y" * 40_000] * 60}, standard=Standard.ACCESSIBLE)
    with pytest.raises(Invalid):
        render("booklet", {"title": "x"}, standard=Standard.ACCESSIBLE)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_whatever_is_written_stays_letters(text):
    assert squeeze(text) in squeeze(made(name=f"a{text}z"))

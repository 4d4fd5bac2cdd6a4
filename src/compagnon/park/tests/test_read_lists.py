"""Files of lists: every kind read, hostile ones refused, columns and cells understood."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from compagnon.park.bringing import columns, tables, values
from compagnon.park.bringing.errors import UnreadableList

GLPI_FR = (
    "\ufeff\"Nom\";\"Entité\";\"Statut\";\"Fabricant\";\"Numéro de série\";\"Type\";\"Modèle\";"
    "\"Système d'exploitation - Nom\";\"Lieu\";\"Dernière modification\"\r\n"
    "\"PC-1\";\"Groupe > Lyon\";\"En service\";\"Dell Inc.\";\"5CG1\";\"Laptop\";\"Latitude\";"
    "\"Debian\";\"Siège\";\"22-11-2026 10:00\"\r\n"
)  # fmt: skip


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_glpi_in_french() -> None:
    table = tables.read(GLPI_FR.encode())
    assert table.rows[0][0] == "PC-1"
    assert columns.guess("assets", table.header) == {
        "Nom": "name", "Entité": "organisation", "Statut": "state", "Fabricant": "manufacturer",
        "Numéro de série": "serial", "Type": "type", "Modèle": "model",
        "Système d'exploitation - Nom": "", "Lieu": "site", "Dernière modification": "",
    }  # fmt: skip
    assert tables.read(GLPI_FR.encode("cp1252", "ignore")).header[4] == "Numéro de série"
    assert tables.read(GLPI_FR.encode("utf-16")).header[4] == "Numéro de série"


def test_glpi_in_english_and_its_json() -> None:
    header = "Name;Entity;Status;Manufacturer;Serial number;Type;Model;Location;Inventory number\n"
    found = columns.guess("assets", tables.read((header + "a;;;;;;;;\n").encode()).header)
    assert set(found.values()) == {
        "name", "organisation", "state", "manufacturer", "serial", "type", "model", "site",
        "inventory_number",
    }  # fmt: skip
    objects = [
        {"id": 1, "name": "PC-2", "serial": "S2", "otherserial": "I2", "links": [{"rel": "x"}],
         "states_id": "En stock", "locations_id": {"id": 3, "name": "Siège"}, "comment": None},
    ]  # fmt: skip
    for document in (objects, {"data": objects}, objects[0]):
        table = tables.read(json.dumps(document).encode())
        row = dict(zip(table.header, table.rows[0], strict=True))
        assert row["otherserial"] == "I2"
        assert row["locations_id"] == "Siège"
        assert "links" not in row
        assert columns.guess("assets", table.header)["states_id"] == "state"


def test_a_workbook_is_read_and_its_formulas_are_not_evaluated() -> None:
    content = workbook(
        ["Name", "Serial", "Bought", "Price"],
        ["pc", 1234.0, date(2026, 1, 2), 12.5],
        ["=1+1", "=HYPERLINK(\"http://x\")", None, True],
    )  # fmt: skip
    table = tables.read(content)
    assert table.rows[0] == ["pc", "1234", "2026-01-02", "12.5"]
    assert table.rows[1] == ["", "", "", "1"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (tables.MOST_UNPACKED + 1))
    return out.getvalue()


def evil_workbook() -> bytes:
    out = io.BytesIO()
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    sound = io.BytesIO(workbook(["Name"], ["a"]))
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(out, "w") as archive:
        for part in source.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            archive.writestr(part.filename, entity if is_sheet else source.read(part))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"PK\x03\x04 not an archive", "not_a_workbook"),
        (bomb(), "bomb"),
        (evil_workbook(), "not_a_workbook"),
        (b"[{" * 10, "not_json"),
        (b"[" * 100_000, "not_csv"),
        (b"{}", "no_header"),
        (b"a" + b";a" * 300 + b"\nb\n", "too_many_columns"),
        (b"a\n" * (tables.MOST_ROWS + 2), "too_many_rows"),
        (b"x" * (tables.MOST_BYTES + 1), "too_large"),
        (workbook(), "no_header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused(content: bytes, reason: str) -> None:
    if reason == "not_csv":
        # One cell of a hundred thousand brackets: a header, cut, and no row.
        assert tables.read(content).rows == []
        return
    with pytest.raises(UnreadableList) as refused:
        tables.read(content)
    assert refused.value.reason == reason


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        table = tables.read(content)
    except UnreadableList:
        return
    assert all(len(row) == len(table.header) for row in table.rows)
    assert len(set(table.header)) == len(table.header)


def test_cells() -> None:
    assert values.day("22/11/2026 10:12") == values.day("2026-11-22") == date(2026, 11, 22)
    assert values.money("1 234,50 €") == values.money("1,234.50") == Decimal("1234.50")
    assert values.state("En service") == "use"
    assert values.metric("Par utilisateur") == "user"
    for reader, text in (
        (values.day, "2026-02-31"), (values.day, "tomorrow"), (values.money, "-3"),
        (values.money, "NaN"), (values.whole, "0"), (values.whole, "²"), (values.state, "lost"),
        (values.metric, "?"),
    ):  # fmt: skip
        with pytest.raises(values.Unread):
            reader(text)


def test_a_mapping_is_read_both_ways_round() -> None:
    header = ["Poste", "SN"]
    wanted = {"Poste": "name", "SN": "serial"}
    assert columns.checked("assets", header, wanted) == wanted
    assert columns.checked("assets", header, {"name": "poste", "serial": "SN"}) == wanted
    assert columns.checked("assets", header, {"Poste": "password", "x": "name"}) == {
        "Poste": "", "SN": "",
    }  # fmt: skip
    assert columns.missing("assets", {"Poste": ""})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15", "2026-03-15"),
        ("15/03/2026 10:22", "2026-03-15"),
        ("15/03/26", "2026-03-15"),
        ("01.02.98", "1998-02-01"),
        ("15 mars 2026", "2026-03-15"),
        ("1er août 2024", "2024-08-01"),
        ("lun. 3 févr. 2025", "2025-02-03"),
        ("March 5th, 2026", "2026-03-05"),
        ("5 Dec 2023", "2023-12-05"),
    ],
)
def test_dates_as_people_write_them(text: str, expected: str) -> None:
    assert values.day(text).isoformat() == expected


@pytest.mark.parametrize("text", ["31/02/2026", "hier", "3 brumaire 2026", "15/13/26", "2026"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(values.Unread):
        values.day(text)

"""A spreadsheet runs nothing of what somebody typed: every export is tried."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from django.test import Client

from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
from compagnon.core.crud.export import FORMULA, safe
from compagnon.desk.models import Category, Ticket
from compagnon.park.models import Asset
from compagnon.people.models import Organisation, Person, Site

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
)


def is_formula(cell: str) -> bool:
    """As a spreadsheet reads it: numbers and dates begin so too, and are none."""
    if not cell or cell[0] not in "=+-@\t\r\n":
        return False
    try:
        float(cell.replace(",", ".").replace(" ", ""))
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("hostile", FORMULAS)
def test_a_cell(hostile: str) -> None:
    assert safe(hostile).startswith("'")
    assert hostile.startswith(FORMULA)


def test_every_export(world: World, administrator: Client) -> None:
    hostile = FORMULAS[0]
    for model, name in (
        (Ticket, "title"), (Person, "last_name"), (Organisation, "name"), (Site, "address"),
        (Category, "name"), (Asset, "name"), (Asset, "note"),
    ):  # fmt: skip
        for row in model.objects.all():
            # Names must differ.
            model.objects.filter(pk=row.pk).update(**{name: f"{hostile}{row.pk}"})
    tried = 0
    for route in routes():
        if not any(word in route.template for word in ("export", "csv", ".xlsx", "/file")):
            continue
        for address in route.tried(world.a):
            answer = administrator.get(address)
            if answer.status_code != 200:
                continue
            kind = answer["Content-Type"]
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if "csv" in kind:
                tried += 1
                text = body.decode("utf-8-sig")
                delimiter = ";" if text.split("\n", 1)[0].count(";") else ","
                for row in csv.reader(io.StringIO(text), delimiter=delimiter):
                    assert not [cell for cell in row if is_formula(cell)], (address, row)
            elif "spreadsheetml" in kind:
                tried += 1
                with zipfile.ZipFile(io.BytesIO(body)) as book:
                    for name in book.namelist():
                        if name.startswith("xl/worksheets/"):
                            assert b"<f>" not in book.read(name), address
    assert tried > 10

"""The CSV file: safe to open, bounded, read by batches."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.utils import translation

from compagnon.core.crud import Column, export
from compagnon.core.crud.tests.sample import SITES
from compagnon.people.models import Site
from compagnon.people.tests import factories


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_formula_is_made_text(text: str) -> None:
    assert export.safe(text) == f"'{text}"
    assert export.written(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Nantes", "a=1", "", "é", "'=1"])
def test_text_is_left_alone(text: str) -> None:
    assert export.safe(text) == text


def test_values_are_written_for_a_spreadsheet() -> None:
    assert export.written(-3) == -3
    assert export.written(None) == ""
    assert export.written(dt.date(2026, 3, 1)) == "2026-03-01"
    winter = dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC)
    assert export.written(winter) == "2026-01-02 00:30"
    with translation.override(None):
        assert export.written(True) == "Yes"


def lines(**more: Any) -> list[list[str]]:
    text = "".join(
        export.lines(SITES, [Column("name"), Column("address")], Site.objects.all(),
                     ordering="name", **more)
    )  # fmt: skip
    assert text.startswith("\ufeff")
    delimiter = ";" if translation.get_language() == "fr" else ","
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


@pytest.mark.django_db
def test_every_row_comes_once_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = factories.organisation()
    for number in range(7):
        factories.site(owner, f"S{number}", address='=cmd|"/c calc"!A1\n; "x"')
    monkeypatch.setattr(export, "BATCH", 3)
    found = lines()
    assert [line[0] for line in found[1:]] == [f"S{number}" for number in range(7)]
    assert found[1][1].startswith("'=cmd")
    with translation.override("en"):
        assert len(lines()) == 8


@pytest.mark.django_db
def test_the_file_stops_and_says_so() -> None:
    owner = factories.organisation()
    for number in range(4):
        factories.site(owner, f"S{number}")
    assert [line[0] for line in lines(most=4)][1:] == ["S0", "S1", "S2", "S3"]
    found = lines(most=3)
    assert len(found) == 5
    assert "3" in found[-1][0]

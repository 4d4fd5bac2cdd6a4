"""The values of a table's rows, by what a mapping says that each column feeds."""

from __future__ import annotations

from typing import Any

from compagnon.desk.bringing.dates import Dates, Moment
from compagnon.desk.bringing.mapping import TableMapping
from compagnon.desk.bringing.report import Report

Row = dict[str, str]


class RowValues:
    """Reads the values of rows, and names in the report those that it cannot read.

    ``kept_columns`` are those without a place of ours that go into a note.
    """

    def __init__(self, mapping: TableMapping, dates: Dates, report: Report) -> None:
        self.mapping = mapping
        self.dates = dates
        self.report = report
        self.kept_columns: frozenset[str] = frozenset()

    def moment(self, column: str, row: Row, reference: str, number: int) -> Moment | None:
        """Read a date; what cannot be read is named."""
        text = row.get(column, "").strip()
        if text.lower() in self.mapping.unknown:
            return None
        moment = self.dates.read(text)
        if moment is None:
            self.report.unmapped(column, text, reference=reference, why="bad_date")
        elif moment.odd:
            self.report.problem(moment.odd, reference=reference, row=number, detail=text)
        return moment

    def text(self, name: str, row: Row) -> str:
        """Give the text of a field; empty if the source does not know."""
        text = row.get(self.mapping.column(name), "").strip()
        return "" if text.lower() in self.mapping.unknown else text

    def value(self, name: str, row: Row, reference: str) -> Any:
        """Give our value of a field; ``None`` if unknown or without equivalent, which is named."""
        column = self.mapping.column(name)
        if not column or column not in row:
            return None
        raw = row[column].strip()
        if raw.lower() in self.mapping.unknown:
            return None
        found = self.mapping.values.get(name, {}).get(raw.lower())
        if found is None:
            self.report.unmapped(column, raw, reference=reference)
        else:
            self.report.mapped(column, raw, str(found))
        return found

    def name(self, name: str, row: Row) -> str | None:
        """Give a name that needs no equivalent; ``None`` if unknown."""
        column = self.mapping.column(name)
        if not column or column not in row:
            return None
        raw = " ".join(row[column].split())
        return None if raw.lower() in self.mapping.unknown else raw[:120]

    def category(self, row: Row) -> tuple[str, ...]:
        """Give the category's path, up to the first part that is not known."""
        parts = []
        for column in self.mapping.category:
            text = " ".join(row.get(column, "").split())
            if text.lower() in self.mapping.unknown:
                break
            parts.append(text[:80])
        return tuple(parts)

    def kept(self, row: Row) -> dict[str, str]:
        """Give what has no place of ours, by column."""
        found = {
            name: row[name].strip()[:2_000]
            for name in sorted(self.kept_columns)
            if row.get(name, "").strip().lower() not in self.mapping.unknown
        }
        for name, value in found.items():
            self.report.kept(name, value)
        return found

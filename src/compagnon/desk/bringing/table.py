"""A table read by a mapping: rows of one ticket put together, in order, each made a step."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

from compagnon.desk.bringing.dates import Dates, day_place
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.history import History
from compagnon.desk.bringing.mapping import TableMapping
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.rows import Row, RowValues
from compagnon.desk.bringing.spool import Spool
from compagnon.desk.bringing.table_ticket import Event, TableTicket
from compagnon.desk.bringing.texts import table

EVENTS_A_TICKET = 20_000


class TableReader:
    """Turns the rows of a table into histories.

    Args:
        needed: columns without which it is not that kind of table.
    """

    def __init__(
        self, mapping: TableMapping, dates: Dates, report: Report, needed: frozenset[str]
    ) -> None:
        self.mapping = mapping
        self.report = report
        self.values = RowValues(mapping, dates, report)
        self.needed = needed
        # Each file has its own order of columns.
        self._layouts: list[list[str]] = []
        # Where the days of the dates stand that can only be read in one way.
        self._days: set[int] = set()

    def spool(self, path: Path, spool: Spool) -> None:
        """Set the rows of a file aside by their ticket.

        Raises:
            UnreadableSource: it is no table, or not that kind.
        """
        mapping = self.mapping
        reference = mapping.column("reference")
        moment = mapping.column("at" if mapping.layout == "log" else "opened_at")
        first = True
        rows = table(
            path,
            self.report,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            known=self.needed | mapping.fed | mapping.ignore,
        )
        for number, row in rows:
            if first:
                self._check(row, path)
                first = False
            self.report.count("rows")
            key = row.get(reference, "").strip()
            if key.lower() in mapping.unknown:
                self.report.problem("missing_reference", row=number)
                continue
            self._days.add(day_place(row.get(moment, "")))
            spool.add("row", key[:200], [len(self._layouts) - 1, number, list(row.values())])
        if first:
            raise UnreadableSource("empty", f"{path.name} has no rows", name=path.name)

    def _check(self, row: Row, path: Path) -> None:
        mapping = self.mapping
        must = self.needed or frozenset(
            {mapping.column("reference"), mapping.column("at") or mapping.column("opened_at")}
        )
        if missing := must - row.keys():
            lacking = ", ".join(sorted(missing))
            raise UnreadableSource(
                "missing_columns",
                f"{path.name} lacks the columns {lacking}",
                name=path.name,
                detail=lacking,
            )
        names = [name for name in row if name not in mapping.fed]
        kept = [
            name
            for name in names
            if name not in mapping.ignore and (mapping.keep is None or name in mapping.keep)
        ]
        for name in sorted(set(names) - set(kept)):
            self.report.problem("not_read", detail=f"column {name}")
        self._layouts.append(list(row))
        self.values.kept_columns |= frozenset(kept)

    def histories(self, spool: Spool) -> Iterator[History]:
        """Give the tickets, by their reference."""
        if self.mapping.month_may_lead and 2 in self._days and 1 not in self._days:
            self.report.problem("month_first")
            self.values.dates.put_month_first()
        for reference, records in spool.groups("row"):
            rows = [
                (number, dict(zip(self._layouts[layout], values, strict=True)))
                for layout, number, values in records
            ]
            found = self._history(reference, rows)
            if found is not None:
                yield found

    # --- one ticket ------------------------------------------------------------------------------

    def _history(self, reference: str, rows: list[tuple[int, Row]]) -> History | None:
        events = self._events(reference, rows)
        if not events:
            self.report.leave(reference, "no_events", row=rows[0][0])
            return None
        if len(events) > EVENTS_A_TICKET:
            self.report.leave(reference, "too_many_events")
            return None
        if self.mapping.layout == "tickets":
            # A list joined with another, its tags or its tasks: they are no events of a ticket.
            for event in events[:-1]:
                self.report.problem("several_rows", reference=reference, row=event.number)
            del events[:-1]
        ticket = TableTicket(self.values, reference, events)
        return ticket.history()

    def _events(self, reference: str, rows: list[tuple[int, Row]]) -> list[Event]:
        mapping, report = self.mapping, self.report
        column = mapping.column("at" if mapping.layout == "log" else "opened_at")
        found: list[Event] = []
        seen: set[tuple[tuple[str, str], ...]] = set()
        for number, row in rows:
            same = tuple(sorted(row.items()))
            if same in seen:
                report.problem("duplicate", reference=reference, row=number)
                continue
            seen.add(same)
            self._count_unknown(row, reference)
            moment = self.values.moment(column, row, reference, number)
            if moment is None:
                report.problem("missing_time", reference=reference, row=number)
                continue
            found.append(Event(moment, _number(row.get(mapping.column("order"), "")), number, row))
        put = sorted(found, key=lambda event: (event.moment.clock, event.order, event.number))
        if put != found:
            report.problem("out_of_order", reference=reference, row=found[0].number)
        report.count("events", len(put))
        return put

    def _count_unknown(self, row: Row, reference: str) -> None:
        """Name what the source says it does not know; an empty cell says nothing."""
        for column, raw in row.items():
            value = raw.strip()
            if value and value.lower() in self.mapping.unknown:
                self.report.unmapped(column, value, reference=reference, why="unknown_value")


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if isfinite(found) else 0.0

"""A table read by a mapping: rows of one ticket put together, in order, each made a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compagnon.desk.bringing.dates import Dates, Moment
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.history import History, Somebody, Step, Words
from compagnon.desk.bringing.mapping import TableMapping
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.spool import Spool
from compagnon.desk.bringing.texts import table

EVENTS_A_TICKET = 20_000
TITLE, TEXT = 200, 100_000
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the log with its moment and its place."""

    moment: Moment
    order: float
    number: int
    row: Row


class TableReader:
    """Turns the rows of a table into histories.

    Args:
        needed: columns without which it is not that kind of table.
    """

    def __init__(
        self, mapping: TableMapping, dates: Dates, report: Report, needed: frozenset[str]
    ) -> None:
        self.mapping = mapping
        self.dates = dates
        self.report = report
        self.needed = needed
        # Each file has its own order of columns.
        self._layouts: list[list[str]] = []
        self._kept: frozenset[str] = frozenset()

    def spool(self, path: Path, spool: Spool) -> None:
        """Set the rows of a file aside by their ticket.

        Raises:
            UnreadableSource: it is no table, or not that kind.
        """
        mapping = self.mapping
        reference = mapping.column("reference")
        first = True
        rows = table(path, self.report, encoding=mapping.encoding, delimiter=mapping.delimiter)
        for number, row in rows:
            if first:
                self._check(row, path)
                first = False
            self.report.count("rows")
            key = row.get(reference, "").strip()
            if key.lower() in mapping.unknown:
                self.report.problem("missing_reference", row=number)
                continue
            spool.add("row", key[:60], [len(self._layouts) - 1, number, list(row.values())])
        if first:
            raise UnreadableSource("empty", f"{path.name} has no rows")

    def _check(self, row: Row, path: Path) -> None:
        mapping = self.mapping
        must = self.needed or frozenset(
            {mapping.column("reference"), mapping.column("at") or mapping.column("opened_at")}
        )
        if missing := must - row.keys():
            raise UnreadableSource(
                "missing_columns", f"{path.name} lacks the columns {', '.join(sorted(missing))}"
            )
        names = [name for name in row if name not in mapping.fed]
        kept = [
            name
            for name in names
            if name not in mapping.ignore and (mapping.keep is None or name in mapping.keep)
        ]
        for name in set(names) - set(kept):
            self.report.problem("not_read", detail=f"column {name}")
        self._layouts.append(list(row))
        self._kept |= frozenset(kept)

    def histories(self, spool: Spool) -> Iterator[History]:
        """Give the tickets, by their reference."""
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
            self.report.problem("no_events", reference=reference, row=rows[0][0])
            return None
        if len(events) > EVENTS_A_TICKET:
            self.report.problem("too_many_events", reference=reference)
            return None
        ticket = _Ticket(self, reference, events)
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
            moment = self.moment(column, row, reference, number)
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

    # --- one value -------------------------------------------------------------------------------

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
            for name in sorted(self._kept)
            if row.get(name, "").strip().lower() not in self.mapping.unknown
        }
        for name, value in found.items():
            self.report.kept(name, value)
        return found


class _Ticket:
    """One ticket of a table, from its rows in order."""

    def __init__(self, reader: TableReader, reference: str, events: list[Event]) -> None:
        self.reader = reader
        self.report = reader.report
        self.reference = reference
        self.events = events
        self.people: dict[str, Somebody] = {}

    def history(self) -> History:
        """Put it together."""
        reader, first, last = self.reader, self.events[0], self.events[-1]
        opening = self._opening(first)
        steps = list(self._steps())
        steps += self._after(last, steps)
        title, description = self._texts(first.row)
        closed = reader.moment(
            reader.mapping.column("closed_at"), last.row, self.reference, last.number
        )
        if closed is not None and closed.clock < last.moment.clock:
            self.report.problem(
                "closed_before_last_event", reference=self.reference, row=last.number
            )
        channel = reader.value("channel", first.row, self.reference)
        return History(
            reference=self.reference,
            title=title,
            description=description,
            opened_at=opening.at,
            opened_clock=opening.clock,
            requester=self._person("requester", first.row),
            opened_by=self._person("opened_by", first.row),
            steps=steps,
            people=self.people,
            kind=reader.value("kind", first.row, self.reference) or "incident",
            channel=channel or "desk",
            counted=self._counted(),
            ended_clock=closed.clock if closed else None,
            unknown_team_counts=reader.mapping.unknown_team_counts,
            kept=reader.kept(last.row),
        )

    def _opening(self, first: Event) -> Moment:
        reader = self.reader
        if reader.mapping.layout == "tickets":
            return first.moment
        column = reader.mapping.column("opened_at")
        opened = reader.moment(column, first.row, self.reference, first.number)
        if opened is None:
            self.report.problem("missing_opening", reference=self.reference, row=first.number)
            return first.moment
        if opened.clock > first.moment.clock:
            self.report.problem(
                "opened_after_first_event", reference=self.reference, row=first.number
            )
            return first.moment
        return opened

    def _texts(self, row: Row) -> tuple[str, Words]:
        reader = self.reader
        title = " ".join(reader.text("title", row).split())[:TITLE]
        if not title:
            category = reader.category(row)
            title = f"{self.reference} {' / '.join(category)}".strip()[:TITLE]
            self.report.problem("no_title", reference=self.reference)
        text = reader.text("description", row)
        if len(text) > TEXT:
            self.report.problem("too_long", reference=self.reference)
        return title, Words(text[:TEXT] or title, by_support=False)

    def _person(self, name: str, row: Row) -> str | None:
        named = self.reader.name(name, row)
        email = self.reader.text("requester_email", row) if name == "requester" else ""
        key = named or email
        if not key:
            return None
        # Who asks, who works and who writes are told apart by their column's name only where the
        # source itself names them apart.
        self.people.setdefault(key, Somebody(key, named or email, email))
        if email and not self.people[key].email:
            self.people[key] = Somebody(key, named or email, email)
        return key

    def _steps(self) -> Iterator[Step]:
        reader, mapping = self.reader, self.reader.mapping
        before: dict[str, Any] = {}
        for event in self.events:
            row = event.row
            values = self._values(row)
            state = reader.text("state", row)
            fresh = {
                name: value
                for name, value in values.items()
                if name not in before or before[name] != value
            }
            before |= values
            yield Step(
                at=event.moment.at,
                clock=event.moment.clock,
                by=self._person("by", row),
                values=fresh,
                source_state=state or mapping_unknown(row, mapping),
                words=self._message(row, fresh),
            )

    def _values(self, row: Row) -> dict[str, Any]:
        reader, reference = self.reader, self.reference
        values: dict[str, Any] = {}
        state = reader.value("state", row, reference)
        if state is not None:
            values["state"], _, reason = str(state).partition(":")
            values["pending_reason"] = reason or ("other" if values["state"] == "pending" else "")
        for name in ("impact", "urgency", "priority"):
            found = reader.value(name, row, reference)
            if found is not None:
                values[name] = found
        if reader.mapping.column("team"):
            values["team"] = reader.name("team", row)
        if reader.mapping.column("assignee"):
            values["assignee"] = self._person("assignee", row)
        if category := reader.category(row):
            values["category"] = category
        if item := reader.text("affected_item", row):
            values["affected_item"] = item[:120]
        return values

    def _message(self, row: Row, fresh: Mapping[str, Any]) -> Words | None:
        reader = self.reader
        text = reader.text("message", row)
        if text:
            public = reader.value("message_public", row, self.reference)
            return Words(text[:TEXT], public=public is True)
        solution = reader.text("solution", row)
        if fresh.get("state") == "solved" and solution:
            return Words(solution[:TEXT], is_solution=True)
        return None

    def _after(self, last: Event, steps: list[Step]) -> list[Step]:
        """Give the steps that a row a ticket tells by its dates alone."""
        if self.reader.mapping.layout == "log":
            return []
        reader, row, found = self.reader, last.row, []
        final = dict(steps[0].values)
        ends = final.get("state")
        steps[0] = _with_state(steps[0], "new")
        for name, state in (("solved_at", "solved"), ("closed_at", "closed")):
            moment = reader.moment(reader.mapping.column(name), row, self.reference, last.number)
            if moment is not None and moment.clock >= steps[0].clock:
                solution = reader.text("solution", row) if state == "solved" else ""
                words = Words(solution[:TEXT], is_solution=True) if solution else None
                found.append(
                    Step(
                        at=moment.at, clock=moment.clock, by=self._person("solved_by", row),
                        values={"state": state, "pending_reason": ""}, source_state=state,
                        words=words,
                    )
                )  # fmt: skip
        found.sort(key=lambda step: step.clock)
        if ends is not None and ends not in {step.values["state"] for step in found}:
            last_at = found[-1] if found else steps[0]
            found.append(
                Step(
                    at=last_at.at, clock=last_at.clock,
                    values={"state": ends, "pending_reason": final.get("pending_reason", "")},
                    source_state=reader.text("state", row),
                )
            )  # fmt: skip
        return found

    def _counted(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in ("reassignments", "reopenings"):
            column = self.reader.mapping.column(name)
            values = [
                int(text)
                for event in self.events
                if (text := event.row.get(column, "").strip()).isascii() and text.isdecimal()
                and len(text) < 9
            ]  # fmt: skip
            if values:
                found[name] = max(values)
                if values != sorted(values):
                    self.report.problem(
                        "counter_goes_back", reference=self.reference, detail=column
                    )
        return found


def mapping_unknown(row: Row, mapping: TableMapping) -> str | None:
    """Give how the source writes an unknown state; ``None`` where there is no such column."""
    column = mapping.column("state")
    return (row[column].strip() or "?") if column and column in row else None


def _with_state(step: Step, state: str) -> Step:
    return Step(
        at=step.at, clock=step.clock, by=step.by, source_state=state, words=step.words,
        values=dict(step.values) | {"state": state, "pending_reason": ""},
    )  # fmt: skip


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

"""One ticket of a table: its rows, in order, become a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compagnon.desk.bringing.dates import Moment
from compagnon.desk.bringing.history import History, Somebody, Step, Words, labels
from compagnon.desk.bringing.rows import Row, RowValues

TITLE, TEXT = 200, 100_000


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the log with its moment and its place."""

    moment: Moment
    order: float
    number: int
    row: Row


class TableTicket:
    """One ticket of a table, from its rows in order."""

    def __init__(self, reader: RowValues, reference: str, events: list[Event]) -> None:
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
            tags=labels(reader.text("tags", last.row)),
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
            title = (" / ".join(category) or self.reference)[:TITLE]
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
        reader = self.reader
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
                source_state=state or _unknown_state(row, reader),
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


def _unknown_state(row: Row, reader: RowValues) -> str | None:
    """Give how the source writes an unknown state; ``None`` where there is no such column."""
    column = reader.mapping.column("state")
    return (row[column].strip() or "?") if column and column in row else None


def _with_state(step: Step, state: str) -> Step:
    return Step(
        at=step.at, clock=step.clock, by=step.by, source_state=state, words=step.words,
        values=dict(step.values) | {"state": state, "pending_reason": ""},
    )  # fmt: skip

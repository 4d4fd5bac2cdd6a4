"""What became of every value: the report of losses, bounded whatever the file holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Of each field or column this many different values are named; the others are counted.
VALUES_NAMED = 1_000
# And so many in all: a table may have 500 columns.
VALUES_IN_ALL = 20_000
EXAMPLES = 5
VALUE_LENGTH = 200

# Why, in a sentence that a person reads; the code is what a program reads.
PROBLEMS = {
    "unknown_value": "the source marks the value as unknown",
    "no_equivalent": "a value for which nothing of ours stands",
    "bad_date": "a date that cannot be read",
    "no_such_time": "a local time that the clocks skipped; read as an hour later",
    "two_such_times": "a local time that the clocks showed twice; read as the first",
    "month_first": "dates are written month first in this file: read so",
    "missing_reference": "a row without a ticket number",
    "missing_time": "an event without a readable time",
    "missing_opening": "no date of opening: the first event's is taken",
    "opened_after_first_event": "opened after its first event: the first event's date is taken",
    "out_of_order": "rows that are not in the order of their times: put in order",
    "duplicate": "a row that repeats another entirely: read once",
    "several_rows": "a ticket on several rows, in a table of a row a ticket: the last is read",
    "contradictory_reassignments": "the source's count and its events differ",
    "contradictory_reopenings": "the source's count and its events differ",
    "counter_goes_back": "a counter that goes back",
    "closed_before_last_event": "closed before its last event: the event's date is taken",
    "ragged_row": "a row with more or fewer values than the header",
    "open_quote": "a quote that is not closed: read to the end of its line",
    "row_too_long": "a row too long to be one: not read",
    "null_characters": "null characters, taken out",
    "not_utf8": "not all of the file is UTF-8: the rest is read as Windows-1252",
    "back_to_new": "a state that goes back to new: shown as in progress",
    "missing_ticket": "it belongs to a ticket that the export does not hold",
    "missing_person": "a person whom the export does not hold: known by number only",
    "no_requester": "nobody asked: an unknown requester stands for them",
    "no_events": "a ticket of which nothing can be dated",
    "too_many_events": "more events than a ticket may have: not brought",
    "too_long": "a text longer than ours may be: cut",
    "no_title": "the source holds no title: made from the category or the number",
    "attachment_left": "a file is named, but the export does not hold it",
    "not_read": "a kind of record that is not read",
    "unreadable_record": "a record that has not the documented shape",
    "reference_taken": "another ticket has that number here: not brought (see --prefix)",
    "address_taken": "the address belongs to somebody of another organisation: left out",
    "history_differs": "what was brought before is told otherwise now: left as it is",
    "worked_on_here": "worked on here since it was brought: the new events are left out",
    "refused_here": "it could not be written",
}


@dataclass(slots=True)
class _Tally:
    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


class Report:
    """Counts, values that nothing stands for, and what was odd."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._unmapped: dict[str, dict[str, dict[str, Any]]] = {}
        self._beyond: dict[str, int] = {}
        self._problems: dict[str, _Tally] = {}
        self._kept: dict[str, dict[str, int]] = {}
        self._mapped: dict[str, dict[tuple[str, str], int]] = {}
        self._named = 0
        # Tickets that no history came of, and why.
        self.left: dict[str, str] = {}

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count."""
        self.counts[what] = self.counts.get(what, 0) + number

    def unmapped(
        self, name: str, value: object, *, reference: str = "", became: str = "", why: str = ""
    ) -> None:
        """Name a value of a field for which nothing of ours stands."""
        shown = str(value)[:VALUE_LENGTH]
        values = self._unmapped.setdefault(name, {})
        found = values.get(shown)
        if found is None:
            if not self._may_name(values):
                self._beyond[name] = self._beyond.get(name, 0) + 1
                return
            found = values[shown] = {
                "count": 0,
                "why": why or "no_equivalent",
                "became": became,
                "examples": [],
            }
        found["count"] += 1
        if reference and len(found["examples"]) < EXAMPLES and reference not in found["examples"]:
            found["examples"].append(reference)

    def mapped(self, name: str, value: str, became: str) -> None:
        """Tell that a value of a field became one of ours."""
        values = self._mapped.setdefault(name, {})
        key = (value[:VALUE_LENGTH], became)
        if key in values or self._may_name(values):
            values[key] = values.get(key, 0) + 1

    def kept(self, column: str, value: str) -> None:
        """Tell that a column without a place of ours is kept in a note."""
        values = self._kept.setdefault(column, {})
        shown = value[:VALUE_LENGTH]
        if shown in values or self._may_name(values):
            values[shown] = values.get(shown, 0) + 1
        else:
            self._beyond[column] = self._beyond.get(column, 0) + 1

    def _may_name(self, values: Mapping[Any, Any]) -> bool:
        """Tell whether one value more of a field may be named, and count it."""
        if len(values) >= VALUES_NAMED or self._named >= VALUES_IN_ALL:
            return False
        self._named += 1
        return True

    def problem(self, kind: str, *, reference: str = "", row: int = 0, detail: str = "") -> None:
        """Tell what was odd, with the ticket and the row of the first few."""
        if kind not in PROBLEMS:
            raise KeyError(kind)
        tally = self._problems.setdefault(kind, _Tally())
        tally.count += 1
        if len(tally.examples) < EXAMPLES * 4:
            example: dict[str, Any] = {"reference": reference[:VALUE_LENGTH]}
            if row:
                example["row"] = row
            if detail:
                example["detail"] = detail[:VALUE_LENGTH]
            tally.examples.append(example)

    def leave(self, reference: str, kind: str, *, row: int = 0) -> None:
        """Tell that a ticket is left out, and why."""
        self.problem(kind, reference=reference, row=row)
        self.left[reference] = kind

    def has(self, kind: str) -> bool:
        """Tell whether such a problem was met."""
        return kind in self._problems

    def losses(self) -> list[dict[str, Any]]:
        """Give what was not mapped, value by value, then what was odd, kind by kind."""
        return [*self._unmapped_values(), *self._problem_kinds()]

    def document(self) -> dict[str, Any]:
        """Give the whole report as plain values."""
        return {
            "counts": dict(self.counts),
            "unmapped": list(self._unmapped_values()),
            "unmapped_beyond": dict(self._beyond),
            "problems": list(self._problem_kinds()),
            "mapped": [
                {"field": name, "value": value, "became": became, "count": count}
                for name, values in self._mapped.items()
                for (value, became), count in values.items()
            ],
            "kept_in_notes": [
                {
                    "column": column,
                    "distinct": len(values) + self._beyond.get(column, 0),
                    "values": dict(sorted(values.items(), key=lambda each: -each[1])[:50]),
                }
                for column, values in self._kept.items()
            ],
        }

    def _unmapped_values(self) -> Iterator[dict[str, Any]]:
        for name, values in self._unmapped.items():
            for value, found in values.items():
                yield {"loss": "value", "field": name, "value": value, **found} | {
                    "explanation": PROBLEMS[found["why"]]
                }

    def _problem_kinds(self) -> Iterator[dict[str, Any]]:
        for kind, tally in self._problems.items():
            yield {
                "loss": "problem",
                "problem": kind,
                "count": tally.count,
                "explanation": PROBLEMS[kind],
                "examples": tally.examples,
            }

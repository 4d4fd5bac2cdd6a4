"""What an import reports, in the reader's language: the same sentences as ``bringing.report``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.desk.bringing.errors import UnreadableSource

EXPLANATIONS = {
    "unknown_value": _("the source marks the value as unknown"),
    "no_equivalent": _("a value for which nothing of ours stands"),
    "bad_date": _("a date that cannot be read"),
    "no_such_time": _("a local time that the clocks skipped; read as an hour later"),
    "two_such_times": _("a local time that the clocks showed twice; read as the first"),
    "month_first": _("dates are written month first in this file: read so"),
    "missing_reference": _("a row without a ticket number"),
    "missing_time": _("an event without a readable time"),
    "missing_opening": _("no date of opening: the first event’s is taken"),
    "opened_after_first_event": _("opened after its first event: the first event’s date is taken"),
    "out_of_order": _("rows that are not in the order of their times: put in order"),
    "duplicate": _("a row that repeats another entirely: read once"),
    "several_rows": _("a ticket on several rows, in a table of a row a ticket: the last is read"),
    "contradictory_reassignments": _("the source’s count and its events differ"),
    "contradictory_reopenings": _("the source’s count and its events differ"),
    "counter_goes_back": _("a counter that goes back"),
    "closed_before_last_event": _("closed before its last event: the event’s date is taken"),
    "ragged_row": _("a row with more or fewer values than the header"),
    "open_quote": _("a quote that is not closed: read to the end of its line"),
    "row_too_long": _("a row too long to be one: not read"),
    "null_characters": _("null characters, taken out"),
    "not_utf8": _("not all of the file is UTF-8: the rest is read as Windows-1252"),
    "back_to_new": _("a state that goes back to new: shown as in progress"),
    "missing_ticket": _("it belongs to a ticket that the export does not hold"),
    "missing_person": _("a person whom the export does not hold: known by number only"),
    "no_requester": _("nobody asked: an unknown requester stands for them"),
    "no_events": _("a ticket of which nothing can be dated"),
    "too_many_events": _("more events than a ticket may have: not brought"),
    "too_long": _("a text longer than ours may be: cut"),
    "no_title": _("the source holds no title: made from the category or the number"),
    "attachment_left": _("a file is named, but the export does not hold it"),
    "not_read": _("a kind of record that is not read"),
    "unreadable_record": _("a record that has not the documented shape"),
    "reference_taken": _("another ticket has that number here: not brought (see --prefix)"),
    "address_taken": _("the address belongs to somebody of another organisation: left out"),
    "history_differs": _("what was brought before is told otherwise now: left as it is"),
    "worked_on_here": _("worked on here since it was brought: the new events are left out"),
    "refused_here": _("it could not be written"),
}
# Why a file cannot be read at all, by the error's code; without one, its own message is told.
UNREADABLE = {
    "unreadable_file": _("%(name)s cannot be read."),
    "too_large": _("%(name)s is too large."),
    "empty": _("%(name)s holds nothing to import."),
    "too_many_files": _("%(name)s holds too many files."),
    "archive": _("%(name)s is an archive or a workbook: unpack it, or save it as CSV."),
    "encoding": _("%(name)s is no encoding."),
    "not_a_table": _("%(name)s is not a table: a quote may never be closed."),
    "not_json": _("%(name)s is not JSON. %(detail)s"),
    "no_header": _("%(name)s has no header: its first line names the columns."),
    "too_many_columns": _("%(name)s has too many columns."),
    "column_twice": _("%(name)s has columns of the same name: %(detail)s."),
    "missing_columns": _("%(name)s is no such export: it lacks the columns %(detail)s."),
    "zone": _("There is no time zone «%(name)s»."),
}
COUNTS = {
    "rows": _("rows read"),
    "events": _("events"),
    "tickets": _("tickets"),
    "created": _("created"),
    "extended": _("gone on with"),
    "unchanged": _("unchanged"),
    "refused": _("left out"),
    "persons_made": _("persons added"),
    "persons_found": _("persons known already"),
    "teams_made": _("teams added"),
    "categories_made": _("categories added"),
}
OUTCOMES = {name: COUNTS[name] for name in ("created", "extended", "unchanged", "refused")}


def losses(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the losses of a report, each with its explanation in words."""
    return [
        {**one, "words": EXPLANATIONS.get(one.get("why") or one.get("problem", ""), "")}
        for one in (*report.get("unmapped", ()), *report.get("problems", ()))
    ]


def unreadable(error: UnreadableSource) -> str:
    """Say in the reader's language why a file cannot be read."""
    words = UNREADABLE.get(error.code)
    if words is None or not error.name:
        return str(error)
    return (str(words) % {"name": error.name, "detail": error.detail}).strip()


def counts(report: Mapping[str, Any]) -> list[tuple[Any, int]]:
    """Give the counts of a report, each with its name."""
    found = report.get("counts", {})
    return [(label, found[name]) for name, label in COUNTS.items() if name in found]

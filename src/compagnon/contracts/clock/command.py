"""`compagnon clock`: count a stretch of time on a calendar, and say why, line by line.

Exit status: 0 counted; 1 refused (a bad calendar, an end before its start, …), said on standard
error and with `--json` in the one JSON document; 2 misused (unreadable arguments).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TextIO

from .builtin import BUILT_IN
from .calendars import DAY, Calendar
from .engine import ClockReading, LedgerLine, read_clock
from .errors import CalendarError, ClockError, InstantError, Problem
from .lookup import ResolveName, find_calendar
from .pauses import Note, Pause, pause_segments
from .schema_week import DAY_NAMES
from .texts import LANGUAGES, Language
from .words import duration_words, line_words, reading_words, reason_words
from .written import duration, moment
from .zones import load_zone, on_wall, resolve_local, to_seconds, wall_trouble

Written = date | datetime
"""A time as it was written: with its offset, or on a wall clock, or a date alone."""


def add_arguments(
    parser: argparse.ArgumentParser, *, with_json: bool = True, language: Language = "fr"
) -> None:
    """Declare the arguments of `clock` on `parser`; without `--json` when it has its own."""
    parser.add_argument(
        "--calendar",
        required=True,
        metavar="NAME_OR_FILE.json",
        help=f"a calendar file, or the name of a calendar (built in: {', '.join(BUILT_IN)})",
    )
    parser.add_argument(
        "--start",
        required=True,
        type=_time,
        metavar="T",
        help="ISO 8601; without offset, on a wall clock of the calendar's zone",
    )
    parser.add_argument(
        "--end", required=True, type=_time, metavar="T", help="the instant of the reading"
    )
    parser.add_argument(
        "--paused",
        action="append",
        default=[],
        type=_pause,
        metavar="A..B",
        help="a pause, as often as needed; B empty: still paused",
    )
    parser.add_argument(
        "--target", type=_target, metavar="SECONDS", help="14400, 4h, 1h30, 90m or PT4H"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=language, help="language of the words")
    if with_json:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )


def _time(text: str) -> Written:
    try:
        return moment(text)
    except ValueError:
        message = f"not an ISO 8601 date or time: {text[:64]!r}"
        raise argparse.ArgumentTypeError(message) from None


def _pause(text: str) -> tuple[Written | None, Written | None]:
    start, separator, end = text.partition(".." if ".." in text else "/")
    if not separator or not (start.strip() or end.strip()):
        raise argparse.ArgumentTypeError(f"expected A..B, not {text[:64]!r}")
    return (
        _time(start) if start.strip() else None,
        _time(end) if end.strip() else None,
    )


def _target(text: str) -> int:
    try:
        return duration(text)
    except ValueError:
        message = f"expected seconds or a duration such as 4h or 1h30: {text[:64]!r}"
        raise argparse.ArgumentTypeError(message) from None


def main(
    argv: Sequence[str],
    resolve_name: ResolveName | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run `clock` on its own; the exit status."""
    parser = argparse.ArgumentParser(prog="compagnon clock", description=__doc__)
    add_arguments(parser)
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    return run(args, resolve_name, stdout, stderr)


def run(
    args: argparse.Namespace,
    resolve_name: ResolveName | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Answer parsed arguments; the exit status (0 or 1)."""
    out, err = stdout or sys.stdout, stderr or sys.stderr
    try:
        found = answer(args, resolve_name)
    except ClockError as error:
        _write(err, f"compagnon clock: {error.text(args.lang)}\n")
        if args.json:
            _write(out, _as_json(refusal_document(error, args.lang)))
        return 1
    for note in found.notes:
        _write(err, f"{note.text(args.lang)}\n")
    page = "\n".join(page_lines(found, args.lang)) + "\n"
    _write(out, _as_json(document(found, args.lang)) if args.json else page)
    return 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command found."""

    calendar: Calendar
    reading: ClockReading
    notes: list[Note] = field(default_factory=list)


def answer(args: argparse.Namespace, resolve_name: ResolveName | None = None) -> Answer:
    """What parsed arguments ask for. ClockError when it is refused."""
    calendar = find_calendar(args.calendar, resolve_name)
    notes = _calendar_notes(calendar)

    def instant(written: Written) -> datetime:
        wall = written if isinstance(written, datetime) else datetime.combine(
            written, datetime.min.time()
        )  # fmt: skip
        found = resolve_local(wall, calendar.timezone)
        try:
            to_seconds(found)
        except InstantError:
            raise InstantError("instant_range", value=wall.isoformat()) from None
        trouble = wall_trouble(wall, calendar.timezone)
        if trouble:
            taken = on_wall(found, calendar.timezone)
            params = {"value": wall.isoformat(), "zone": calendar.timezone, "taken": taken}
            notes.append(Problem(trouble, params=params))
        return found

    start, end = instant(args.start), instant(args.end)
    if end < start:
        zone = calendar.timezone
        raise ClockError("end_before_start", start=on_wall(start, zone), end=on_wall(end, zone))
    pauses = [
        Pause(index, instant(low) if low else None, instant(high) if high else None)
        for index, (low, high) in enumerate(args.paused, 1)
    ]
    segments, about_pauses = pause_segments(calendar, args.target, start, end, pauses)
    return Answer(calendar, read_clock(segments, as_of=end), notes + about_pauses)


def _calendar_notes(calendar: Calendar) -> list[Note]:
    return [
        Problem("almost_midnight", params={"value": f"weekly.{day}"})
        for day, hours in zip(DAY_NAMES, calendar.weekly, strict=True)
        if hours and DAY - 60 <= hours[-1].end < DAY
    ]


def document(found: Answer, language: Language) -> dict[str, Any]:
    """The answer as the JSON document documented in docs/reference/clock.md."""
    reading, zone = found.reading, load_zone(found.calendar.timezone)

    def local(instant: datetime | None) -> str | None:
        return None if instant is None else instant.astimezone(zone).isoformat()

    result: dict[str, Any] = {
        "calendar": found.calendar.name,
        "timezone": found.calendar.timezone,
        "start": local(reading.start),
        "end": local(reading.as_of),
        "elapsed_seconds": reading.elapsed_seconds,
        "elapsed": duration_words(reading.elapsed_seconds),
        "duration_seconds": to_seconds(reading.as_of) - to_seconds(reading.start),
        "state": reading.state.value,
    }
    if reading.target_seconds is not None:
        result |= {
            "target_seconds": reading.target_seconds,
            "remaining_seconds": reading.remaining_seconds,
            "due": reading.due.value,
            "due_at": local(reading.due_at),
            "breached": reading.breached,
            "breached_at": local(reading.breached_at),
        }
    result["words"] = reading_words(reading, found.calendar.timezone, language)
    result["notes"] = [{"code": note.code, "text": note.text(language)} for note in found.notes]
    result["items"] = [_item(line, local, language) for line in reading.ledger]
    return result


def _item(
    line: LedgerLine, local: Callable[[datetime], str | None], language: Language
) -> dict[str, Any]:
    return {
        "start": local(line.start),
        "end": local(line.end),
        "duration_seconds": line.duration_seconds,
        "counted": line.counted_seconds > 0,
        "counted_seconds": line.counted_seconds,
        "open_seconds": line.open_seconds,
        "reason": line.why.value,
        "label": line.label.in_language(language) if line.label else "",
        "reason_words": reason_words(line, language),
        "calendar": line.calendar.name,
        "words": line_words(line, language),
    }


def refusal_document(error: ClockError, language: Language) -> dict[str, Any]:
    """A refusal as a JSON document: its code, its message, each problem with its path."""
    problems = error.problems if isinstance(error, CalendarError) else (error.problem,)
    return {
        "error": {
            "code": problems[0].code,
            "detail": error.text(language),
            "errors": [
                {"field": each.path, "code": each.code, "message": each.text(language)}
                for each in problems
            ],
        },
        "items": [],
    }


def page_lines(found: Answer, language: Language) -> list[str]:
    """The answer for a person, line by line."""
    calendar, reading = found.calendar, found.reading
    seconds = "s comptées" if language == "fr" else "s counted"
    return [
        f"{calendar.name} ({calendar.timezone})",
        f"{reading.elapsed_seconds} {seconds}",
        reading_words(reading, calendar.timezone, language),
        *(f"  {line_words(line, language)}" for line in reading.ledger),
    ]


def _as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _write(stream: TextIO, text: str) -> None:
    """Write, with "?" for what the terminal's encoding lacks (narrow spaces, arrows)."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))

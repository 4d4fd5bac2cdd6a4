"""``compagnon clock``: count a stretch of time on a calendar, and say why."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils.translation import get_language

from compagnon.contracts import queries
from compagnon.contracts.clock import BUILT_IN, Calendar, CalendarError, ClockError, Language
from compagnon.contracts.clock.command import add_arguments, answer, document, page_lines
from compagnon.core import commands
from compagnon.core.errors import Invalid, Text


class Command(commands.Command):
    """Count elapsed time on a calendar of the database, of a file, or built in."""

    help = (
        "Count the time between two instants on a calendar, line by line. The calendar is a JSON "
        "file, the code or the name of a calendar of the database, or a built-in name."
    )

    def arguments(self, parser: CommandParser) -> None:
        """Declare the arguments of the clock."""
        add_arguments(parser, with_json=False, language=_language())

    def carry_out(self, **options: Any) -> commands.Answer:
        """Count.

        Raises:
            Invalid: the calendar or the instants cannot be counted with.
        """
        asked = argparse.Namespace(**options)
        try:
            found = answer(asked, _calendar)
        except ClockError as error:
            raise _refusal(error, asked.lang) from error
        for note in found.notes:
            self.note(note.text(asked.lang))
        facts = document(found, asked.lang)
        items = facts.pop("items")
        return commands.Answer(items=items, facts=facts, lines=page_lines(found, asked.lang))


def _language() -> Language:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def _calendar(name: str) -> Calendar | None:
    """Find a calendar of the database; a name that is built in needs none."""
    try:
        return queries.calendar_named(name)
    except DatabaseError:
        if name in BUILT_IN:
            return None
        raise


def _refusal(error: ClockError, language: Language) -> Invalid:
    problems = error.problems if isinstance(error, CalendarError) else (error.problem,)
    fields: dict[str, list[Text]] = {}
    for problem in problems:
        if problem.path:
            fields.setdefault(problem.path, []).append(problem.text(language))
    return Invalid(error.text(language), code=problems[0].code, fields=fields)

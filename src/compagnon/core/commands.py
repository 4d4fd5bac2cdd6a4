"""What every command of the command line has in common.

A command subclasses :class:`Command` and writes ``carry_out``, which returns an :class:`Answer`.
With ``--json`` the answer is one JSON document on standard output, its list under ``items``;
without, its lines for a person. Logs are on standard error. The exit status is 0, 1 when
something was refused or failed (standard error says which), or 2 when the command was misused.
With ``--json`` there is always one document: where there is no answer it holds ``error``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from compagnon.core import misuse
from compagnon.core.errors import CompagnonError
from compagnon.core.misuse import OurParser


class Misused(CommandError):
    """The command line does not say something that can be done: exit status 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=2)


class Failed(CommandError):
    """Something was refused or failed; the message says which: exit status 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=1)


class SomeFailed(Failed):
    """The answer is told already; some of its things failed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found or did.

    Args:
        items: the document's list, one mapping for each thing.
        facts: what else the document holds, beside ``items``.
        lines: the same for a person, without ``--json``.
        failed: the names of the things that failed; any makes the exit status 1.
    """

    items: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    lines: Iterable[str] = ()
    failed: Sequence[str] = ()


class Command(BaseCommand):
    """The base of our commands; subclasses write ``arguments`` and ``carry_out``."""

    # Checks are for developers, and some ask the database, which may not be there yet.
    requires_system_checks: tuple[str, ...] = ()
    json = False

    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def carry_out(self, **options: Any) -> Answer:
        """Do the work.

        Raises:
            CompagnonError: it was refused: exit status 1.
            Failed: the same, where no service refused it.
            Misused: the arguments cannot be understood: exit status 2.
        """
        raise NotImplementedError

    def say(self, line: str = "") -> None:
        """Print a line for a person, at once; nothing with ``--json``."""
        if not self.json:
            self.stdout.write(line)

    def note(self, line: str) -> None:
        """Print a line beside the answer, on standard error, in both forms."""
        self.stderr.write(line, self.style.NOTICE)

    def add_base_argument(self, parser: CommandParser, *args: Any, **kwargs: Any) -> None:
        """Declare an argument of Django's; the first time, have the parser speak as we do.

        Django makes the parser itself, and this is what it calls before our own arguments are
        declared: the parsers of subcommands are then of the same class.
        """
        if not isinstance(parser, OurParser):

            def misused(refusing: OurParser, message: str) -> None:
                self._misused(refusing, message)

            parser.__class__ = type("Parser", (OurParser,), {"misused": misused})
        super().add_base_argument(parser, *args, **kwargs)

    def _misused(self, parser: OurParser, message: str) -> None:
        """Tell what the command line says wrong: on standard error, with ``--json`` in a document.

        Raises:
            Misused: called from Python.
        """
        with translation.override(language_of_terminal()):
            refusal = Misused(misuse.told(message))
            if self.json:
                self._print(Answer(facts={"error": problem_of(refusal)}))
            if not parser.called_from_command_line:
                raise refusal
            usage = parser.format_usage().removeprefix("usage:").strip()
            self.stderr.write(_("usage: %(line)s") % {"line": usage})
            self.stderr.write(f"{parser.prog}: {refusal}")

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as the command line asks."""
        # Known before the words are understood: what cannot be understood is told as well.
        self.json = "--json" in argv
        super().run_from_argv(argv)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare ``--json``, then the command's own arguments."""
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document on standard output"
        )
        self.arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the work and print the answer."""
        answer = self.carry_out(**options)
        self._print(answer)
        if answer.failed:
            raise SomeFailed(_("failed: %(names)s") % {"names": ", ".join(answer.failed)})

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; tell an expected error in a sentence, in the reader's language, never a traceback.

        Raises:
            CommandError: called from Python.
            SystemExit: called from the command line.
        """
        self.json = bool(options.get("json"))
        with translation.override(language_of_terminal()):
            try:
                return super().execute(*args, **options)
            except (CompagnonError, DatabaseError, CommandError) as error:
                if options.get("traceback"):
                    raise
                refusal = as_command_error(error)
                if self.json and not isinstance(error, SomeFailed):
                    self._print(Answer(facts={"error": problem_of(error)}))
                if not getattr(self, "_called_from_command_line", False):
                    raise refusal from error
                self.stderr.write(f"compagnon: {refusal}")
                sys.exit(refusal.returncode)

    def _print(self, answer: Answer) -> None:
        if self.json:
            document = {**answer.facts, "items": list(answer.items)}
            self.stdout.write(
                json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            )
        else:
            for line in answer.lines:
                self.stdout.write(line)


def language_of_terminal() -> str:
    """Give the language of the person at the terminal: the locale's if it is ours, or French."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            code = value[:2].lower()
            return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return settings.LANGUAGE_CODE


def as_command_error(error: Exception) -> CommandError:
    """Tell an expected error as one that carries an exit status."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, DatabaseError):
        return Failed(explain(error))
    return Failed(str(error))


def problem_of(error: Exception) -> dict[str, Any]:
    """Give the document of an error: what a program reads instead of the answer.

    Each has ``type``, ``title``, ``detail``, ``code`` and ``exit_status``, whatever the command.
    """
    refusal = as_command_error(error)
    if isinstance(error, CompagnonError):
        return error.problem() | {"exit_status": refusal.returncode}
    return problem_document(str(refusal), refusal.returncode)


def problem_document(detail: str, exit_status: int) -> dict[str, Any]:
    """Give the document of what no service refused: ``misused`` (2) or ``failed`` (1)."""
    code = "misused" if exit_status == 2 else "failed"
    return {
        "type": f"urn:compagnon:problem:{code}",
        "title": _("The command was misused") if code == "misused" else _("The command failed"),
        "detail": detail,
        "code": code,
        "exit_status": exit_status,
    }


def explain(error: DatabaseError) -> str:
    """Say what a database's error means and what to do, in a sentence."""
    detail = " ".join(str(error).split())
    if "no such table" in detail or (
        isinstance(error, ProgrammingError) and "does not exist" in detail
    ):
        return _("The database is not ready for this version. Run: compagnon migrate") + (
            f" ({detail[:200]})"
        )
    if isinstance(error, OperationalError):
        return _("The database does not answer. See COMPAGNON_DATABASE_URL. (%(detail)s)") % {
            "detail": detail[:300]
        }
    return _("The database refused: %(detail)s") % {"detail": detail[:300]}

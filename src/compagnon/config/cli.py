"""The ``compagnon`` command: every subcommand is a management command of the room it serves."""

from __future__ import annotations

import gc
import json
import os
import sys

from django.core.management import ManagementUtility, get_commands
from django.core.management.base import BaseCommand

from compagnon.config.environment import Misconfigured, _

# Allocations between two looks for garbage. Python's 700 had every start and every page pay a fifth
# of its time for looking through what stays: models, schemas, templates.
GARBAGE_AFTER = (50_000, 20, 20)


class CommandLine(ManagementUtility):
    """Django's own, under our name and with our exit status for what was misused."""

    prog_name = "compagnon"

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Give the command of that name, or exit with 2."""
        if subcommand not in get_commands():
            told = _("no command %(name)r; `compagnon help` lists them") % {"name": subcommand}
            sys.stderr.write(f"compagnon: {told}\n")
            tell_program(told)
            sys.exit(2)
        return super().fetch_command(subcommand)


def tell_program(detail: str, exit_status: int = 2) -> None:
    """Print the document of an error that came before any command could run, under ``--json``."""
    if "--json" not in sys.argv[2:]:
        return
    from compagnon.core.commands import problem_document

    document = {"error": problem_document(detail, exit_status), "items": []}
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the subcommand named on the command line.

    An expected error ends in a sentence and a status, never in a traceback: 1 when something was
    refused or failed, 2 when the command was misused.
    """
    gc.set_threshold(*GARBAGE_AFTER)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compagnon.config.settings")
    from django.db import DatabaseError

    utility = CommandLine(sys.argv)
    utility.prog_name = "compagnon"
    try:
        utility.execute()
        sys.stdout.flush()
    except Misconfigured as error:
        if "--json" in sys.argv[2:]:
            problem = {"code": "misused", "detail": error.message, "exit_status": 2}
            problem |= {"type": "urn:compagnon:problem:misused", "title": _("Unusable settings")}
            sys.stdout.write(json.dumps({"error": problem, "items": []}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        raise
    except DatabaseError as error:  # Django's own commands; ours explain it themselves
        if "--traceback" in sys.argv:
            raise
        from compagnon.core.commands import explain

        sys.stderr.write(f"compagnon: {explain(error)}\n")
        tell_program(explain(error), 1)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()

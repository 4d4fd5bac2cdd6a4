"""The ``compagnon`` command: every subcommand is a management command of the room it serves."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the subcommand named on the command line.

    An expected error ends in a sentence and a status, never in a traceback: 1 when something was
    refused or failed, 2 when the command was misused.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compagnon.config.settings")
    from django.core.management import ManagementUtility, get_commands
    from django.db import DatabaseError

    utility = ManagementUtility(sys.argv)
    utility.prog_name = "compagnon"
    try:
        name = sys.argv[1] if len(sys.argv) > 1 else "help"
        if not name.startswith("-") and name != "help" and name not in get_commands():
            sys.stderr.write(f"compagnon: no command {name!r}; `compagnon help` lists them\n")
            sys.exit(2)
        utility.execute()
        sys.stdout.flush()
    except DatabaseError as error:  # Django's own commands; ours explain it themselves
        if "--traceback" in sys.argv:
            raise
        from compagnon.core.commands import explain

        sys.stderr.write(f"compagnon: {explain(error)}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()

"""The ``compagnon`` command: every subcommand is a management command of the room it serves."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the subcommand named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compagnon.config.settings")
    from django.core.management import ManagementUtility

    utility = ManagementUtility(sys.argv)
    utility.prog_name = "compagnon"
    utility.execute()


if __name__ == "__main__":
    main()

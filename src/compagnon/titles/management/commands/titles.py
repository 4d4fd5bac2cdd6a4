"""``compagnon titles ACTION``: what can be done with titles from the command line."""

from __future__ import annotations

import argparse
import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.core.management.base import CommandParser

from compagnon.core import commands
from compagnon.core.commands import Answer
from compagnon.titles import commands as actions

JSON_HELP = "print one JSON document on standard output"


@cache
def modules() -> dict[str, ModuleType]:
    """Give the module that does each action, by the action's name."""
    found = (
        import_module(f"{actions.__name__}.{one.name}")
        for one in pkgutil.iter_modules(actions.__path__)
    )
    return {module.NAME: module for module in found}


class Command(commands.Command):
    """Import official documents, decide on a candidacy."""

    help = "Import the official documents of titles; decide on a candidacy described in JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare each action with its own arguments; ``--json`` stands before or after it."""
        parser.add_argument("--json", action="store_true", help=JSON_HELP)
        choices = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, module in modules().items():
            one = choices.add_parser(name, help=module.HELP, description=module.HELP)
            # Suppressed: the default would take back what stood before the action.
            one.add_argument(
                "--json", action="store_true", default=argparse.SUPPRESS, help=JSON_HELP
            )
            module.arguments(one)

    def carry_out(self, **options: Any) -> Answer:
        """Do the action named."""
        answer: Answer = modules()[options["action"]].carry_out(self, **options)
        return answer

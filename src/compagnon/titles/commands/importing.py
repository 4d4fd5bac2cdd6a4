"""``compagnon titles import FILE…``: official documents, recognised and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser

from compagnon.core.commands import Answer

if TYPE_CHECKING:
    from compagnon.core.commands import Command

NAME = "import"
HELP = "Recognise official documents of titles, print what they hold, and keep it."


def arguments(parser: CommandParser) -> None:
    """The files, what they are, and whether to write."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")


def carry_out(command: Command, **options: Any) -> Answer:
    """Read each file; one that is refused fails alone."""
    return Answer()

"""``compagnon migrate``: Django's own, which also answers with one document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.utils.translation import gettext as _

from compagnon.config.migrating import unrepeated_drawing
from compagnon.config.migrations_state import applied_migrations
from compagnon.core import commands


class Command(commands.Command, Migrate):
    """Bring the tables up to this version."""

    def arguments(self, parser: CommandParser) -> None:
        """Declare Django's own."""
        Migrate.add_arguments(self, parser)

    def carry_out(self, **options: Any) -> commands.Answer:
        """Migrate; what Django tells of its progress is no part of the document.

        Raises:
            Failed: the folder of the embedded database cannot be made.
        """
        make_room(settings.DATABASES["default"])
        before = set(applied_migrations()) if self.json else set()
        told = self.stdout
        if self.json:
            self.stdout = self.stderr
        try:
            with unrepeated_drawing():
                Migrate.handle(self, **options)
        finally:
            self.stdout = told
        if not self.json:
            return commands.Answer()
        after = set(applied_migrations())
        return commands.Answer(
            items=[
                *({"migration": name, "applied": True} for name in sorted(after - before)),
                *({"migration": name, "applied": False} for name in sorted(before - after)),
            ]
        )


def make_room(database: dict[str, Any]) -> None:
    """Make the folder of the embedded database, as that of the data is made.

    Args:
        database: Django's setting for it; nothing is done for another kind.

    Raises:
        Failed: it cannot be made.
    """
    if not database["ENGINE"].endswith("sqlite3"):
        return
    folder = Path(database["NAME"]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise commands.Failed(
            _("COMPAGNON_DATABASE_URL: %(folder)s cannot be made: %(error)s")
            % {"folder": folder, "error": error.strerror or error}
        ) from error

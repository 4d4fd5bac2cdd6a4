"""``compagnon restore``: an archive takes the place of what is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.config.archive import restore_archive
from compagnon.config.management.commands.backup import facts_of, items_of
from compagnon.config.migrations_state import pending_migrations
from compagnon.core import commands


class Command(commands.Command):
    """Check an archive wholly, then put it in place of what is here."""

    help = "Check an archive made by `compagnon backup`, then put it in place of what is here."

    def arguments(self, parser: CommandParser) -> None:
        """Declare the archive."""
        parser.add_argument("file", type=Path, help="an archive made by compagnon backup")
        parser.add_argument(
            "--force", action="store_true", help="replace a database that is not empty"
        )

    def carry_out(self, **options: Any) -> commands.Answer:
        """Restore."""
        manifest = restore_archive(options["file"].expanduser(), force=options["force"])
        facts = facts_of(manifest)
        behind = bool(pending_migrations())
        lines = [
            _("Restored: %(rows)d rows, %(files)d files, as they were on %(made_at)s.") % facts
        ]
        if behind:
            lines.append(_("The archive is of an earlier version. Now run: compagnon migrate"))
        return commands.Answer(
            items=items_of(manifest),
            facts={**facts, "migrate_next": behind},
            lines=lines,
            failed=[f"files/{digest}" for digest in manifest.missing],
        )

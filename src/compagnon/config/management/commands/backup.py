"""``compagnon backup``: everything in one archive, while the product runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from compagnon.config.archive import Manifest, make_archive
from compagnon.config.archive.manifest import KEY
from compagnon.core import commands


class Command(commands.Command):
    """Write the database, the files and the key into one archive."""

    help = "Write the database, the files and the key into one archive, while Compagnon runs."

    def arguments(self, parser: CommandParser) -> None:
        """Declare the archive."""
        parser.add_argument("file", type=Path, help="the archive to write, a .tar.gz")
        parser.add_argument("--force", action="store_true", help="replace that file")

    def carry_out(self, **options: Any) -> commands.Answer:
        """Make it; what the disk should have had and had not makes the exit status 1."""
        target = options["file"].expanduser().absolute()
        began = time.monotonic()
        manifest = make_archive(target, overwrite=options["force"])
        facts = {
            "path": str(target),
            "bytes": target.stat().st_size,
            "seconds": round(time.monotonic() - began, 3),
            **facts_of(manifest),
        }
        return commands.Answer(
            items=items_of(manifest),
            facts=facts,
            lines=[
                _("%(path)s (%(size)s): %(rows)d rows, %(files)d files, version %(version)s.")
                % {**facts, "size": filesizeformat(facts["bytes"])},
                _("It holds personal data and the key that signs sessions: keep it where only you "
                  "can read it, and on another machine."),
            ],
            failed=[f"files/{digest}" for digest in manifest.missing],
        )  # fmt: skip


def facts_of(manifest: Manifest) -> dict[str, Any]:
    """Give what both commands tell of an archive."""
    return {
        "version": manifest.version,
        "database": manifest.vendor,
        "made_at": manifest.made_at,
        "rows": sum(manifest.counts.values()),
        "files": sum(name.startswith("files/") for name in manifest.members),
        "has_key": KEY in manifest.members,
        "missing": manifest.missing,
    }


def items_of(manifest: Manifest) -> list[dict[str, Any]]:
    """Give the tables and their rows: what an operator compares."""
    return [{"table": table, "rows": rows} for table, rows in sorted(manifest.counts.items())]

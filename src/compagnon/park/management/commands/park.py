"""``compagnon park import PATH…``: inventory files by the same path as the agents' requests."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.park import bring_list
from compagnon.park.ingestion.cutting import sentence
from compagnon.park.ingestion.enrolment import default_organisation
from compagnon.park.ingestion.intake import process
from compagnon.park.ingestion.keeping import SETTLED, Sender, keep, keep_refused
from compagnon.park.ingestion.understanding import understand
from compagnon.park.inventory import Unreadable, expected_facts
from compagnon.park.inventory.limits import DEFAULT
from compagnon.park.models import InventoryReport, Outcome
from compagnon.people.models import Organisation

# What stands beside inventories in a folder and is none.
NOT_INVENTORIES = frozenset(
    {".csv", ".html", ".log", ".md", ".pdf", ".py", ".rst", ".toml", ".txt"}
)


class Command(commands.Command):
    """What is done on the park from the command line."""

    help = (
        "import PATH…: pass inventory files (of FusionInventory, OCS and GLPI agents, compressed "
        "or not), or folders of them, through the same path as the agents' requests, and print "
        "what became of each. import-assets FILE: bring a list (CSV, XLSX, GLPI's CSV or JSON) "
        "by its columns, or only show what it would do."
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do and with what."""
        actions = parser.add_subparsers(
            dest="action", required=True, metavar="ACTION", parser_class=argparse.ArgumentParser
        )
        taking = actions.add_parser("import", help="inventory files, or folders of them")
        taking.add_argument("paths", nargs="+", metavar="PATH")
        taking.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        taking.add_argument(
            "--organisation", metavar="NAME", help="whose machines they are (name or number)"
        )

        bring_list.arguments(actions)

    def carry_out(self, **options: Any) -> Answer:
        """Import each file, in order; one that is refused fails alone."""
        if options["action"] == "import-assets":
            return bring_list.carry_out(organisation_of(options.get("organisation")), options)
        organisation = organisation_of(options.get("organisation"))
        items, failed = [], []
        for path in [one for name in options["paths"] for one in files_of(name)]:
            item = take(path, organisation)
            items.append(item)
            if item["outcome"] == Outcome.REFUSED:
                failed.append(f"{path}: {item['reason']}")
            told = f"{item['outcome']:<10} {item.get('name') or '-'}  {path.name}"
            self.say(f"{told}  ({item['reason']})")
        return Answer(items=items, failed=failed)


def organisation_of(name: str | None) -> Organisation:
    """Give the organisation named by its name or number, or the one that takes what is unplaced.

    Raises:
        Misused: there is none of that name, or several.
    """
    if not name:
        return default_organisation()
    wanted = Q(pk=int(name)) if name.isdecimal() and len(name) < 18 else Q(name__iexact=name)
    found = list(Organisation.objects.filter(wanted)[:2])
    if len(found) != 1:
        raise Misused(_("There is not one organisation of that name: %(name)s") % {"name": name})
    return found[0]


def files_of(name: str) -> Iterator[Path]:
    """Give the file named, or what the folder named holds.

    Raises:
        Misused: it is not there, or is neither a file nor a folder.
    """
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misused(_("%(path)s: %(reason)s") % {"path": name, "reason": reason}) from None
    if stat.S_ISREG(mode):
        yield path
        return
    if not stat.S_ISDIR(mode):
        raise Misused(_("%(path)s is neither a file nor a folder") % {"path": name})
    for top, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for each in sorted(names):
            one = Path(top, each)
            left_out = each.startswith(".") or one.suffix.lower() in NOT_INVENTORIES
            if not left_out and one.is_file():
                yield one


def take(path: Path, organisation: Organisation) -> dict[str, Any]:
    """Pass one file through, and say what became of it.

    The machine's facts stand beside ``file``, ``outcome``, ``reason``, ``detail`` and ``asset``.
    """
    item: dict[str, Any] = {
        "file": str(path), "outcome": str(Outcome.REFUSED), "reason": "", "detail": "",
        "asset": None,
    }  # fmt: skip
    try:
        with path.open("rb") as stream:
            raw = stream.read(DEFAULT.body_bytes + 1)
    except OSError as error:
        return item | {"reason": "unreadable_file", "detail": str(error)}
    sender = Sender(organisation_id=organisation.pk, source="import", file_name=path.name)
    try:
        reading = understand(raw)
    except Unreadable as error:
        if len(raw) <= DEFAULT.body_bytes:
            keep_refused(raw, sender, error)
        sentence = f"{error.sentence} {error.detail}".strip()
        return item | {"reason": error.reason_code, "detail": sentence}
    return item | told(*_settled(raw, sender)) | expected_facts(reading)


def _settled(raw: bytes, sender: Sender) -> tuple[InventoryReport, bool]:
    kept = keep(raw, sender, enqueue=False)
    if kept.is_repeated and kept.report.outcome in SETTLED:
        return kept.report, True
    actor = Actor.system("import", source=Source.IMPORT)
    return process(kept.report.pk, actor=actor), False


def told(report: InventoryReport, is_repeated: bool) -> dict[str, Any]:
    """Say what became of a report; the very same one again changed nothing."""
    return {
        "outcome": str(Outcome.UNCHANGED if is_repeated else report.outcome),
        "reason": "seen" if is_repeated else report.reason,
        "detail": "" if is_repeated else f"{report.detail} {sentence(report.cuts)}".strip(),
        "asset": report.asset_id,
    }

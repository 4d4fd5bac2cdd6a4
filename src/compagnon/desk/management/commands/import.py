"""``compagnon import SOURCE FILE…``: another desk's history, with its true dates."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.desk import bringing_words
from compagnon.desk.bringing import mapping as mappings
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.mapping import TableMapping
from compagnon.desk.bringing.sources import SOURCES, source_named
from compagnon.desk.services import bringing
from compagnon.desk.services.bringing import Asked
from compagnon.people.models import Organisation

LOSSES_SHOWN = 40


class Command(commands.Command):
    """Rebuild tickets from another desk's export; run again, it adds only what is new."""

    help = (
        "Import another desk's history: tickets with their true dates, states, assignments, "
        "reopenings and messages. See docs/operate/import.md."
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to read and where to."""
        parser.add_argument("source", type=source_named, choices=sorted(SOURCES),
                            metavar="SOURCE", help=", ".join(sorted(SOURCES)))  # fmt: skip
        parser.add_argument("paths", nargs="+", metavar="FILE", help="a file, or a folder of JSON")
        parser.add_argument("--mapping", type=Path, help="for csv: how its columns are read")
        parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
        parser.add_argument("--detail", action="store_true", help="one item for each ticket")
        parser.add_argument("--zone", default="", help="where dates without a zone are local")
        parser.add_argument(
            "--organisation", default="", help="number or name; made if no organisation has it"
        )
        parser.add_argument("--prefix", default="", help="put before every ticket's number")

    def carry_out(self, **options: Any) -> Answer:
        """Import, and print the report."""
        actor = Actor.system("import", source=Source.IMPORT)
        asked = Asked(
            source=options["source"],
            paths=[_path(name) for name in options["paths"]],
            organisation=self._organisation(actor, options["organisation"], options["dry_run"]),
            organisation_name=options["organisation"],
            mapping=_mapping(options["mapping"], options["source"]),
            zone=_zone(options["zone"]),
            prefix=options["prefix"],
            dry_run=options["dry_run"],
        )
        outcome = bringing.run(
            actor=actor, asked=asked, detail=options["detail"], progress=self._progress
        )
        document = outcome.document
        losses = [*document["unmapped"], *document["problems"]]
        # Left out on purpose or put right: the import did what it was asked.
        failed = (
            [f"{document['counts']['refused']} tickets"] if document["counts"]["refused"] else []
        )
        return Answer(
            items=outcome.items if options["detail"] else losses,
            facts={**document, "losses": losses},
            lines=list(_lines(document, outcome.items)),
            failed=failed,
        )

    def _progress(self, done: int, total: int) -> None:
        self.note(_("%(done)s of %(total)s tickets") % {"done": done, "total": total})

    def _organisation(self, actor: Actor, named: str, dry_run: bool) -> Organisation | None:
        if not named:
            return None
        if named.isascii() and named.isdecimal():
            found = Organisation.objects.filter(pk=int(named)).first() if len(named) < 19 else None
            if found is None:
                raise Misused(_("There is no organisation %(name)s.") % {"name": named})
            return found
        return bringing.organisation_named(actor, named, make=not dry_run)


def _path(name: str) -> Path:
    path = Path(name)
    if not path.exists() or not os.access(path, os.R_OK):
        raise Misused(_("%(path)s cannot be read.") % {"path": name})
    return path


def _mapping(path: Path | None, source: str) -> TableMapping | None:
    if path is None:
        if source == "csv":
            raise Misused(_("A CSV file needs --mapping."))
        return None
    try:
        return mappings.read(path)
    except UnreadableSource as error:
        raise Misused(bringing_words.unreadable(error)) from error


def _zone(name: str) -> str:
    if name:
        try:
            mappings.zone_named(name)
        except UnreadableSource as error:
            raise Misused(bringing_words.unreadable(error)) from error
    return name


def _lines(document: Mapping[str, Any], items: list[dict[str, Any]]) -> Iterator[str]:
    yield _("%(source)s into %(organisation)s%(dry)s") % {
        "source": SOURCES[document["source"]],
        "organisation": document["organisation"]["name"],
        "dry": _(" (dry run: nothing is written)") if document["dry_run"] else "",
    }
    for label, count in bringing_words.counts(document):
        yield f"  {label!s:<24} {count:>8}"
    losses = [*document["unmapped"], *document["problems"]]
    for loss in losses[:LOSSES_SHOWN]:
        if loss["loss"] == "value":
            yield f"  {loss['field']} = {loss['value']!r}: {loss['count']} ({explained(loss)})"
        else:
            told = ", ".join(
                filter(
                    None, (one["reference"] or one.get("detail") for one in loss["examples"][:5])
                )
            )
            yield f"  {loss['problem']}: {loss['count']} ({explained(loss)}) {told}"
    if len(losses) > LOSSES_SHOWN:
        yield _("  … and %(count)s more: see --json") % {"count": len(losses) - LOSSES_SHOWN}
    for kept in document["kept_in_notes"]:
        yield _("  %(column)s: kept in a note (%(count)s values)") % {
            "column": kept["column"],
            "count": kept["distinct"],
        }
    for item in items:
        states = ", ".join(f"{name} {value} s" for name, value in item["seconds_in_state"].items())
        yield (
            f"{item['reference']}  {item['state']}  reassigned {item['reassignments']}, "
            f"reopened {item['reopenings']}  {states}"
        )


def explained(loss: Mapping[str, Any]) -> str:
    """Say why a value was lost or what was odd, in the reader's language."""
    return str(bringing_words.EXPLANATIONS[loss.get("why") or loss["problem"]])

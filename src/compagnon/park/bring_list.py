"""``compagnon park import-assets FILE``: a list of assets, custody or licences, by its columns."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.park.bringing.columns import FIELDS
from compagnon.park.bringing.tables import MOST_BYTES
from compagnon.park.services import bringing
from compagnon.people.models import Organisation

MOST_MAPPING = 1024 * 1024


def arguments(actions: Any) -> None:
    """Declare the action and its arguments."""
    taking = actions.add_parser("import-assets", help="a list of assets: CSV, XLSX or GLPI's JSON")
    taking.add_argument("file", metavar="FILE")
    taking.add_argument(
        "--mapping", metavar="FILE", help='JSON: {"column": "field"}; guessed without'
    )
    taking.add_argument("--kind", choices=sorted(FIELDS), default="assets")
    taking.add_argument("--dry-run", action="store_true", help="show, write nothing")
    taking.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    taking.add_argument("--organisation", metavar="NAME", help="whose it is (name or number)")


def carry_out(organisation: Organisation, options: dict[str, Any]) -> Answer:
    """Bring the list, or show what it would do; refused lines fail alone.

    Raises:
        Misused: a file is not there, or the mapping is not one.
        Invalid: the list cannot be read.
    """
    actor = Actor.system("import", source=Source.IMPORT)
    mapping = _mapping(options["mapping"]) if options["mapping"] else None
    content = _bytes(options["file"], MOST_BYTES)
    kind: str = options["kind"]
    with transaction.atomic():
        looked = bringing.look(
            actor=actor, kind=kind, organisation=organisation, content=content, mapping=mapping
        )
        if not options["dry_run"]:
            bringing.write_lines(actor=actor, kind=kind, looked=looked)
            journal.record(
                actor=actor, verb="list.write", subject=organisation,
                organisation_id=organisation.pk,
                after={"kind": kind, "file": Path(options["file"]).name, **looked.plan.counts},
            )  # fmt: skip
    items = [one.told for one in looked.plan.lines]
    counts = looked.plan.counts
    unused = [column for column, name in looked.mapping.items() if not name]
    return Answer(
        items=items,
        facts={
            "file": options["file"],
            "format": looked.table.format,
            "dry_run": bool(options["dry_run"]),
            "counts": counts,
            "columns": looked.mapping,
            "left_out_columns": unused,
        },
        lines=[
            f"{one['line']:>5} {one['action']:<10} {one['name']} "
            f"{' '.join([*one['problems'], *one['left_out']])}".rstrip()
            for one in items
        ],
        failed=[f"{one['line']}: {one['name']}" for one in items if one["action"] == "refused"],
    )


def _bytes(name: str, most: int) -> bytes:
    try:
        with Path(name).open("rb") as stream:
            return stream.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misused(_("%(path)s: %(reason)s") % {"path": name, "reason": reason}) from None


def _mapping(name: str) -> dict[str, str]:
    """Read a mapping: ``{"column": "field"}``, alone or under ``columns``."""
    try:
        said = json.loads(_bytes(name, MOST_MAPPING))
    except (ValueError, RecursionError):
        raise Misused(_("%(path)s is not a mapping in JSON") % {"path": name}) from None
    if isinstance(said, dict):
        said = said.get("columns", said.get("mapping", said))
    if not isinstance(said, dict) or not said:
        raise Misused(_("%(path)s is not a mapping in JSON") % {"path": name})
    return {str(left): str(right or "") for left, right in said.items()}

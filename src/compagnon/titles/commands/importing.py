"""``compagnon titles import FILE…``: official documents, recognised and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.core.errors import CompagnonError
from compagnon.titles.importing import document, limits
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.importing.telling import document_of
from compagnon.titles.services import referentials, referentials_matching

if TYPE_CHECKING:
    from compagnon.core.commands import Command

NAME = "import"
HELP = "Recognise official documents of titles, print what they hold, and keep it."
SUFFIXES = {".txt", ".md", ".pdf", ".xml", ".zip", ".csv", ".text", ".markdown"}
# Of an export with many sheets, so many are told and written; ``--only`` names those wanted.
MOST_SHEETS = 500


def arguments(parser: CommandParser) -> None:
    """The files, what they are, and whether to write."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a text, a PDF with a text layer, an RNCP export (XML, CSV, a zip or folder of CSV)",
    )
    parser.add_argument(
        "--kind", choices=document.KINDS, help="what the file is; told from its content otherwise"
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument(
        "--only",
        action="append",
        metavar="NUMBER",
        help="of an RNCP export, only the sheet of this number; may be repeated",
    )


def carry_out(command: Command, **options: Any) -> Answer:
    """Read each file; one that is refused fails alone.

    Raises:
        Misused: a path is not there.
    """
    only = {one.upper() for one in options["only"] or ()}
    items, failed = [], []
    for path, parts in list(sources(options["files"])):
        item = one_file(path, parts, options["kind"], only, dry_run=options["dry_run"])
        items.append(item)
        if item["refused"]:
            failed.append(f"{path}: {item['refused']['detail']}")
            command.note(f"compagnon: {path}: {item['refused']['detail']}")
        for line in told(item):
            command.say(line)
    return Answer(items=items, facts={"dry_run": options["dry_run"]}, failed=failed)


def sources(names: list[str]) -> Iterator[tuple[Path, list[Path]]]:
    """Give the files named; of a folder, its CSV files together, and each other file it holds.

    Raises:
        Misused: a path is not there.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.is_file())
            tables = [one for one in inside if one.suffix.lower() == ".csv"]
            if tables:
                yield path, tables
            yield from (
                (one, [one])
                for one in inside
                if one not in tables and one.suffix.lower() in SUFFIXES
                and not one.name.upper().startswith("README")
            )  # fmt: skip
        elif path.is_file():
            yield path, [path]
        else:
            raise Misused(f"{name} is neither a file nor a folder")


def one_file(
    path: Path, parts: list[Path], kind: str | None, only: set[str], *, dry_run: bool
) -> dict[str, Any]:
    """Recognise one file, or the files of one export, and keep what it holds.

    The item is what :func:`document_of` gives, flat, when there is one title in it; with several,
    they stand under ``sheets``. ``refused`` says why nothing was read or kept.
    """
    item: dict[str, Any] = {"file": str(path), "refused": None}
    try:
        contents = [(part.name, _bytes(part)) for part in parts]
        if len(parts) > 1 or path.is_dir():
            found = document.read_export(contents)
        else:
            found = document.read(contents[0][1], name=path.name, kind=kind)
    except Unreadable as error:
        return item | {"kind": kind, "refused": {"code": error.code, "detail": error.detail}}
    except OSError as error:
        return item | {"kind": kind, "refused": {"code": "unreadable-file", "detail": str(error)}}
    chosen = [one for one in found if not only or one.rncp.upper() in only]
    if len(chosen) > MOST_SHEETS:
        detail = f"{len(chosen)} sheets, over {MOST_SHEETS}: name those wanted with --only"
        return item | {"kind": "rncp", "refused": {"code": "too-many-sheets", "detail": detail}}
    several = len(found) > 1
    content = contents[0][1] if len(contents) == 1 else _together(contents)
    sheets = [_sheet(one, path.name, content, several=several, dry_run=dry_run) for one in chosen]
    refused = next((one["refused"] for one in sheets if one["refused"]), None)
    if len(sheets) == 1:
        return item | sheets[0]
    kinds = {one["kind"] for one in sheets}
    return item | {
        "kind": kinds.pop() if len(kinds) == 1 else "rncp",
        "title": None,
        "code": None,
        "version": None,
        "sheets": sheets,
        "refused": refused,
    }


def _bytes(path: Path) -> bytes:
    # One byte over the limit is enough to refuse; a huge file is not read whole.
    with path.open("rb") as stream:
        return stream.read(limits.MAX_BYTES + 1)


def _together(contents: list[tuple[str, bytes]]) -> bytes:
    return b"\n".join(f"# {name}\n".encode() + content for name, content in contents)


def _sheet(
    found: Recognised, name: str, content: bytes, *, several: bool, dry_run: bool
) -> dict[str, Any]:
    """Tell one outline, and keep it unless it is a try or says nothing that can be kept."""
    item = document_of(found) | {"refused": None, "written": None, "matches": matches(found)}
    if item["code"] is None and item["matches"]:
        item["code"] = item["matches"]["code"]
    partial = found.kind == "rncp" and not found.activities
    if partial and (several or not item["matches"]):
        item["written"] = {"changed": {}, "new_version": False, "why": "no-block-in-it"}
        return item
    if dry_run:
        return item
    try:
        done = referentials.import_document(
            actor=Actor.system("titles", source=Source.COMMAND),
            found=found,
            name=name,
            content=content,
        )
    except CompagnonError as error:
        return item | {"refused": {"code": error.code, "detail": str(error)}}
    return item | {
        "written": {
            "code": done.version.title.code,
            "version": done.version.label,
            "new_version": done.is_new,
            "changed": done.changed,
            "unmatched": done.unmatched,
        }
    }


def matches(found: Recognised) -> dict[str, Any] | None:
    """Give the title and version already known that a document speaks of."""
    try:
        title = referentials_matching.title_of(found.code, found.rncp, found.title)
        version = referentials_matching.version_of(title, found) if title else None
    except DatabaseError:  # a try needs no database
        return None
    if title is None:
        return None
    return {"code": title.code, "title": title.name, "version": version.label if version else None}


def told(item: dict[str, Any]) -> Iterator[str]:
    """Tell an item to a person."""
    if item["refused"]:
        return
    for sheet in item.get("sheets", [item]):
        counted = sheet["losses"]["counted"]
        yield (
            f"{item['file']}: {sheet['kind']} {sheet['code'] or '-'} {sheet['title'] or '-'} "
            f"({sheet['version'] or '-'})"
        )
        for activity in sheet["activities"]:
            yield f"  {activity['number']}. {activity['name']}"
            for one in activity["competences"]:
                mark = f" ({one['mark']})" if one["mark"] else ""
                yield f"     {one['number']:>3}  {one['name']}{mark}  [{len(one['criteria'])}]"
        for one in sheet["transversal"]:
            yield f"       *  {one['name']}  [{len(one['criteria'])}]"
        for line in sheet["correspondences"]:
            right = " + ".join(line["to"]) or "Néant"
            yield f"  {' + '.join(line['from']) or '-'} → {right}"
        yield "  " + ", ".join(f"{name}: {count}" for name, count in counted.items() if count)
        for heading in ("unmatched", "ambiguous"):
            for loss in sheet["losses"][heading]:
                where = f" (line {loss['line']})" if loss["line"] else ""
                yield f"  {heading}: {loss['why']} {loss['text']}{where}"

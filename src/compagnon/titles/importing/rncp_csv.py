"""The RNCP's open data in CSV: ten files that share the sheet's number, any of them alone too."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from functools import partial

from compagnon.titles.importing import limits
from compagnon.titles.importing.dates import first_date
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import code_in
from compagnon.titles.importing.labels import fold
from compagnon.titles.importing.outline import Access, Activity, Code, Losses, Recognised
from compagnon.titles.importing.reading import squeeze, text_of
from compagnon.titles.importing.rncp_text import ROUTES, TITLE
from compagnon.titles.importing.rncp_text import code as level_code

Row = dict[str, str]
# A column of its own tells which of the ten files it is.
FILES = {
    "ancienne certification": "successions", "bloc competences code": "blocks",
    "ccn 1 numero": "conventions", "siret certificateur": "authorities",
    "formacode code": "formacode", "nsf code": "nsf", "siret partenaire": "partners",
    "codes rome code": "rome", "intitule": "standard", "si jury": "access",
}  # fmt: skip


def is_export(text: str) -> bool:
    """Tell whether a text opens like one of the ten files."""
    head = fold(text[:400].split("\n", 1)[0])
    return head.startswith(("numero fiche", "id fiche numero fiche")) or "numero fiche" in head


def read(files: Iterable[tuple[str, bytes]]) -> list[Recognised]:
    """Read one or several of the ten files together, a sheet for each number.

    Args:
        files: names and bytes.

    Raises:
        Unreadable: one is none of the ten, or there are too many sheets.
    """
    sheets: dict[str, Recognised] = {}
    shared = Losses()
    for name, content in files:
        _read_one(name, text_of(content), sheets, shared)
    if not sheets:
        raise Unreadable("no-row", "no row with a number of the register was found")
    for one in sheets.values():
        one.losses.unmatched += shared.unmatched
        one.losses.ambiguous += shared.ambiguous
        if not one.title:
            one.losses.miss("no-title")
        one.count()
        one.losses.counted["blocks"] = len(one.activities)
        if one.activities:
            one.losses.miss("competences-not-in-this-export", f"{len(one.activities)} blocks")
    return list(sheets.values())


def unpack(content: bytes) -> list[tuple[str, bytes]]:
    """Give the CSV files of an archive, none bigger than it may be.

    Raises:
        Unreadable: it is damaged, locked, or would unpack to more than the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(entries) > limits.MAX_ENTRIES:
                raise Unreadable("too-many", f"over {limits.MAX_ENTRIES} files in the archive")
            found: list[tuple[str, bytes]] = []
            left = limits.MAX_UNPACKED
            for entry in entries:
                if not entry.filename.lower().endswith(".csv"):
                    continue
                packed = max(entry.compress_size, 1)
                if entry.file_size > left or entry.file_size / packed > limits.MAX_RATIO:
                    raise Unreadable("archive-bomb", f"{entry.filename[:80]} unpacks to too much")
                # What the archive says of its sizes may be false: no more is read than it said.
                with archive.open(entry) as stream:
                    data = stream.read(entry.file_size + 1)
                if len(data) > entry.file_size:
                    raise Unreadable("archive-bomb", f"{entry.filename[:80]} unpacks to too much")
                left -= len(data)
                found.append((entry.filename.rpartition("/")[2], data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError,
            EOFError, OSError) as error:  # fmt: skip
        raise Unreadable(
            "damaged", f"this archive cannot be read: {type(error).__name__}"
        ) from None
    if not found:
        raise Unreadable("not-recognised", "no CSV file was found in the archive")
    return found


def _read_one(name: str, text: str, sheets: dict[str, Recognised], shared: Losses) -> None:
    delimiter = ";" if text[:400].count(";") >= text[:400].count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns: list[str] = []
    kind = ""
    unknown: set[str] = set()
    try:
        for number, cells in enumerate(reader, start=1):
            if not columns:
                columns = [fold(cell) for cell in cells]
                kind = next((FILES[one] for one in columns if one in FILES), "")
                if "numero fiche" not in columns or not kind:
                    raise Unreadable("not-recognised", f"{name}: not one of the ten files")
                continue
            if not any(cells):
                continue
            row = {key: _clean(cell) for key, cell in zip(columns, cells, strict=False)}
            if len(cells) != len(columns):
                shared.doubt("columns-differ", f"{name}: {len(cells)} / {len(columns)}", number)
            sheet = row.get("numero fiche", "").upper()
            if not re.fullmatch(r"(?:RNCP|RS)\d{1,6}", sheet):
                shared.miss("row-without-number", f"{name}: {' ; '.join(cells)[:120]}", number)
                continue
            if sheet not in sheets and len(sheets) >= limits.MAX_SHEETS:
                raise Unreadable("too-many", f"over {limits.MAX_SHEETS} sheets")
            found = sheets.setdefault(sheet, Recognised("rncp", rncp=sheet))
            _READERS[kind](row, found, number)
            unknown |= {one for one in columns if one not in _KNOWN and row.get(one)}
    except csv.Error as error:
        raise Unreadable("damaged", f"{name}: {error}") from None
    for one in sorted(unknown):
        shared.miss("column-not-kept", f"{name}: {one}")


def _clean(cell: str) -> str:
    return squeeze(cell.replace("''", "'"))


def _standard(row: Row, found: Recognised, _line: int) -> None:
    found.title = TITLE.sub("", row.get("intitule", ""))[: limits.MAX_NAME]
    found.code = found.code or code_in(row.get("intitule", ""))
    found.short_name = row.get("abrege libelle", "")[:40]
    level = row.get("nomenclature europe niveau", "")
    if level:
        one = level_code(level)
        if one.code.isdigit():
            found.levels.append(one)
        else:
            found.losses.doubt(
                "level-not-told", f"{level}: {row.get('nomenclature europe intitule', '')}"
            )
    found.valid_from = first_date(row.get("date effet", "")) or first_date(
        row.get("date decision", "")
    )
    found.valid_to = first_date(row.get("date fin enregistrement", ""))
    last_jo = first_date(row.get("date dernier jo", ""))
    if last_jo:
        found.facts["last_jo"] = last_jo.isoformat()
    found.facts["state"] = row.get("actif", "")


def _blocks(row: Row, found: Recognised, line: int) -> None:
    code = row.get("bloc competences code", "")
    figure = re.search(r"(\d+)$", code)
    number = int(figure[1]) if figure and int(figure[1]) < 1000 else len(found.activities) + 1
    if any(one.number == number for one in found.activities):
        return
    name = row.get("bloc competences libelle", "")[: limits.MAX_NAME]
    found.activities.append(Activity(number, name, block=number, block_code=code[:30], line=line))
    found.activities.sort(key=lambda one: one.number)


def _add(into: list[Code], code: str, label: str, edition: str = "") -> None:
    label = re.sub(r"^\s*[:-]\s*", "", label.removeprefix(code).strip())
    if code and all(one.code != code for one in into):
        into.append(Code(code[:20], label[:250], edition))


def _rome(row: Row, found: Recognised, _line: int) -> None:
    code = row.get("codes rome code", "")
    _add(found.rome, code, row.get("codes rome libelle", ""), "2" if code.isdigit() else "3")


def _nsf(row: Row, found: Recognised, _line: int) -> None:
    _add(found.nsf, row.get("nsf code", ""), row.get("nsf intitule", ""))


def _formacode(row: Row, found: Recognised, _line: int) -> None:
    _add(found.formacode, row.get("formacode code", ""), row.get("formacode libelle", ""))


def _authority(row: Row, found: Recognised, _line: int) -> None:
    name = row.get("nom certificateur", "")
    if name and name not in found.authority:
        found.authority = f"{found.authority} ; {name}".strip(" ;")[:250]


def _access(row: Row, found: Recognised, line: int) -> None:
    said = row.get("si jury", "")
    route = next((name for name, form in ROUTES if form.search(fold(said))), "")
    if not route:
        found.losses.miss("route-not-known", said, line)
    elif all(one.route != route for one in found.access):
        found.access.append(Access(route, True))


def _succession(row: Row, found: Recognised, _line: int) -> None:
    old, new = row.get("ancienne certification", ""), row.get("nouvelle certification", "")
    if old and old not in found.replaces:
        found.replaces.append(old)
    if new and new not in found.replaced_by:
        found.replaced_by.append(new)


def _tally(name: str, row: Row, found: Recognised, _line: int) -> None:
    if any(value for column, value in row.items() if column != "numero fiche"):
        found.facts[name] = found.facts.get(name, 0) + 1


_READERS: dict[str, Callable[[Row, Recognised, int], None]] = {
    "standard": _standard,
    "blocks": _blocks,
    "rome": _rome,
    "nsf": _nsf,
    "formacode": _formacode,
    "authorities": _authority,
    "access": _access,
    "successions": _succession,
    "partners": partial(_tally, "partners"),
    "conventions": partial(_tally, "conventions"),
}
_KNOWN = {
    "numero fiche", "intitule", "abrege libelle", "nomenclature europe niveau",
    "nomenclature europe intitule", "date effet", "date decision", "date fin enregistrement",
    "date dernier jo", "actif", "bloc competences code", "bloc competences libelle",
    "codes rome code", "codes rome libelle", "nsf code", "nsf intitule", "formacode code",
    "formacode libelle", "nom certificateur", "si jury", "ancienne certification",
    "nouvelle certification",
}  # fmt: skip

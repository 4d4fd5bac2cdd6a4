"""Read a table out of a file: CSV, an Excel workbook, or GLPI's JSON, within bounds.

Nothing of a workbook is evaluated: of a formula only the value that was kept with it is read.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from compagnon.park.bringing.errors import UnreadableList

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 2_000
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_LETTERS = 4_000
DELIMITERS = ";\t,|"


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and rows as long as it; ``format`` is ``csv``, ``xlsx`` or ``json``."""

    format: str
    header: list[str]
    rows: list[list[str]]


def read(content: bytes) -> Table:
    """Read a file; which kind it is is told from its bytes.

    Raises:
        UnreadableList: it is none of ours, or over the bounds.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableList("too_large")
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise UnreadableList("empty")
    if content.startswith(b"PK"):
        return _table("xlsx", _workbook(content))
    text = decoded(content)
    start = text.lstrip()
    # A first column may be named «[…]»; then it is no JSON, and is read as CSV.
    if start.startswith(("[", "{")):
        try:
            return _table("json", _objects(json.loads(text)))
        except (ValueError, RecursionError):
            if start.startswith("{") or start[1:].lstrip().startswith(("{", "]")):
                raise UnreadableList("not_json") from None
    return _table("csv", _lines(text))


def decoded(content: bytes) -> str:
    """Give a text: by its mark, else UTF-8 if all of it is, else Windows-1252."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _table(kind: str, lines: Iterable[list[str]]) -> Table:
    found = iter(lines)
    header: list[str] = []
    for line in found:
        if sum(1 for cell in line if cell) >= 1:
            header = [cell.lstrip("\ufeff") for cell in line]
            break
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableList("no_header")
    if len(header) > MOST_COLUMNS:
        raise UnreadableList("too_many_columns", str(MOST_COLUMNS))
    rows: list[list[str]] = []
    for line in found:
        if not any(line):
            continue
        if len(rows) >= MOST_ROWS:
            raise UnreadableList("too_many_rows", str(MOST_ROWS))
        rows.append([*line, *[""] * (len(header) - len(line))][: len(header)])
    return Table(kind, _named_once(header), rows)


def _named_once(header: list[str]) -> list[str]:
    """Give each column a name of its own: the second «Nom» is «Nom (2)»."""
    seen: dict[str, int] = {}
    found = []
    for rank, name in enumerate(header, start=1):
        told = name or f"#{rank}"
        seen[told] = seen.get(told, 0) + 1
        found.append(told if seen[told] == 1 else f"{told} ({seen[told]})")
    return found


def _lines(text: str) -> Iterator[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for line in reader:
            yield [cell_of(one) for one in line[: MOST_COLUMNS + 1]]
    except csv.Error as error:
        raise UnreadableList("not_csv", str(error)) from None


def _workbook(content: bytes) -> list[list[str]]:
    check_archive(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        try:
            if not book.worksheets:
                raise UnreadableList("not_a_workbook")
            rows: list[list[str]] = []
            # The dimension that a workbook says of itself is not believed.
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
                rows.append([cell_of(one) for one in row])
                if len(rows) > MOST_ROWS + 50:
                    raise UnreadableList("too_many_rows", str(MOST_ROWS))
            return rows
        finally:
            book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        DefusedXmlException,
        ParseError,
        SyntaxError,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        OverflowError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        # openpyxl has no error of its own for what a hostile workbook holds.
        raise UnreadableList("not_a_workbook", type(error).__name__) from None


def check_archive(content: bytes) -> None:
    """Refuse an archive that would unpack to more than a list can be.

    ``zipfile`` gives no more bytes of a part than its directory says, so the sum is a bound.

    Raises:
        UnreadableList: it is no archive, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableList("not_a_workbook") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableList("bomb")


def _objects(document: Any) -> Iterator[list[str]]:
    """Give GLPI's objects as lines: ``[{…}]``, ``{"data": [{…}]}``, or one object."""
    if isinstance(document, dict):
        inner = document.get("data", document.get("items"))
        document = inner if isinstance(inner, list) else [document]
    objects = [one for one in document if isinstance(one, dict)]
    if not objects:
        raise UnreadableList("empty")
    if len(objects) > MOST_ROWS:
        raise UnreadableList("too_many_rows", str(MOST_ROWS))
    header = list(dict.fromkeys(str(name) for one in objects for name in one))
    plain = [name for name in header if any(_said(one.get(name)) for one in objects)]
    yield plain
    for one in objects:
        yield [cell_of(_said(one.get(name))) for name in plain]


def _said(value: Any) -> Any:
    """Give what a value says: of an object its name; of a list nothing."""
    if isinstance(value, dict):
        value = value.get("completename") or value.get("name") or ""
    return "" if value is None or isinstance(value, list | dict) else value


def cell_of(value: Any) -> str:
    """Give a cell as trimmed text: whole numbers without a point, dates as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "".join(char for char in str(value) if char >= " " or char in "\n\t")
    return text.strip()[:MOST_LETTERS]

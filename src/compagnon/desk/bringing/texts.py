"""Text files from elsewhere: their encoding, their bounds, tables in them."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.report import Report

MAX_BYTES = 4 * 1024**3
# A field beyond is no value but a quote that was never closed.
MAX_FIELD = 1024 * 1024
MAX_COLUMNS = 500
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1024 * 1024
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Take out what no text holds: control characters (a line break stays), lone surrogates."""
    return _NOT_TEXT.sub("", text) if _NOT_TEXT.search(text) else text


def check_size(path: Path) -> None:
    """Refuse a file that is too big, or none.

    Raises:
        UnreadableSource: it cannot be read, or is beyond the bound.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableSource("unreadable_file", f"{path}: {error.strerror}") from error
    if not path.is_file():
        raise UnreadableSource("unreadable_file", f"{path} is not a file")
    if size > MAX_BYTES:
        raise UnreadableSource("too_large", f"{path} is over {MAX_BYTES // 1024**3} GiB")
    if size == 0:
        raise UnreadableSource("empty", f"{path} is empty")


def encoding_of(path: Path, report: Report | None = None) -> str:
    """Tell a text file's encoding: by its mark, else UTF-8 if all of it is, else Windows-1252."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith(b"PK\x03\x04"):
            raise UnreadableSource("archive", f"{path.name} is an archive or a workbook: unpack it")
        stream.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if report is not None:
                report.problem("not_utf8", detail=path.name)
            return "cp1252"
    return "utf-8-sig"


@contextmanager
def opened(path: Path, encoding: str, report: Report) -> Iterator[TextIO]:
    """Open a text file; what cannot be decoded is replaced."""
    check_size(path)
    try:
        known = codecs.lookup(encoding).name if encoding else encoding_of(path, report)
    except LookupError as error:
        raise UnreadableSource("encoding", f"{encoding} is no encoding") from error
    try:
        with path.open(encoding=known, errors="replace", newline="") as stream:
            yield stream
    except OSError as error:
        raise UnreadableSource("unreadable_file", f"{path}: {error.strerror}") from error


def table(
    path: Path, report: Report, *, encoding: str = "", delimiter: str = ""
) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of a CSV file by the names of its header, each with its number from 2.

    A row that has not as many values as the header is named in the report and passed over.

    Raises:
        UnreadableSource: it is no table.
    """
    with opened(path, encoding, report) as stream:
        # Not «strict»: a stray quote within a value is read as written.
        rows = csv.reader(_without_nulls(stream, report), delimiter=_delimiter(stream, delimiter))
        before = csv.field_size_limit(MAX_FIELD)
        try:
            header = [clean(name).strip() for name in next(rows, [])]
            _check_header(header, path)
            for number, row in enumerate(rows, start=2):
                if len(row) == len(header):
                    yield number, dict(zip(header, map(clean, row), strict=True))
                elif row:
                    report.problem(
                        "ragged_row", reference=clean(row[0])[:80], row=number,
                        detail=f"{len(row)} / {len(header)}",
                    )  # fmt: skip
        except csv.Error as error:
            raise UnreadableSource("not_a_table", f"{path.name}: {error}") from error
        finally:
            csv.field_size_limit(before)


def _delimiter(stream: TextIO, given: str) -> str:
    if given:
        return given
    start = stream.read(65_536)
    stream.seek(0)
    header = start.splitlines()[0] if start else ""
    return max(DELIMITERS, key=header.count)


def _without_nulls(stream: TextIO, report: Report) -> Iterator[str]:
    # «readline» with a bound: a file of one endless line is never read whole.
    while line := stream.readline(MAX_FIELD * 4):
        if "\x00" in line:
            report.problem("null_characters")
            line = line.replace("\x00", "")
        yield line


def _check_header(header: list[str], path: Path) -> None:
    if not any(header):
        raise UnreadableSource("no_header", f"{path.name} has no header")
    if len(header) > MAX_COLUMNS:
        raise UnreadableSource("too_many_columns", f"{path.name}: over {MAX_COLUMNS} columns")
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise UnreadableSource("column_twice", f"{path.name}: {', '.join(sorted(twice))}")

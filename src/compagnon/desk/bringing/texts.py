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
from compagnon.desk.bringing.quotes import rows
from compagnon.desk.bringing.report import Report

MAX_BYTES = 4 * 1024**3
# A field beyond is no value but a quote that was never closed.
MAX_FIELD = 1024 * 1024
MAX_COLUMNS = 500
DELIMITERS = (",", ";", "\t", "|")
MIXED = "compagnon.utf-8-or-windows-1252"
# Zip (and so workbooks), gzip, xz, bzip2, 7z, Zstandard.
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")
_CHUNK = 1024 * 1024
_SEPARATOR = re.compile('"?sep=([^"\r\n])"?[\r\n]', re.IGNORECASE)
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
        raise UnreadableSource(
            "unreadable_file", f"{path}: {error.strerror}", name=path.name
        ) from error
    if not path.is_file():
        raise UnreadableSource("unreadable_file", f"{path} is not a file", name=path.name)
    if size > MAX_BYTES:
        raise UnreadableSource(
            "too_large", f"{path} is over {MAX_BYTES // 1024**3} GiB", name=path.name
        )
    if size == 0:
        raise UnreadableSource("empty", f"{path} is empty", name=path.name)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252: exports put together from several hold both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(MIXED, _as_windows_1252)


def encoding_of(path: Path, report: Report | None = None) -> str:
    """Tell a text file's encoding: by its mark, UTF-16 by its null bytes, else UTF-8.

    What in it is not UTF-8 is read as Windows-1252 (:func:`opened`), and reported.
    """
    with path.open("rb") as stream:
        start = stream.read(64)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith(ARCHIVES):
            raise UnreadableSource(
                "archive", f"{path.name} is an archive or a workbook: unpack it", name=path.name
            )
        for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            # Without its mark: the header's letters have each a null byte on the same side.
            if len(start) > 3 and not any(start[at::2]) and all(start[1 - at :: 2]):
                return name
        stream.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if report is not None:
                report.problem("not_utf8", detail=path.name)
    return "utf-8-sig"


@contextmanager
def opened(path: Path, encoding: str, report: Report) -> Iterator[TextIO]:
    """Open a text file; what cannot be decoded is read as Windows-1252, else replaced."""
    check_size(path)
    try:
        known = codecs.lookup(encoding).name if encoding else encoding_of(path, report)
    except LookupError as error:
        raise UnreadableSource("encoding", f"{encoding} is no encoding", name=encoding) from error
    try:
        errors = MIXED if known == "utf-8-sig" else "replace"
        with path.open(encoding=known, errors=errors, newline="") as stream:
            yield stream
    except OSError as error:
        raise UnreadableSource(
            "unreadable_file", f"{path}: {error.strerror}", name=path.name
        ) from error


def table(
    path: Path,
    report: Report,
    *,
    encoding: str = "",
    delimiter: str = "",
    known: frozenset[str] = frozenset(),
) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of a CSV file by the names of its header, each with its number from 2.

    A row that has not as many values as the header is named in the report and passed over, unless
    what it has too many is empty; so is a header that comes again, where files were put one behind
    the other. Blank rows before the header are passed over too.

    Args:
        known: names that the header may write otherwise: «Incident State» for ``incident_state``.

    Raises:
        UnreadableSource: it is no table.
    """
    with opened(path, encoding, report) as stream:
        # Not «strict»: a stray quote within a value is read as written.
        lines = _without_nulls(stream, report)
        told = _told_delimiter(stream, lines)
        read = rows(lines, delimiter or told or _delimiter(stream), report, 2 if told else 1)
        before = csv.field_size_limit(MAX_FIELD)
        try:
            first = next(read, (0, []))[1]
            header = _named(_without_blank_end([clean(name).strip() for name in first]), known)
            _check_header(header, path)
            for number, row in read:
                if row and row == first:
                    report.problem("duplicate", row=number)
                elif len(row) >= len(header) and not any(map(str.strip, row[len(header) :])):
                    yield number, dict(zip(header, map(clean, row), strict=False))
                elif row:
                    report.problem(
                        "ragged_row", reference=clean(row[0])[:80], row=number,
                        detail=f"{len(row)} / {len(header)}",
                    )  # fmt: skip
        except csv.Error as error:
            raise UnreadableSource(
                "not_a_table", f"{path.name}: {error}", name=path.name
            ) from error
        finally:
            csv.field_size_limit(before)


def _told_delimiter(stream: TextIO, lines: Iterator[str]) -> str:
    """Give what a first line «sep=;», which spreadsheets understand, says; it is passed over."""
    found = _SEPARATOR.match(stream.read(16))
    stream.seek(0)
    if found is None:
        return ""
    next(lines)
    return found[1]


def _delimiter(stream: TextIO) -> str:
    start = stream.read(65_536)
    stream.seek(0)
    header = next((line for line in start.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=header.count)


def _without_nulls(stream: TextIO, report: Report) -> Iterator[str]:
    # «readline» with a bound: a file of one endless line is never read whole.
    while line := stream.readline(MAX_FIELD * 4):
        if "\x00" in line:
            report.problem("null_characters")
            line = line.replace("\x00", "")
        yield line


def _named(header: list[str], known: frozenset[str]) -> list[str]:
    """Give the header with known names as they are written here, if each is there once."""
    ours = {_plain(name): name for name in known}
    named = [ours.get(_plain(name), name) for name in header]
    return named if len(set(named)) == len(set(header)) else header


def _without_blank_end(header: list[str]) -> list[str]:
    """Give the header without the columns at its end that have no name: spreadsheets add them."""
    last = max((at for at, name in enumerate(header, start=1) if name), default=0)
    return header[:last]


def _plain(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _check_header(header: list[str], path: Path) -> None:
    if not any(header):
        raise UnreadableSource("no_header", f"{path.name} has no header", name=path.name)
    if len(header) > MAX_COLUMNS:
        raise UnreadableSource(
            "too_many_columns", f"{path.name}: over {MAX_COLUMNS} columns", name=path.name
        )
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise UnreadableSource(
            "column_twice", f"{path.name}: {names}", name=path.name, detail=names
        )

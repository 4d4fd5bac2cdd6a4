"""Rows of a table whose quotes may be wrong: one that is never closed swallows no other row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from compagnon.desk.bringing.report import Report

# Beyond it is no row, but a quote that was never closed.
MAX_ROW = 8 * 1024 * 1024
# So much is read twice at most, in a whole file: else a file of quotes is read without end.
MAX_AGAIN = 256 * 1024 * 1024


class _Lines(Iterator[str]):
    """Lines one by one; those that a row has taken may be given back, but for its first."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        self.size += len(line)
        if self.size > MAX_ROW:
            raise csv.Error("a row is over 8 MiB")
        return line

    def begin(self) -> None:
        """Begin a row."""
        self.taken, self.size = [], 0

    def give_back(self) -> None:
        """Give the row's lines again, but for the first."""
        self._back.extendleft(reversed(self.taken[1:]))


def rows(
    lines: Iterator[str], delimiter: str, report: Report, number: int
) -> Iterator[tuple[int, list[str]]]:
    """Give the rows, each with its number: first the header, the first that is not blank.

    A row that took in others because its quote is not closed is read to the end of its own line
    and named in the report, and the others are read; so is named what is too long to be a row.

    Args:
        number: of the first row.

    Raises:
        csv.Error: the header cannot be read, no row can, or there are quotes everywhere.
    """
    source = _Lines(lines)
    width = read = again = 0
    while True:
        source.begin()
        row, error = _next(source, delimiter)
        if row is None and error is None:
            return
        if not width:
            if error is not None:
                raise error
            width = len(row) if row and any(map(str.strip, row)) else 0
            if row and width:
                yield number, row
        else:
            if error is not None or _is_odd(source.taken, row, width, delimiter):
                again += source.size
                if again > MAX_AGAIN or (error and not read and len(source.taken) < 2):
                    raise error or csv.Error("quotes that are never closed")
                row = _mended(
                    source, row, width=width, delimiter=delimiter, report=report, number=number
                )
            if row is not None:
                read += 1
                yield number, row
        number += 1


def _next(source: _Lines, delimiter: str) -> tuple[list[str] | None, csv.Error | None]:
    """Give the next row, or why there is none; neither at the end."""
    try:
        return next(csv.reader(source, delimiter=delimiter), None), None
    except csv.Error as error:
        return None, error


def _mended(
    source: _Lines,
    row: list[str] | None,
    *,
    width: int,
    delimiter: str,
    report: Report,
    number: int,
) -> list[str] | None:
    """Give what an odd row is by itself, once what it took in is given back."""
    if _took_others(source.taken, width, delimiter):
        source.give_back()
        alone = _of_one_line(source.taken[0], delimiter)
        report.problem("open_quote", reference=alone[0] if alone else "", row=number)
        return alone or None
    if row is None:
        report.problem("row_too_long", row=number)
    return row


def _is_odd(taken: list[str], row: list[str] | None, width: int, delimiter: str) -> bool:
    """Tell whether a row of several lines is not as a table's should be."""
    if len(taken) < 2:
        return False
    if row is None or len(row) != width:
        return True
    try:
        next(csv.reader(iter(taken), delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _took_others(taken: list[str], width: int, delimiter: str) -> bool:
    """Tell whether a line that a row took is a whole row by itself."""
    return width > 1 and any(
        width in {len(_split(line, delimiter)), len(_of_one_line(line, delimiter))}
        for line in taken[1:]
    )


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _of_one_line(line: str, delimiter: str) -> list[str]:
    """Read a line whose quotes are wrong: they are letters, but for the one that opens."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
    except csv.Error:
        return []
    return [
        cell[1:] if cell.startswith('"') and cell.count('"') % 2
        else cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"'
        else cell
        for cell in cells
    ]  # fmt: skip

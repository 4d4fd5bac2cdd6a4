"""JSON exports of any size: records one by one, from files or folders of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.texts import clean, opened

# A record beyond is no ticket.
MAX_RECORD = 32 * 1024 * 1024
MAX_FILES = 200_000
MAX_DEPTH = 40
# Under which pages of results hold their records.
PAGES = frozenset({"items", "data"})
_CHUNK = 256 * 1024
_SPACES = " \t\r\n"


def files_of(path: Path) -> list[Path]:
    """Give the JSON files of a path: itself, or those of the folder and below, by name.

    Raises:
        UnreadableSource: there is none.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UnreadableSource(
            "unreadable_file", f"{path} is neither a file nor a folder", name=path.name
        )
    found = sorted(
        one
        for one in path.rglob("*")
        if one.suffix.lower() in {".json", ".jsonl", ".ndjson"}
        and one.is_file()
        and not one.is_symlink()
    )
    if not found:
        raise UnreadableSource("empty", f"{path} holds no JSON file", name=path.name)
    if len(found) > MAX_FILES:
        raise UnreadableSource(
            "too_many_files", f"{path} holds over {MAX_FILES} files", name=path.name
        )
    return found


def records(
    path: Path, report: Report, is_kind: Callable[[str], bool]
) -> Iterator[tuple[str, Any]]:
    """Give the records of a file, each with the kind under which it stands.

    A file is an array (its kind is the file's name), an object whose arrays are named by kind, or
    one record after the other (JSON lines). An object without any array of records is one record.

    Args:
        is_kind: whether a name is one of a kind of records, not of a field of a record.

    Raises:
        UnreadableSource: it is no JSON.
    """
    with opened(path, "", report) as stream:
        reader = _Reader(stream, path)
        kind = path.stem.lower()
        if reader.peek() == "[":
            yield from ((kind, one) for one in reader.array())
        else:
            while reader.peek():
                yield from reader.document(kind, is_kind)


class _Reader:
    """Decodes values one after the other, holding one at a time."""

    def __init__(self, stream: TextIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._text = ""
        self._place = 0
        self._decoder = json.JSONDecoder()
        self._ended = False

    def peek(self) -> str:
        """Give the next character that is no space; empty at the end."""
        while True:
            while self._place < len(self._text):
                char = self._text[self._place]
                if char not in _SPACES and char != "\ufeff":
                    return char
                self._place += 1
            if not self._more():
                return ""

    def array(self) -> Iterator[Any]:
        """Give the values of an array that begins here."""
        self._take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() == ",":
                self._place += 1
            elif self.peek() != "]":
                raise self._wrong()
        self._place += 1

    def document(self, kind: str, is_kind: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
        """Give what an object holds: the records of its arrays, or itself."""
        if self.peek() == "[":
            yield from ((kind, one) for one in self.array())
            return
        if self.peek() != "{":
            yield kind, self.value()
            return
        self._take("{")
        plain: dict[str, Any] = {}
        named: list[str] = []
        while self.peek() != "}":
            key = self.value()
            self._take(":")
            if (
                self.peek() == "["
                and "id" not in plain
                and is_kind(str(key))
                and self._of_records()
            ):
                named.append(key)
                for one in self.array():
                    yield (kind if key in PAGES else str(key).lower()), one
            else:
                plain[str(key)] = self.value()
            if self.peek() == ",":
                self._place += 1
            elif self.peek() != "}":
                raise self._wrong()
        self._place += 1
        if plain and not named:
            yield kind, plain
        elif plain:
            yield "+" + kind, plain

    def value(self) -> Any:
        """Give the value that begins here."""
        self.peek()
        while True:
            try:
                value, place = self._decoder.raw_decode(self._text, self._place)
            except RecursionError as error:
                raise self._wrong("too deep") from error
            except ValueError as error:
                if not self._more():
                    raise self._wrong(str(error)) from error
                if len(self._text) - self._place > MAX_RECORD:
                    raise self._wrong("a record is over 32 MiB") from error
                continue
            # A number at the very end of what was read may go on.
            if place == len(self._text) and isinstance(value, int | float) and self._more():
                continue
            self._place = place
            return _cleaned(value)

    def _of_records(self) -> bool:
        """Tell whether the array that begins here holds objects: else it is a plain value."""
        place = self._place + 1
        while True:
            while place < len(self._text):
                if self._text[place] not in _SPACES:
                    return self._text[place] == "{"
                place += 1
            kept = self._place
            if not self._more():
                return False
            place -= kept - self._place

    def _take(self, char: str) -> None:
        if self.peek() != char:
            raise self._wrong()
        self._place += 1

    def _more(self) -> bool:
        if self._ended:
            return False
        # What was not decoded grows by as much again, so that a long record is tried few times.
        chunk = self._stream.read(max(_CHUNK, len(self._text) - self._place))
        self._ended = not chunk
        self._text = self._text[self._place :] + chunk
        self._place = 0
        return bool(chunk)

    def _wrong(self, detail: str = "") -> UnreadableSource:
        return UnreadableSource(
            "not_json",
            f"{self._path.name} is not JSON {detail[:120]}".strip(),
            name=self._path.name,
            detail=detail[:120],
        )


def _cleaned(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return clean(value)
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, depth + 1) for one in value]
    return value

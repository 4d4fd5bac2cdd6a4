"""Text out of Outlook's compressed RTF (MS-OXRTFCP) and out of RTF itself.

Only words and line breaks are taken: fonts, colours, pictures and the HTML that Outlook hides in
RTF (MS-OXRTFEX) are passed over. Bounded in output, steps and depth; never fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compagnon.desk.inbound import charsets

MOST_BYTES = 1_000_000
"""Of RTF, once decompressed."""
DEEPEST = 200
COMPRESSED, STORED = b"LZFu", b"MELA"
WINDOW = 4096
# What both sides know beforehand (MS-OXRTFCP section 2.1.2.1).
DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
HEADER = 16

TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)",
    re.DOTALL,
)
SIGNS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t",
    b"cell": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip
ESCAPED = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n"}
HIDDEN = {
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer",
    b"footnote", b"listtable", b"listoverridetable", b"themedata", b"generator", b"xmlnstbl",
    b"fldinst", b"htmltag",
}  # fmt: skip


def decompress(data: bytes) -> tuple[bytes, bool]:
    """Give the RTF of a compressed body, and whether that is all of it."""
    if len(data) < HEADER:
        return b"", False
    size, kind = int.from_bytes(data[4:8], "little"), data[8:12]
    wanted = min(size, MOST_BYTES)
    if kind == STORED:
        found = data[HEADER : HEADER + wanted]
    elif kind == COMPRESSED:
        found = _unpacked(data[HEADER:], wanted)
    else:
        return b"", False
    return found, len(found) == size


def _unpacked(data: bytes, wanted: int) -> bytes:
    window = bytearray(DICTIONARY) + bytearray(WINDOW - len(DICTIONARY))
    place, at, end = len(DICTIONARY), 0, len(data)
    out = bytearray()
    while at < end and len(out) < wanted:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > end:
                    return bytes(out[:wanted])
                offset, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 0xF) + 2
                at += 2
                if offset == place:
                    return bytes(out[:wanted])
                for step in range(length):
                    one = window[(offset + step) % WINDOW]
                    out.append(one)
                    window[place] = one
                    place = (place + 1) % WINDOW
            else:
                if at >= end:
                    return bytes(out[:wanted])
                out.append(data[at])
                window[place] = data[at]
                place = (place + 1) % WINDOW
                at += 1
    return bytes(out[:wanted])


@dataclass(slots=True)
class _Group:
    """What holds between two braces: whether it is read, and how much a character replaces."""

    hidden: bool = False
    skip: int = 1


@dataclass(slots=True)
class _Page:
    label: str = "cp1252"
    out: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    """Bytes of the code page, decoded together: a letter may be two."""
    skipping: int = 0

    def put(self, text: str) -> None:
        self.flush()
        self.out.append(text)

    def flush(self) -> None:
        if self.raw:
            self.out.append(charsets.decode(bytes(self.raw), self.label).text)
            self.raw.clear()

    def bytes(self, data: bytes) -> None:
        """Add bytes, but those that only repeat a character given in Unicode."""
        dropped = min(self.skipping, len(data))
        self.skipping -= dropped
        self.raw += data[dropped:]


def to_text(rtf: bytes) -> str:
    """Give the words of an RTF document; nothing where it is none."""
    if not rtf.lstrip().startswith(b"{\\rtf"):
        return ""
    page, groups = _Page(), [_Group()]
    position = 0
    data = rtf[:MOST_BYTES]
    while (token := TOKEN.match(data, position)) is not None:
        position = token.end()
        word, number, _code, _sign, brace, _plain = token.groups()
        if brace is not None:
            page.skipping = 0
            if brace == b"{":
                groups.append(_Group(groups[-1].hidden, groups[-1].skip))
            else:
                groups.pop()
            if not 1 <= len(groups) <= DEEPEST:
                break
        elif word is not None:
            _command(page, groups[-1], word, int(number) if number else None)
            if word == b"bin":
                position += max(0, int(number or 0))
        elif not groups[-1].hidden:
            _characters(page, groups[-1], token)
    page.flush()
    return "".join(page.out).strip("\x00")


def _characters(page: _Page, group: _Group, token: re.Match[bytes]) -> None:
    _word, _number, code, sign, _brace, plain = token.groups()
    if code is not None:
        page.bytes(bytes([int(code, 16)]))
    elif sign == b"*":
        group.hidden = True
    elif sign is not None:
        page.put(ESCAPED.get(sign, ""))
    elif plain is not None:
        page.bytes(plain)


def _command(page: _Page, group: _Group, word: bytes, number: int | None) -> None:
    if word in HIDDEN:
        group.hidden = True
    elif word == b"ansicpg" and number:
        page.flush()
        page.label = f"cp{number}"
    elif word == b"uc":
        group.skip = max(0, min(number or 0, 10))
    elif group.hidden:
        return
    elif word == b"u" and number is not None:
        _unicode(page, number & 0xFFFF)
        page.skipping = group.skip
    elif word in SIGNS:
        page.put(SIGNS[word])


def _unicode(page: _Page, unit: int) -> None:
    """Add a unit of UTF-16; a pair of them is one character."""
    last = page.out[-1] if page.out and not page.raw else ""
    if 0xDC00 <= unit < 0xE000 and last and 0xD800 <= ord(last[-1]) < 0xDC00:
        page.out[-1] = last[:-1] + (last[-1] + chr(unit)).encode(
            "utf-16-le", "surrogatepass"
        ).decode("utf-16-le", "replace")
    else:
        page.put(chr(unit))

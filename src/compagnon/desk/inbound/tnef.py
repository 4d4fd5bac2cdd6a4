"""Files and text inside Outlook's ``winmail.dat`` (MS-OXTNEF).

Every length is checked against what is left, and what cannot be read is said, so that the
caller keeps the original beside what was taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compagnon.desk.inbound import charsets

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_STEPS = 50_000
"""Attributes, properties and values read of one file; an honest one has a few hundred."""

# Attributes, by the lower half of their number (MS-OXTNEF section 2.1.3.1).
BODY = 0x800C
DATA = 0x800F
TITLE = 0x8010
START = 0x9002
MESSAGE_PROPERTIES = 0x9003
PROPERTIES = 0x9005
CODE_PAGE = 0x9007
# Properties (MS-OXPROPS).
PLAIN = 0x1000
RICH_TEXT, HTML = 0x1009, 0x1013
SUBJECT, SENDER, SENT, RECIPIENTS = 0x0037, 0x0C1A, 0x0039, 0x0E04
DISPLAY_NAME = 0x3001
CONTENT = 0x3701
SHORT_NAME = 0x3704
LONG_NAME = 0x3707
MEDIA_TYPE = 0x370E
CONTENT_ID = 0x3712
# Types of properties (MS-OXCDATA section 2.11.1): bytes of the fixed ones, then the others.
FIXED = {
    0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8,
    0x48: 16,
}  # fmt: skip
OBJECT, ANSI, UNICODE, BINARY = 0x0D, 0x1E, 0x1F, 0x102
VARIABLE = {OBJECT, ANSI, UNICODE, BINARY}
MANY = 0x1000
NAMED = 0x8000
# What an enclosed message begins with, before its own TNEF (MS-OXTNEF section 2.1.3.4): IMessage.
A_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
DEEPEST = 3
"""Messages within messages that are opened."""


class _Malformed(ValueError):
    """A length goes beyond the data, or a value is of no known type."""


@dataclass(slots=True)
class Enclosed:
    """One file: its name and type as they stand there (raw, may be empty), and its content."""

    name: str = ""
    media_type: str = ""
    content_id: str = ""
    content: bytes = field(default=b"", repr=False)
    message: Opened | None = None
    """What it encloses, where it is a message."""


@dataclass(slots=True)
class Opened:
    """What a ``winmail.dat`` gave.

    ``text`` is the plain text, raw, empty when there is none. ``rtf`` is the text as compressed
    RTF, and ``rich`` says that it is there as RTF or HTML. ``whole`` is false when a file was not
    read. ``sent`` is in 100 ns since 1601.
    """

    files: list[Enclosed] = field(default_factory=list)
    text: str = ""
    rtf: bytes = field(default=b"", repr=False)
    rich: bool = False
    whole: bool = True
    subject: str = ""
    sender: str = ""
    recipients: str = ""
    sent: int = 0


def read(data: bytes, *, most: int) -> Opened | None:
    """Give what is in ``data``; None when it is no TNEF.  Never fails.

    Args:
        data: the file.
        most: how many files are taken out.
    """
    return _Reader(data, most).read() if data.startswith(SIGNATURE) else None


class _Cursor:
    """A place in the data that never goes past its end."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.position = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, size: int) -> memoryview:
        if size > self.left:
            raise _Malformed
        self.position += size
        return self.data[self.position - size : self.position]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def padded(self) -> memoryview:
        """Take a value that its length precedes, and what fills it up to four bytes."""
        size = self.number(4)
        value = self.take(size)
        # The last one may lack its filling.
        self.take(min(-size % 4, self.left))
        return value


class _Reader:
    def __init__(self, data: bytes, most: int, depth: int = 0) -> None:
        self.depth = depth
        self.cursor = _Cursor(memoryview(data))
        self.most = most
        self.steps = 0
        self.label: str | None = None
        self.opened = Opened()
        self.current: Enclosed | None = None

    def read(self) -> Opened:
        try:
            self.cursor.take(6)
            while self.cursor.left:
                self._attribute()
        except _Malformed:
            self.opened.whole = False
        if not self.opened.whole:
            # A file without content is then one that was not read, and not an empty one.
            self.opened.files = [
                one for one in self.opened.files if one.content or one.message is not None
            ]
        return self.opened

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _Malformed

    def _attribute(self) -> None:
        self._step()
        self.cursor.take(1)
        attribute = self.cursor.number(4) & 0xFFFF
        value = self.cursor.take(self.cursor.number(4))
        if sum(value) & 0xFFFF != self.cursor.number(2):
            # Read all the same, and the original is kept beside it.
            self.opened.whole = False
        if attribute == START:
            if len(self.opened.files) >= self.most:
                raise _Malformed
            self.current = Enclosed()
            self.opened.files.append(self.current)
        elif attribute == CODE_PAGE and len(value) >= 4:
            self.label = f"cp{int.from_bytes(value[:4], 'little')}"
        elif attribute == BODY:
            self.opened.text = self.opened.text or self._text(ANSI, value)
        elif attribute == MESSAGE_PROPERTIES:
            self._message(value)
        elif attribute in {TITLE, DATA, PROPERTIES}:
            self._file(attribute, value)

    def _file(self, attribute: int, value: memoryview) -> None:
        if self.current is None:
            raise _Malformed
        if attribute == TITLE:
            self.current.name = self.current.name or self._text(ANSI, value)
        elif attribute == DATA:
            self.current.content = bytes(value)
        else:
            self._described(self.current, value)

    def _message(self, value: memoryview) -> None:
        for name, kind, content in self._properties(value):
            if name == PLAIN and kind in {ANSI, UNICODE}:
                self.opened.text = self._text(kind, content) or self.opened.text
            elif name in {RICH_TEXT, HTML} and content:
                self.opened.rich = True
                if name == RICH_TEXT and kind == BINARY:
                    self.opened.rtf = bytes(content)
            elif name in {SUBJECT, SENDER, RECIPIENTS} and kind in {ANSI, UNICODE}:
                self._headed(name, self._text(kind, content))
            elif name == SENT:
                self.opened.sent = int.from_bytes(content, "little")

    def _headed(self, name: int, text: str) -> None:
        if name == SUBJECT:
            self.opened.subject = text
        elif name == SENDER:
            self.opened.sender = text
        else:
            self.opened.recipients = text

    def _enclosed(self, current: Enclosed, content: memoryview) -> None:
        """Open a message within this one; a drawing of another program stays in the original."""
        data = bytes(content)
        inner = data[len(A_MESSAGE) :]
        if (
            self.depth >= DEEPEST
            or not data.startswith(A_MESSAGE)
            or not inner.startswith(SIGNATURE)
        ):
            self.opened.whole = False
            return
        reader = _Reader(inner, self.most, self.depth + 1)
        # One count for all of them: messages within messages multiply nothing.
        reader.steps = self.steps
        current.message = reader.read()
        self.steps = reader.steps
        self.opened.whole = self.opened.whole and current.message.whole

    def _described(self, current: Enclosed, value: memoryview) -> None:
        names: dict[int, str] = {}
        for name, kind, content in self._properties(value):
            if name == CONTENT and kind == OBJECT:
                self._enclosed(current, content)
            elif name == CONTENT and kind == BINARY:
                current.content = current.content or bytes(content)
            elif kind in {ANSI, UNICODE}:
                names[name] = self._text(kind, content)
        # The title is a DOS name of eight letters for some programs.
        short = current.name or names.get(SHORT_NAME, "")
        current.name = names.get(LONG_NAME) or short or names.get(DISPLAY_NAME, "")
        current.media_type = names.get(MEDIA_TYPE, "")
        current.content_id = names.get(CONTENT_ID, "").strip("<> ")

    def _properties(self, value: memoryview) -> Iterator[tuple[int, int, memoryview]]:
        """Give the number, type and (first) value of each property, as far as they can be read."""
        try:
            yield from self._each(_Cursor(value))
        except _Malformed:
            self.opened.whole = False

    def _each(self, cursor: _Cursor) -> Iterator[tuple[int, int, memoryview]]:
        # MS-OXTNEF section 2.1.3.4.
        for _ in range(cursor.number(4)):
            self._step()
            kind, name = cursor.number(2), cursor.number(2)
            if name >= NAMED:
                cursor.take(16)
                if cursor.number(4):
                    cursor.padded()
                else:
                    cursor.take(4)
            yield name, kind & ~MANY, self._value(cursor, kind)

    def _value(self, cursor: _Cursor, kind: int) -> memoryview:
        base = kind & ~MANY
        count = cursor.number(4) if kind & MANY or base in VARIABLE else 1
        first = cursor.data[:0]
        for index in range(count):
            self._step()
            if base in VARIABLE:
                one = cursor.padded()
            elif base in FIXED:
                one = cursor.take(FIXED[base])
            else:
                raise _Malformed
            first = one if index == 0 else first
        return first

    def _text(self, kind: int, value: memoryview) -> str:
        data = bytes(value)
        if kind == UNICODE:
            return data.decode("utf-16-le", "replace").rstrip("\x00")
        return charsets.decode(data.rstrip(b"\x00"), self.label).text

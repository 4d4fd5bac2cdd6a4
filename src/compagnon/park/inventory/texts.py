"""Bytes to text, and text cleaned of what no field may hold."""

from __future__ import annotations

import codecs
import re

from compagnon.park.inventory.errors import Unreadable

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (section 2.2) and our database refuse in text."""

_DROPPED = dict.fromkeys(
    code
    for code in (*range(32), 127, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
    if code not in (9, 10, 13)
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,80}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_LATIN = {"iso8859-1", "iso8859-15", "cp1252", "cp1250", "cp1251", "iso8859-2", "mac-roman"}
_CP1252 = {
    0xDC80 + offset: bytes([0x80 + offset]).decode("cp1252", "replace").replace("�", "")
    for offset in range(128)
}


def to_text(body: bytes, notes: list[str]) -> str:
    """Decode a document: its byte order mark, UTF-8, the declared encoding, at last Windows-1252.

    Old OCS agents write ISO-8859-1 bytes under a UTF-8 declaration: the bytes that are no UTF-8 are
    read as Windows-1252, and a note says so. Raises `Unreadable` (``encoding``).
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return body.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", f"UTF-16: {error.reason}") from error
    body = body.removeprefix(codecs.BOM_UTF8)
    declared = _declared(body)
    if declared in _LATIN:
        return body.decode(declared, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        notes.append(f"not UTF-8 at byte {error.start}: read as Windows-1252")
    return body.decode("utf-8", "surrogateescape").translate(_CP1252)


def without_forbidden(text: str) -> tuple[str, int]:
    """Drop control characters; give the text and how many went."""
    if FORBIDDEN.search(text) is None:
        return text, 0
    kept = text.translate(_DROPPED)
    return kept, len(text) - len(kept)


def _declared(body: bytes) -> str | None:
    """The encoding that an XML declaration names, as Python calls it."""
    found = _DECLARED.match(body.lstrip()[:200])
    if found is None:
        return None
    try:
        return codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return None

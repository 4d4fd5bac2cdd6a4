"""Content transfer encodings undone (RFC 2045 section 6), in whatever state they come."""

from __future__ import annotations

import binascii
import re

Decoded = tuple[bytes, str]
"""The bytes, and what was wrong (``""`` when nothing was)."""

BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE64_JUNK = bytes(set(range(256)) - set(BASE64_ALPHABET))
BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{2,}={0,2}[ \t\r]*")
BASE64_PADDING = re.compile(rb"=[=\s]*")
ROW = re.compile(rb"[^\r\n]+")
MOST_ROWS = 400_000
"""Lines of 45 bytes each: 18 MB."""
INSPECTED = 2_000_000
"""Encoded bytes up to which small damage is looked for: texts, not archives."""
FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]|[A-Za-z] [A-Za-z]")
MOST_RUNS = 10_000
SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
NAMES = {
    "": "identity",
    "7bit": "identity",
    "8bit": "identity",
    "7bits": "identity",
    "8bits": "identity",
    "binary": "identity",
    "base64": "base64",
    "b64": "base64",
    "xbase64": "base64",
    "quotedprintable": "quoted-printable",
    "qp": "quoted-printable",
    "xuuencode": "uuencode",
    "uuencode": "uuencode",
    "xuue": "uuencode",
    "uue": "uuencode",
    "xuu": "uuencode",
}


def name_of(declared: str) -> tuple[str, str]:
    """Give the encoding meant by the header's value, and ``encoding_unknown`` if it names none."""
    plain = re.sub(r"\([^)]*\)|;.*", "", declared, flags=re.DOTALL)
    plain = re.sub(r"[^a-z0-9]", "", plain.lower())
    if plain in NAMES:
        return NAMES[plain], ""
    return "identity", "encoding_unknown"


def decode(data: bytes | memoryview, encoding: str) -> Decoded:
    """Undo ``encoding`` (a name given by ``name_of``); never fails."""
    if encoding == "base64":
        return _base64(memoryview(data))
    if encoding == "quoted-printable":
        # The standard decoder takes a soft break only where nothing follows the equals sign.
        small = len(data) <= INSPECTED
        return binascii.a2b_qp(SOFT_BREAK.sub(b"=", data) if small else data), ""
    if encoding == "uuencode":
        return uudecode(data)
    return bytes(data), ""


def _base64(data: memoryview) -> Decoded:
    first = next((row for row in bytes(data[:4000]).split(b"\n") if row.strip()), b"")
    if not first.strip():
        return b"", ""
    if not BASE64_LINE.fullmatch(first.lstrip()) and _is_clear(first):
        # Labelled base64 and written in clear: what is readable wins over what is declared.
        return bytes(data), "encoding_wrong"
    if len(data) <= INSPECTED and (footer := _footer(bytes(data))):
        head, _ = _base64(data[:footer])
        return head + b"\n" + bytes(data[footer:]), "encoding_damaged"
    padding = BASE64_PADDING.search(data)
    if padding is None or padding.end() == len(data):
        try:
            # The usual case, without a copy: whole quanta, one padding, at the end.
            return binascii.a2b_base64(data), ""
        except binascii.Error:
            pass
    return _base64_damaged(data), "encoding_damaged"


def _footer(data: bytes) -> int:
    """Give where text in clear follows an encoded body (a list server's, a scanner's), or 0."""
    found = FOREIGN.search(data)
    if found is None:
        return 0
    start = data.rfind(b"\n", 0, found.start()) + 1
    row = data[start : start + 200].split(b"\n")[0].strip()
    return start if _is_clear(row) else 0


def _is_clear(row: bytes) -> bool:
    """Whether a line holds more foreign characters than damage explains."""
    foreign = row.translate(None, BASE64_ALPHABET + b"=\r")
    return len(foreign) > max(2, len(row) // 10)


def _base64_damaged(data: memoryview) -> bytes:
    """Decode runs between paddings (several texts joined), then keep a clear footer as it is."""
    out = bytearray()
    position = runs = 0
    while position < len(data):
        found = BASE64_PADDING.search(data, position) if runs < MOST_RUNS else None
        end = found.start() if found else len(data)
        if out and not _looks_base64(data[position:end]):
            out += b"\n"
            out += data[position:]
            break
        out += _base64_run(data[position:end])
        position = found.end() if found else end
        runs += 1
    return bytes(out)


def _looks_base64(run: memoryview) -> bool:
    rows = [row for row in bytes(run[:2000]).split(b"\n") if row.strip()]
    return all(BASE64_LINE.fullmatch(row.strip()) for row in rows[:5])


def _base64_run(run: memoryview) -> bytes:
    # A regular expression would keep each byte apart, and take fifty times the memory.
    clean = bytes(run).translate(None, BASE64_JUNK)
    # One character left over holds six bits of a lost byte.
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def uudecode(data: bytes | memoryview) -> Decoded:
    """Undo uuencoding, between ``begin`` and ``end`` where they are there."""
    out = bytearray()
    problem = ""
    for number, found in enumerate(ROW.finditer(data)):
        row = found[0]
        if number > MOST_ROWS:
            return bytes(data), "encoding_damaged"
        if row in {b"`", b" "} or (not out and row.startswith(b"begin ")):
            continue
        if row == b"end":
            break
        try:
            out += binascii.a2b_uu(row)
        except binascii.Error:
            # Encoders that pad a line wrongly: count what its length character announces.
            announced = (((row[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(row[:announced])
            except binascii.Error:
                problem = "encoding_damaged"
    return bytes(out), problem

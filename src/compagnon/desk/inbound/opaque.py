"""The message inside an opaque signature (S/MIME, RFC 8551 section 3.5.2).

Outlook can sign so that the text is only to be had inside the signature. It is taken out to be
read; the signature is not verified here, and stays as a file for who wants to.
"""

from __future__ import annotations

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
WITHIN = 200
"""How far in the structure the two names stand: a few lengths and algorithm names."""
MOST_SEGMENTS = 100_000


def signed_content(data: bytes) -> bytes | None:
    """Give what a CMS SignedData holds (RFC 5652 section 5), or None when it is something else."""
    if SIGNED_DATA not in data[:40]:
        return None
    found = data.find(DATA, 0, WITHIN + len(DATA))
    if found < 0:
        return None
    position = found + len(DATA)
    # [0] EXPLICIT OCTET STRING, in one piece or in segments, with or without lengths.
    tag, start, end = _element(data, position)
    if tag != 0xA0:
        return None
    tag, start, end = _element(data, start)
    if tag == 0x04:
        return data[start:end]
    return _segments(data, start, end) if tag == 0x24 else None


def _segments(data: bytes, start: int, end: int) -> bytes | None:
    out = bytearray()
    for _ in range(MOST_SEGMENTS):
        if start >= end:
            break
        tag, inner, after = _element(data, start)
        if tag != 0x04 or after <= start:
            break
        out += data[inner:after]
        start = after
    return bytes(out) or None


def _element(data: bytes, position: int) -> tuple[int, int, int]:
    """Give an element's tag and where its content starts and ends (X.690 section 8.1)."""
    if position + 2 > len(data):
        return 0, position, position
    tag, length, start = data[position], data[position + 1], position + 2
    if length == 0x80:  # ended by a marker: as far as the data goes
        return tag, start, len(data)
    if length & 0x80:
        size = length & 0x7F
        if size > 4:
            return 0, position, position
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return tag, start, min(len(data), start + length)

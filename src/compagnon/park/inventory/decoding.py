"""Decompression of a request, by sniffing.

Labels lie: a GLPI agent without compression calls its XML ``application/json``, and Perl without
zlib sends gzip. Only the first bytes are believed. Brotli has no signature, no agent sends it:
refused as unknown.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from typing import Literal

from compagnon.park.inventory.errors import Unreadable
from compagnon.park.inventory.limits import DEFAULT, MIB, Limits

Compression = Literal["none", "zlib", "gzip", "deflate"]

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PIECE = 65_536
_WINDOW = {"zlib": 15, "gzip": 31, "deflate": -15}


def decode(
    body: bytes, *, headers: Mapping[str, str] | None = None, limits: Limits = DEFAULT
) -> bytes:
    """Give the request's text, decompressed. Labels in `headers` are never trusted.

    Raises `Unreadable`: ``empty``, ``too_large``, ``too_large_inflated``, ``bomb``,
    ``compression_*``.
    """
    del headers
    if len(body) > limits.body_bytes:
        raise Unreadable("too_large", f"{len(body)} bytes, {limits.body_bytes} at most")
    if not body.strip():
        raise Unreadable("empty")
    text = body
    for _layer in range(limits.layers):
        compression = compression_of(text)
        if compression == "none":
            return text
        text = _inflate(text, compression, len(body), limits)
    if compression_of(text) != "none":
        raise Unreadable("compression_unknown", f"compressed more than {limits.layers} times")
    return text


def compression_of(body: bytes) -> Compression:
    """Say how a request was compressed, so that the answer be compressed alike.

    Raises `Unreadable` (``compression_unknown``) for what is neither text nor compressed.
    """
    if body[:2] == b"\x1f\x8b":
        return "gzip"
    if len(body) > 1 and body[0] & 0x8F == 0x08 and int.from_bytes(body[:2], "big") % 31 == 0:
        return "zlib"
    if _looks_like_text(body):
        return "none"
    if _is_deflate(body):
        return "deflate"
    raise Unreadable("compression_unknown", f"starts with {body[:8].hex(' ')}")


def encode(text: bytes, compression: Compression) -> bytes:
    """Compress an answer as the agent did."""
    if compression == "none":
        return text
    if compression == "gzip":
        return gzip.compress(text, mtime=0)
    squeezer = zlib.compressobj(wbits=_WINDOW[compression])
    return squeezer.compress(text) + squeezer.flush()


def _looks_like_text(body: bytes) -> bool:
    """XML, JSON, or some JSON value that will be refused as such."""
    start = body[:256]
    for bom in _BOMS:
        if start.startswith(bom):
            return True
    start = start.lstrip(b" \t\r\n\x00")
    if not start:
        return len(body) > 256
    return start[:1] in b'<{["' or (start[:1].isascii() and start.isascii() and _printable(start))


def _printable(start: bytes) -> bool:
    return all(byte >= 0x20 or byte in b"\t\r\n" for byte in start)


def _is_deflate(body: bytes) -> bool:
    """Raw deflate has no header: believed when its start inflates to XML or JSON."""
    try:
        start = zlib.decompressobj(wbits=-15).decompress(body[:_PIECE], 64)
    except zlib.error:
        return False
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[")


def _inflate(body: bytes, compression: Compression, received: int, limits: Limits) -> bytes:
    """Decompress piece by piece, stopping at the bounds. ``received``: bytes on the wire."""
    out = bytearray()
    view = memoryview(body)
    members = 0
    while True:
        members += 1
        if members > limits.members:
            raise Unreadable("compression_corrupt", f"more than {limits.members} gzip members")
        view = _inflate_member(view, compression, out, received, limits)
        rest = bytes(view[:2])
        if rest == b"\x1f\x8b" and compression == "gzip":
            continue
        if bytes(view[:_PIECE]).strip(b"\x00 \t\r\n"):
            raise Unreadable("compression_corrupt", "something follows the compressed data")
        return bytes(out)


def _inflate_member(
    view: memoryview, compression: Compression, out: bytearray, received: int, limits: Limits
) -> memoryview:
    """Decompress one stream into `out`; give what follows it."""
    stream = zlib.decompressobj(wbits=_WINDOW[compression])
    position = 0
    pending = b""
    try:
        while not stream.eof:
            if not pending:
                pending = bytes(view[position : position + _PIECE])
                position += len(pending)
                if not pending:
                    raise Unreadable(
                        "compression_truncated", f"{compression}, {len(out)} bytes were read"
                    )
            out += stream.decompress(pending, MIB)
            pending = stream.unconsumed_tail
            _weigh(len(out), received, limits)
    except zlib.error as error:
        raise Unreadable("compression_corrupt", f"{compression}: {error}") from error
    return view[position - len(stream.unused_data) :]


def _weigh(inflated: int, received: int, limits: Limits) -> None:
    if inflated > MIB and inflated > received * limits.ratio:
        raise Unreadable(
            "bomb", f"{received} bytes give over {inflated}, {limits.ratio} times at most"
        )
    if inflated > limits.inflated_bytes:
        raise Unreadable("too_large_inflated", f"{limits.inflated_bytes} bytes at most")

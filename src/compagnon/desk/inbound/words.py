"""Encoded words in headers (RFC 2047), as mail programs really write them."""

from __future__ import annotations

import binascii
import re

from compagnon.desk.inbound import charsets, transfer

# Lazily to the next "?=", bounded so that a header full of openings stays linear; the end of the
# text closes a word that was cut. In Q, "?=C3" is a question mark and an encoded byte.
WORD = re.compile(
    r"=\?(?P<charset>[^?\s]{1,60})\?(?P<kind>[bBqQ])\?(?P<payload>.{0,3000}?)"
    r"(?:\?=(?![0-9A-F]{2}(?:[^?]|\?=))|\?=(?=\s|$)|\?=(?==\?)|$)",
    re.DOTALL,
)


def decode(text: str, hint: str | None = None) -> str:
    """Read the encoded words of an unfolded header value.

    Words may stand inside quotes or against other text, be cut in the middle of a character, or
    be encoded twice. The white space between two words is dropped, as section 6.2 asks.
    """
    if "=?" not in text:
        return text
    read = _once(text, hint)
    return _once(read, hint) if WORD.fullmatch(read.strip()) else read


def _once(text: str, hint: str | None) -> str:
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    position = 0

    def flush() -> None:
        if pending:
            out.append(charsets.decode(b"".join(pending), charset, hint=hint).text)
            pending.clear()

    for found in WORD.finditer(text):
        between = text[position : found.start()]
        label = found["charset"].partition("*")[0].lower()  # RFC 2231 section 5: charset*language
        if between.strip() or not position:
            flush()
            out.append(between)
        elif label != charset:
            flush()
        charset = label
        pending.append(_payload(found["kind"].lower(), found["payload"]))
        position = found.end()
    flush()
    out.append(text[position:])
    return "".join(out)


def _payload(kind: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "surrogateescape")
    if kind == "b":
        return transfer.decode(raw, "base64")[0]
    return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)

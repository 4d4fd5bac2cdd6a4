"""What bytes are, told from the bytes alone: a name or a sender's word is never believed.

Pure: no file, no settings. The order is: our own rules for what a browser could show or run, then
text, then the signatures that ``puremagic`` knows.
"""

from __future__ import annotations

import codecs
import re

import puremagic

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# What is looked at: the beginning, and the end for archives, whose list stands there.
HEAD_BYTES = 64 * 1024
TAIL_BYTES = 64 * 1024

# Shown in the page's own window by :func:`compagnon.core.files.serve` when asked: nothing that
# can hold a script, a link or a request to elsewhere.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", TEXT})
# Sent without their type, so that no program opens them as a page.
ACTIVE = frozenset(
    {
        "text/html",
        "text/xml",
        "application/xml",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/javascript",
        "application/javascript",
        "application/x-shockwave-flash",
        "application/vnd.adobe.flash.movie",
        "multipart/related",
        "message/rfc822",
    }
)

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_OOXML = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_ODF = re.compile(rb"mimetype(application/[a-z0-9.+-]{1,80})PK")
# The tags by which browsers know a page, and more: WHATWG MIME Sniffing, section 7.1.
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|"
    rb"meta|link|base|form|img|object|embed|frameset|template|math)[\s>/]|<!--",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:[a-z0-9_-]{1,20}:)?svg[\s>/]", re.IGNORECASE)
# Bytes that no text holds, in any character set of 8 bits (WHATWG «binary data bytes»).
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def sniff(head: bytes, tail: bytes = b"") -> str:
    """Give the media type of a content.

    Args:
        head: its first bytes, :data:`HEAD_BYTES` of them at most.
        tail: its last ones, where it is longer than that.
    """
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return _archive(head, tail)
    if (text := _as_text(head)) is not None:
        return _written(text)
    return _by_magic(head)


def charset(head: bytes) -> str:
    """Give the character set to name when a text is served, from its first bytes."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    try:
        # Where there is more than the head, its last character may be cut in two.
        whole = len(head) < HEAD_BYTES
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _as_text(head: bytes) -> bytes | None:
    """Give the text as UTF-8 or another superset of ASCII, ``None`` where it is no text."""
    for bom, name in _BOMS[1:]:
        if head.startswith(bom):
            text = head[len(bom) :].decode(name, errors="replace")
            return None if "\x00" in text else text.encode("utf-8", errors="replace")
    if not head or _BINARY.search(head):
        return None
    return head


def _written(text: bytes) -> str:
    # A page may begin with anything at all before its first tag: look at the whole of the head.
    if _SVG.search(text):
        return "image/svg+xml"
    start = text.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<?"):
        return "application/xml"
    if _HTML.search(text):
        return "text/html"
    return "application/xml" if start.startswith(b"<!") else TEXT


def _archive(head: bytes, tail: bytes) -> str:
    if found := _ODF.search(head[:300]):
        return found[1].decode("ascii")
    names = head + tail
    if b"[Content_Types].xml" in names:
        for folder, media_type in _OOXML:
            if folder in names:
                return media_type
    return "application/zip"


def _by_magic(head: bytes) -> str:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    found = next((match.mime_type for match in matches if match.mime_type), UNKNOWN)
    # What can be shown is told by our own rules alone, which did not find it.
    if found in INLINE or not re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", found):
        return UNKNOWN
    return found[:120]

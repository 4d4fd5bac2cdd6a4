"""What a file is by its first bytes: a small table, since a page must never trust a label.

An own table rather than a library's: it reads at most 4 kB, opens no archive, and knows only
types that some part of Compagnon treats apart (shown, searched, refused).
"""

from __future__ import annotations

import re

UNKNOWN = "application/octet-stream"
SAMPLE = 4096

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"x\x9f>\x22", "application/vnd.ms-tnef"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"-----BEGIN PGP PUBLIC", "application/pgp-keys"),
    (b"-----BEGIN CERTIFICATE", "application/x-pem-file"),
    (b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02", "application/pkcs7-signature"),
    (b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x03", "application/pkcs7-mime"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
PKCS7 = re.compile(
    rb"0(?:\x82..|\x83...|\x81.)\x06\x09\*\x86H\x86\xf7\r\x01\x07([\x02\x03])", re.DOTALL
)
OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(content: bytes) -> str:
    """Give the media type that the bytes show, ``application/octet-stream`` when they show none.

    Text is ``text/plain`` unless it is a kind that a browser would run (HTML, SVG).
    """
    sample = content[:SAMPLE]
    if not sample:
        return UNKNOWN
    for signature, media_type in SIGNATURES:
        if sample.startswith(signature):
            return _inside_zip(sample) if media_type == "application/zip" else media_type
    if found := PKCS7.match(sample):
        return "application/pkcs7-signature" if found[1] == b"\x02" else "application/pkcs7-mime"
    return _boxed(sample) or (UNKNOWN if CONTROL.search(sample) else _text(sample))


def _boxed(sample: bytes) -> str | None:
    """Tell the formats whose name stands a few bytes in."""
    if sample[:4] == b"RIFF":
        kinds = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
        return kinds.get(sample[8:12], UNKNOWN)
    if sample[4:8] == b"ftyp":
        return "image/heic" if sample[8:11] in {b"hei", b"mif", b"hev"} else "video/mp4"
    return None


def _inside_zip(sample: bytes) -> str:
    if sample[30:38] == b"mimetype":
        found = re.match(rb"[a-z0-9.+/-]+", sample[38:120])
        return found[0].decode("ascii") if found and b"/" in found[0] else "application/zip"
    if b"[Content_Types].xml" in sample or b"_rels/" in sample:
        for folder, media_type in OFFICE:
            if folder in sample:
                return media_type
    return "application/zip"


def _text(sample: bytes) -> str:
    if MARKUP.match(sample):
        return "text/html"
    if SVG.search(sample):
        return "image/svg+xml"
    if sample.lstrip().startswith(b"<?xml"):
        return "text/xml"
    return "text/plain"


EXTENSIONS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    "application/zip": "zip",
    "application/rtf": "rtf",
    "text/plain": "txt",
    "text/html": "html",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "message/rfc822": "eml",
    "message/global": "eml",
    "text/rfc822-headers": "txt",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/ms-tnef": "dat",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "video/mp4": "mp4",
} | {
    media_type: name for (_, media_type), name in zip(OFFICE, ("docx", "xlsx", "pptx"), strict=True)
}
"""The extension to give a file that came without a name, by its type."""

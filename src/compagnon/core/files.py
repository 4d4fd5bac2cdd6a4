"""Files kept by their content: stored once, typed by what they hold, served so that none can act.

The bytes live under ``FILES_DIR/ab/cd/<sha256>``; the row :class:`StoredFile` is written in the
caller's transaction. A name is the sender's word: it never chooses a path nor a type.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

import puremagic
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from compagnon.core.errors import NotFound, TooLarge
from compagnon.core.models import StoredFile

CHUNK = 256 * 1024
HEAD = 8192
UNKNOWN = "application/octet-stream"
# What a browser may show in place: pictures that carry no script. Everything else is downloaded.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
RESERVED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


def store(content: bytes | BinaryIO | IO[bytes], *, limit: int | None = None) -> StoredFile:
    """Keep the bytes and give their row; the same bytes are kept once.

    The file is on the disk, flushed, before the row is written: a row never lacks its bytes.

    Args:
        limit: bytes at most; ``settings.FILE_MAX_BYTES`` unless given.

    Raises:
        TooLarge: there are more; nothing is kept.
    """
    most = settings.FILE_MAX_BYTES if limit is None else limit
    root = Path(settings.FILES_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o750)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, name = tempfile.mkstemp(dir=root, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as kept:
            for chunk in _chunks(content):
                size += len(chunk)
                if size > most:
                    raise TooLarge(
                        _("This file is over %(limit)d MB, the largest that can be kept.")
                        % {"limit": most // 1024 // 1024}
                    )
                digest.update(chunk)
                head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        sha256 = digest.hexdigest()
        target = path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return _row(sha256, size, head)


def _row(sha256: str, size: int, head: bytes) -> StoredFile:
    found = StoredFile.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return StoredFile.objects.create(sha256=sha256, size=size, media_type=sniff(head))
    except IntegrityError:  # another transaction kept the same bytes meanwhile
        return StoredFile.objects.get(sha256=sha256)


def _chunks(content: bytes | BinaryIO | IO[bytes]) -> Iterator[bytes]:
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    while chunk := stream.read(CHUNK):
        yield chunk


def path_of(sha256: str) -> Path:
    """Give where the bytes of that SHA-256 (64 hexadecimal digits) live."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256")
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def open_file(stored: StoredFile) -> BinaryIO:
    """Open the bytes for reading.

    Raises:
        NotFound: the disk no longer has them (restored without its files, or damaged).
    """
    try:
        return path_of(stored.sha256).open("rb")
    except FileNotFoundError:
        raise NotFound(_("The content of this file is missing from the disk.")) from None


def read(stored: StoredFile) -> bytes:
    """Give all the bytes; for files whose size is known to be small.

    Raises:
        NotFound: see :func:`open_file`.
    """
    with open_file(stored) as stream:
        return stream.read()


def sniff(head: bytes) -> str:
    """Give the media type that the first bytes show; never what a name or a sender claims.

    Text is ``text/plain`` only if it could be nothing that a browser would run.
    """
    if not head:
        return UNKNOWN
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found in {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}:
        return str(found)
    return _text_type(head) or str(found or UNKNOWN)[:120]


def _text_type(head: bytes) -> str:
    if b"\x00" in head:
        return ""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut by the end of the sample is still text.
        if error.start < len(head) - 4:
            return ""
        text = head[: error.start].decode("utf-8")
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<") or re.search(r"<(!doctype|html|script|svg|body|iframe|\?xml)", start):
        return "application/xml" if start.startswith("<?xml") else "text/html"
    return "text/plain"


def clean_name(name: str) -> str:
    """Give a name that can stand in a header, a page and a folder: no path, no control, bounded.

    The extension is kept when the name is cut to 150 characters.
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/")
    text = PurePosixPath(text).name if text.strip("/") else ""
    text = " ".join(RESERVED.sub(" ", text).split()).strip(". ")
    if not text:
        return "file"
    if len(text) > 150:
        stem, dot, suffix = text.rpartition(".")
        text = f"{stem[: 149 - len(suffix)]}.{suffix}" if dot and len(suffix) < 12 else text[:150]
    return text


def serve(stored: StoredFile, *, name: str, inline: bool = False) -> FileResponse:
    """Give the file as an answer that no browser will run.

    Args:
        name: the sender's name for it, cleaned here.
        inline: show it in place, if it is one of the few types that can do no harm.

    Raises:
        NotFound: see :func:`open_file`.
    """
    shown = inline and stored.media_type in INLINE
    media_type = stored.media_type if stored.media_type in INLINE else UNKNOWN
    if stored.media_type == "application/pdf":
        media_type = "application/pdf"
    if media_type == "text/plain":
        media_type = "text/plain; charset=utf-8"
    response = FileResponse(
        open_file(stored),
        as_attachment=not shown,
        filename=clean_name(name),
        content_type=media_type,
    )
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response

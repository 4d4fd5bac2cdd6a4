"""Files kept once under the digest of their content, and given back so that they can do no harm.

:func:`store` writes the bytes before the row: after a crash or a rollback there may be a file that
no row names (see :func:`orphans`), never a row whose file is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from compagnon.core import file_types
from compagnon.core.errors import NotFound, TooLarge
from compagnon.core.models import StoredFile

log = structlog.get_logger(__name__)

CHUNK = 256 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")
NAME_LENGTH = 150
KEPT_SECONDS = 600  # by the browser that read a file
# Windows opens none of these as a file.
RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
FORBIDDEN = re.compile(r'[<>:"|?*\\/]')


class Readable(Protocol):
    """Anything that gives its bytes bit by bit: an open file, an upload."""

    def read(self, size: int = ..., /) -> bytes:
        """Give up to so many bytes, none at the end."""


# --- keeping --------------------------------------------------------------------------------


def store(content: bytes | Readable, *, limit: int | None = None) -> StoredFile:
    """Keep a content, once however often it comes, and give its row.

    The bytes are on the disk, whole, before this returns. The row is of the running transaction.

    Args:
        limit: bytes; the setting ``FILE_MAX_BYTES`` unless given.

    Raises:
        TooLarge: it is over the limit; nothing was kept.
    """
    return row_of(put(content, limit=limit))


@dataclass(frozen=True, slots=True)
class Written:
    """A content that stands on the disk, and has no row yet."""

    sha256: str
    size: int
    head: bytes
    tail: bytes


def put(content: bytes | Readable, *, limit: int | None = None) -> Written:
    """Write a content to the disk, whole, without its row: for who writes many rows at once.

    Raises:
        TooLarge: it is over the limit; nothing was kept.
    """
    stream = BytesIO(content) if isinstance(content, bytes) else content
    most = settings.FILE_MAX_BYTES if limit is None else limit
    waiting = _root() / "incoming" / secrets.token_hex(16)
    _make_folder(waiting.parent)
    try:
        written = _write(stream, waiting, most)
        _put(waiting, path_of(written.sha256))
    finally:
        waiting.unlink(missing_ok=True)
    return written


def row_of(written: Written) -> StoredFile:
    """Give the row of a content that was put, in the running transaction."""
    row, _created = StoredFile.objects.get_or_create(
        sha256=written.sha256,
        defaults={
            "size": written.size,
            "media_type": file_types.sniff(written.head, written.tail),
        },
    )
    return row


def _write(stream: Readable, path: Path, limit: int) -> Written:
    digest, size, head, tail = hashlib.sha256(), 0, b"", b""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    _("This file is larger than %(limit)s: nothing was kept of it.")
                    % {"limit": filesizeformat(limit)}
                )
            digest.update(chunk)
            out.write(chunk)
            head += chunk[: file_types.HEAD_BYTES - len(head)]
            tail = (tail + chunk)[-file_types.TAIL_BYTES :]
        out.flush()
        os.fsync(out.fileno())
    return Written(digest.hexdigest(), size, head, tail)


def _put(waiting: Path, path: Path) -> None:
    # The same name is the same content, unless a disk cut it short: then ours takes its place.
    if path.exists() and path.stat().st_size == waiting.stat().st_size:
        return
    _make_folder(path.parent)
    waiting.replace(path)
    for folder in (path.parent, path.parent.parent):
        _flush_folder(folder)


def _make_folder(folder: Path) -> None:
    # One by one: mkdir gives the mode to the last folder only.
    for each in reversed((folder, *folder.parents)):
        if each.is_relative_to(_root()):
            each.mkdir(exist_ok=True, mode=0o750, parents=each == _root())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _root() -> Path:
    return Path(settings.FILES_DIR)


def path_of(sha256: str) -> Path:
    """Give where the bytes of that digest (64 hexadecimal digits) stand, or would stand.

    Raises:
        ValueError: it is no digest.
    """
    if not DIGEST.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 digest: {sha256[:80]!r}")
    return _root() / sha256[:2] / sha256[2:4] / sha256


# --- giving back ----------------------------------------------------------------------------


def open_file(stored: StoredFile) -> IO[bytes]:
    """Open a stored content for reading; the caller closes it.

    Raises:
        NotFound: its bytes are gone from the disk, which ``doctor`` reports too.
    """
    try:
        return path_of(stored.sha256).open("rb")
    except FileNotFoundError as error:
        log.error("stored file is gone", sha256=stored.sha256)  # noqa: TRY400
        raise NotFound(
            _("The content of this file is gone from the server: tell your administrator."),
            code="file-gone",
        ) from error


def read(stored: StoredFile) -> bytes:
    """Give a whole content at once; for sizes known to be small (``stored.size``).

    Raises:
        NotFound: see :func:`open_file`.
    """
    with open_file(stored) as stream:
        return stream.read()


def serve(stored: StoredFile, *, name: str, inline: bool = False) -> FileResponse:
    """Answer with a stored content. The caller has already shown that the reader may have it.

    It is a download unless ``inline`` is asked and the content is a plain text or an image of a
    kind that holds no script; then too it runs in a sandbox, may load nothing, and its type is the
    one found in its bytes.

    Args:
        name: the file's name as its sender gave it, however hostile.

    Raises:
        NotFound: see :func:`open_file`.
    """
    stream = open_file(stored)
    shown = inline and stored.media_type in file_types.INLINE
    media_type = stored.media_type
    if media_type in file_types.ACTIVE:
        media_type = file_types.UNKNOWN
    elif media_type == file_types.TEXT:
        media_type += f"; charset={file_types.charset(stream.read(file_types.HEAD_BYTES))}"
        stream.seek(0)
    headers = {
        "Content-Disposition": content_disposition_header(not shown, clean_name(name))
        or ("inline" if shown else "attachment"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
        "Content-Length": str(stored.size),
    }
    response = FileResponse(stream, content_type=media_type)
    for header, value in headers.items():
        response[header] = value
    return response


def clean_name(name: str, *, fallback: str = "file") -> str:
    """Give a file name that every system takes and that shows what it is.

    No folder, no control or invisible character (one of them writes the end of a name backwards),
    nothing that Windows refuses, at most :data:`NAME_LENGTH` characters, the extension kept.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name[-4096:]))[-1]
    visible = "".join(
        " " if unicodedata.category(char) == "Zs" or char in "\t\r\n" else char
        for char in last
        # Cc, Cf, Cs, Co, Cn: control, format, surrogate, private, unassigned; line separators.
        if char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
    )
    cleaned = " ".join(FORBIDDEN.sub("_", visible).split()).strip(". ")
    if RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    if len(cleaned) > NAME_LENGTH:
        stem, dot, extension = cleaned.rpartition(".")
        ending = f"{dot}{extension}" if dot and len(extension) <= 10 else ""
        cleaned = (stem if ending else cleaned)[: NAME_LENGTH - len(ending)].rstrip() + ending
    return cleaned or fallback


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


# --- looking after --------------------------------------------------------------------------


def orphans(*, older_than: timedelta = timedelta(days=1)) -> Iterator[Path]:
    """Give the files on the disk that no row names: left by a crash, or by a rollback.

    Args:
        older_than: younger ones may belong to a transaction that runs now.
    """
    before = time.time() - older_than.total_seconds()
    old = (path for path in _root().rglob("*") if path.is_file() and path.stat().st_mtime < before)
    batch: list[Path] = []
    for path in old:
        batch.append(path)
        if len(batch) == 500:
            yield from _unnamed(batch)
            batch = []
    yield from _unnamed(batch)


def _unnamed(paths: list[Path]) -> Iterator[Path]:
    names = [path.name for path in paths]
    known = set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
    # A file of that name elsewhere than at its place is not the one the row means.
    yield from (path for path in paths if path.name not in known or path != path_of(path.name))


def lost(rows: QuerySet[StoredFile] | None = None) -> Iterator[StoredFile]:
    """Give the rows whose file is missing from the disk, or has another size."""
    for row in (StoredFile.objects.all() if rows is None else rows).iterator(chunk_size=2000):
        path = path_of(row.sha256)
        if not path.is_file() or path.stat().st_size != row.size:
            yield row


def unused(*, older_than: timedelta = timedelta(days=1)) -> QuerySet[StoredFile]:
    """Give the rows that no other row points at: what pointed at them was erased."""
    rows = StoredFile.objects.filter(created_at__lt=timezone.now() - older_than)
    for model, name in _pointing():
        rows = rows.exclude(Exists(model._default_manager.filter(**{name: OuterRef("pk")})))
    return rows


def discard(stored: Iterable[StoredFile]) -> int:
    """Delete the contents among these that no row points at any more; gives how many.

    The bytes go once the transaction has committed: an interrupted one loses nothing.
    """
    keys = [one.pk for one in stored]
    gone = list(unused(older_than=timedelta(0)).filter(pk__in=keys).select_for_update(of=("self",)))
    StoredFile.objects.filter(pk__in=[one.pk for one in gone]).delete()
    for one in gone:
        transaction.on_commit(partial(path_of(one.sha256).unlink, missing_ok=True))
    return len(gone)


def _pointing() -> Iterator[tuple[type[Model], str]]:
    """Give the models that name a stored file, with the field's name; hidden relations too."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        model = getattr(relation, "related_model", None)
        if relation.auto_created and not relation.concrete and isinstance(model, type):
            yield model, relation.field.name  # type: ignore[union-attr]

"""Static files as a browser wants them: compressed where it takes that, kept where they are named.

WhiteNoise serves a compressed copy that lies beside a file, and keeps for ever what has its digest
in its name. Ours lie in the package, where nothing can be written, and have their version after the
question mark (see ``ui.assets``): the copies go into the data directory, and a request that asks
for the version that is there is answered for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from compagnon.ui.assets import manifest

COMPRESSED = {".css", ".js", ".json", ".svg", ".txt"}  # fonts and pictures are so already
LEAST_BYTES = 1_000
KEPT = f"max-age={365 * 24 * 3600}, public, immutable"


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves the static files of every room."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """Give a file with its headers, and its compressed copy if it is worth one."""
        found = super().get_static_file(path, url, stat_cache=stat_cache)
        if self.autorefresh or Path(path).suffix not in COMPRESSED:
            return found
        copy = compressed_copy(Path(path))
        if copy is None:
            return found
        headers = dict(found.alternatives[-1][-1])
        for name in ("Content-Length", "ETag", "Last-Modified"):
            headers.pop(name, None)
        stats = {name: Path(name).stat() for name in (path, str(copy))}
        return StaticFile(
            path, list(headers.items()), encodings={"gzip": str(copy)}, stat_cache=stats
        )

    def serve(self, static_file: Any, request: HttpRequest) -> HttpResponseBase:
        """Answer; what is asked for by its version never changes."""
        answer: HttpResponseBase = super().serve(static_file, request)
        name = request.path_info.removeprefix(f"{self.static_prefix}ui/")
        version = manifest().versions.get(name)
        if version and request.GET.get("v") == version and answer.status_code in {200, 206, 304}:
            answer["Cache-Control"] = KEPT
        return answer


def compressed_copy(path: Path) -> Path | None:
    """Give the compressed copy of a file, made once; None where it gains nothing or has no place.

    The copy is named by what it is a copy of, so that each version of the program has its own.
    """
    seen = path.stat()
    if seen.st_size < LEAST_BYTES:
        return None
    named = hashlib.sha256(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}".encode()).hexdigest()
    copy = Path(settings.DATA_DIR) / "static" / f"{named[:32]}.gz"
    if copy.exists():
        return copy
    content = path.read_bytes()
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    if len(packed) > 0.9 * len(content):
        return None
    waiting = copy.with_suffix(f".{os.getpid()}")
    try:
        copy.parent.mkdir(exist_ok=True)
        waiting.write_bytes(packed)
        waiting.replace(copy)  # other processes make the same one at the same time
    except OSError:
        return None  # a disk that is full or closed to us: the file itself is served
    return copy

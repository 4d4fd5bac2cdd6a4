"""The short answer to a part of a page that keeps itself up to date (``<c-live>``)."""

from __future__ import annotations

from hashlib import blake2s

from django.http import HttpRequest, HttpResponse


def version(*parts: object) -> str:
    """Give a short word that changes with what the region shows: times, counts, keys."""
    return blake2s("\x1f".join(map(str, parts)).encode(), digest_size=9).hexdigest()


def unchanged(request: HttpRequest, current: str) -> HttpResponse | None:
    """Give the answer 204 when the browser has this version already, ``None`` when it does not.

    A view that answers a region calls it before rendering, with one cheap query behind
    ``current``.
    """
    if request.headers.get("Live-Version") == current:
        return HttpResponse(status=204)
    return None

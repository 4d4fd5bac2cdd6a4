"""What a watchman asks: does the process live, can it work, and the figures.

Answered before anything else: whatever the host's name, with no session, and ``/healthz`` even
with no database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from compagnon.config import metrics
from compagnon.config.migrations_state import pending_migrations

LEAST_FREE_BYTES = 200 * 1024 * 1024


class HealthMiddleware:
    """Answers ``/healthz``, ``/readyz`` and ``/metrics``; hands everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": alive, "/readyz": ready, "/metrics": figures}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        answer = self.answers.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = answer(request)
        response["Cache-Control"] = "no-store"
        return response


def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether the process can work, and if not, which of its needs is missing (503)."""
    checks = {"database": database_answers(), "migrations": False, "disk": disk_has_room()}
    checks["migrations"] = checks["database"] and is_migrated()
    good = all(checks.values())
    return JsonResponse(
        {
            "status": "ready" if good else "unavailable",
            "checks": {name: "ok" if well else "failed" for name, well in checks.items()},
        },
        status=200 if good else 503,
    )


def figures(request: HttpRequest) -> HttpResponse:
    """Give the figures to whoever may read them."""
    if not metrics.may_read(request):
        return HttpResponse(
            "This address answers to this machine itself, or to COMPAGNON_METRICS_TOKEN.\n",
            status=403,
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse(metrics.document(), content_type=metrics.CONTENT_TYPE)


def database_answers() -> bool:
    """Tell whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def disk_has_room() -> bool:
    """Tell whether the data directory can take more."""
    try:
        return shutil.disk_usage(settings.DATA_DIR).free >= LEAST_FREE_BYTES
    except OSError:
        return False


def is_migrated() -> bool:
    """Tell whether the database has this version's tables; read until it has, then believed."""
    try:
        return _migrated()
    except (DatabaseError, LookupError):
        return False


@cache
def _migrated() -> bool:
    # A cache keeps what is returned, not what is raised: only a yes is kept.
    if pending_migrations():
        raise LookupError
    return True

"""How often one caller may call.

Every process counts in the shared database (:mod:`compagnon.core.api.shared_counts`). Where that
cannot be asked, and where only this process matters, a token bucket in memory counts.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import TooMany

if TYPE_CHECKING:
    from compagnon.core.api.shared_counts import SharedCounts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left. ``reset`` is the seconds until the bucket is full again."""

    limit: int
    remaining: int
    reset: int
    wait: float

    @property
    def allowed(self) -> bool:
        """Whether this call may go on."""
        return self.wait <= 0


class Buckets:
    """Token buckets by caller; the ones longest unused are forgotten.

    Args:
        most: buckets kept; a forgotten caller starts again with a full one.
        clock: seconds, monotonic.
    """

    def __init__(self, *, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, caller: str, *, per_minute: int) -> Allowance:
        """Take one call from the caller's bucket, of ``per_minute`` calls."""
        now = self._clock()
        with self._lock:
            level, since = self._levels.pop(caller, (float(per_minute), now))
            level = min(float(per_minute), level + (now - since) * per_minute / 60)
            wait = 0.0 if level >= 1 else (1 - level) * 60 / per_minute
            if not wait:
                level -= 1
            self._levels[caller] = (level, now)
            while len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return Allowance(
            limit=per_minute,
            remaining=int(level),
            reset=math.ceil((per_minute - level) * 60 / per_minute),
            wait=wait,
        )

    def clear(self) -> None:
        """Forget every caller."""
        with self._lock:
            self._levels.clear()


buckets = Buckets()
_shared: SharedCounts | None = None


def _take(caller: str, per_minute: int) -> Allowance:
    global _shared  # noqa: PLW0603 - one a process; its model cannot be imported before the rooms
    if not settings.API_RATE_SHARED:
        return buckets.take(caller, per_minute=per_minute)
    if _shared is None:
        from compagnon.core.api.shared_counts import SharedCounts

        _shared = SharedCounts()
    try:
        return _shared.take(caller, per_minute=per_minute)
    except DatabaseError as error:
        # A limit protects the server: that it cannot be counted refuses nobody.
        log.warning("api.calls_counted_alone", reason=str(error)[:200])
        return buckets.take(caller, per_minute=per_minute)


def forget() -> None:
    """Forget what this process holds of every caller; tests do."""
    buckets.clear()
    if _shared is not None:
        _shared.clear()


def spend(request: HttpRequest, caller: str) -> None:
    """Count one call of ``caller``; the answer's ``RateLimit-*`` headers come from what is left.

    Raises:
        TooMany: the bucket is empty; says how long to wait.
    """
    per_minute = int(settings.API_RATE_PER_MINUTE)
    if per_minute <= 0:
        return
    allowance = _take(caller, per_minute)
    request.allowance = allowance  # type: ignore[attr-defined]
    if not allowance.allowed:
        raise TooMany(
            _("Too many calls in too little time: wait, then call again."),
            retry_after=max(1, math.ceil(allowance.wait)),
        )

"""How many calls each caller made this minute, counted together by every process.

A row a caller and minute in the shared database. A process takes calls from it a block at a time
(a fiftieth of the limit) and spends them from memory, so that the row costs one statement for a
whole block. What a process took and did not spend is lost to the others until the minute ends: the
limit is never passed, and may be reached early by a block a process.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from django.db import connection

from compagnon.core.api.throttle import Allowance
from compagnon.core.models import CallCount

MINUTE = 60
BLOCKS = 50
ADD = (
    "INSERT INTO core_callcount (caller, minute, calls) VALUES (%s, %s, %s) "
    "ON CONFLICT (caller, minute) DO UPDATE SET calls = core_callcount.calls + excluded.calls "
    "RETURNING calls"
)


@dataclass(slots=True)
class Share:
    """What this process holds of a caller's calls in one minute."""

    minute: int
    left: int
    taken_by_all: int


class SharedCounts:
    """Calls by caller and minute; those longest unused are forgotten, their rows are not.

    Args:
        most: callers kept in memory.
        clock: seconds since 1970, the same for every process.
    """

    def __init__(self, *, most: int = 10_000, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._shares: OrderedDict[str, Share] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str, *, per_minute: int) -> Allowance:
        """Take one of the caller's ``per_minute`` calls of this minute.

        Raises:
            DatabaseError: the shared count cannot be asked.
        """
        now = self._clock()
        minute = int(now // MINUTE)
        with self._lock:
            share = self._shares.get(caller)
            if share is not None and share.minute == minute:
                if share.left:
                    share.left -= 1
                    return _allowance(per_minute, share, now, allowed=True)
                if share.taken_by_all >= per_minute:
                    return _allowance(per_minute, share, now, allowed=False)
        return self._take_block(caller, minute, per_minute, now)

    def _take_block(self, caller: str, minute: int, per_minute: int, now: float) -> Allowance:
        block = max(1, per_minute // BLOCKS)
        total = _add(caller, minute, block)
        granted = max(0, min(block, per_minute - (total - block)))
        with self._lock:
            share = self._shares.pop(caller, None)
            if share is None or share.minute != minute:
                share = Share(minute, 0, 0)
            share.taken_by_all = max(share.taken_by_all, total)
            share.left += max(0, granted - 1)
            self._shares[caller] = share
            while len(self._shares) > self._most:
                self._shares.popitem(last=False)
            return _allowance(per_minute, share, now, allowed=granted > 0)

    def clear(self) -> None:
        """Forget what this process holds."""
        with self._lock:
            self._shares.clear()


def _add(caller: str, minute: int, calls: int) -> int:
    # A digest: an address is nobody's business, and a name may be long.
    digest = blake2b(caller.encode(), digest_size=16).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(ADD, [digest, minute, calls])
        return int(cursor.fetchone()[0])


def _allowance(per_minute: int, share: Share, now: float, *, allowed: bool) -> Allowance:
    rest = (share.minute + 1) * MINUTE - now
    remaining = share.left + max(0, per_minute - share.taken_by_all) if allowed else 0
    return Allowance(
        limit=per_minute,
        remaining=remaining,
        reset=max(1, math.ceil(rest)),
        wait=0.0 if allowed else max(rest, 0.001),
    )


def forget_before(minute: int) -> int:
    """Delete the counts of minutes before that one; gives their number."""
    deleted, _by_model = CallCount.objects.filter(minute__lt=minute).delete()
    return deleted

"""So many clients doing the same thing again and again, each as soon as it was answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from compagnon.config.bench.numbers import Latencies

WARM = 3
# One client: it makes one call and says whether it was answered as it should be.
Client = Callable[[], bool]


def measure(make: Callable[[int], Client], *, clients: int, seconds: float) -> Latencies:
    """Let so many clients work for so long, after a few calls that do not count.

    Args:
        make: gives the client of that number.
    """

    def warmed(number: int) -> Client:
        client = make(number)
        for _ in range(WARM):
            client()
        return client

    with ThreadPoolExecutor(clients) as pool:
        ready = list(pool.map(warmed, range(clients)))
        began = time.perf_counter()
        told = list(pool.map(lambda client: _work(client, began + seconds), ready))
        wall = time.perf_counter() - began
    times = [one for each, _failed in told for one in each]
    return Latencies(times, wall, sum(failed for _each, failed in told))


def _work(client: Client, until: float) -> tuple[list[float], int]:
    times, failed = [], 0
    while (start := time.perf_counter()) < until:
        if client():
            times.append(time.perf_counter() - start)
        else:
            failed += 1
    return times, failed

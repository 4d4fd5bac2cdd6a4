"""The bench's table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compagnon.config.bench.running import IN_PROCESS, PLAIN, SERVER

WORDS = {
    "create": "create (API)",
    "reply": "reply (API)",
    "queue": "queue page",
    "list": "list of 50 (API)",
    "search": "search page",
    "open": "ticket page",
}


def table(results: Sequence[Mapping[str, Any]], clients: Sequence[int]) -> Iterator[str]:
    """Give the table as Markdown: one line for each operation and load.

    Args:
        results: as ``Result.told`` gives them.
    """
    yield (
        "| operation | clients | in process p50 | p50 | p95 | p99 | per second "
        "| plain SQL p50 | per second | times plain SQL |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    found = {(each["operation"], each["way"], each["clients"]): each for each in results}
    for operation in dict.fromkeys(each["operation"] for each in results):
        for number in clients:
            served = found.get((operation, SERVER, number))
            if served is None:
                continue
            alone = found.get((operation, IN_PROCESS, 1)) if number == clients[0] else None
            plain = found.get((operation, PLAIN, number))
            cells = [
                WORDS[operation],
                str(number),
                f"{alone['p50_ms']:.1f} ms" if alone else "",
                *(f"{served[name]:.1f} ms" for name in ("p50_ms", "p95_ms", "p99_ms")),
                f"{served['per_second']:.0f}",
                f"{plain['p50_ms']:.2f} ms" if plain else "",
                f"{plain['per_second']:.0f}" if plain else "",
                f"{served['p50_ms'] / plain['p50_ms']:.1f}" if plain and plain["p50_ms"] else "",
            ]
            yield f"| {' | '.join(cells)} |"

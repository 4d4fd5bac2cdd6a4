"""The bench's table, for a person, and in a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from compagnon.config.bench.running import IN_PROCESS, PLAIN, SERVER

WORDS = {
    "create": "create (API)",
    "reply": "reply (API)",
    "queue": "queue page",
    "list": "list of 50 (API)",
    "search": "search page",
    "open": "ticket page",
    "pick-ticket": "picker of tickets",
    "pick-person": "picker of persons",
    "palette": "palette",
}


def table(results: Sequence[Mapping[str, Any]], clients: Sequence[int]) -> Iterator[str]:
    """Give the table as Markdown: one line for each operation and load.

    Args:
        results: as ``Result.told`` gives them.
    """
    yield (
        "| operation | clients | in process p50 | p50 | p95 | p99 | per second "
        "| plain SQL p50 | per second | plain SQL does |"
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
                f"{plain['per_second'] / served['per_second']:.1f} ×"
                if plain and served["per_second"]
                else "",
            ]
            yield f"| {' | '.join(cells)} |"


def section(
    told: Mapping[str, Any], results: Sequence[Mapping[str, Any]], clients: Sequence[int]
) -> Iterator[str]:
    """Give what was measured, on what, and the table, as lines of Markdown.

    Args:
        told: the facts of the bench's answer: ``size``, ``facts``, and ``fill`` if it filled.
        results: as ``Result.told`` gives them.
    """
    facts = told["facts"]
    yield (
        f"{told['size']:,} tickets on {facts['database']}, {facts['date']}: Compagnon "
        f"{facts['compagnon']}, Python {facts['python']}, Django {facts['django']}, "
        f"{facts['processors']} processors, {facts['memory_gib']} GiB of memory, which clients, "
        f"server and database share; load before: {facts['load_before']}."
    )
    if filled := told.get("fill"):
        yield ""
        yield (
            f"Filled by {filled['processes']} processes in {filled['seconds']:.0f} s: "
            f"{filled['rows']:,} rows, {filled['rows_per_second']:,} a second; "
            f"{facts['database_bytes'] / 1e9:.2f} GB."
        )
    if results:
        yield ""
        yield from table(results, clients)


def write(path: Path, database: str, lines: Sequence[str]) -> None:
    """Put the lines in a page, in place of those of the same kind of database; add them if none.

    The place is between two comments, ``<!-- bench SQLite -->`` and ``<!-- end -->``.
    """
    kind = database.partition(" ")[0]
    first, last = f"<!-- bench {kind} -->", "<!-- end -->"
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found, rest = page.partition(first)
    after = rest.partition(last)[2] if found else "\n"
    if not found:
        before = f"{page.rstrip()}\n\n" if page else ""
    body = "\n".join(lines)
    path.write_text(f"{before}{first}\n\n{body}\n\n{last}{after}", encoding="utf-8")

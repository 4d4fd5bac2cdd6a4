"""Audit logs of our own invention, of any size, in the shape of ServiceNow's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

HEADER = (
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count",
    "caller_id", "opened_by", "opened_at", "sys_updated_by", "sys_updated_at", "contact_type",
    "location", "category", "subcategory", "u_symptom", "impact", "urgency", "priority",
    "assignment_group", "assigned_to", "closed_code", "resolved_by", "resolved_at", "closed_at",
)  # fmt: skip
WAITS = ("Awaiting User Info", "Awaiting Vendor", "Awaiting Problem")


def write(path: Path, *, events: int, seed: int = 1, shuffled: bool = False) -> int:
    """Write a log of about so many events; give how many it has."""
    rng = Random(seed)  # noqa: S311
    rows: list[list[str]] = []
    number = 0
    while len(rows) < events:
        number += 1
        rows += incident(rng, number)
    if shuffled:
        rng.shuffle(rows)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return len(rows)


def incident(rng: Random, number: int) -> list[list[str]]:
    """Give the rows of one incident."""
    at = datetime(2016, 1, 4, tzinfo=UTC) + timedelta(minutes=rng.randrange(500_000))
    opened, group, person = at, f"Group {rng.randrange(40)}", "?"
    category = rng.randrange(30)
    facts = [
        f"Location {rng.randrange(80)}", f"Category {category}",
        f"Subcategory {category}.{rng.randrange(6)}", f"Symptom {rng.randrange(200)}",
        "2 - Medium", "2 - Medium", "3 - Moderate",
    ]  # fmt: skip
    caller, opener = f"Caller {rng.randrange(3_000)}", f"Opened by {rng.randrange(60)}"
    rows, moved, reopened = [], 0, 0
    for rank, state in enumerate(_states(rng)):
        at += timedelta(minutes=rng.choice((0, 1, 7, 45, 600, 4_000)))
        if rank and rng.random() < 0.15 and state not in {"Resolved", "Closed"}:
            before, group = group, f"Group {rng.randrange(40)}"
            moved += before != group
        if rank and rows[-1][1] == "Resolved" and state == "Active":
            reopened += 1
        if rng.random() < 0.3:
            person = f"Resolver {rng.randrange(200)}"
        rows.append(
            [
                f"INC{number:07}", state, "FALSE" if state == "Closed" else "TRUE", str(moved),
                str(reopened), str(rank), caller, opener, f"{opened:%d-%m-%Y %H:%M}",
                f"Updated by {rng.randrange(300)}", f"{at:%d-%m-%Y %H:%M}", "Phone", *facts, group,
                person, f"code {rng.randrange(12)}", person, "?", "?",
            ]
        )  # fmt: skip
    for row in rows:
        row[-1] = f"{at:%d-%m-%Y %H:%M}"
    return rows


def _states(rng: Random) -> Iterator[str]:
    yield from ["New"] * rng.randrange(1, 3)
    yield from ["Active"] * rng.randrange(4)
    yield from [rng.choice(WAITS)] * rng.randrange(3)
    yield "Resolved"
    if rng.random() < 0.05:
        yield from ("Active", "Resolved")
    yield "Closed"

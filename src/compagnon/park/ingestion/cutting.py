"""What is not kept whole of a report: bounded before it is written, and never without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from compagnon.park.inventory.documents import FIELDS
from compagnon.park.inventory.facts import Report
from compagnon.park.inventory.limits import DEFAULT

Cut = tuple[str, int, int]
"""What, how many were sent, how many are kept."""

TEXTS = "texts"
"""Texts longer than their columns: how many, and how many of them whole (none)."""
OF_A_PORT = {"vlans": 200, "neighbours": 50}
USERS = 50
BASES = 500
_long: ContextVar[list[int] | None] = ContextVar("park_texts_cut", default=None)


def bounded(facts: Report) -> tuple[Report, list[Cut]]:
    """Give a report with no more in a section than is kept, and what that left out."""
    cuts: list[Cut] = []
    kept: dict[str, Any] = {}
    for field in FIELDS:
        entries = getattr(facts, field)
        if len(entries) > DEFAULT.kept_entries:
            cuts.append((field, len(entries), DEFAULT.kept_entries))
            kept[field] = entries[: DEFAULT.kept_entries]
    for name, most in OF_A_PORT.items():
        sent = [len(getattr(port, name)) for port in facts.ports]
        if any(count > most for count in sent):
            cuts.append((name, sum(sent), sum(min(count, most) for count in sent)))
    if len(facts.users) > USERS:
        cuts.append(("users", len(facts.users), USERS))
    bases = [len(one.databases) for one in facts.databases]
    cuts += [("databases", count, BASES) for count in bases if count > BASES]
    return replace(facts, **kept) if kept else facts, cuts


@contextmanager
def counting() -> Iterator[list[int]]:
    """Count the texts that are cut to their columns within; the list holds one number."""
    counted = [0]
    token = _long.set(counted)
    try:
        yield counted
    finally:
        _long.reset(token)


def note_text() -> None:
    """Say that a text was cut to its column."""
    if (counted := _long.get()) is not None:
        counted[0] += 1


def sentence(cuts: Sequence[Sequence[Any]] | None) -> str:
    """Tell cuts in English, as ``detail`` does; nothing where there is none."""
    told = [
        f"{sent} long texts cut" if what == TEXTS else f"{kept} of {sent} {what} kept"
        for what, sent, kept in cuts or ()
    ]
    return f"Not kept whole: {', '.join(told)}." if told else ""

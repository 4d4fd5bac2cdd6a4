"""Reads who judges: members with their quality, their ties to the candidate, their vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .candidacy import QUALITIES, TIES, Member
from .json_values import Reader
from .vocabulary import KEYS, QUALITY_WORDS, TIE_WORDS, VERDICT_WORDS

MOST_MEMBERS = 50


def read_jury(reader: Reader, value: Any) -> tuple[Member, ...] | None:
    """Read ``{"members": [...]}`` or a list; ``None`` when nothing is told."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        reader.known(value, "/jury", KEYS["jury"])
    rows = value.get("members") if isinstance(value, Mapping) else value
    if not isinstance(rows, list):
        reader.fault("/jury/members", "une liste est attendue", "a list is expected")
        return None
    if len(rows) > MOST_MEMBERS:
        reader.fault(
            "/jury/members", f"plus de {MOST_MEMBERS} membres", f"more than {MOST_MEMBERS} members"
        )
        return None
    chair = value.get("chair") if isinstance(value, Mapping) else None
    return tuple(_member(reader, row, number, chair) for number, row in enumerate(rows))


def _member(reader: Reader, row: Any, number: int, chair: Any) -> Member:
    at = f"/jury/members/{number}"
    given = {"quality": row} if isinstance(row, str) else reader.table(row, at)
    reader.known(given, at, KEYS["member"])
    quality = given.get("quality", given.get("kind"))
    if quality is None:
        reader.fault(f"{at}/quality", "champ obligatoire absent", "required field missing")
    name = reader.text(given.get("name"), f"{at}/name") or f"{number + 1}"
    recused = given.get("recused")
    return Member(
        name=name,
        quality=reader.word(quality, f"{at}/quality", QUALITIES, QUALITY_WORDS) or "other",
        ties=_ties(reader, given.get("ties"), f"{at}/ties"),
        present=reader.flag(given.get("present"), f"{at}/present") is not False,
        recused=reader.flag(recused, f"{at}/recused") is True,
        chair=reader.flag(given.get("chair"), f"{at}/chair") is True
        or given.get("role") == "chair"
        or (chair is not None and chair == name),
        sex=reader.word(
            given.get("sex"), f"{at}/sex", ("f", "m"),
            {"female": "f", "woman": "f", "male": "m", "man": "m", "h": "m"},
        ),
        experience_months=reader.months(
            given, at, "years_in_trade", "experience_years", "experience_months", "months_in_trade"
        ),
        left_trade_on=reader.day(given.get("left_trade_on"), f"{at}/left_trade_on"),
        authorised=reader.flag(given.get("authorised"), f"{at}/authorised"),
        authorised_until=reader.day(given.get("authorised_until"), f"{at}/authorised_until"),
        qualified=reader.flag(given.get("qualified"), f"{at}/qualified"),
        vote=_vote(reader, given.get("vote"), f"{at}/vote"),
    )  # fmt: skip


def _ties(reader: Reader, value: Any, pointer: str) -> frozenset[str]:
    if isinstance(value, Mapping):  # {"trained": true, "kin": false}
        value = [key for key, said in value.items() if said]
    found = set()
    for number, row in enumerate(reader.rows(value, pointer)):
        kind = row.get("kind") if isinstance(row, Mapping) else row
        if isinstance(kind, str) and kind.strip().lower() in {"", "none"}:
            continue
        found.add(reader.word(kind, f"{pointer}/{number}", TIES, TIE_WORDS))
    return frozenset(found - {""})


def _vote(reader: Reader, value: Any, pointer: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"abstain", "abstention"}:
        return None
    word = reader.word(value, pointer, ("granted", "refused"), VERDICT_WORDS)
    return word == "granted" if word else None

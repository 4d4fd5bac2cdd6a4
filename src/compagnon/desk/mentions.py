"""Whom a text names with «@», pure: «@Théo Martin», «@theo.martin», or «@Théo» if there is one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

# How many people one note may call.
NAMED_MAX = 20


class HasName(Protocol):
    """Somebody with a first and a last name."""

    first_name: str
    last_name: str


P = TypeVar("P", bound=HasName)


def folded(text: str) -> str:
    """Give the text without accents, in small letters, its words parted by one space."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def named(text: str, people: Iterable[P]) -> list[P]:
    """Give the people whom the text names, at most twenty, each once, in the order of the list.

    A full name is enough; a first name alone, when one of them only bears it. An address of mail
    names nobody.
    """
    calls = [
        folded(text[found.end() : found.end() + 80])
        for found in re.finditer(r"(?<![\w.+-])@(?=\w)", text)
    ]
    if not calls:
        return []
    listed = list(people)
    firsts = [folded(one.first_name) for one in listed]
    told = []
    for one, first in zip(listed, firsts, strict=True):
        full = folded(f"{one.first_name} {one.last_name}")
        alone = bool(first) and firsts.count(first) == 1
        for call in calls:
            said = f"{call} "
            by_full = bool(full) and said.startswith(f"{full} ")
            if by_full or (alone and said.startswith(f"{first} ")):
                told.append(one)
                break
    return told[:NAMED_MAX]

"""Companies: manufacturers and publishers under one name, models without their maker's."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from compagnon.park.normalising.facts import load

_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
_COPYRIGHT = re.compile(
    r"(?:\(c\)|©|copyright)[\s©]*(?:\(c\)|copyright)?[\s©]*(?:\d[\d,\s–-]*)?(.*?)(?:[\s,.]*\b\d{4}\b.*)?"
    r"(?:[\s,.]*all rights reserved.*)?$",
    re.IGNORECASE,
)
"""«5.0, © Copyright 2002-2009 Apple Inc., all rights reserved»: what macOS gives as publisher."""
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def manufacturer(told: str | None) -> str | None:
    """Give the usual name of a manufacturer; None when the text names none.

    >>> manufacturer("Dell Inc."), manufacturer("innotek GmbH"), manufacturer("System manufacturer")
    ('Dell', 'VirtualBox', None)
    """
    return _company(told, "manufacturers")


@lru_cache(maxsize=4096)
def publisher(told: str | None) -> str | None:
    """Give the usual name of a software's publisher; None when the text names none."""
    if told is None or told.startswith(("http://", "https://")):
        return None
    found = _COPYRIGHT.search(told[:200])
    if found:
        told = found[1]
    if re.fullmatch(r"[\d.]+\w{0,4}", told):
        return None
    # Packages name a person: «Debian Perl Group <pkg-perl@…>».
    return _company(re.sub(r"\s*<[^>]*>?", "", told), "publishers")


@lru_cache(maxsize=4096)
def model(told: str | None, maker: str | None = None) -> str | None:
    """Give a model trimmed and without its maker's name; None when the text names none.

    >>> model("HP EliteBook 2540p", "Hewlett-Packard"), model("System Product Name")
    ('EliteBook 2540p', None)
    """
    if told is None:
        return None
    cleaned = _tidy(told)
    if not cleaned or cleaned.lower() in _junk():
        return None
    prefixes = [_tidy(maker or ""), manufacturer(maker) or "", _without_form(_tidy(maker or ""))]
    for prefix in sorted({one for one in prefixes if one}, key=len, reverse=True):
        while cleaned.lower().startswith(f"{prefix.lower()} "):
            cleaned = cleaned[len(prefix) + 1 :].lstrip()
    return cleaned or None


def _company(told: str | None, facts: str) -> str | None:
    if told is None:
        return None
    cleaned = _tidy(told)
    if not cleaned or cleaned.lower() in _junk() or not re.search(r"[A-Za-z0-9]", cleaned):
        return None
    names = _names(facts)
    bare = _without_form(cleaned)
    for spelling in (cleaned, cleaned.rstrip(". ,"), bare):
        if known := names.get(spelling.lower()):
            return known
    return bare or cleaned


def _tidy(told: str) -> str:
    return _SPACES.sub(" ", _MARKS.sub(" ", told)).strip(" \t,;")


def _without_form(name: str) -> str:
    """The name without its legal forms: ``ASUSTeK Computer INC.`` → ``ASUSTeK Computer``."""
    forms = _forms()
    words = name.split(" ")
    while len(words) > 1:
        last = words[-1].strip(".,()").lower().replace(".", "")
        if last and last != "&" and last not in forms:
            break
        words.pop()
    return " ".join(words).rstrip(" ,.&")


@cache
def _names(facts: str) -> dict[str, str]:
    names = {
        spelling: name
        for name, spellings in load("manufacturers")["names"].items()
        for spelling in (*spellings, name.lower())
    }
    if facts != "manufacturers":
        # A publisher keeps its own name where a maker of virtual hardware has another.
        names.pop("innotek", None)
        for name, spellings in load(facts)["names"].items():
            names |= dict.fromkeys((*spellings, name.lower()), name)
    return names


@cache
def _forms() -> frozenset[str]:
    return frozenset(load("manufacturers")["legal"]["forms"])


@cache
def _junk() -> frozenset[str]:
    return frozenset(load("manufacturers")["junk"]["words"])

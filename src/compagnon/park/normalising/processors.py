"""Processors under one readable name."""

from __future__ import annotations

import re
from functools import lru_cache

_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
_FREQUENCY = re.compile(r"\s*(?:CPU\s*)?@?\s*\b\d+(?:[.,]\d+)?\s*[GM]Hz\b.*$", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:CPU|processor|processeur|\d+-Core|(?:Dual|Quad|Six|Eight)[- ]Core)\b", re.IGNORECASE
)
_GRAPHICS = re.compile(r"\s+(?:with|w/|avec)\s+Radeon.*$", re.IGNORECASE)
_STEPPING = re.compile(r"\s+\(?(?:rev|stepping|v\d+l?)\b.*$", re.IGNORECASE)


@lru_cache(maxsize=2048)
def processor(told: str | None) -> str | None:
    """Give a processor's name without marks, frequency and graphics.

    >>> processor("Intel(R) Core(TM) i5-4210U CPU @ 1.70GHz")
    'Intel Core i5-4210U'
    >>> processor("AMD Ryzen 7 PRO 6850U with Radeon Graphics")
    'AMD Ryzen 7 PRO 6850U'
    """
    if told is None:
        return None
    name = " ".join(_MARKS.sub(" ", told).split())
    name = _GRAPHICS.sub("", name)
    name = _FREQUENCY.sub("", name)
    if not re.search(r"(?i)xeon.*\bv\d", name):
        name = _STEPPING.sub("", name)
    name = _WORDS.sub(" ", name)
    return " ".join(name.split()).strip(" ,@-") or None

"""Showing why a text was found, by the same analysis that found it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compagnon.core.search.analysis import JOINED, Word, joined, stems, words
from compagnon.core.search.query import All, Either, Node, Phrase, Query, Term, places

# Of a long text only the beginning is looked at.
TEXT_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether the query found it. Not escaped: templates do that."""

    text: str
    found: bool


def ranges(text: str, query: Query) -> list[tuple[int, int]]:
    """Give what the query finds in a text, as (start, end) in characters, in order, apart."""
    text = text[:TEXT_LENGTH]
    terms, phrases = _leaves(query)
    all_words = list(words(text))
    found = {(word.start, word.end) for word in all_words if _is_found(word, terms)}
    exact = {term.token for term in terms if not term.prefix}
    for whole in JOINED.finditer(text):
        if any(exact & stems(name) for name in joined(whole[0])):
            found.add(whole.span())
    tokens = [word.token for word in all_words]
    for phrase in phrases:
        for place in places(phrase, tokens):
            last = all_words[place + len(phrase.tokens) - 1]
            found.add((all_words[place].start, last.end))
    return _merged(sorted(found))


def excerpt(text: str, query: Query, *, length: int = 200) -> list[Piece]:
    """Cut a text to about ``length`` characters around its first find, in pieces to show."""
    found = ranges(text, query)
    start = max(0, found[0][0] - length // 3) if found else 0
    if start:  # not in the middle of a word
        start = text.rfind(" ", 0, start) + 1 if " " in text[start - 30 : start] else start
    end = min(len(text), start + length)
    pieces = [Piece("…", found=False)] if start else []
    at = start
    for low, high in found:
        if low >= end:
            break
        if low > at:
            pieces.append(Piece(text[at:low], found=False))
        pieces.append(Piece(text[low : min(high, end)], found=True))
        at = min(high, end)
    if at < end:
        pieces.append(Piece(text[at:end], found=False))
    if end < len(text):
        pieces.append(Piece("…", found=False))
    return pieces


def _leaves(query: Query) -> tuple[list[Term], list[Phrase]]:
    leaves = [leaf for node in query.wanted for leaf in _of(node)]
    return (
        [leaf for leaf in leaves if isinstance(leaf, Term)],
        [leaf for leaf in leaves if isinstance(leaf, Phrase)],
    )


def _of(node: Node) -> Iterator[Term | Phrase]:
    match node:
        case Term() | Phrase():
            yield node
        case All(nodes) | Either(nodes):
            for each in nodes:
                yield from _of(each)


def _is_found(word: Word, terms: list[Term]) -> bool:
    tokens = {word.token, *stems(word.raw)}
    return any(
        any(token.startswith(term.token) for token in tokens)
        if term.prefix
        else term.token in tokens
        for term in terms
    )


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for low, high in found:
        if apart and low <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], high))
        else:
            apart.append((low, high))
    return apart

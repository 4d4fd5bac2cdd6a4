"""From text to tokens: the only place that knows what a word is. Pure.

A *word* is a run of letters or a run of digits, folded (case, accents, ligatures) into ASCII; what
an ASCII letter cannot say is spelled out by its code, so that no database's own notion of letters
ever matters. A letter beside a digit ends a word: «KB5034441» is two, found by either and, side by
side, by both.

A word's *stems* are its French and English ones. The language of a text is not guessed: three
words are too few to tell, and support mixes both. French is stemmed with and without its accents,
since a person in a hurry types «reseau bloque».
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

import Stemmer

# Longer runs of letters are no words (base64, minified code): found by their beginning.
WORD_LENGTH = 40
# What one document may hold. PostgreSQL counts positions to 16,383, and a tsvector to 1 MB.
DOCUMENT_WORDS = 8_000
DOCUMENT_BYTES = 150_000

# Letters with the marks that may follow each of them, or digits.
WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*|\d+")
# Words of letters joined by hyphens: «wi-fi» is also found as «wifi».
JOINED = re.compile(r"(?<![\w-])[^\W\d_]+(?:[-‐‑][^\W\d_]+){1,3}(?![\w-])")
JOINED_LENGTH = 30

_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_FOREIGN = re.compile(r"[^a-z0-9]")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and where it stands there."""

    token: str
    start: int
    end: int
    raw: str


def words(text: str) -> Iterator[Word]:
    """Give the words of a text in order."""
    for found in WORD.finditer(text):
        raw = found[0]
        yield Word(fold(raw), found.start(), found.end(), raw)


def tokens(text: str) -> list[str]:
    """Give the folded words of a text in order."""
    return [word.token for word in words(text)]


def answers_to(text: str, typed: str) -> bool:
    """Tell whether every word typed begins a word of the text: for lists that one sifts."""
    held = tokens(text)
    return all(any(one.startswith(word) for one in held) for word in tokens(typed))


@lru_cache(maxsize=200_000)
def fold(raw: str) -> str:
    """Give the token of a word: lower-case ASCII letters and digits, never empty."""
    if raw.isascii():
        return raw.lower()[:WORD_LENGTH]
    return _spell_out(_unaccented(raw))


def _unaccented(raw: str) -> str:
    # Twice: folding the case of a composed letter may leave a mark.
    text = unicodedata.normalize("NFKD", raw).casefold().translate(_LIGATURES)
    return "".join(
        char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)
    )


def _spell_out(text: str) -> str:
    token = ""
    for char in text:
        digit = unicodedata.digit(char, None)
        piece = char if not _FOREIGN.match(char) else f"x{ord(char):x}x"
        token += piece if digit is None else str(digit)
        if len(token) >= WORD_LENGTH:
            break
    # Only marks, or nothing that folds: still a word, and the same one each time.
    return token[:WORD_LENGTH] or "x0x"


@lru_cache(maxsize=200_000)
def stems(raw: str) -> frozenset[str]:
    """Give the tokens under which a word is found: its stems in French and English."""
    token = fold(raw)
    if not token.isalpha() or len(token) >= WORD_LENGTH:
        return frozenset({token})
    french, english = _stemmers()
    found = {french.stemWord(token), english.stemWord(token)}
    if not raw.isascii():
        accented = unicodedata.normalize("NFC", raw).casefold()
        found.add(_spell_out(_unaccented(french.stemWord(accented))))
    return frozenset(found)


def _stemmers() -> tuple[Stemmer.Stemmer, Stemmer.Stemmer]:
    # A stemmer is not safe to share between threads.
    try:
        return _local.stemmers  # type: ignore[no-any-return]
    except AttributeError:
        # Their own caches are off: ours stands before them.
        _local.stemmers = Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0)
        return _local.stemmers  # type: ignore[no-any-return]


def joined(text: str) -> Iterator[str]:
    """Give the words that hyphens cut in a text, made whole («wi-fi»: «wifi»)."""
    for found in JOINED.finditer(text):
        whole = re.sub(r"[-‐‑]", "", found[0])
        if len(whole) <= JOINED_LENGTH:
            yield whole


@dataclass(slots=True)
class Document:
    """What is indexed of an object.

    Args:
        runs: its words in order, a run for each text: no phrase goes from one into the next.
        stems: the tokens under which it is found too, which are not among its words.
    """

    runs: list[list[str]] = field(default_factory=list)
    stems: set[str] = field(default_factory=set)


def document(texts: Iterable[str]) -> Document:
    """Analyse an object's texts, the most important first: what is over the bounds is left."""
    made = Document()
    known: set[str] = set()
    found: set[str] = set()
    left, room = DOCUMENT_WORDS, DOCUMENT_BYTES
    for text in texts:
        raws = WORD.findall(text[:DOCUMENT_BYTES])[:left]
        run = [fold(raw) for raw in raws]
        if sum(map(len, run)) > room:
            ends = accumulate(map(len, run))
            run = run[: sum(1 for end in ends if end <= room)]
        if not run:
            continue
        left -= len(run)
        room -= sum(map(len, run))
        made.runs.append(run)
        known.update(run)
        found.update(*map(stems, set(raws[: len(run)])))
        for whole in joined(text[:DOCUMENT_BYTES]):
            if len(found) < 2 * DOCUMENT_WORDS:
                found |= {fold(whole), *stems(whole)}
    made.stems = found - known
    return made

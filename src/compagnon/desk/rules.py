"""The desk's rules, pure: legal moves, priority, delays, what a reply does to a solved ticket."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from compagnon.desk.models.tickets import State

# The kind of subject that a ticket is, for the contracts' clocks.
SUBJECT = "ticket"

# ITIL's three by three: rows are impact 1 to 3, columns urgency 1 to 3.
MATRIX: tuple[tuple[int, ...], ...] = ((1, 2, 3), (2, 3, 4), (3, 4, 5))

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.NEW: frozenset({State.OPEN, State.PENDING, State.SOLVED, State.CANCELLED}),
    State.OPEN: frozenset({State.PENDING, State.SOLVED, State.CANCELLED}),
    # Closed without a solution only when nobody answered the reminders.
    State.PENDING: frozenset({State.OPEN, State.SOLVED, State.CLOSED, State.CANCELLED}),
    State.SOLVED: frozenset({State.CLOSED, State.OPEN}),
    State.CLOSED: frozenset({State.OPEN}),
    State.CANCELLED: frozenset({State.OPEN}),
}


def may_move(current: str, target: str) -> bool:
    """Tell whether a ticket may go from one state to the other."""
    return State(target) in TRANSITIONS[State(current)]


def priority(impact: int, urgency: int, matrix: Sequence[Sequence[int]] | None = None) -> int:
    """Give the priority (1 first, 5 last) for an impact and an urgency (1 high, 3 low)."""
    return (matrix or MATRIX)[impact - 1][urgency - 1]


def matrix_faults(matrix: object) -> list[str]:
    """Say what is wrong with an organisation's own matrix; nothing when it can be used.

    A usable matrix is three rows of three whole numbers from 1 to 5 in which a graver impact or a
    greater urgency never lowers the priority.
    """
    if (
        not isinstance(matrix, list | tuple)
        or len(matrix) != 3
        or any(not isinstance(row, list | tuple) or len(row) != 3 for row in matrix)
    ):
        return ["shape"]
    cells = [cell for row in matrix for cell in row]
    if any(isinstance(cell, bool) or not isinstance(cell, int) for cell in cells):
        return ["type"]
    if any(not 1 <= cell <= 5 for cell in cells):
        return ["range"]
    ordered = all(
        matrix[i][j] <= matrix[k][m]
        for i in range(3)
        for j in range(3)
        for k in range(i, 3)
        for m in range(j, 3)
    )
    return [] if ordered else ["order"]


def closes_after(solved_at: datetime, days: int) -> datetime:
    """Give when a solved ticket closes by itself if its user says nothing."""
    return solved_at + timedelta(days=days)


def may_reopen(closed_at: datetime | None, now: datetime, days: int) -> bool:
    """Tell whether a closed ticket may still be reopened."""
    return closed_at is None or now <= closed_at + timedelta(days=days)


# A short message made only of such words does not mean that the solution failed.
THANKS = frozenset(
    [
        "lot",
        "merci",
        "beaucoup",
        "bien",
        "infiniment",
        "a",
        "vous",
        "toi",
        "c",
        "est",
        "parfait",
        "super",
        "nickel",
        "top",
        "genial",
        "tout",
        "fonctionne",
        "marche",
        "ok",
        "bonne",
        "journee",
        "soiree",
        "bonjour",
        "bonsoir",
        "cordialement",
        "cdt",
        "cdlt",
        "salutations",
        "thanks",
        "thank",
        "you",
        "very",
        "much",
        "so",
        "many",
        "it",
        "s",
        "perfect",
        "great",
        "works",
        "working",
        "all",
        "good",
        "fine",
        "now",
        "everything",
        "is",
        "cheers",
        "regards",
        "best",
        "kind",
        "have",
        "a",
        "nice",
        "good",
        "day",
        "hello",
        "hi",
        "resolu",
        "solved",
    ]
)
THANKS_CORE = frozenset(
    [
        "merci",
        "thanks",
        "thank",
        "parfait",
        "perfect",
        "super",
        "nickel",
        "top",
        "genial",
        "ok",
        "cheers",
        "great",
        "resolu",
        "solved",
    ]
)
ENDINGS = frozenset(["cordialement", "cdt", "cdlt", "salutations", "regards"])
NEGATIONS = frozenset(
    [
        "ne",
        "pas",
        "n",
        "plus",
        "toujours",
        "not",
        "no",
        "still",
        "never",
        "again",
        "encore",
        "but",
        "mais",
    ]
)


def is_thanks(text: str, *, author: str = "") -> bool:
    """Tell whether a text says thanks and nothing else, in French or English.

    Cautious: any word outside the short list, a question mark or a negation makes it a message
    that somebody must read. Only a signature is looked through: the author's own name, and what
    stands below a formula that ends a letter.

    Args:
        author: the author's name, whose words count for nothing.
    """
    if len(text) > 300 or "?" in text:
        return False
    said: list[str] = []
    for line in text.splitlines():
        words = _folded(line)
        said += words
        # What follows «Cordialement,» on lines of its own is who signs, not what is said.
        if words and said and ENDINGS.intersection(words) and len(words) <= 3:
            break
    rest = set(said) - set(_folded(author))
    return bool(
        THANKS_CORE.intersection(said) and not NEGATIONS.intersection(said) and rest <= THANKS
    )


def _folded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)

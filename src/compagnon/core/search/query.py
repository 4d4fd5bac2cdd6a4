"""From what a person types to what must be found. Pure.

    imprimante couleur      both words, each by its stems
    "bourrage papier"       these words, side by side, as they are (also « » and “ ”)
    -couleur  -"hors ligne" not that
    impri*                  a word that begins so
    T-000123  10.0.0.12  srv-par-01  a.b@c.fr     side by side, as they are: whole or a part

Little words («le», «de», "the") count inside quotes, and where there is nothing else. A query that
only excludes finds nothing: it does not say what to look for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compagnon.core.search.analysis import JOINED, WORD, Document, Word, joined, stems, words

QUERY_LENGTH = 500
CLAUSES = 16
# One letter and a star would read half the index.
PREFIX_LENGTH = 2

# Words that almost every text holds. None that may be what somebody looks for: no «son», «car»,
# «sans», «plus», «or», «pas», «vers».
_FRENCH = """
a ai as au aux avec avez avons c ce ces cet cette d dans de des dont du elle elles en est et eu il
ils j je l la le les leur leurs lui m ma me mes moi mon n ne nos notre nous on ont ou par pour qu
que qui s sa se ses sont sur t ta te tes toi ton tu un une vos votre vous y
"""
_ENGLISH = """
am an and are at be been by for from had has have he her his i in is it its my of our she that the
their them they this those to us was we were will with you your
"""
LITTLE_WORDS = frozenset(_FRENCH.split() + _ENGLISH.split())

# Guillemets with the spaces inside them are quotes too.
_QUOTES = str.maketrans(dict.fromkeys("«»“”„‟＂", '"'))
_CLAUSE = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_APART = re.compile(r"[\s,;!?()\[\]{}<>|/'’ʼ`´&+=]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A token, anywhere."""

    token: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side; of the last one only the beginning, with ``prefix``."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each of these."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    nodes: tuple[Node, ...]


Node = Term | Phrase | All | Either


@dataclass(frozen=True, slots=True)
class Query:
    """What must be found, and what must not."""

    wanted: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing to look for, and so finds nothing."""
        return not self.wanted

    def finds(self, found: Document) -> bool:
        """Tell whether a document matches: the meaning of a query, which the databases share."""
        return (
            not self.is_empty
            and all(_holds(node, found) for node in self.wanted)
            and not any(_holds(node, found) for node in self.excluded)
        )


def parse(text: str) -> Query:
    """Read a query; anything at all that a person types is one. Its length is bounded."""
    wanted: list[Node] = []
    little: list[Node] = []
    excluded: list[Node] = []
    for found in _CLAUSE.finditer(text[:QUERY_LENGTH].translate(_QUOTES)):
        if len(wanted) + len(little) + len(excluded) >= CLAUSES:
            break
        if found["phrase"] is not None:
            nodes = _phrase([word.token for word in words(found["phrase"])], prefix=False)
        else:
            nodes = _chunk(found["word"])
        if found["minus"]:
            # «-a b» excludes a; «-C:» excludes the letter, little or not.
            excluded += [All(tuple(nodes))] if len(nodes) > 1 else nodes
        else:
            for node in nodes:
                (little if _is_little(node) else wanted).append(node)
    return Query(tuple((wanted or little)[:CLAUSES]), tuple(excluded[:CLAUSES]))


def _is_little(node: Node) -> bool:
    match node:
        case Either(nodes):
            return all(_is_little(each) for each in nodes)
        case Term(token, prefix):
            return not prefix and token in LITTLE_WORDS
    return False


def _chunk(chunk: str) -> list[Node]:
    """Read what stands between two spaces: most often one word."""
    prefix = chunk.endswith("*")
    pieces = [piece for piece in _APART.split(chunk) if WORD.search(piece)]
    return [
        node
        for place, piece in enumerate(pieces, 1)
        for node in _piece(piece, prefix=prefix and place == len(pieces))
    ]


def _piece(piece: str, *, prefix: bool) -> list[Node]:
    found = list(words(piece))
    if len(found) == 1 and not prefix:
        return [_word(found[0])]
    if not prefix and JOINED.fullmatch(piece):
        # «rendez-vous»: both words, or the one that they make. Little words do not count.
        parts = [word for word in found if word.token not in LITTLE_WORDS] or found
        whole = [Term(token) for name in joined(piece) for token in sorted(stems(name))]
        both = All(tuple(_word(word) for word in parts)) if len(parts) > 1 else _word(parts[0])
        return [Either((both, *whole))]
    return _phrase([word.token for word in found], prefix=prefix)


def _word(word: Word) -> Node:
    tokens = sorted(stems(word.raw))
    if word.token in LITTLE_WORDS or len(tokens) == 1:
        return Term(word.token if word.token in LITTLE_WORDS else tokens[0])
    return Either(tuple(Term(token) for token in tokens))


def _phrase(tokens: list[str], *, prefix: bool) -> list[Node]:
    if not tokens:
        return []
    if len(tokens) > 1:
        return [Phrase(tuple(tokens), prefix)]
    return [Term(tokens[0], prefix and len(tokens[0]) >= PREFIX_LENGTH)]


def _holds(node: Node, found: Document) -> bool:
    match node:
        case Term(token, prefix):
            every = {token for run in found.runs for token in run} | found.stems
            return any(each.startswith(token) for each in every) if prefix else token in every
        case Phrase():
            return any(True for run in found.runs for _ in places(node, run))
        case All(nodes):
            return all(_holds(each, found) for each in nodes)
        case Either(nodes):
            return any(_holds(each, found) for each in nodes)


def places(phrase: Phrase, run: list[str]) -> list[int]:
    """Give where a phrase begins among the words of a text."""
    *first, last = phrase.tokens
    size = len(phrase.tokens)
    return [
        start
        for start in range(len(run) - size + 1)
        if run[start : start + size - 1] == first
        and (
            run[start + size - 1].startswith(last)
            if phrase.prefix
            else run[start + size - 1] == last
        )
    ]

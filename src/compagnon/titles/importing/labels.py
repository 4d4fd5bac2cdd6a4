"""Comparing names as people do: case, accents, spaces, punctuation and feminines set aside."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‐": "-"})
# «technicien(ne)», «expert (e)», «professionnel(le)(s)», «utilisateur(rice)».
FEMININE = re.compile(
    r"\s?\((?:ne|e|le|te|se|rice|trice|euse|ère|ere|s|es|x|nes|les)\)", re.IGNORECASE
)


def fold(text: str) -> str:
    """Give the text in lower case without accents, its words separated by one space."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    return " ".join(re.sub(r"[^a-z0-9*]+", " ", plain).split())


def heading(text: str) -> str:
    """Fold a line that may be a heading: «Contexte(s) professionnel(s)» loses its endings."""
    return fold(FEMININE.sub("", text))


def key(text: str) -> str:
    """Give what two writings of one name share: letters and figures alone («tcpip»)."""
    return fold(FEMININE.sub("", text)).replace(" ", "").replace("*", "")


def title_key(text: str) -> str:
    """Give the key of a title's name, without «Titre professionnel» and the feminine twice told.

    «Technicien supérieur ou technicienne supérieure de support» is «technicien(ne)
    supérieur(e) de support».
    """
    words = fold(FEMININE.sub("", text)).replace("*", "").split()
    for opening in (["tp"], ["titre", "professionnel"], ["de"], ["du"]):
        if words[: len(opening)] == opening and len(words) > len(opening):
            words = words[len(opening) :]
    if "ou" in words:
        at = words.index("ou")
        for size in range(min(at, len(words) - at - 1), 0, -1):
            before, after = words[at - size : at], words[at + 1 : at + 1 + size]
            if all(_same_root(a, b) for a, b in zip(before, after, strict=True)):
                words = words[:at] + words[at + 1 + size :]
                break
    return "".join(words)


def _same_root(one: str, other: str) -> bool:
    shared = max(3, min(len(one), len(other)) - 3)
    return one[:shared] == other[:shared]


def likeness(one: str, other: str) -> float:
    """Tell how alike two keys are, from 0 to 1."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    return SequenceMatcher(None, one[:400], other[:400], autojunk=False).ratio()

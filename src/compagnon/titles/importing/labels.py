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


# Words of the headings that official documents share: a layout may cut them («Crit ères de
# perfor mance»), and a heading that is not known loses all that stands under it.
_OF_HEADINGS = frozenset(
    {
        "activite", "activites", "associes", "certificat", "competence", "competences",
        "connaissance", "connaissances", "contexte", "contextes", "conventions",
        "correspondance", "correspondances", "critere", "criteres", "definition", "description",
        "domaine", "dossier", "emploi", "entre", "evaluation", "evolution", "evolutions",
        "exercice", "extension", "fiche", "fiches", "faire", "faires", "glossaire", "interdite",
        "introduction", "liste", "niveau", "numero", "oeuvre", "organisationnel",
        "organisationnels", "performance", "presentation", "processus", "professionnel",
        "professionnelle", "professionnelles", "professionnels", "qualitatif", "qualitatifs",
        "quantitatif", "quantitatifs", "realisation", "reglementation", "relationnel",
        "relationnels", "reproduction", "reussite", "rome", "savoir", "savoirs", "sommaire",
        "synoptique", "tableau", "technique", "techniques", "transversale", "transversales",
        "type", "types", "vue",
    }
)  # fmt: skip
_PIECES = 4


def heading(text: str) -> str:
    """Fold a line that may be a heading: «Contexte(s) professionnel(s)» loses its endings.

    A word of the shared headings that was cut is put together again.
    """
    return _mended(fold(FEMININE.sub("", text)))


def _mended(folded: str) -> str:
    words, at, found = folded.split(), 0, []
    if len(words) > 25:
        return folded
    while at < len(words):
        size = next(
            (
                size
                for size in range(min(_PIECES, len(words) - at), 1, -1)
                if "".join(words[at : at + size]) in _OF_HEADINGS
            ),
            1,
        )
        found.append("".join(words[at : at + size]))
        at += size
    return " ".join(found)


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

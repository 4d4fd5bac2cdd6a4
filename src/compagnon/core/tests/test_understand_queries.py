"""What a person types finds what they mean: words, queries, highlighting, all pure."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core.search import excerpt, parse, ranges
from compagnon.core.search.analysis import (
    DOCUMENT_BYTES,
    DOCUMENT_WORDS,
    WORD_LENGTH,
    document,
    fold,
    stems,
    tokens,
    words,
)
from compagnon.core.search.query import QUERY_LENGTH


def finds(query: str, *texts: str) -> bool:
    """Tell whether the query finds the texts, by the meaning that the databases must share."""
    return parse(query).finds(document(texts))


# --- words ----------------------------------------------------------------------------------


def test_a_word_is_folded_once() -> None:
    fold.cache_clear()
    assert tokens("Panne panne, Panne !") == ["panne"] * 3
    assert fold.cache_info().misses == len({"Panne", "panne"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’imprimante du RÉSEAU", ["l", "imprimante", "du", "reseau"]),
        ("œuvre, Æsir, straße, Ørsted", ["oeuvre", "aesir", "strasse", "orsted"]),
        ("T-000123", ["t", "000123"]),
        ("KB5034441", ["kb", "5034441"]),
        ("10.0.0.12/24", ["10", "0", "0", "12", "24"]),
        ("jean.dupont@exemple.fr", ["jean", "dupont", "exemple", "fr"]),
        ("e\u0301te\u0301", ["ete"]),
        ("m² ①", ["m2", "1"]),
        ("１２３ ٣", ["123", "3"]),
        ("", []),
        ("… — ! \x00", []),
        ("文書", ["x6587xx66f8x"]),
        ("привет", [fold("ПРИВЕТ")]),
    ],
)
def test_a_text_is_cut_into_words(text, expected):
    assert tokens(text) == expected


@given(st.text(max_size=300))
def test_every_token_is_plain_and_stands_in_the_text(text):
    for word in words(text):
        assert word.token.isascii()
        assert word.token.isalnum()
        assert word.token == word.token.lower()
        assert 0 < len(word.token) <= WORD_LENGTH
        assert text[word.start : word.end] == word.raw
        assert all(stem.isascii() and stem.isalnum() for stem in stems(word.raw))


@given(st.text(alphabet="aeéèêcçuùœ", min_size=1, max_size=12))
def test_case_and_composition_of_accents_do_not_matter(word):
    for other in (word.upper(), unicodedata.normalize("NFD", word)):
        assert fold(word) == fold(other)
        assert stems(word) == stems(other)


def test_a_text_as_long_as_a_book_is_cut():
    found = document(["mot " * 100_000, "dernier"])
    assert sum(map(len, found.runs)) == DOCUMENT_WORDS
    heavy = document([" ".join(["a" * WORD_LENGTH] * 7000), "et la suite"])
    assert sum(len(token) for run in heavy.runs for token in run) <= DOCUMENT_BYTES
    assert len(heavy.runs[0]) > 3000
    long = document([f"{'abc' * 1000} fin"])
    assert len(long.runs[0][0]) == WORD_LENGTH


# --- meaning --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("réseaux", "Panne du réseau"),
        ("réseau", "Les réseaux sont en panne"),
        ("reseau", "RÉSEAUX"),
        ("printers", "The printer is on fire"),
        ("printer", "both printers"),
        ("printing", "it will not print"),
        ("imprimantes", "l'imprimante"),
        ("l’imprimante", "une imprimante couleur"),
        ("imprimée", "page imprimé"),
        ("bloque", "compte bloquée"),
        ("journaux", "le journal"),
        ("connexions", "connexion perdue"),
        ("imprimante couleur", "La couleur manque à l’imprimante"),
        ("panne du réseau", "réseau en panne"),
        ('"panne de courant"', "une panne de courant ce matin"),
        ("« panne de courant »", "une panne de courant ce matin"),
        ("“Panne De Courant", "une panne de courant ce matin"),
        ("impri*", "Imprimante"),
        ("imprimante*", "imprimantes"),
        ("T-000123", "voir T-000123 svp"),
        ("t000123", "voir T-000123 svp"),
        ("000123", "voir T-000123 svp"),
        ("T-0001*", "voir T-000123 svp"),
        ("10.0.0.12", "l’hôte 10.0.0.12 répond"),
        ("srv-par-01", "srv-par-01.corp.local ne répond plus"),
        ("jean.dupont@exemple.fr", "De : <Jean.Dupont@exemple.fr>"),
        ("dupont", "De : <Jean.Dupont@exemple.fr>"),
        ("SN-4F2A", "n° de série SN-4F2A"),
        ("00:1a:2b", "MAC 00:1A:2B:3C"),
        ("KB5034441", "la mise à jour KB 5034441"),
        ("wifi", "le wi-fi du bureau"),
        ("wi-fi", "le wifi du bureau"),
        ("wi-fi", "le Wi‑Fi du bureau"),
        ("e-mails", "mon email"),
        ("rendez-vous", "un rendez-vous lundi"),
        ("mots-de-passe", "mot de passe oublié"),
        ("imprimante -couleur", "imprimante noire"),
        ('imprimante -"hors ligne"', "imprimante en ligne, hors garantie"),
        ("le", "le bon"),
        ('"le son"', "pas de son, mais le son viendra"),
        ("C:\\Windows", "dans C:\\Windows\\System32"),
        ("imprimante/scanner", "scanner ou imprimante"),
        ("son", "pas de son"),
        ("привет", "Привет, мир"),
    ],
)
def test_a_query_finds(query, text):
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("imprimante couleur", "imprimante"),
        ('"panne de courant"', "panne du courant"),
        ('"imprimante hp"', "hp imprimante"),
        ("T-000123", "T-000124 et 000123"),
        ("10.0.0.12", "10.0.12.0"),
        ("impri*", "l’écran"),
        ("imprimante -couleur", "imprimantes couleurs"),
        ('imprimante -"hors ligne"', "imprimante hors ligne"),
        ("-couleur", "imprimante noire"),
        ("i*", "imprimante"),
        ("son", "sans rien"),
        ("", "tout"),
        ("!!! ???", "tout"),
    ],
)
def test_a_query_does_not_find(query, text):
    assert not finds(query, text)


def test_no_phrase_goes_from_one_text_into_the_next():
    assert finds('"bourrage papier"', "bourrage papier")
    assert not finds('"bourrage papier"', "bourrage", "papier")
    assert finds("bourrage papier", "bourrage", "papier")


@given(st.text(max_size=QUERY_LENGTH * 2))
def test_anything_typed_is_a_query(text):
    query = parse(text)
    assert len(query.wanted) + len(query.excluded) <= 16
    assert query.is_empty == (not query.wanted)


@given(st.text(min_size=1, max_size=60))
def test_a_text_is_found_by_its_own_words_in_quotes(text):
    quoted = text.replace('"', " ")
    query = parse(f'"{quoted}"')
    if not query.is_empty and all(char not in "«»“”„‟＂" for char in text):
        assert query.finds(document([quoted]))


# --- highlighting ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("réseaux", "Panne du Réseau.", ["Réseau"]),
        ("printers", "My printer", ["printer"]),
        ("T-000123", "voir T-000123, T-000124", ["T-000123"]),
        ('"panne de courant"', "panne de courant ou panne", ["panne de courant"]),
        ("panne -courant", "panne de courant", ["panne"]),
        ("impri*", "imprimante, imprimer", ["imprimante", "imprimer"]),
        ("wifi", "le wi-fi", ["wi-fi"]),
        ("le réseau", "le réseau", ["réseau"]),
        ("absent", "rien", []),
        ("e\u0301cran", "l’écran", ["écran"]),
    ],
)
def test_what_was_found_is_shown(query, text, found):
    assert [text[low:high] for low, high in ranges(text, parse(query))] == found


@given(st.text(max_size=200), st.text(max_size=40))
def test_ranges_are_in_order_and_apart(text, typed):
    at = -1
    for low, high in ranges(text, parse(typed)):
        assert at < low < high <= len(text)
        at = high


def test_an_excerpt_shows_the_first_find_and_marks_what_it_cut():
    text = "début " * 100 + "puis l’imprimante <b>bloque</b> " + "fin " * 100
    pieces = excerpt(text, parse("imprimantes"), length=80)
    assert [piece.text for piece in pieces if piece.found] == ["imprimante"]
    assert pieces[0].text == pieces[-1].text == "…"
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) < 100
    assert "<b>" in shown, "escaping is the template's work, done once"


def test_an_excerpt_of_a_short_text_is_the_text():
    assert [piece.text for piece in excerpt("tout", parse("rien"))] == ["tout"]
    assert excerpt("", parse("rien")) == []

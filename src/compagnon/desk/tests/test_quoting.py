"""The fresh part of an answer, as each mail program writes it."""

from __future__ import annotations

import time
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.inbound.parse import parse
from compagnon.desk.inbound.quoting import split
from compagnon.desk.tests.mails import plain, raw

OUTLOOK = """De : Support <support@desk.example>
Envoyé : lundi 4 mars 2024 18:02
À : Anne Martin <anne@client.example>
Objet : [#000123] Imprimante en panne

Bonjour Anne,
Avez-vous redémarré ?"""

ANSWERS = [
    ("Outlook", f"Oui, en vain.\n\nAnne\n\n{OUTLOOK}", "Oui, en vain.\n\nAnne"),
    ("Outlook on the web", f"Oui.\n\n________________________________\n{OUTLOOK}", "Oui."),
    ("Outlook in bold", "Oui.\n\n*De :* S\n*Envoyé :* l\n*À :* A\n*Objet :* x\n\nold", "Oui."),
    (
        "Outlook for iOS",
        f"Oui.\n\nObtenir Outlook pour iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{OUTLOOK}",
        "Oui.",
    ),
    (
        "Outlook, English",
        "Yes.\n\nFrom: Support\nSent: Monday\nTo: Anne\nSubject: RE: x\n\nold",
        "Yes.",
    ),
    ("old Outlook", "Oui.\n\n-----Message d'origine-----\nDe : S\n\nold", "Oui."),
    (
        "Gmail",
        "Oui.\n\nLe lun. 4 mars 2024 à 18:02, Support <support@desk.example> a\nécrit :\n\n> old",
        "Oui.",
    ),
    (
        "Gmail, English",
        "Yes.\n\nOn Mon, Mar 4, 2024 at 6:02 PM Support <s@desk.example> wrote:\n\n> old\n>> older",
        "Yes.",
    ),
    ("Thunderbird", "Oui.\n\nLe 04/03/2024 à 18:02, Support a écrit :\n> old\n> two", "Oui."),
    (
        "Thunderbird, answer below, signature",
        "Le 04/03/2024 à 18:02, Support a écrit :\n> old\n\nOui.\n\n-- \nAnne Martin\nComptabilité",
        "Oui.",
    ),
    (
        "Yahoo, without marks",
        "Oui.\n\nLe lundi 4 mars 2024 à 18:02:33 UTC+1, Support <s@x.fr> a écrit :\n\nold\nold two",
        "Oui.",
    ),
    (
        "iPhone",
        "Oui.\n\nEnvoyé de mon iPhone\n\n> Le 4 mars 2024 à 18:02, S <s@x.fr> a écrit :\n> \n> o",
        "Oui.",
    ),
    (
        "Samsung",
        "Oui.\n\nEnvoyé depuis mon Galaxy\n\n-------- Message d'origine --------\nDe : S\n\no",
        "Oui.",
    ),
    ("German", "Ja.\n\nAm 04.03.24 um 18:02 schrieb Support:\n> alt", "Ja."),
    (
        "our own line",
        "Oui.\n\nLe 4 mars 2024, S a écrit :\n\n## Répondez au-dessus de cette ligne ##\n\nold",
        "Oui.",
    ),
    (
        "a first line that starts like the announcement",
        "Le serveur ne répond plus.\nLe 04/03/2024 à 18:02, Support a écrit :\n> old",
        "Le serveur ne répond plus.",
    ),
    ("signature only", "Oui.\n-- \nAnne Martin\nTél. 01 02", "Oui."),
]


@pytest.mark.parametrize(("text", "fresh"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
def test_fresh_part_of_an_answer(text: str, fresh: str) -> None:
    new, quoted = split(text, answer=True, forward=False)
    assert new == fresh
    assert quoted
    # The same in a message.
    mail = parse(plain(text, "Subject: RE: [#000123] Imprimante en panne"))
    assert mail.new_text == fresh


def test_answers_between_quotes_keep_them() -> None:
    text = (
        "Le 04/03/2024 à 18:02, Support a écrit :\n> Quel étage ?\nLe deuxième.\n"
        "> Depuis quand ?\nHier.\n> Cordialement,\n> Support"
    )
    new, quoted = split(text, answer=True, forward=False)
    assert "> Quel étage ?\nLe deuxième.\n> Depuis quand ?\nHier." in new
    assert quoted == "> Cordialement,\n> Support"


@pytest.mark.parametrize(
    ("text", "answer", "forward"),
    [
        # A first message that quotes what the screen says.
        ("J'ai ce message :\n> Erreur 42\nQue faire ?", False, False),
        # A list is no signature; a phrase is no announcement.
        ("Il me faut :\n- un écran\n- un clavier\n- une souris", False, False),
        ("Le client du 3e étage a écrit :\n\nmon écran est noir", False, False),
        # What is forwarded is what the person shows.
        (f"Voir ci-dessous.\n\n{OUTLOOK}", True, True),
        ("Voir.\n\n---------- Forwarded message ---------\nDe : X <x@y>\n\nold", True, False),
        # Nothing fresh: all is shown.
        ("> tout\n> est cité", True, False),
        ("--\nAnne Martin", False, False),
        (OUTLOOK, True, False),
    ],
)
def test_shown_whole(text: str, answer: bool, forward: bool) -> None:
    assert split(text, answer=answer, forward=forward) == (text, "")


def test_forward_is_told_by_its_subject() -> None:
    mail = parse(plain(f"Pour vous.\n\n{OUTLOOK}", "Subject: TR: Imprimante"))
    assert mail.quoted_text == ""
    assert "redémarré" in mail.new_text


def test_quote_in_html_only_is_folded() -> None:
    mail = parse(
        raw(
            "Subject: Re: x",
            "Content-Type: text/html; charset=utf-8",
            "",
            "<div>Ça marche.</div><div class='gmail_quote'>Le lun. 4 mars 2024 à 18:02, Support "
            "&lt;<a href='mailto:s@x.fr'>s@x.fr</a>&gt; a écrit :<br><blockquote>Bonjour<br>"
            "essayez</blockquote></div>",
        )
    )
    assert mail.new_text == "Ça marche."
    assert "> essayez" in mail.quoted_text


LINES = st.sampled_from(
    ["texte", "", "> cité", ">> deux", "-- ", "De : a", "Envoyé : b", "À : c", "Objet : d", "____",
     "Le 3 mai 2024, A a écrit :", "On 1 May 2024, B wrote:", "-----Original Message-----",
     "## répondez au-dessus ##", "Envoyé de mon iPhone", "---------- Forwarded message ------"]
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=30), max_size=40), st.booleans(), st.booleans())
def test_no_line_is_lost(rows: list[str], answer: bool, forward: bool) -> None:
    text = "\n".join(rows)
    new, quoted = split(text, answer=answer, forward=forward)
    before = sorted(line for line in text.split("\n") if line)
    after = sorted(line for line in f"{new}\n{quoted}".split("\n") if line)
    assert before == after
    assert new.strip() or not text.strip()


@pytest.mark.parametrize(
    "row", ["> a\nb\n", "On 1 wrote " + "x" * 100 + ":\n", "-- \n", "De : x\n"]
)
def test_cost_is_linear(row: str) -> None:
    text = "".join(repeat(row, 200_000 // len(row)))
    start = time.process_time()
    split(text, answer=True, forward=False)
    assert time.process_time() - start < 1

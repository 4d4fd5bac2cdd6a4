"""REACs, annexes, descriptors and sheets of titles that do not exist, in many layouts."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest

from compagnon.titles.importing import document
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.tests import documents


def read(text: str, kind: str | None = None) -> Recognised:
    (found,) = document.read(text.encode(), kind=kind)
    return found


def check(found: Recognised) -> None:
    assert found.title == documents.NAME
    assert (found.code, found.short_name, found.version) == (documents.CODE, "CPA", "04")
    assert [one.code for one in found.nsf] == ["311t"]
    assert [one.code for one in found.rome] == ["N3102"]
    assert [
        (one.name, tuple(each.number for each in one.competences)) for one in found.activities
    ] == list(documents.ACTIVITIES)
    competences = found.competences()
    assert {n: one.name for n, one in competences.items()} == {
        number: name for number, (name, _criteria) in documents.COMPETENCES.items()
    }
    for number, (_name, criteria) in documents.COMPETENCES.items():
        assert [one.text for one in competences[number].criteria] == list(criteria)
    assert [(one.name, len(one.criteria)) for one in found.transversal] == [
        (name, len(criteria)) for name, criteria in documents.TRANSVERSAL
    ]


@pytest.mark.parametrize("name", documents.LAYOUTS)
def test_every_layout(name: str) -> None:
    layout = documents.LAYOUTS[name]
    found = read(documents.reac(layout))
    assert found.kind == "reac"
    check(found)
    expected = ["ccs" if number == layout.extension else "ccp" for number in (1, 2, 3)]
    assert [one.certificate for one in found.activities] == expected
    figures = [one.kind for each in found.competences().values() for one in each.criteria].count(
        "quantitative"
    )
    assert figures == 2  # «moins de 20 minutes», «Au moins 90 %»


def test_an_extension_numbered_from_one_is_an_activity_of_its_own() -> None:
    text = documents.reac(documents.LAYOUTS["2024"])
    heading = "Fiche activité type d'extension n° "
    assert f"{heading}3" in text
    found = read(text.replace(f"{heading}3", f"{heading}1"))
    check(found)
    assert [one.certificate for one in found.activities] == ["ccp", "ccp", "ccs"]
    assert "sheet-twice" in {one.why for one in found.losses.ambiguous}


@pytest.mark.parametrize("form", ["crlf", "bom", "utf-16", "decomposed"])
def test_every_encoding(form: str) -> None:
    text = documents.reac(documents.LAYOUTS["2013"])
    content = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "utf-16": text.encode("utf-16"),
        "decomposed": unicodedata.normalize("NFD", text).encode(),
    }[form]
    (found,) = document.read(content)
    check(found)


def test_windows_1252() -> None:
    text = documents.reac(documents.LAYOUTS["2008"]).replace("œ", "oe")
    (found,) = document.read(text.encode("cp1252"))
    check(found)


def test_a_listed_competence_without_sheet_is_a_loss() -> None:
    text = documents.reac(documents.LAYOUTS["2013"])
    begin = text.index("FICHE COMPÉTENCE PROFESSIONNELLE\nN° 4")
    end = text.index("FICHE COMPÉTENCE PROFESSIONNELLE\nN° 5")
    found = read(text[:begin] + text[end:])
    assert 4 not in found.competences()
    assert any(
        one.why == "no-sheet" and one.text == "Traiter une alarme" and one.line
        for one in found.losses.unmatched
    )


def test_a_name_written_twice_otherwise_is_a_doubt() -> None:
    text = documents.reac(documents.LAYOUTS["2013"])
    at = text.index("FICHE COMPÉTENCE PROFESSIONNELLE\nN° 1")
    text = text[:at] + text[at:].replace("Nettoyer une optique", "Nettoyer une optiques", 1)
    found = read(text)
    assert any(one.why == "label-differs" for one in found.losses.ambiguous)
    assert [len(one.competences) for one in found.activities] == [3, 2, 1]


@pytest.mark.parametrize("name", ["2013", "2019, layout kept", "2024"])
def test_text_layer_of_a_pdf(name: str) -> None:
    text = documents.reac(documents.LAYOUTS[name]).replace("\f", "")
    (found,) = document.read(documents.pdf(text))
    check(found)


def test_seed_as_pdf(shared_data: Path) -> None:
    text = (shared_data / "titles" / "seeds" / "reac-tssi-2013-v08.txt").read_text()
    (found,) = document.read(documents.pdf(text))
    assert found.losses.counted["criteria"] == 79
    assert [len(one.competences) for one in found.activities] == [5, 6, 6]
    assert [len(one.criteria) for one in found.transversal] == [4, 2, 3]


# --- the other kinds ----------------------------------------------------------------------------

ANNEX = """Article ANNEXE

INFORMATIONS REQUISES POUR L'INSCRIPTION DU TITRE PROFESSIONNEL AU RNCP

Intitulé : gardien(ne) de refuge.
Niveau : V.
Code NSF : 334 t.
Capacités attestées et descriptif des composantes de la certification
1. Tenir un refuge d'altitude
en toute saison
Accueillir les marcheurs.
Préparer les repas [*].
Tenir la caisse (**).
Gérer les stocks (**).
Recycler les
déchets (**).
2. Porter secours
Donner l'alerte.
Accueillir les marcheurs.
Secteurs d'activité ou types d'emploi
Montagne.
Codes ROME :
13122 - Hôtelier.
Réglementation de l'activité :
Néant.
Autorité responsable de la certification :
Ministère chargé de l'emploi.
Bases légales et réglementaires :
Arrêté du 4 mai 2004.
(**) Au moins deux compétences parmi les trois doivent être maîtrisées.
"""


def test_annex_with_two_of_three_and_a_mark_without_note() -> None:
    found = read(ANNEX)
    assert (found.kind, found.title, found.version) == ("annex", "gardien(ne) de refuge", "2004")
    assert [one.name for one in found.activities] == [
        "Tenir un refuge d'altitude en toute saison", "Porter secours",
    ]  # fmt: skip
    assert found.activities[0].expression() == {
        "all": [
            {"competence": 1},
            {"competence": 2},
            {"at_least": 2, "of": [{"competence": n} for n in (3, 4, 5)]},
        ]
    }
    assert found.competences()[5].name == "Recycler les déchets"
    assert [one.number for one in found.activities[1].competences] == [6, 1]
    assert "mark-not-explained" in {one.why for one in found.losses.ambiguous}


DESCRIPTOR = """GARDIEN(NE) DE REFUGE

Le titre professionnel de : GARDIEN(NE) DE REFUGE¹ niveau V (code NSF : 334 t)
se compose de trois activités types.

• CCP 1 – TENIR UN REFUGE
D'ALTITUDE EN TOUTE SAISON

• Accueillir les marcheurs.
• Préparer
les repas.

• CCP 2 : PORTER SECOURS

• Donner l'alerte ;

• CCS – GUIDER UNE COURSE DE NEIGE

• Choisir un itinéraire.

Code TP - 4321 référence du titre : GARDIEN(NE) DE REFUGE
Information source : référentiel du titre : GDR
¹ ce titre a été créé par arrêté de spécialité du 1er juin 2010
Emploi métier de rattachement suivant la nomenclature du ROME : G1401 - Gestion de refuge
MODALITES D'OBTENTION DU TITRE PROFESSIONNEL
1 – Pour un candidat issu d'un parcours continu de formation
"""


def test_descriptor_with_a_ccs_and_a_wrong_count() -> None:
    found = read(DESCRIPTOR)
    assert (found.kind, found.code, found.short_name) == ("descriptor", "TP-04321", "GDR")
    assert [(one.certificate, one.name) for one in found.activities] == [
        ("ccp", "TENIR UN REFUGE D'ALTITUDE EN TOUTE SAISON"),
        ("ccp", "PORTER SECOURS"),
        ("ccs", "GUIDER UNE COURSE DE NEIGE"),
    ]
    assert [one.name for one in found.competences().values()] == [
        "Accueillir les marcheurs", "Préparer les repas", "Donner l'alerte",
        "Choisir un itinéraire",
    ]  # fmt: skip
    assert "count-differs" in {one.why for one in found.losses.unmatched}


def test_correspondence_of_two_for_one_is_unclear() -> None:
    found = read(
        "Tableau de correspondances\n<table><tr><th>Titre (arrêté du 3 mai 2018)</th>"
        "<th>Titre (arrêté du 4 mai 2023)</th></tr>"
        "<tr><td>A un.</td><td rowspan='2'>B deux.</td></tr><tr><td>A trois.</td></tr>"
        "<tr><td>Néant</td><td>B neuf.</td></tr></table>"
    )
    (table,) = found.correspondences
    assert [(one.sources, one.targets, one.doubt) for one in table.lines] == [
        (["A un", "A trois"], ["B deux"], "several-to-one"),
        ([], ["B neuf"], ""),
    ]


FLAT = """<?xml version="1.0" encoding="ISO-8859-1"?>
<FICHES><FICHE><NUMERO_FICHE>RNCP31115</NUMERO_FICHE>
<INTITULE>TP - Gardien de refuge</INTITULE><NIVEAU>V (Nomenclature de 1969)</NIVEAU>
<CODES_NSF><NSF>334t : Accueil</NSF></CODES_NSF>
<CODES_ROME><ROME><CODE>G1401</CODE></ROME></CODES_ROME>
<SI_JURY_CA>Oui</SI_JURY_CA><SI_JURY_FI>Non</SI_JURY_FI>
<BLOCS_COMPETENCES><BLOC_COMPETENCES><NUMERO>1</NUMERO><INTITULE>Tenir</INTITULE>
<DESCRIPTIF>Accueillir les marcheurs. Préparer les repas. Tenir la caisse</DESCRIPTIF>
</BLOC_COMPETENCES></BLOCS_COMPETENCES></FICHE></FICHES>"""


def test_older_flat_flow() -> None:
    (found,) = document.read(FLAT.encode("iso-8859-1"))
    assert (found.title, found.rncp) == ("Gardien de refuge", "RNCP31115")
    assert [(one.code, one.edition) for one in found.levels] == [("V", "1969")]
    assert [(one.route, one.is_open) for one in found.access] == [
        ("apprenticeship", True), ("student", False),
    ]  # fmt: skip
    assert [one.name for one in found.activities[0].competences] == [
        "Accueillir les marcheurs", "Préparer les repas", "Tenir la caisse",
    ]  # fmt: skip


MODERN = """RNCP37682 - TP - Gardien de refuge

Nomenclature du niveau de qualification : Niveau 5
Code(s) NSF :
334t : Accueil, hôtellerie, tourisme
Formacode(s) :
42686 : Refuge
Date d’échéance de l’enregistrement : 01-09-2026
Certificateur(s) :
MINISTERE DU TRAVAIL

Blocs de compétences

RNCP37682BC01 - Tenir un refuge d'altitude et
accueillir en toute saison

Liste de compétences   Modalités d'évaluation
Accueillir les marcheurs
Préparer les repas

RNCP37682BC02 - Porter secours

Donner l'alerte
Accueillir les marcheurs

Secteurs d'activité et type d'emploi

Code(s) ROME :
G1401 - Gestion de refuge
"""


def test_sheet_of_today_as_text() -> None:
    found = read(MODERN)
    assert (found.title, found.rncp) == ("Gardien de refuge", "RNCP37682")
    assert [(one.code, one.edition) for one in found.levels] == [("5", "2019")]
    assert found.valid_to is not None
    assert found.valid_to.isoformat() == "2026-09-01"
    assert found.authority == "MINISTERE DU TRAVAIL"
    assert [one.code for one in found.rome] == ["G1401"]
    assert [(one.block_code, one.name, [each.number for each in one.competences])
            for one in found.activities] == [
        ("RNCP37682BC01", "Tenir un refuge d'altitude et accueillir en toute saison", [1, 2]),
        ("RNCP37682BC02", "Porter secours", [3, 1]),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_reac_whose_words_are_cut_keeps_its_figures(shared_data: Path, seed: int) -> None:
    """«Crit ères de perfor mance»: a space within one long word in fifty, headings among them."""
    chance = random.Random(seed)  # noqa: S311 - a layout, not a secret

    def cut(match: re.Match[str]) -> str:
        word = match[0]
        at = chance.randrange(2, len(word) - 1)
        return word if chance.random() > 0.02 else f"{word[:at]} {word[at:]}"

    text = (shared_data / "titles/seeds/reac-tssi-2013-v08.txt").read_text(encoding="utf-8")
    found = read(re.sub(r"\b\w{6,}\b", cut, text))
    assert [len(one.competences) for one in found.activities] == [5, 6, 6]
    criteria = [len(one.criteria) for each in found.activities for one in each.competences]
    assert criteria == [5, 5, 5, 5, 3, 4, 5, 6, 5, 4, 5, 4, 4, 4, 5, 5, 5]
    assert [len(one.criteria) for one in found.transversal] == [4, 2, 3]

"""The official documents given with the project, and what each must give."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from compagnon.titles.importing import document
from compagnon.titles.importing.labels import key, title_key
from compagnon.titles.importing.outline import Recognised

CRITERIA = [5, 5, 5, 5, 3, 4, 5, 6, 5, 4, 5, 4, 4, 4, 5, 5, 5]


@pytest.fixture
def seeds(shared_data: Path) -> Path:
    return shared_data / "titles"


def read(path: Path) -> Recognised:
    found = document.read(path.read_bytes(), name=path.name)
    assert len(found) == 1
    return found[0]


@pytest.fixture
def reac(seeds: Path) -> Recognised:
    return read(seeds / "seeds" / "reac-tssi-2013-v08.txt")


@pytest.fixture
def descriptor(seeds: Path) -> Recognised:
    return read(seeds / "seeds" / "cdts-tssi.txt")


@pytest.fixture
def tsgeri(seeds: Path) -> Recognised:
    return read(seeds / "seeds" / "cdts-tsgeri.txt")


@pytest.fixture
def annex(seeds: Path) -> Recognised:
    return read(seeds / "seeds" / "annexe-2002-tssi.txt")


@pytest.fixture
def sheet(seeds: Path) -> Recognised:
    return read(seeds / "seeds" / "rncp-227-tssi.txt")


def sizes(found: Recognised) -> list[int]:
    return [len(one.competences) for one in found.activities]


def whys(found: Recognised) -> set[str]:
    return {one.why for one in (*found.losses.unmatched, *found.losses.ambiguous)}


# --- one test a rule of RULES.md, part 1, lines 1 to 22 -----------------------------------------


def test_rule_01_each_activity_gives_one_certificate(
    reac: Recognised, descriptor: Recognised, tsgeri: Recognised
) -> None:
    """[000] «chaque activité type… A cette activité type correspond un CCP»."""
    for found in (reac, descriptor, tsgeri):
        assert len(found.activities) == 3
        assert [one.certificate for one in found.activities] == ["ccp"] * 3


def test_rule_02_tssi(reac: Recognised, descriptor: Recognised, sheet: Recognised) -> None:
    """[000] «niveau III (code NSF : 326 r)», «Code TP – 00485»; [002]; [003]."""
    for found in (reac, descriptor):
        assert found.code == "TP-00485"
        assert [(one.code, one.edition) for one in found.levels] == [("III", "1969")]
    for found in (reac, descriptor, sheet):
        assert [one.code for one in found.nsf] == ["326r"]
        assert [one.code for one in found.rome] == ["I1401", "M1801"]
        assert sizes(found) == [5, 6, 6]


def test_rule_03_tsgeri(tsgeri: Recognised) -> None:
    """[004] «niveau III (code NSF : 326 u)», «Code TP – 00495»."""
    assert (tsgeri.code, tsgeri.short_name) == ("TP-00495", "TSGERI")
    assert [one.code for one in tsgeri.levels] == ["III"]
    assert [one.code for one in tsgeri.nsf] == ["326u"]
    assert [one.code for one in tsgeri.rome] == ["M1801", "M1810"]
    assert sizes(tsgeri) == [6, 5, 5]


def test_rule_04_numbers_run_on(reac: Recognised) -> None:
    """[003] vue synoptique: 1–5, 6–11, 12–17."""
    numbers = [[one.number for one in each.competences] for each in reac.activities]
    assert numbers == [[*range(1, 6)], [*range(6, 12)], [*range(12, 18)]]


def test_rule_05_seventy_nine_criteria(reac: Recognised) -> None:
    """[003] «Critères de performance» of each sheet."""
    competences = reac.competences().values()
    assert [len(one.criteria) for one in competences] == CRITERIA
    assert reac.losses.counted["criteria"] == 79
    assert all(one.description and one.context and one.knowledge for one in competences)


def test_rule_06_transversal_competences(reac: Recognised) -> None:
    """[003] «Fiche des compétences transversales de l'emploi type»: 4, 2, 3; no context."""
    assert [len(one.criteria) for one in reac.transversal] == [4, 2, 3]
    assert all(one.description for one in reac.transversal)


def test_rule_07_kinds_of_knowledge_and_of_criteria(reac: Recognised) -> None:
    """[003] glossaire: four kinds; the sheets put them under one heading: a doubt, told."""
    kinds = {item.kind for one in reac.competences().values() for item in one.knowledge}
    assert kinds == {"knowledge", ""}
    assert "knowledge-kinds-under-one-heading" in whys(reac)
    assert {c.kind for one in reac.competences().values() for c in one.criteria} <= {
        "qualitative",
        "quantitative",
    }


def test_rule_08_levels_of_language(reac: Recognised) -> None:
    """[003] CP 5: «B1 en compréhension de l'écrit, A2 en compréhension de l'oral…»."""
    levels = reac.facts["language_levels"]
    assert [(one["competence"], one["level"]) for one in levels] == [
        (5, "B1"),
        (5, "A2"),
        (5, "A2"),
    ]
    assert "expression écrite et orale" in levels[2]["skill"]


def test_rule_09_no_extension_in_this_title(reac: Recognised) -> None:
    """[003] glossaire: «Cette activité n'est pas dans tous les TP… (CCS)»."""
    assert all(one.certificate == "ccp" for one in reac.activities)
    assert reac.facts["ccs_called"] == "certificat complémentaire de spécialité"


def test_rule_10_each_page_states_the_document(reac: Recognised) -> None:
    """[003] footer: T2SI | TP-00485 | REAC | 08 | 19/03/2013 | 19/03/2013 | n/38."""
    assert (reac.short_name, reac.version) == ("T2SI", "08")
    assert reac.validated_on == reac.updated_on == date(2013, 3, 19)
    assert reac.losses.furniture["footer"] == 32
    assert reac.losses.counted["pages"] == 38
    assert "pages-without-footer" in whys(reac)


def test_rule_11_none_is_a_value(reac: Recognised, annex: Recognised, sheet: Recognised) -> None:
    """[003] «Réglementation d'activités… Néant», «Liens avec d'autres certifications… Néant»."""
    assert reac.regulation == reac.links == annex.regulation == sheet.regulation == "Néant"
    assert sheet.links == ""  # [002] says nothing of links: missing, and not «Néant»


def test_rule_12_e_cf(reac: Recognised) -> None:
    """[003] «Le référentiel européen… (European e-Competence Framework 2.0)»."""
    assert reac.facts["frameworks"] == ["e-CF 2.0"]


def test_rule_13_first_annex(annex: Recognised) -> None:
    """[001] codes ROME 52321 and 32331: of another nomenclature than I1401."""
    assert sizes(annex) == [6, 16, 9]
    assert [(one.code, one.edition) for one in annex.rome] == [("52321", "2"), ("32331", "2")]


def test_rule_14_star_rule(annex: Recognised) -> None:
    """[001] «(*) Au moins une compétence sur les quatre doit être maîtrisée…»."""
    second = annex.activities[1]
    starred = [one.number for one in second.competences if one.mark == "*"]
    assert len(starred) == 4
    expression = second.expression()
    *required, choice = expression["all"]
    assert len(required) == 12
    assert choice == {"at_least": 1, "of": [{"competence": number} for number in starred]}
    assert not any("*" in one.name or "(" in one.name for one in second.competences)


def test_rule_15_english_in_two_certificates(annex: Recognised) -> None:
    """[001] «Utiliser l'anglais…» in 1 and in 2: one competence, two places."""
    first, second, _third = annex.activities
    shared = {one.number for one in first.competences} & {one.number for one in second.competences}
    assert len(shared) == 1
    assert "anglais" in annex.competences()[shared.pop()].name
    assert len(annex.competences()) == 30


def test_rule_16_mapping_from_2008(reac: Recognised) -> None:
    """[003] «Tableau des activités»: three, one to one."""
    (table,) = reac.correspondences
    assert [(len(one.sources), len(one.targets), one.doubt) for one in table.lines] == [
        (1, 1, "")
    ] * 3
    assert table.old.signed_on == date(2008, 4, 23)


def test_rule_17_sheet_227(sheet: Recognised) -> None:
    """[002] III (1969), 5 (Europe); DGEFP; the CPC; Formacode empty."""
    assert sheet.rncp == "RNCP227"
    assert [(one.code, one.edition) for one in sheet.levels] == [("III", "1969"), ("5", "Europe")]
    assert "DGEFP" in sheet.authority
    assert len(sheet.facts["signatories"]) == 2
    assert sheet.facts["council"].startswith("CPC")
    assert sheet.formacode == []
    assert "no-formacode" in whys(sheet)


def test_rule_18_blocks_numbered_otherwise(sheet: Recognised) -> None:
    """[002] bloc 1 = AT 3, bloc 2 = AT 1, bloc 3 = AT 2, met by normalised label."""
    assert [(one.number, one.block) for one in sheet.activities] == [(1, 2), (2, 3), (3, 1)]
    assert key("TCP/ IP") == key("TCP / IP") == key("tcp/ip")


def test_rule_19_ccs_are_blocks(sheet: Recognised) -> None:
    """[002] «complété par un ou plusieurs blocs… (CCS)»; named otherwise than in [003]."""
    assert sheet.facts["ccs_are_blocks"]
    assert "spécialisation" in sheet.facts["ccs_called"]


def test_rule_20_components_unlimited(sheet: Recognised) -> None:
    """[002] «Validité des composantes acquises : illimitée»."""
    assert sheet.facts["components_valid"] == "illimitée"


def test_rule_21_access(sheet: Recognised) -> None:
    """[002] four ways have a jury, student and individual have none; the columns are lost."""
    access = {one.route: one.is_open for one in sheet.access}
    assert access == {
        "student": False,
        "apprenticeship": True,
        "continuing": True,
        "professionalisation": True,
        "individual": False,
        "vae": True,
    }
    assert all(one.inferred for one in sheet.access)
    lost = [one for one in sheet.losses.ambiguous if one.why == "column-lost"]
    assert len(lost) == 8  # with New Caledonia and Polynesia
    assert all(one.line for one in lost)


def test_rule_22_history(sheet: Recognised) -> None:
    """[002] arrêtés of 22/07/2003, 08/02/2013, 06/04/2018, 06/07/2018."""
    days = [one.signed_on for one in sheet.texts]
    assert days[:4] == [date(2003, 7, 22), date(2013, 2, 8), date(2018, 4, 6), date(2018, 7, 6)]
    assert sheet.texts[2].published_on == date(2018, 4, 17)


# --- the other documents ------------------------------------------------------------------------


def test_conflict_of_short_names(reac: Recognised, descriptor: Recognised) -> None:
    assert (descriptor.short_name, reac.short_name) == ("T2S1", "T2SI")


def test_annex_of_2008(seeds: Path) -> None:
    found = read(seeds / "jo" / "tssi-2008-annexe.md")
    assert (found.kind, found.version, found.valid_from) == ("annex", "2008", date(2008, 8, 1))
    assert sizes(found) == [6, 7, 6]
    assert found.activities[0].name.endswith("en centre de services informatiques")
    assert "text-cut-in-source" in whys(found)


def test_article_3_bis(seeds: Path) -> None:
    found = read(seeds / "jo" / "tssi-article-3bis-correspondances-2003-2008.md")
    (table,) = found.correspondences
    shape = [(len(one.sources), len(one.targets), one.none) for one in table.lines]
    assert shape == [(1, 1, False), (1, 2, False), (1, 0, True)]
    assert table.old.signed_on == date(2003, 7, 22)
    assert table.citation == "Article 3 bis"


def test_xml_of_today(seeds: Path) -> None:
    found = read(seeds / "rncp-xml" / "export-v4.1-RNCP35340-abrege.xml")
    assert found.rncp == "RNCP35340"
    assert sizes(found) == [6, 3, 5]
    assert [one.block_code for one in found.activities] == [
        "RNCP35340BC01", "RNCP35340BC02", "RNCP35340BC03",
    ]  # fmt: skip
    assert (found.valid_from, found.valid_to) == (date(2020, 9, 1), date(2025, 8, 31))
    assert (found.replaces, found.replaced_by) == (["RNCP17108"], ["RNCP40792"])
    assert len(found.access) == 6
    assert "element-not-kept" in whys(found)


def test_csv_together_and_alone(seeds: Path) -> None:
    files = sorted((seeds / "rncp-csv-2024-02-22").glob("*.csv"))
    assert len(files) == 10
    together = {
        one.rncp: one for one in document.read_export([(f.name, f.read_bytes()) for f in files])
    }
    one = together["RNCP509"]
    assert len(one.activities) == 6
    assert [each.code for each in one.formacode] == ["42872"]
    assert one.replaced_by == ["RNCP38228"]
    assert together["RNCP4049"].rome[2].label == "Management et ingénierie d'affaires"
    assert "level-not-told" in whys(together["RNCP19468"])
    for path in files:
        assert all(each.kind == "rncp" for each in document.read(path.read_bytes(), name=path.name))


def test_notes_that_are_no_documents_are_refused(seeds: Path) -> None:
    from compagnon.titles.importing.errors import Unreadable

    for name in ("README.md", "RULES.md", "PROOFS.md"):
        with pytest.raises(Unreadable):
            document.read((seeds / name).read_bytes())


def test_names_of_a_title_in_its_documents_are_one(
    reac: Recognised, descriptor: Recognised, annex: Recognised, sheet: Recognised
) -> None:
    assert len({title_key(one.title) for one in (reac, descriptor, annex, sheet)}) == 1

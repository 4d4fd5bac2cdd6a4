"""Rows 1 to 22 of the table: referentials, on what the importers give."""

from __future__ import annotations

from compagnon.titles.ruling.structures import known_title, normalised
from compagnon.titles.tests.candidacies import CAPITALISED, CCP, CCS, decided, jury, outcome
from compagnon.titles.tests.seed_rules import row, sizes

# --- referential: on what the importers give --------------------------------------------------


@row("1", "job → activity types → competences; each activity gives one CCP",
     ("000", 5, "A cette activité type correspond"), ("003", 1349, "activité type"))  # fmt: skip
def _(seeds):
    for number in ("000", "003", "004"):
        assert len(seeds[number].activities) == 3
        assert {one.certificate for one in seeds[number].activities} == {"ccp"}


@row("2", "TSSI: TP-00485, III, 326r, I1401 + M1801, CCP of 5, 6, 6",
     ("000", 47, "00485"), ("000", 53, "I1401"), ("003", 29, "TP-00485"))  # fmt: skip
def _(seeds):
    for number in ("000", "003"):
        found = seeds[number]
        assert found.code == "TP-00485"
        assert [one.code for one in found.nsf] == ["326r"]
        assert [one.code for one in found.rome] == ["I1401", "M1801"]
        assert found.levels[0].code == "III"
        assert sizes(found) == [5, 6, 6]
    assert [one.code for one in seeds["002"].rome] == ["I1401", "M1801"]


@row("3", "TSGERI: TP-00495, III, 326u, M1801 + M1810, CCP of 6, 5, 5",
     ("004", 48, "00495"), ("004", 54, "M1810"))  # fmt: skip
def _(seeds):
    found = seeds["004"]
    assert (found.code, found.levels[0].code) == ("TP-00495", "III")
    assert [one.code for one in found.nsf] == ["326u"]
    assert [one.code for one in found.rome] == ["M1801", "M1810"]
    assert sizes(found) == [6, 5, 5]


@row("4", "numbers run on: 1–5, 6–11, 12–17", ("003", 77, "| 6 |"), ("003", 83, "| 12 |"))
def _(seeds):
    numbers = [[one.number for one in each.competences] for each in seeds["003"].activities]
    assert numbers == [list(range(1, 6)), list(range(6, 12)), list(range(12, 18))]


@row("5", "a sheet has description, contexts, criteria, knowledge; 79 criteria",
     ("003", 469, "Description de la compétence"), ("003", 491, "Critères de performance"))  # fmt: skip  # noqa: E501
def _(seeds):
    found = list(seeds["003"].competences().values())
    assert all(one.description and one.context and one.criteria and one.knowledge for one in found)
    counts = [len(one.criteria) for one in found]
    assert counts == [5, 5, 5, 5, 3, 4, 5, 6, 5, 4, 5, 4, 4, 4, 5, 5, 5]
    assert sum(counts) == 79


@row("6", "three transversal competences of the job, criteria 4, 2, 3, no context nor knowledge",
     ("003", 210, "Compétences transversales de l'emploi"), ("003", 1303, "TRANSVERSALES"))  # fmt: skip  # noqa: E501
def _(seeds):
    found = seeds["003"].transversal
    assert [len(one.criteria) for one in found] == [4, 2, 3]
    assert all(one.description for one in found)
    assert not any(hasattr(one, "context") or hasattr(one, "knowledge") for one in found)


@row("7", "kinds of knowledge; a criterion is qualitative or quantitative",
     ("003", 1368, "qualitatifs et/ou quantitatifs"), ("003", 1396, "savoir-faire technique"))  # fmt: skip  # noqa: E501
def _(seeds):
    criteria = [one for each in seeds["003"].competences().values() for one in each.criteria]
    assert {one.kind for one in criteria} <= {"qualitative", "quantitative"}
    knowledge = [one for each in seeds["003"].competences().values() for one in each.knowledge]
    assert knowledge
    assert all(isinstance(one.kind, str) for one in knowledge)


@row(
    "8",
    "CP 5 fixes CEFR levels: B1 reading, A2 listening, A2 writing and speaking",
    ("003", 76, "anglais"),
)
def _(seeds):
    levels = seeds["003"].facts["language_levels"]
    assert {one["competence"] for one in levels} == {5}
    assert [one["level"] for one in levels] == ["B1", "A2", "A2"]


@row("9", "an extension activity is attached to one or several titles and leads to a CCS",
     ("003", 1351, "Activité type d'extension"))  # fmt: skip
def _(seeds):
    assert not [one for one in seeds["003"].activities if one.certificate == "ccs"]
    hosted = {
        **CCS,
        "request": {"kind": "ccs", "ccs": "X", "host_titles": ["TP-00485", "TP-00495"]},
    }
    assert outcome(hosted, titles_held=["TP-00495"]) == "granted"
    assert outcome(hosted, titles_held=["TP-01351"]) == "not_receivable"


@row("10", "each page says label, code, kind, version, dates, page",
     ("003", 29, "| T2SI | TP-00485 | REAC | 08 | 19/03/2013 | 19/03/2013 | 3/38 |"))  # fmt: skip
def _(seeds):
    found = seeds["003"]
    assert (found.short_name, found.code, found.kind, found.version) == (
        "T2SI",
        "TP-00485",
        "reac",
        "08",
    )
    assert f"{found.validated_on}" == f"{found.updated_on}" == "2013-03-19"


@row(
    "11", "«Néant» is a value", ("003", 158, "Néant"), ("003", 162, "Néant"), ("002", 100, "Néant")
)
def _(seeds):
    assert seeds["003"].regulation == seeds["003"].links == "Néant"
    assert seeds["002"].regulation == "Néant"
    assert not seeds["002"].links  # absent, which is another thing


@row("12", "the REAC is regulatory; e-CF 2.0 was considered",
     ("003", 53, "e-Competence Framework 2.0"), ("003", 1376, "caractère réglementaire"))  # fmt: skip  # noqa: E501
def _(seeds):
    assert seeds["003"].facts["frameworks"] == ["e-CF 2.0"]


@row("13", "first annex: 3 CCP of 6, 16, 9; ROME 52321 and 32331, in an older edition",
     ("001", 117, "52321"), ("001", 119, "32331"))  # fmt: skip
def _(seeds):
    assert sizes(seeds["001"]) == [6, 16, 9]
    assert {one.code for one in seeds["001"].rome} == {"52321", "32331"}
    assert {one.edition for one in seeds["001"].rome}.isdisjoint(
        one.edition for one in seeds["003"].rome
    )


@row("14", "star rule: at least one of the four, the other twelve required",
     ("001", 137, "Au moins une compétence sur les quatre"), ("001", 67, "([*)"), ("001", 69, "(*])"))  # fmt: skip  # noqa: E501
def _(seeds):
    requires = known_title("TSSI").version("2003").find("2").requires
    (starred,) = requires.at_least
    assert (starred.count, len(starred.of), len(requires.every)) == (1, 4, 12)
    expression = seeds["001"].activities[1].expression()
    (group,) = [one for one in expression["all"] if "at_least" in one]
    assert {str(one["competence"]) for one in group["of"]} == set(starred.of)
    every = dict.fromkeys(requires.every, "acquired")
    first = {**CCP, "title": {"code": "TP-00485", "version": "2003"}, "date": "2008-03-03"}
    assert outcome(first, competences={"2": {**every, "17": "acquired"}}) == "granted"
    assert outcome(first, competences={"2": every}) == "refused"
    assert outcome(first, competences={"2": {"15": "acquired", "16": "acquired"}}) == "refused"


@row(
    "15",
    "a competence may sit in two CCP: English in 1 and 2",
    ("001", 45, "anglais"),
    ("001", 81, "anglais"),
)
def _(seeds):
    first, second, _third = (
        {one.number for one in each.competences} for each in seeds["001"].activities
    )
    assert len(first & second) == 1
    version = known_title("TSSI").version("2003")
    assert version.find("1").requires.every & version.find("2").requires.every == {"6"}


@row(
    "16",
    "2008→2013: three activities, one to one",
    ("003", 60, "CENTRE DE SERVICES"),
    ("003", 62, "TRANSVERSES"),
)
def _(seeds):
    (table,) = seeds["003"].correspondences
    assert [(len(one.sources), len(one.targets)) for one in table.lines] == [(1, 1)] * 3
    assert [one.version for one in known_title("TSSI").versions] == ["2003", "2008", "2013"]
    held = [{"ccp": n, "version": "2008", "obtained_on": "2012-01-01"} for n in "123"]
    assert outcome(CAPITALISED, held=held) == "granted"
    assert outcome(CAPITALISED, held=held[:2]) == "not_receivable"


@row("17", "level III (1969) = 5 (Europe); DGEFP; signatories; council; Formacode may be empty",
     ("002", 20, "III"), ("002", 21, "5"), ("002", 25, "Formacode"))  # fmt: skip
def _(seeds):
    found = seeds["002"]
    assert {(one.code, one.edition) for one in found.levels} == {("III", "1969"), ("5", "Europe")}
    assert "DGEFP" in found.authority
    assert len(found.facts["signatories"]) == 2
    assert found.facts["council"].startswith("CPC")
    assert found.formacode == []


@row("18", "blocks are the CCP, numbered otherwise; match by normalised label",
     ("002", 116, "n°1"), ("002", 69, "TCP/ IP"))  # fmt: skip
def _(seeds):
    assert {one.number: one.block for one in seeds["002"].activities} == {3: 1, 1: 2, 2: 3}
    assert normalised("TCP/ IP") == normalised("TCP/IP") == normalised("tcp ip")
    assert known_title("TSSI").version("2013").find(
        "INTERVENIR ET ASSURER LE SUPPORT SUR LES SERVEURS D’APPLICATIONS"
    ).number == "3"  # fmt: skip


@row("19", "CCS are blocks too, that complete the title", ("002", 107, "complété par"))
def _(seeds):
    assert seeds["002"].facts["ccs_are_blocks"]
    decision = decided(CCS)
    assert (decision.grant.ccs, decision.grant.ccps) == ("CCS X", ())


@row("20", "components gained stay valid without limit", ("002", 157, "illimitée"))
def _(seeds):
    assert seeds["002"].facts["components_valid"] == "illimitée"
    (window,) = [one for one in decided(CAPITALISED).conflicts if one.conflict.id == "window"]
    assert {one.rule.number for one in window.readings} >= {20, 31}
    assert decided(CCP, date="2018-05-05", answers={"elements.ccp-course-results": "yes"},
                   jury=jury("professional", "professional", years_in_trade=9)
                   ).applied_rule("decision.definitive")  # fmt: skip


@row("21", "apprenticeship, continuing, professionalisation and VAE have a jury; student and individual none",  # noqa: E501
     ("002", 160, "OUINON"), ("002", 167, "apprentissage"))  # fmt: skip
def _(seeds):
    opened = {one.route for one in seeds["002"].access if one.is_open}
    assert opened == {"apprenticeship", "continuing", "professionalisation", "vae"}
    assert {one.route for one in seeds["002"].access if not one.jury} == {"student", "individual"}
    assert [one for one in seeds["002"].losses.ambiguous if one.why == "column-lost"]


@row(
    "22",
    "orders of 22/07/2003, 08/02/2013, 06/04/2018, 06/07/2018",
    ("002", 206, "22/07/2003"),
    ("002", 207, "14/07/2018"),
)
def _(seeds):
    days = [f"{one.signed_on}" for one in seeds["002"].texts]
    assert days[:4] == ["2003-07-22", "2013-02-08", "2018-04-06", "2018-07-06"]

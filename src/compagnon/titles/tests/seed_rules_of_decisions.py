"""Rows 23 to 46 of the table, and those that the reading missed, on what decisions give."""

from __future__ import annotations

from compagnon.titles.ruling import document, in_force, read_candidacy, rule_set
from compagnon.titles.tests.candidacies import (
    CAPITALISED,
    CCP,
    CCS,
    CONTINUOUS,
    PAIR,
    VAE,
    decided,
    jury,
    outcome,
    without,
)
from compagnon.titles.tests.seed_rules import OLD, row

# --- paths: on what decisions give -------------------------------------------------------------


@row(
    "23",
    "continuous: training finished, before a jury of professionals",
    ("000", 59, "A l'issue"),
    ("004", 60, "A l'issue"),
)
def _(_seeds):
    assert outcome(CONTINUOUS) == "granted"
    assert outcome(CONTINUOUS, training={"completed": False}) == "not_receivable"
    assert outcome(CONTINUOUS, training={"completed_on": "2014-07-01"}) == "not_receivable"
    assert outcome(CONTINUOUS, jury={"members": PAIR}) == "not_receivable"


@row("24", "continuous: course results, dossier, situation and interview, all four",
     ("000", 61, "évaluations"), ("000", 64, "entretien"), ("004", 62, "évaluations"))  # fmt: skip
def _(_seeds):
    for kind in ("course_results", "practice_dossier", "situation", "interview"):
        refused = decided(CONTINUOUS, elements=without(CONTINUOUS, kind))
        assert refused.outcome == "not_receivable", kind
        assert refused.applied_rule("elements.continuous").verdict == "not_met"
    unsigned = {**CONTINUOUS["elements"], "course_results": {"signed": False}}
    assert outcome(CONTINUOUS, elements=unsigned) == "not_receivable"


@row(
    "25",
    "the dossier describes practice by activity type",
    ("000", 62, "par activité type"),
    ("004", 63, "par activité type"),
)
def _(_seeds):
    whole = {**CONTINUOUS["elements"], "practice_dossier": {"activities": ["1", "2", "3"]}}
    part = {**CONTINUOUS["elements"], "practice_dossier": {"activities": ["1", "3"]}}
    assert outcome(CONTINUOUS, elements=whole) == "granted"
    assert outcome(CONTINUOUS, elements=part) == "needs_person"
    assert outcome(CONTINUOUS, elements=part, answers={"dossier.by-activity": "yes"}) == "granted"


@row(
    "26",
    "VAE: three years of related experience",
    ("000", 68, "trois ans"),
    ("004", 69, "trois ans"),
)
def _(_seeds):
    assert outcome(VAE) == "granted"
    assert outcome(VAE, experience={"months": 35}) == "not_receivable"


@row(
    "27",
    "VAE: no registration without notice of admissibility",
    ("000", 70, "recevabilité"),
    ("004", 71, "recevabilité"),
)
def _(_seeds):
    assert outcome(VAE, admissibility=None) == "not_receivable"
    assert outcome(VAE, admissibility={"status": "unfavourable"}) == "not_receivable"
    assert outcome(VAE, admissibility={"notified_on": "2014-07-01"}) == "not_receivable"


@row(
    "28",
    "VAE: dossier, situation, interview; no course results",
    ("000", 72, "base des éléments"),
    ("004", 73, "base des éléments"),
)
def _(_seeds):
    for kind in ("practice_dossier", "situation", "interview"):
        assert outcome(VAE, elements=without(VAE, kind)) == "not_receivable", kind
    assert "course_results" not in OLD.rule("elements.vae").params["required"]


@row(
    "29",
    "the jury awards or refuses the title",
    ("000", 78, "décide ou non"),
    ("004", 79, "décide ou non"),
)
def _(_seeds):
    for base in (CONTINUOUS, VAE):
        assert decided(base).grant.title == "TP-00485"
        assert outcome(base, proposal={"granted": False}) == "refused"
        assert outcome(base, proposal=None) == "needs_person"


@row(
    "30",
    "refused: none, one or several CCP",
    ("000", 78, "un ou plusieurs"),
    ("004", 79, "un ou plusieurs"),
)
def _(_seeds):
    for base in (CONTINUOUS, VAE):
        for left in ((), ("2",), ("1", "3")):
            found = decided(base, proposal={"granted": False, "ccps": list(left)})
            assert found.grant.ccps == left
            assert found.outcome == ("partial" if left else "refused")
            assert not found.grant.title


@row(
    "31",
    "five years from the first CCP to gain them all",
    ("000", 78, "cinq ans"),
    ("004", 79, "cinq ans"),
)
def _(_seeds):
    def held(last: str) -> list[dict[str, str]]:
        return [{"ccp": "1", "obtained_on": "2009-06-20"}, {"ccp": "2", "obtained_on": "2011-01-01"},  # noqa: E501
                {"ccp": "3", "obtained_on": last}]  # fmt: skip

    assert outcome(CAPITALISED, held=held("2014-06-20")) == "granted"
    late = decided(CAPITALISED, held=held("2014-06-21"), date="2014-06-22")
    assert late.outcome == "not_receivable"
    assert late.applied_rule("window.five-years").verdict == "not_met"
    # The years are to gain the CCP: the interview may come after them.
    assert outcome(CAPITALISED, held=held("2014-06-20"), date="2014-09-01") == "granted"


@row(
    "32",
    "continuous and VAE, all CCP gained: the jury may call a new interview",
    ("000", 78, "s'il le souhaite"),
    ("004", 79, "s'il le souhaite"),
)
def _(_seeds):
    for path in ("continuous", "vae"):
        more = {"admissibility": True, "experience": 3} if path == "vae" else {}
        assert outcome(CAPITALISED, path=path, elements={}, **more) == "granted"
    last = decided(
        CONTINUOUS, held=CAPITALISED["held"][:2], proposal={"granted": False, "ccps": ["3"]}
    )
    assert last.applied_rule("decision.new-interview").inputs == {"must": False}


# --- discontinuous path --------------------------------------------------------------------------


@row(
    "33",
    "discontinuous: the title by accumulation",
    ("000", 82, "capitalisation"),
    ("004", 83, "capitalisation"),
)
def _(_seeds):
    assert decided(CAPITALISED).grant.title == "TP-00485"
    for missing in range(3):
        held = [one for n, one in enumerate(CAPITALISED["held"]) if n != missing]
        assert outcome(CAPITALISED, held=held) == "not_receivable"


@row(
    "34",
    "a CCP is judged by a pair: one professional, one trainer",
    ("000", 84, "binôme"),
    ("004", 85, "binôme"),
)
def _(_seeds):
    assert outcome(CCP) == "granted"
    for qualities in (
        ("professional",) * 2,
        ("trainer",) * 2,
        ("professional", "trainer", "trainer"),
    ):
        assert outcome(CCP, jury=jury(*qualities)) == "not_receivable", qualities


@row(
    "35",
    "a CCP: its situation and the dossier; no course results, no interview",
    ("000", 86, "mise en situation"),
    ("004", 88, "DSPP"),
)
def _(_seeds):
    assert set(OLD.rule("elements.ccp").params["required"]) == {"situation", "practice_dossier"}
    for kind in ("situation", "practice_dossier"):
        assert outcome(CCP, elements=without(CCP, kind)) == "not_receivable", kind
    other = {"situation": {"per_ccp": {"1": {"date": "2014-06-20"}}}, "practice_dossier": True}
    assert outcome(CCP, elements=other) == "not_receivable"


@row(
    "36",
    "discontinuous, all CCP gained: the jury must interview",
    ("000", 89, "conduit un entretien"),
    ("004", 90, "conduit un entretien"),
)
def _(_seeds):
    assert outcome(CAPITALISED, elements={}) == "not_receivable"
    last = decided(CCP, held=[CAPITALISED["held"][0], CAPITALISED["held"][2]])
    assert last.applied_rule("decision.last-interview").inputs == {"must": True}
    assert not last.grant.title


# --- CCS -----------------------------------------------------------------------------------------


@row(
    "37",
    "a CCS takes the title it is associated to",
    ("000", 93, "déjà titulaire"),
    ("004", 94, "déjà titulaire"),
)
def _(_seeds):
    assert outcome(CCS) == "granted"
    assert outcome(CCS, titles_held=None) == "not_receivable"
    assert (
        outcome(CCS, titles_held=[{"code": "TP-00485", "obtained_on": "2014-07-01"}])
        == "not_receivable"
    )


@row("38", "a CCS by training or by VAE", ("000", 95, "(VAE)"), ("004", 96, "(VAE)"))
def _(_seeds):
    vae = {**CCS, "path": "vae", "admissibility": True, "experience": 3, "training": None}
    assert outcome(vae) == "granted"
    assert outcome(vae, experience=1) == "not_receivable"
    assert outcome(CCS, training={"completed": False}) == "not_receivable"


@row(
    "39",
    "a CCS: jury of professionals, situation and interview, no dossier",
    ("000", 98, "entretien"),
    ("004", 99, "entretien"),
)
def _(_seeds):
    assert set(OLD.rule("elements.ccs").params["required"]) == {"situation", "interview"}
    for kind in ("situation", "interview"):
        assert outcome(CCS, elements=without(CCS, kind)) == "not_receivable"
    assert outcome(CCS, jury={"members": PAIR}) == "not_receivable"


# --- documents and authority ------------------------------------------------------------------


@row(
    "40",
    "a parchment for the full title or the CCS only",
    ("000", 102, "parchemin"),
    ("004", 103, "parchemin"),
)
def _(_seeds):
    def papers(*args, **changes):
        return {one.kind for one in decided(*args, **changes).papers}

    assert "parchment" in papers(CONTINUOUS)
    assert "parchment" in papers(CCS)
    assert papers(CCP) == {"booklet"}
    assert papers(CONTINUOUS, proposal={"granted": False, "ccps": ["1"]}) == {"booklet"}
    assert papers(CONTINUOUS, proposal={"granted": False}) == set()


@row(
    "41",
    "the booklet records the CCP as they are gained",
    ("000", 104, "livret de certification"),
    ("004", 105, "livret de certification"),
)
def _(_seeds):
    found = decided(CCP, held=CAPITALISED["held"][:1])
    assert found.applied_rule("paper.booklet").inputs["ccps"] == ("2",)
    assert found.holds_now() == ("1", "2")


@row(
    "42",
    "both are issued by the State’s territorial unit",
    ("000", 106, "Unité Territoriale"),
    ("004", 107, "Unité Territoriale"),
)
def _(_seeds):
    assert {one["issued_by"] for one in document(decided(CONTINUOUS))["papers"]} == {"state"}
    assert decided(CONTINUOUS).applied_rule("paper.issuer")


@row(
    "43",
    "the jury is authorised and made of professionals (R338-6)",
    ("002", 167, "habilité"),
    ("002", 169, "professionnels"),
)
def _(_seeds):
    assert (
        outcome(CONTINUOUS, jury=jury("professional", "professional", authorised=False))
        == "not_receivable"
    )
    ended = jury("professional", "professional", authorised_until="2014-06-19")
    assert outcome(CONTINUOUS, jury=ended) == "not_receivable"
    assert outcome(CONTINUOUS, jury=jury("professional", "other")) == "not_receivable"


@row("44", "exams in approved centres", ("002", 227, "Centres agréés"))
def _(_seeds):
    for centre in ({"approved": False}, {"approved": True, "approved_until": "2014-06-19"}):
        assert (
            outcome(CONTINUOUS, session={"date": "2014-06-20", "centre": centre})
            == "not_receivable"
        )
    assert outcome(CONTINUOUS, session={"centre": {"approved": True}}) == "granted"


@row(
    "45",
    "the rules belong to a dated set, not to a title",
    ("000", 108, "régi par"),
    ("004", 109, "régi par"),
)
def _(seeds):
    assert seeds["000"].facts["governed_by"] == seeds["004"].facts["governed_by"]
    tsgeri = {**CONTINUOUS, "title": "TP-00495"}
    rules = {one.rule.id for one in decided(CONTINUOUS).applied}
    assert {one.rule.id for one in decided(tsgeri).applied} == rules
    names = " ".join(text.name.fr for text in OLD.texts)
    for day in ("09/03/2006", "06/03/2009", "08/12/2008", "10/03/2009"):
        assert day in names


@row(
    "46",
    "the sheet’s rules come from another set",
    ("002", 211, "22 décembre 2015"),
    ("002", 212, "21 juillet 2016"),
)
def _(_seeds):
    candidacy = read_candidacy({**CONTINUOUS, "date": "2016-06-01"})
    assert in_force(candidacy.on).id == "arretes-2015-2016"
    assert decided(CONTINUOUS, date="2016-05-31").rule_set is OLD
    names = " ".join(text.name.fr for text in rule_set("arretes-2015-2016").texts)
    assert "22/12/2015" in names
    assert "21/07/2016" in names


# --- what the reading missed ---------------------------------------------------------------------


@row(
    "47",
    "experience counts paid or voluntary",
    ("000", 68, "salarié ou bénévole"),
    ("004", 69, "salarié ou bénévole"),
)
def _(_seeds):
    for kinds in (["salaried"], ["volunteer"], ["salaried", "volunteer"]):
        assert outcome(VAE, experience={"years": 3, "kinds": kinds}) == "granted"


@row(
    "48",
    "the situation is real or reconstituted",
    ("000", 63, "réelle ou reconstituée"),
    ("004", 64, "réelle ou reconstituée"),
)
def _(_seeds):
    for form in ("real", "reconstituted"):
        elements = {**CONTINUOUS["elements"], "situation": {"date": "2014-06-19", "form": form}}
        assert outcome(CONTINUOUS, elements=elements) == "granted"


@row("49", "the title may be completed by one or several CCS", ("002", 107, "un ou plusieurs"))
def _(_seeds):
    assert outcome(CCS, request={"kind": "ccs", "ccs": "another"}) == "granted"


@row(
    "50",
    "the title is reached by accumulation or after a training",
    ("002", 110, "par capitalisation"),
)
def _(_seeds):
    assert outcome(CAPITALISED) == outcome(CONTINUOUS) == "granted"

"""Deciding: sets in their time, conflicts, questions, re-evaluation, and candidacies read."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.titles.ruling import (
    Unreadable,
    compare_sets,
    decide,
    document,
    in_force,
    lines,
    load_candidacy,
    read_candidacy,
    reevaluate,
    rule_set,
    rule_sets,
)
from compagnon.titles.ruling.checks import CHECKS
from compagnon.titles.ruling.json_schema import JSON_SCHEMA
from compagnon.titles.ruling.settling import SETTLING_KINDS
from compagnon.titles.tests.candidacies import (
    CAPITALISED,
    CCP,
    CCS,
    CONTINUOUS,
    PAIR,
    PROFESSIONALS,
    VAE,
    decided,
    jury,
    outcome,
)

REFERENCE = Path(__file__).parents[4] / "docs/reference"
SEASONED = jury("professional", "professional", years_in_trade=8)


# --- the sets -------------------------------------------------------------------------------------


def test_one_set_is_in_force_each_day_without_hole():
    sets = rule_sets()
    assert [one.id for one in sets] == [
        "arretes-2006-2008", "arretes-2015-2016", "arretes-2017", "vae-2022", "vae-2024",
    ]  # fmt: skip
    for before, after in pairwise(sets):
        assert (after.valid_from - before.valid_until).days == 1
    assert sets[-1].valid_until is None


def test_each_rule_names_a_check_a_text_and_says_itself_in_both_languages():
    for chosen in rule_sets():
        for rule in chosen.rules:
            known = SETTLING_KINDS if rule.effect == "settle" else CHECKS
            assert rule.kind in known, rule.id
            assert rule.says.fr
            assert rule.says.en
            assert rule.citation.text.name.fr
        for conflict in chosen.conflicts:
            assert conflict.applied in conflict.rules
            assert all(chosen.rule(name) for name in conflict.rules)


def test_the_digest_follows_what_the_set_says():
    assert len({one.digest for one in rule_sets()}) == len(rule_sets())


def test_a_ccp_is_judged_by_the_pair_then_by_professionals_only():
    asked = {**CCP, "answers": {"elements.ccp-course-results": "yes"}}
    experienced = [{**one, "years_in_trade": 8} for one in PAIR]
    assert outcome(asked, date="2016-05-31") == "granted"
    assert outcome(asked, date="2017-01-01", jury=experienced) == "not_receivable"
    assert outcome(asked, date="2017-01-01", jury=SEASONED) == "granted"
    shown = {
        one.conflict.id: one for one in decided(asked, date="2017-01-01", jury=SEASONED).conflicts
    }
    assert {one.rule.id: str(one.outcome) for one in shown["ccp-judges"].readings} == {
        "jury.ccp-pair": "not_receivable", "jury.ccp-professionals": "granted",
    }  # fmt: skip
    assert shown["ccp-judges"].differs


def test_the_derogation_of_2020_has_its_days():
    mixed = jury("professional", "trainer", years_in_trade=2)
    two_years = jury("professional", "professional", years_in_trade=2)
    at = {
        day: {"date": day, "training": True}
        for day in ("2020-05-26", "2020-05-27", "2021-06-01", "2022-01-03")
    }
    assert outcome(CONTINUOUS, **at["2020-05-26"], jury=mixed) == "not_receivable"
    assert outcome(CONTINUOUS, **at["2020-05-27"], jury=mixed) == "granted"
    assert (
        outcome(CONTINUOUS, **at["2020-05-27"], jury=jury("trainer", "trainer", years_in_trade=9))
        == "not_receivable"
    )
    assert outcome(CONTINUOUS, **at["2021-06-01"], jury=mixed) == "not_receivable"
    assert outcome(CONTINUOUS, **at["2021-06-01"], jury=two_years) == "granted"
    assert outcome(CONTINUOUS, **at["2022-01-03"], jury=two_years) == "not_receivable"


def test_vae_experience_through_time():
    def at(day: str, **changes: Any) -> str:
        notice = {"status": "favourable", "notified_on": day}
        return outcome(VAE, date=day, admissibility=notice, jury=SEASONED, **changes)

    assert at("2015-01-05", experience={"months": 24}) == "not_receivable"
    assert at("2018-01-05", experience={"months": 24}) == "needs_person"
    assert (
        at("2018-01-05", experience={"months": 24}, answers={"vae.experience": "no"})
        == "not_receivable"
    )
    assert at("2018-01-05", experience={"months": 11}) == "not_receivable"
    assert at("2018-01-05", experience={"months": 36}) == "granted"
    assert at("2023-03-05", experience={"months": 2}) == "granted"
    assert at("2023-03-05", experience=None) == "granted"


def test_admissibility_is_valid_one_year_from_2016():
    old = {"status": "favourable", "notified_on": "2017-05-04"}
    late = {"date": "2018-05-05", "admissibility": old, "jury": SEASONED}
    assert outcome(VAE, **late) == "not_receivable"
    assert outcome(VAE, **{**late, "date": "2018-05-04"}) == "granted"


def test_silence_is_refusal_then_a_question():
    silent = {"status": "silence", "requested_on": "2014-01-01"}
    assert outcome(VAE, admissibility=silent) == "not_receivable"


def test_the_juries_of_2024_are_for_journeys_begun_since():
    linked = {"members": [
        {"quality": "professional", "years_in_trade": 9, "ties": ["professional"]},
        {"quality": "professional", "years_in_trade": 9},
    ]}  # fmt: skip
    asked = {**VAE, "date": "2024-06-05", "admissibility": True, "jury": linked}
    assert outcome(asked, begun_on="2024-04-11") == "granted"
    assert outcome(asked, begun_on="2024-04-12") == "not_receivable"


def test_the_chair_has_a_casting_vote_in_a_jury_of_vae_of_2024_only():
    members = [
        {"name": "A", "quality": "professional", "years_in_trade": 9, "vote": "for", "chair": True},
        {"name": "B", "quality": "professional", "years_in_trade": 9, "vote": "against"},
    ]
    tied = {**VAE, "admissibility": True, "jury": members, "proposal": None}
    assert outcome(tied, date="2024-06-05") == "granted"
    assert outcome(tied, date="2014-06-05") == "needs_person"
    assert outcome(tied, date="2014-06-05", answers={"jury.tie": "refused"}) == "refused"


def test_remote_sessions_for_one_ccp_since_2024():
    away = {**CCP, "elements": {**CCP["elements"], "course_results": True}, "jury": SEASONED,
            "session": {"mode": "remote"}}  # fmt: skip
    assert outcome(away, date="2024-11-14") == "not_receivable"
    assert outcome(away, date="2024-11-15") == "granted"
    two = {"kind": "ccp", "ccps": ["1", "2"]}
    assert outcome(away, date="2024-11-15", request=two) == "not_receivable"
    assert outcome(away, date="2024-11-15", request="title", path="continuous") == "not_receivable"


# --- who judges, when -------------------------------------------------------------------------------  # noqa: E501


@pytest.mark.parametrize(
    "tie", ["trained", "accompanied", "employs", "kin", "shared_employer", "shared_training_body"]
)
def test_a_tied_juror_bars_the_decision_unless_recused(tie):
    tied = [{"quality": "professional", "ties": [tie]}, *PROFESSIONALS]
    assert outcome(CONTINUOUS, jury=tied) == "not_receivable"
    aside = [{"quality": "professional", "ties": [tie], "recused": True}, *PROFESSIONALS]
    assert outcome(CONTINUOUS, jury=aside) == "granted"
    assert outcome(CONTINUOUS, jury=aside[:2]) == "not_receivable"  # no quorum


def test_notice_periods():
    def summoned(base: dict[str, Any], day: str) -> str:
        return outcome(base, session={"date": "2014-06-20", "summoned_on": day})

    assert summoned(CONTINUOUS, "2014-05-20") == "granted"
    assert summoned(CONTINUOUS, "2014-05-21") == "needs_person"
    assert summoned(CCP, "2014-06-05") == "granted"
    assert summoned(CCS, "2014-06-06") == "needs_person"


def test_the_forecast_is_sent_before_31_january():
    late = decided(CONTINUOUS, date="2018-06-20", training=True, jury=SEASONED,
                   session={"date": "2018-06-20", "forecast_on": "2018-01-31"})  # fmt: skip
    assert late.outcome == "granted"
    assert late.applied_rule("session.forecast").verdict == "not_met"
    assert any("31 January" in one.en for one in late.warnings)


def test_sessions_after_a_failure():
    failed = [{"date": "2013-12-01", "outcome": "refused"}]
    again = {**VAE, "previous_sessions": failed}
    assert outcome(again) == "granted"
    assert outcome(again, previous_sessions=failed * 2) == "needs_person"
    assert outcome(again, date="2014-12-02") == "needs_person"


# --- conflicts and re-evaluation --------------------------------------------------------------------  # noqa: E501

LATE = {**CAPITALISED, "date": "2016-05-02", "held": [
    {"ccp": "1", "obtained_on": "2010-01-10"}, {"ccp": "2", "obtained_on": "2012-05-20"},
    {"ccp": "3", "obtained_on": "2016-05-01"},
]}  # fmt: skip


def test_all_windows_are_computed_and_one_is_applied_for_a_reason():
    found = decided(LATE)
    (window,) = [one for one in found.conflicts if one.conflict.id == "window"]
    assert [(one.rule.id, str(one.outcome), one.applied) for one in window.readings] == [
        ("window.five-years", "not_receivable", True),
        ("window.title-validity", "granted", False),
        ("window.unlimited", "granted", False),
    ]
    assert window.conflict.reason.fr
    assert any(window.conflict.reason.en in one.en for one in found.warnings)
    assert window.readings[0].inputs["until"] == date(2015, 1, 10)


def test_past_five_years_a_session_on_the_whole_title_is_open_and_a_ccp_is_a_question():
    old = [{"ccp": "1", "obtained_on": "2008-01-10"}]
    assert outcome(CONTINUOUS, held=old) == "granted"
    assert outcome(CCP, held=old) == "needs_person"
    assert outcome(CCP, held=old, answers={"window.five-years": "yes"}) == "granted"
    assert outcome(CCP, held=old, answers={"window.five-years": "no"}) == "not_receivable"


def test_windows_after_2016():
    now = {**LATE, "date": "2016-09-02"}
    assert outcome(now, jury=SEASONED) == "needs_person"
    assert outcome(now, jury=SEASONED, answers={"window.meaning": "yes"}) == "granted"
    later = {**LATE, "date": "2018-09-02", "jury": SEASONED}
    assert outcome(later) == "granted"
    title = {"code": "TP-00485", "version": "2013", "valid_until": "2017-09-02"}
    assert outcome(later, title=title) == "granted"
    assert outcome(later, title=title, date="2018-09-03") == "not_receivable"


def test_a_decision_is_reevaluated_as_a_report():
    first = decided(LATE)
    report = reevaluate(first, rule_set("arretes-2017"))
    assert (str(report.decision.outcome), report.same_outcome) == ("not_receivable", False)
    assert report.decision is first
    assert report.other.rule_set.id == "arretes-2017"
    assert "window.title-validity" in {one.rule_id for one in report.changes}
    assert any("was not in force" in one.en for one in report.other.warnings)
    assert reevaluate(first, first.rule_set).changes == ()


def test_two_sets_are_compared_rule_by_rule():
    changes = {one.rule_id for one in compare_sets(rule_set("vae-2022"), rule_set("vae-2024"))}
    assert "vae.jury-qualified" in changes
    assert "elements.continuous" not in changes


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from([CONTINUOUS, VAE, CCP, CAPITALISED, CCS]),
    day=st.dates(date(2006, 4, 9), date(2026, 12, 31)),
    chosen=st.sampled_from(rule_sets()),
    granted=st.booleans(),
)
def test_every_decision_explains_itself(base, day, chosen, granted):
    found = decide(
        read_candidacy({**base, "proposal": {"granted": granted}}), at=day, rule_set=chosen
    )
    again = decide(
        read_candidacy({**base, "proposal": {"granted": granted}}), at=day, rule_set=chosen
    )
    assert found == again
    told = json.loads(json.dumps(document(found)))
    assert told["rules"]
    assert all(one["citation"]["text"]["fr"] and one["words"]["fr"] for one in told["rules"])
    if found.outcome == "not_receivable":
        assert [one for one in found.applied if one.decisive and one.verdict != "met"]
    if found.outcome == "needs_person":
        assert found.questions
    if not granted:
        assert found.grant.title == ""
        assert found.grant.ccps == ()
    assert list(lines(found, "fr"))


# --- the judges' decision ---------------------------------------------------------------------------  # noqa: E501


def test_results_stand_for_the_decision_with_a_warning():
    results = {"situation": {"per_ccp": {"1": "acquired", "2": "not_acquired", "3": "acquired"}},
               "course_results": True, "practice_dossier": True, "interview": True}  # fmt: skip
    found = decided(CONTINUOUS, elements=results, proposal=None)
    assert (str(found.outcome), found.grant.ccps) == ("partial", ("1", "3"))
    assert found.warnings


def test_a_grant_against_a_result_asks():
    results = {
        **CONTINUOUS["elements"],
        "situation": {"per_ccp": {"1": "acquired", "2": "not_acquired", "3": "acquired"}},
    }
    assert outcome(CONTINUOUS, elements=results) == "needs_person"
    assert outcome(CONTINUOUS, elements=results, answers={"jury.contradiction": "yes"}) == "granted"


# --- reading ----------------------------------------------------------------------------------------  # noqa: E501


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"path": "other"}, "/path"),
        ({"date": "2014-02-30"}, "/date"),
        ({"title": {"code": "TP-00485", "version": "1999"}}, "/title/version"),
        ({"title": "TP-09999"}, "/title/code"),
        ({"elements": {"essay": True}}, "/elements/essay"),
        ({"jury": [{"quality": "professional", "tie": "trained"}]}, "/jury/members/0/tie"),
        ({"jury": [{"name": "A"}]}, "/jury/members/0/quality"),
        ({"proposal": {"granted": "perhaps"}}, "/proposal/granted"),
        ({"proposal": {"granted": False, "ccps": ["9"]}}, "/proposal/ccps/0"),
        ({"held": [{"ccp": "7"}]}, "/held/0/ccp"),
        ({"a/b": 1}, "/a~1b"),
        ({"path": "apprenticeship"}, "/path"),
        ({"path": "ccs", "request": {"kind": "title"}}, "/path"),
        ({"jury": {"members": PROFESSIONALS, "quorum": 2}}, "/jury/quorum"),
        ({"titles_held": [{"code": "TP-00495", "day": "2012-01-01"}]}, "/titles_held/0/day"),
        (
            {"previous_sessions": [{"date": "2013-01-01", "result": "x"}]},
            "/previous_sessions/0/result",
        ),
        ({"proposal": {"votes": 3}}, "/proposal/votes"),
        ({"proposal": {"granted": True, "title": False}}, "/proposal"),
        ({"proposal": {"ccs": True}}, "/proposal/ccs"),
        ({"request": {"kind": "title", "ccps": ["1"]}}, "/request/ccps"),
        ({"request": {"kind": "title", "ccs": "X"}}, "/request/ccs"),
    ],
)
def test_a_fault_says_where(changes, pointer):
    with pytest.raises(Unreadable) as caught:
        decided(CONTINUOUS, **changes)
    assert pointer in {one.pointer for one in caught.value.problems}


@pytest.mark.parametrize(
    ("base", "changes", "pointer"),
    [
        (CCS, {"proposal": {"granted": False, "ccps": ["1"]}}, "/proposal/ccps"),
        (CCS, {"proposal": {"title": True}}, "/proposal/title"),
        (CCS, {"request": {"kind": "ccs", "ccs": "X", "ccps": ["1"]}}, "/request/ccps"),
        (CCP, {"stage": "capitalisation"}, "/stage"),
        (
            CCP,
            {"request": {"kind": "ccp", "ccps": ["2"], "host_titles": ["TP-00485"]}},
            "/request/host_titles",
        ),
    ],
)
def test_what_no_rule_would_read_is_refused_and_not_lost(base, changes, pointer):
    with pytest.raises(Unreadable) as caught:
        decided(base, **changes)
    assert [one.pointer for one in caught.value.problems] == [pointer]
    assert all(one.words.fr and one.words.en for one in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        b"\xff\xfe",
        "[" * 100_000,
        '"' + "x" * 1_000_001,
    ],
)
def test_what_is_no_candidacy_is_refused(text):
    with pytest.raises(Unreadable):
        load_candidacy(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(key=st.sampled_from(sorted(JSON_SCHEMA["properties"])), value=JSON)
def test_any_value_is_read_or_refused_with_its_place(key, value):
    try:
        found = decide(read_candidacy({**CONTINUOUS, key: value}), at=date(2014, 6, 20))
    except Unreadable as error:
        assert error.problems  # noqa: PT017 - any value may also be read
    except LookupError as error:
        assert key == "rule_set", error  # noqa: PT017 - the same
    else:
        assert found.outcome


@pytest.mark.parametrize("comment", ["\0", "\ud800", ["a", {"b\0": 1}]])
def test_what_no_database_keeps_is_refused(comment):
    with pytest.raises(Unreadable):
        decided(CONTINUOUS, comment=comment)


def test_another_title_lists_its_ccps():
    other = {
        "code": "TP-01281",
        "ccps": [{"number": "1", "name": "Premier"}, {"number": "2", "name": "Second"}],
    }
    assert decided(CONTINUOUS, title=other).grant.ccps == ("1", "2")


# --- command and documentation ----------------------------------------------------------------------  # noqa: E501


@pytest.fixture
def page() -> str:
    if not REFERENCE.is_dir():
        pytest.skip("the documentation is not beside the package")
    return (REFERENCE / "decide.md").read_text(encoding="utf-8")


def test_the_examples_of_the_documentation_decide_as_it_says(page):
    found = re.findall(r"Outcome: `(\w+)`\.\n\n```json\n(.*?)```", page, re.DOTALL)
    assert len(found) == 6
    for wanted, example in found:
        assert str(decide(load_candidacy(example)).outcome) == wanted
        assert set(json.loads(example)) <= set(JSON_SCHEMA["properties"])


def test_the_schema_is_the_published_one(page):
    text = (REFERENCE / "candidacy.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == JSON_SCHEMA


def test_every_set_is_documented(page):
    assert all(f"| `{one.id}` |" in page for one in rule_sets())


def run(capsys, *arguments: str) -> tuple[int, dict[str, Any]]:
    try:
        call_command("titles", "decide", *arguments, "--json")
        code = 0
    except Exception as error:  # noqa: BLE001 - the code is what is looked at
        code = getattr(error, "returncode", 99)
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def test_the_command_decides_files(tmp_path, capsys):
    good, refused, open_case, broken = (tmp_path / f"{n}.json" for n in "abcd")
    good.write_text(json.dumps(CONTINUOUS))
    refused.write_text(json.dumps({**CONTINUOUS, "proposal": {"granted": False}}))
    open_case.write_text(json.dumps({**CONTINUOUS, "proposal": None}))
    broken.write_text(json.dumps({**CONTINUOUS, "path": "x"}))
    code, told = run(capsys, str(good), str(refused), "--compare", "vae-2024")
    assert code == 0
    assert [one["outcome"] for one in told["items"]] == ["granted", "refused"]
    assert told["items"][0]["reevaluation"]["other"]["rule_set"]["id"] == "vae-2024"
    code, told = run(capsys, str(open_case))
    assert (code, told["items"][0]["questions"][0]["id"]) == (1, "jury.decision")
    code, told = run(capsys, str(broken))
    assert (code, told["items"][0]["problems"][0]["pointer"]) == (1, "/path")
    assert run(capsys, str(tmp_path / "none.json"))[0] == 1
    assert run(capsys, str(good), "--at", "2001-01-01")[0] == 1
    assert run(capsys, str(good), "--rule-set", "nope")[0] == 2
    assert run(capsys, str(good), "--at", "yesterday")[0] == 2
    code, told = run(capsys, str(good), "--rule-set", "vae-2024", "--at", "2024-06-01")
    assert told["items"][0]["rule_set"]["id"] == in_force(date(2024, 6, 1)).id

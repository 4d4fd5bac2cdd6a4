"""The rules of request forms: conditions, answers, patterns, plans, building piece by piece."""

from __future__ import annotations

import json
import re
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.contracts.asking import answers as rules
from compagnon.contracts.asking import conditions, editing, patterns, plans
from compagnon.contracts.asking import definition as forms

TODAY = date(2026, 11, 22)


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """A field as a document holds it."""
    return {"key": key, "kind": kind, "label": {"fr": key.capitalize()}} | more


def form(*fields: dict[str, Any]) -> dict[str, Any]:
    """A form of one section."""
    return {"sections": [{"key": "s", "title": {"fr": "Tout"}, "fields": list(fields)}]}


def when(key: str, op: str = "is", value: str = "") -> dict[str, Any]:
    """A condition of one comparison."""
    return {"all": [{"field": key, "op": op, "value": value}]}


def settle(document: dict[str, Any], **given_: Any) -> rules.Settled:
    """Settle answers to a form that has no fault."""
    assert forms.faults(document) == []
    offered = {"qui": {"7": "Claire"}}
    return rules.settle(forms.read(document), given_, today=TODAY, offered=offered)


def test_hidden_answers_are_dropped_and_what_hangs_on_them() -> None:
    document = form(
        field("besoin", "choice", required=True, choices=[
            {"value": "poste", "label": {"fr": "Poste"}}, {"value": "acces", "label": "Accès"},
        ]),
        field("modele", show=when("besoin", value="poste"), required=True),
        field("sac", "yesno", show=when("modele", "filled")),
    )  # fmt: skip
    found = settle(document, besoin="acces", modele="X1", sac="yes")
    assert found.answers == {"besoin": "acces"}
    assert not found.faults
    assert settle(document, besoin="poste").faults == {"modele": "missing"}
    assert settle(document, besoin="poste", modele="X1", sac=True).answers["sac"] == "yes"


def test_required_when_asked_for() -> None:
    document = form(field("prix", "money"), field("pourquoi", require=when("prix", "more", "500")))
    assert settle(document, prix="499,99").faults == {}
    assert settle(document, prix="1 500").faults == {"pourquoi": "missing"}


@pytest.mark.parametrize(
    ("asked", "raw", "fault"),
    [
        (field("x", "number", min="1", max="5"), "6", "too_large"),
        (field("x", "number", min="1"), "0.5", "too_small"),
        (field("x", "number"), "douze", "not_a_number"),
        (field("x", "money"), "1.234", "not_a_number"),
        (field("x", "date", min="today"), "2026-11-21", "too_early"),
        (field("x", "date", max="today+7"), "2026-11-30", "too_late"),
        (field("x", "date"), "hier", "not_a_date"),
        (field("x", pattern="[A-Z]{2}-[0-9]{3}"), "AB-12", "pattern"),
        (field("x", max="3"), "trop", "too_long"),
        (field("x", "yesno"), "peut-être", "not_offered"),
        (field("qui", "person"), "8", "not_offered"),
        (field("x", required=True), "  \x00 ", "missing"),
    ],
)
def test_what_an_answer_is_refused_for(asked: dict[str, Any], raw: str, fault: str) -> None:
    assert settle(form(asked), **{asked["key"]: raw}).faults == {asked["key"]: fault}


def test_what_is_wrong_with_a_document() -> None:
    assert forms.faults({"sections": 3}) == [("", "shape")]
    assert forms.faults(form()) == [("", "nothing_asked")]
    assert ("a", "key_twice") in forms.faults(form(field("a"), field("a")))
    assert ("a", "condition_field") in forms.faults(form(field("a", show=when("b")), field("b")))
    assert ("a", "choices") in forms.faults(form(field("a", "choice")))
    assert ("a", "pattern") in forms.faults(form(field("a", pattern="(a+)+\\1")))
    assert ("a", "bound_order") in forms.faults(form(field("a", "number", min="5", max="1")))


def test_documents_of_other_shapes_are_refused_in_words() -> None:
    assert ("a", "kind") in forms.faults(form(field("a") | {"kind": ["text"]}))
    assert ("a", "words") in forms.faults(form(field("a") | {"label": {"fr": ["x"]}}))
    assert ("a", "bound") in forms.faults(form(field("a") | {"min": [1]}))
    task = {"key": "a", "title": {"fr": "T"}, "team_id": 1}
    assert ("a", "after") in plans.faults({"tasks": [task | {"after": [["a"]]}]}, {})
    assert ("a", "words") in plans.faults({"tasks": [task | {"title": {"fr": ["x"]}}]}, {})


CHOICES = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (field("x", "date", min="2020-13-45"), "bound"),
        (field("x", "date", max="2026-02-29"), "bound"),
        (field("x", "date", max="2026-02-28T10:00"), "bound"),
        (field("x", "datetime", min="2026-02-28T25:00"), "bound"),
        (field("x", "date", min="demain"), "bound"),
        (field("x", "date", min="2026-12-31", max="2026-01-01"), "bound_order"),
        (field("x", "date", min="today+7", max="today"), "bound_order"),
        (field("x", "datetime", min="2026-12-31T12:00", max="2026-12-31T11:00"), "bound_order"),
        (field("x", "number", min=0, max=-5), "bound_order"),
        (field("x", "money", max="-1"), "bound_order"),
        (field("x", "number", min="1e3"), "bound"),
        (field("x", "number", max="99999999999"), "bound"),
        (field("x", min="9", max="3"), "bound_order"),
        (field("x", max="0"), "bound_order"),
        (field("x", min="501"), "bound_order"),
        (field("x", min="-1"), "bound"),
        (field("x", min="201", pattern="a*"), "bound_order"),
        (field("x", "choices", choices=CHOICES, min="3"), "bound_order"),
        (field("x", "choices", choices=CHOICES, max="0"), "bound_order"),
        (field("x", "choice", choices=[{"value": "a ", "label": "A"}]), "choices"),
        (field("x", "yesno", min="1"), "bound"),
        (field("x", "file", max="3"), "bound"),
        (field("x", "long", pattern="a"), "pattern"),
        (field("x", "number", max="5", default="6"), "default"),
        (field("x", "number", default="beaucoup"), "default"),
        (field("x", "money", default="-1"), "default"),
        (field("x", "money", default="1.001"), "default"),
        (field("x", "date", default="2026-02-30"), "default"),
        (field("x", "date", max="2026-12-31", default="2027-01-01"), "default"),
        (field("x", "choice", choices=CHOICES, default="c"), "default"),
        (field("x", "yesno", default="oui"), "default"),
        (field("x", "person", default="7"), "default"),
        (field("x", max="3", default="quatre"), "default"),
        (field("x", required="no"), "required"),
    ],
)
def test_limits_that_nobody_can_keep_are_refused(asked: dict[str, Any], code: str) -> None:
    assert forms.faults(form(asked)) == [("x", code)]


@pytest.mark.parametrize(
    "asked",
    [
        field("x", "date", min="today", max="2030-12-31", default="2027-01-01"),
        field("x", "datetime", min="2026-12-31", max="2026-12-31T11:00"),
        field("x", "number", min="-5", max="-5", default="-5"),
        field("x", min="8", max="8", pattern="PC-[0-9]{5}", default="PC-"),
        field("x", "choices", choices=CHOICES, min="2", max="5", default="a"),
    ],
)
def test_limits_that_can_be_kept(asked: dict[str, Any]) -> None:
    assert forms.faults(form(asked)) == []


def test_a_moment_may_be_the_last_and_a_day_holds_its_hours() -> None:
    moment = form(field("x", "datetime", max="2026-12-31T12:00"))
    assert settle(moment, x="2026-12-31T11:59").faults == {}
    assert settle(moment, x="2026-12-31T18:00").faults == {"x": "too_late"}
    assert settle(form(field("x", "datetime", max="2026-12-31")), x="2026-12-31T18:00").faults == {}


@pytest.mark.parametrize(
    ("asked", "part", "code"),
    [
        (field("a", "choice", choices=CHOICES), ("is", "c"), "condition_never"),
        (field("a", "choices", choices=CHOICES), ("more", "a"), "condition_op"),
        (field("a", "yesno"), ("is", "oui"), "condition_never"),
        (field("a", "number"), ("more", "cent"), "condition_never"),
        (field("a", "date"), ("less", "2026-13-45"), "condition_never"),
        (field("a"), ("at_least", "5"), "condition_op"),
        (field("a", "note"), ("filled", ""), "condition_field"),
        (field("a"), ("is", ""), "condition_value"),
    ],
)
def test_conditions_that_could_never_hold(asked: Any, part: Any, code: str) -> None:
    document = form(field("b"), asked, field("x", show=when("a", *part)))
    assert forms.faults(document) == [("x", code)]
    task = {"key": "t", "title": {"fr": "T"}, "team_id": 1, "when": when("a", *part)}
    assert plans.faults({"tasks": [task]}, editing.fields_of(form(field("b"), asked))) == [
        ("t", code)
    ]
    # Of what stands after, or is gone.
    assert forms.faults(form(field("x", require=when("a", "filled")), asked)) != []


def test_more_than_are_asked_can_never_agree() -> None:
    step = {"key": "s", "name": {"fr": "S"}, "whom": "persons", "person_ids": [1, 2, 2],
            "rule": "count", "needed": 3}  # fmt: skip
    assert plans.faults({"approvals": [step]}, {}) == [("s", "number")]
    assert plans.faults({"approvals": [step | {"needed": 2}]}, {}) == []


@pytest.mark.parametrize(
    "refused",
    [r"(a)\1", "(?=a)b", "(?<!a)b", "[", "(a", "a)", "a**", "a+?", "*a", "a{3,1}", r"\bA", r"\p{L}",
     "a{1,99999999}", "((a{30}){30}){30}", "[z-a]", "(?P=a)", "x" * 121, "\\"],
)  # fmt: skip
def test_patterns_out_of_the_grammar_are_refused(refused: str) -> None:
    assert not patterns.is_safe(refused)


@pytest.mark.parametrize("hostile", ["(a+)+", "(a|a)*", "(.*.*)*b", "(a?){60}a{60}", "(a*)*$"])
def test_patterns_never_run_away(hostile: str) -> None:
    begun = time.process_time()
    assert patterns.is_safe(hostile)
    assert not patterns.matches(hostile, "a" * 150 + "!")
    assert time.process_time() - begun < 5, "a backtracking engine would never end"


LITERALS = st.sampled_from(
    [*"abZ09", r"\d", r"\w", r"\s", ".", "[ab]", "[^a0]", "[0-9-]", r"\.", "-"]
)
PATTERNS = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,}", "{,2}", "{1,3}"])).map(
            lambda parts: f"({parts[0]}){parts[1]}"
        ),
        inner.map("(?:{})".format),
        inner.map("^{}$".format),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("abZ09 -.", max_size=8))
def test_patterns_are_read_as_regular_expressions_are(pattern: str, text: str) -> None:
    if len(pattern) <= patterns.PATTERN_MAX:
        expected = re.fullmatch(pattern, text) is not None
        assert patterns.matches(pattern, text) == expected
        assert patterns.is_safe(pattern)


def test_patterns_take_capitals_alike_when_asked() -> None:
    assert patterns.matches("(?i)pc-[a-f]{2}", "PC-aF")
    assert not patterns.matches("pc-[a-f]{2}", "PC-aF")
    assert patterns.matches(r"\w+", "Élodie")
    assert not patterns.matches(r"\d+", "٣")


def test_a_plan_s_tasks_wait_for_what_is_called_for() -> None:
    task = {"title": {"fr": "T"}, "team_id": 1}
    document = {
        "tasks": [
            task | {"key": "a"},
            task | {"key": "b", "after": ["a"], "when": when("poste", value="yes")},
            task | {"key": "c", "after": ["b"]},
        ]
    }
    assert plans.faults(document, {"poste": field("poste", "yesno")}) == []
    plan = plans.read(document)
    assert [(one.key, after) for one, after in plans.tasks_for(plan, {"poste": "yes"})] == [
        ("a", ()), ("b", ("a",)), ("c", ("b",)),
    ]  # fmt: skip
    assert [(one.key, after) for one, after in plans.tasks_for(plan, {})] == [
        ("a", ()), ("c", ("a",)),
    ]  # fmt: skip
    circle = {"tasks": [task | {"key": "a", "after": ["b"]}, task | {"key": "b", "after": ["a"]}]}
    assert {code for _where, code in plans.faults(circle, {})} == {"circle"}
    assert plans.faults({"approvals": [{"key": "a", "whom": "team"}]}, {}) != []


def test_building_piece_by_piece() -> None:
    made: dict[str, Any] = {"sections": []}
    for name in "ab":
        made = editing.put(made, "field", field(name))
    made = editing.put(made, "section", {"key": "s2", "title": {"fr": "Deux"}, "fields": []})
    made = editing.move(made, "field", "b", -1)
    assert editing.keys_of(made) == ["b", "a"]
    made = editing.move(made, "field", "a", 1)
    assert [len(one["fields"]) for one in made["sections"]] == [1, 1]
    made = editing.duplicate(made, "section", "s2")
    assert len(set(editing.keys_of(made))) == 3
    assert editing.keys_of(editing.remove(made, "field", "b")) == editing.keys_of(made)[1:]
    assert forms.faults(made) == []


VALUES = st.sampled_from(
    ["", "1", "1.0", "01", "2.5", "-3", "12.34567", "abc", "yes", "2026-01-31", "2026-02-01",
     "2026-02-01T10:30", "é", " 1"]
)  # fmt: skip
ANSWERS = st.dictionaries(st.sampled_from("abc"), VALUES | st.lists(VALUES, max_size=3), max_size=3)
CONDITIONS = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["all", "any"]),
        st.lists(
            st.fixed_dictionaries(
                {
                    "field": st.sampled_from("abc"),
                    "op": st.sampled_from(conditions.OPS),
                    "value": VALUES,
                }
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=1,
    ),
)


@given(CONDITIONS, ANSWERS)
def test_opposites_exclude_each_other(condition: Any, answers: Any) -> None:
    for part in next(iter(condition.values())) if condition else []:
        pair = {"is": "is_not", "filled": "empty", "is_not": "is", "empty": "filled"}
        if part["op"] in pair:
            other = part | {"op": pair[part["op"]]}
            assert conditions.compare(part, answers) != conditions.compare(other, answers)
        if part["op"] == "more" and conditions.compare(part, answers):
            assert conditions.compare(part | {"op": "at_least"}, answers)
            assert not conditions.compare(part | {"op": "less"}, answers)


DRAWN: list[tuple[Any, Any]] = []


@settings(max_examples=300, database=None, derandomize=True)
@given(CONDITIONS, ANSWERS)
def _draw(condition: Any, answers: Any) -> None:
    DRAWN.append((condition, answers))


def test_the_browser_evaluates_as_the_server(tmp_path: Path) -> None:
    top = Path(__file__).parents[4]
    source = top / "src/compagnon/ui/assets/scripts/conditions.ts"
    if not (top / "node_modules/.bin/esbuild").exists():
        pytest.skip("the front's tools are not installed")
    bundle = tmp_path / "conditions.mjs"
    subprocess.run(
        [top / "node_modules/.bin/esbuild", source, "--format=esm", f"--outfile={bundle}"],
        check=True, capture_output=True,
    )  # fmt: skip
    DRAWN.clear()
    _draw()
    (tmp_path / "cases.json").write_text(json.dumps(DRAWN))
    script = (
        "import {holds} from './conditions.mjs'; import fs from 'fs';"
        "const cases = JSON.parse(fs.readFileSync('cases.json', 'utf8'));"
        "console.log(JSON.stringify(cases.map(([c, a]) => holds(c, a))));"
    )
    (tmp_path / "run.mjs").write_text(script)
    run = subprocess.run(
        ["node", "run.mjs"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert json.loads(run.stdout) == [conditions.holds(one, two) for one, two in DRAWN]

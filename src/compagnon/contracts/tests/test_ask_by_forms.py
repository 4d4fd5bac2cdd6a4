"""The rules of request forms: conditions, answers, patterns, plans, building piece by piece."""

from __future__ import annotations

import json
import subprocess
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
    assert ("a", "pattern") in forms.faults(form(field("a", pattern="(a+)+$")))
    assert ("a", "bound") in forms.faults(form(field("a", "number", min="5", max="1")))


def test_documents_of_other_shapes_are_refused_in_words() -> None:
    assert ("a", "kind") in forms.faults(form(field("a") | {"kind": ["text"]}))
    assert ("a", "words") in forms.faults(form(field("a") | {"label": {"fr": ["x"]}}))
    assert ("a", "bound") in forms.faults(form(field("a") | {"min": [1]}))
    task = {"key": "a", "title": {"fr": "T"}, "team_id": 1}
    assert ("a", "after") in plans.faults({"tasks": [task | {"after": [["a"]]}]}, [])
    assert ("a", "words") in plans.faults({"tasks": [task | {"title": {"fr": ["x"]}}]}, [])


@pytest.mark.parametrize(
    "hostile", ["(a+)+", "(a|a)*", "(?=a)b", r"(a)\1", ".*.*.*", "a{1,99999999}b{1,9}c*", "["]
)
def test_patterns_that_could_run_away_are_refused(hostile: str) -> None:
    assert not patterns.is_safe(hostile)


@pytest.mark.parametrize("kept", [r"[A-Z]{2}\d{3}", r"(ab|cd)\d+", ".*@.*"])
def test_patterns_that_are_kept(kept: str) -> None:
    assert patterns.is_safe(kept)


def test_a_plan_s_tasks_wait_for_what_is_called_for() -> None:
    task = {"title": {"fr": "T"}, "team_id": 1}
    document = {
        "tasks": [
            task | {"key": "a"},
            task | {"key": "b", "after": ["a"], "when": when("poste", value="yes")},
            task | {"key": "c", "after": ["b"]},
        ]
    }
    assert plans.faults(document, ["poste"]) == []
    plan = plans.read(document)
    assert [(one.key, after) for one, after in plans.tasks_for(plan, {"poste": "yes"})] == [
        ("a", ()), ("b", ("a",)), ("c", ("b",)),
    ]  # fmt: skip
    assert [(one.key, after) for one, after in plans.tasks_for(plan, {})] == [
        ("a", ()), ("c", ("a",)),
    ]  # fmt: skip
    circle = {"tasks": [task | {"key": "a", "after": ["b"]}, task | {"key": "b", "after": ["a"]}]}
    assert {code for _where, code in plans.faults(circle, [])} == {"circle"}
    assert plans.faults({"approvals": [{"key": "a", "whom": "team"}]}, []) != []


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

"""Requirements as expressions: what is one, what meets it, what it names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.titles import requirements

STARRED = {
    "all": [
        {"competence": 7},
        {"at_least": 1, "of": [{"competence": 15}, {"competence": 16}]},
    ]
}


def test_the_star_rule() -> None:
    requirements.check(STARRED)
    assert requirements.is_met(STARRED, competences={7, 16})
    assert not requirements.is_met(STARRED, competences={7})
    assert not requirements.is_met(STARRED, competences={15, 16})
    assert list(requirements.numbers(STARRED, "competence")) == [7, 15, 16]
    assert [one["at_least"] for one in requirements.choices(STARRED)] == [1]


def test_a_title_takes_its_certificates() -> None:
    title = {"all": [{"certificate": 1}, {"certificate": 2}]}
    requirements.check(title)
    assert requirements.is_met(title, certificates={1, 2, 3})
    assert not requirements.is_met(title, certificates={1})


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"any": []},
        {"all": []},
        {"competence": 0},
        {"competence": "1"},
        {"competence": True},
        {"at_least": 3, "of": [{"competence": 1}]},
        {"at_least": 0, "of": [{"competence": 1}]},
        {"at_least": 1},
        {"all": [{}]},
        {"all": [{"competence": 1, "certificate": 1}]},
    ],
)
def test_what_is_no_expression(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        requirements.check(wrong)


def test_nesting_is_bounded() -> None:
    deep: dict[str, Any] = {"competence": 1}
    for _level in range(20):
        deep = {"all": [deep]}
    with pytest.raises(ValueError, match="deep"):
        requirements.check(deep)


EXPRESSIONS = st.recursive(
    st.builds(lambda number: {"competence": number}, st.integers(1, 9)),
    lambda inner: st.lists(inner, min_size=1, max_size=4).flatmap(
        lambda terms: st.one_of(
            st.just({"all": terms}),
            st.integers(1, len(terms)).map(lambda least: {"at_least": least, "of": terms}),
        )
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, st.sets(st.integers(1, 9)), st.integers(1, 9))
def test_more_is_never_less(expression: dict[str, Any], held: set[int], more: int) -> None:
    named = set(requirements.numbers(expression, "competence"))
    assert requirements.is_met(expression, competences=named)
    if requirements.is_met(expression, competences=held):
        assert requirements.is_met(expression, competences=held | {more})

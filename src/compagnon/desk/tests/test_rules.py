"""The desk's pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk import rules
from compagnon.desk.models import State

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_the_gravest_is_first_and_the_least_is_last() -> None:
    assert rules.priority(1, 1) == 1
    assert rules.priority(3, 3) == 5
    assert rules.priority(2, 2) == 3


def test_an_organisation_s_own_matrix_applies() -> None:
    assert rules.priority(3, 3, [[1, 1, 1], [1, 1, 1], [1, 1, 2]]) == 2


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        ("abc", "shape"),
        ([[1, 2, 3], [2, 3, 4]], "shape"),
        ([[1, 2], [2, 3], [3, 4]], "shape"),
        ([[1, 2, 3], [2, 3, 4], [3, 4, "5"]], "type"),
        ([[True, 2, 3], [2, 3, 4], [3, 4, 5]], "type"),
        ([[0, 2, 3], [2, 3, 4], [3, 4, 5]], "range"),
        ([[3, 2, 1], [2, 3, 4], [3, 4, 5]], "order"),
    ],
)
def test_a_matrix_that_cannot_be_used_says_why(matrix: object, fault: str) -> None:
    assert rules.matrix_faults(matrix) == [fault]


def test_our_own_matrix_can_be_used() -> None:
    assert rules.matrix_faults(rules.MATRIX) == []


@given(st.sampled_from(State), st.sampled_from(State))
def test_no_move_leads_back_to_new_and_none_to_itself(current: State, target: State) -> None:
    if rules.may_move(current, target):
        assert target != State.NEW
        assert current != target


def test_only_a_solved_ticket_closes_or_one_left_unanswered() -> None:
    closing = [state for state in State if rules.may_move(state, State.CLOSED)]
    assert closing == [State.PENDING, State.SOLVED]


def test_every_state_but_the_last_ones_leads_somewhere_and_all_are_reached() -> None:
    reached, todo = set(), [State.NEW]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo.extend(rules.TRANSITIONS[state])
    assert reached == set(State)


def test_the_window_for_reopening_includes_its_last_second() -> None:
    assert rules.may_reopen(NOW, NOW + timedelta(days=14), 14)
    assert not rules.may_reopen(NOW, NOW + timedelta(days=14, seconds=1), 14)


@pytest.mark.parametrize(
    "text",
    [
        "Merci !",
        "Merci beaucoup, c'est parfait.\n\nCordialement,\nClaire Martin",
        "Super, tout fonctionne, merci",
        "Thanks a lot, works great",
        "OK",
    ],
)
def test_thanks_are_thanks(text: str) -> None:
    assert rules.is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Merci mais ça ne marche toujours pas",
        "Merci, et pour l'autre poste ?",
        "Thanks, but it still fails",
        "Bonjour",
        "L'imprimante affiche une erreur, merci de revenir",
        "ça remarche pas merci",
        "Merci, problème revenu ce matin",
        "Bonjour, ça recommence. Merci",
        "Ok panne identique ce jour",
        "Rappelez-moi vite merci",
        "ok, imprimante HS",
        "Thanks, it crashed today",
        "Merci\nCela recommence",
        "",
        "merci " * 100,
    ],
)
def test_anything_that_must_be_read_is_not_thanks(text: str) -> None:
    assert not rules.is_thanks(text)


def test_a_name_and_a_signature_are_looked_through() -> None:
    assert rules.is_thanks("Merci beaucoup !\nClaire", author="Claire Martin")
    assert not rules.is_thanks("Merci beaucoup !\nClaire", author="Jean Petit")
    assert rules.is_thanks("Thanks a lot.\n\nBest regards,\nJohn Doe\nAccounting, 2nd floor")

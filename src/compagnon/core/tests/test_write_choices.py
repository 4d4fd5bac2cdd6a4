"""A list of known states is written in the statement, so that partial indexes serve."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from compagnon.core.models import Task, TaskState
from compagnon.desk.models import OPEN_STATES, State, Ticket


def written(rows: QuerySet[Ticket]) -> tuple[str, tuple[str, ...]]:
    return rows.query.sql_with_params()


def test_choices_are_written_in_the_statement(db: None) -> None:
    sql, parameters = written(Ticket.objects.filter(state__in=OPEN_STATES))
    assert "IN ('new', 'open', 'pending')" in sql
    assert parameters == ()
    assert list(Ticket.objects.filter(state__in=OPEN_STATES)) == []


def test_across_a_relation_and_turned_round(db: None) -> None:
    sql, _parameters = written(Ticket.objects.filter(~Q(state__in=[State.SOLVED])))
    assert "NOT (" in sql
    assert "IN ('solved')" in sql


def test_what_is_no_choice_stays_a_parameter(db: None) -> None:
    sql, parameters = written(Ticket.objects.filter(state__in=["new", "x') OR ('1'='1"]))
    assert "OR" not in sql
    assert parameters == ("new", "x') OR ('1'='1")


def test_a_query_inside_stays_one(db: None) -> None:
    inner = Task.objects.filter(state=TaskState.DEAD).values("state")
    sql, parameters = written(Ticket.objects.filter(state__in=inner))
    assert "SELECT" in sql.partition("IN (")[2]
    assert parameters == ("dead",)


def test_an_empty_list_finds_nothing(db: None) -> None:
    assert list(Ticket.objects.filter(state__in=[])) == []

"""What became of candidates, counted without telling of anybody."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from compagnon.core.errors import Refused
from compagnon.people.tests import factories as people
from compagnon.titles.models import Criterion, Mark, Session, SessionState, Sitting, Value
from compagnon.titles.queries import statistics as queries
from compagnon.titles.queries.statistics import Asked
from compagnon.titles.services import results
from compagnon.titles.tests import attesting, factories
from compagnon.titles.tests import test_hold_session as hold
from compagnon.titles.tests.test_bring_out_minutes import decided

pytestmark = pytest.mark.django_db


def test_one_candidate_is_nobody_elses_business() -> None:
    day, _made = decided()
    assert queries.results(day.secretary, Asked()).groups == []
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    for axis in queries.AXES:
        table = queries.results(day.secretary, Asked(by=axis))
        assert table.groups
        for group in (*table.groups, table.total):
            assert group.counts["present"] is None
            assert group.counts["full"] is None
            assert group.bars == []


@pytest.mark.parametrize("by", queries.AXES)
def test_groups_count_what_the_minutes_say(by: queries.By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "mask", lambda values, sums: dict(values))
    day, _made = decided()
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    table = queries.results(day.secretary, Asked(by=by, title=day.centre.version.title.code))
    assert table.groups[0].counts == {
        "entered": 1, "absent": 0, "present": 1, "full": 1, "partial": 0, "none": 0,
    }  # fmt: skip
    assert len(table.groups) == (2 if by == "ccp" else 1)
    assert table.groups[0].bars == [("full", 0, 1000), ("partial", 1000, 0), ("none", 1000, 0)]
    assert not queries.results(day.secretary, Asked(by=by, end=date(2026, 9, 13))).groups
    assert not queries.results(day.secretary, Asked(by=by, title="TP-0")).groups


def test_absent_are_counted_apart_and_large_counts_are_shown() -> None:
    counted = {"A": Counter(absent=6, full=20, partial=7), "B": Counter(full=2, none=9)}
    table = queries._masked(counted, is_cut=False)
    shown = {group.name: group.counts for group in (*table.groups, table.total)}
    assert shown["B"]["full"] is None
    assert shown[""]["full"] is None or shown["A"]["full"] is None
    assert shown["A"]["absent"] == 6


def test_what_candidates_fail_comes_from_signed_marks() -> None:
    day = hold.prepared()
    assert queries.failures(day.secretary, Asked()) == []
    signed = Mark.objects.filter(assessor__signed_at__isnull=False).first()
    assert signed is not None
    criterion = Criterion.objects.filter(competence=signed.competence_id).first()
    Mark.objects.create(
        assessor=signed.assessor, competence=signed.competence, criterion=criterion,
        value=Value.NOT_ACQUIRED, key=uuid4(), marked_at=hold.DONE,
    )  # fmt: skip
    (found,) = queries.failures(day.secretary, Asked())
    assert (found.marked, found.failed, found.share) == (None, None, None)
    assert found.title == day.centre.version.title.code
    assert queries.failures(day.secretary, Asked(end=date(2026, 1, 1))) == []


def test_who_prepares_no_session_reads_none() -> None:
    day = hold.prepared()
    Session.objects.update(state=SessionState.CLOSED)
    with pytest.raises(Refused):
        queries.results(people.actor(day.candidacies[0].person), Asked())
    with pytest.raises(Refused):
        queries.failures(day.jury[0], Asked())
    elsewhere = factories.centre()
    assert Sitting.objects.exists()
    assert queries.results(people.actor(elsewhere.secretary), Asked()).groups == []


def test_by_page_and_by_api(client: Client) -> None:
    day, _made = decided()
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    secretary = day.centre.secretary
    people.account(secretary)
    people.grant(secretary, people.role(verbs={"token.manage"}), day.centre.organisation)
    client.force_login(secretary.account)
    page = client.get("/titles/statistics/?by=centre&start=2026-01-01").content.decode()
    assert str(day.centre.organisation) in page
    assert client.get("/titles/statistics/?by=nonsense&start=x").status_code == 200
    told = client.get("/titles/statistics.csv?by=path").content.decode()
    assert "*" in told.splitlines()[1]
    program = attesting.api_client(secretary)
    got = program.get("/api/v1/title-statistics?by=year").json()
    assert got["groups"][0]["name"] == "2026"
    assert got["total"]["counts"]["full"] is None
    assert program.get("/api/v1/title-statistics/file").content.startswith(b"\xef\xbb\xbfgroup;")
    assert program.get("/api/v1/title-statistics?by=x").status_code == 422

"""A decision is kept with all that it stands on; nothing rewrites it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.people.tests.factories import actor, grant, role
from compagnon.titles.models import Decision
from compagnon.titles.queries import decisions as queries
from compagnon.titles.ruling import rule_set
from compagnon.titles.services import decisions as services
from compagnon.titles.tests.candidacies import CAPITALISED, CONTINUOUS


@pytest.fixture
def keeper(cast):
    """Somebody who records decisions of client A."""
    grant(cast.representative, role(verbs={"decision.record"}), cast.client_a)
    return actor(cast.representative)


@pytest.fixture
def row(cast, keeper) -> Decision:
    """A decision of client A."""
    document = {
        **CONTINUOUS,
        "reference": "C-1",
        "candidate": {"name": "Zoé", "identity_checked": True},
    }
    return services.record_decision(actor=keeper, organisation=cast.client_a, document=document)


def test_a_decision_keeps_its_inputs_its_set_and_its_result(row, keeper):
    kept = Decision.objects.get(pk=row.pk)
    assert (kept.outcome, kept.candidacy, kept.title_code) == ("granted", "C-1", "TP-00485")
    assert kept.rule_set_digest == rule_set("arretes-2006-2008").digest
    assert kept.result["granted"]["title"] == "TP-00485"
    assert kept.inputs["candidate"] == {"identity_checked": True}
    assert kept.recorded_by_id == keeper.id
    assert Entry.objects.get(verb="decision.record").after["outcome"] == "granted"


def test_a_correction_is_a_new_one_that_names_the_first(row, cast, keeper):
    corrected = services.record_decision(
        actor=keeper,
        organisation=cast.client_a,
        document={**CONTINUOUS, "proposal": {"granted": False, "ccps": ["1"]}},
        previous=row,
    )
    row.refresh_from_db()
    assert (row.outcome, row.superseded_by, corrected.outcome) == ("granted", corrected, "partial")
    with pytest.raises(Conflict):
        services.record_decision(
            actor=keeper, organisation=cast.client_a, document=CONTINUOUS, previous=row
        )


def test_who_may_not_and_what_cannot_be_read_are_refused(cast, keeper, row):
    with pytest.raises(Refused):
        services.record_decision(actor=keeper, organisation=cast.client_b, document=CONTINUOUS)
    with pytest.raises(Invalid) as caught:
        services.record_decision(
            actor=keeper, organisation=cast.client_a, document={**CONTINUOUS, "path": "x"}
        )
    assert "/path" in caught.value.fields
    with pytest.raises(Invalid):
        services.record_decision(
            actor=keeper, organisation=cast.client_a, document=CONTINUOUS, rule_set="nope"
        )
    assert Decision.objects.count() == 1


def test_decisions_are_seen_by_who_sees_those_of_the_centre(cast, keeper, row):
    assert set(visible(Decision, keeper)) == {row}
    grant(cast.outsider, role(verbs={"decision.view"}), cast.client_b)
    assert not visible(Decision, actor(cast.outsider))
    with pytest.raises(NotFound):
        queries.decision(actor(cast.outsider), row.pk)


REFUSED = {
    "update": "UPDATE titles_decision SET outcome = 'refused'",
    "result": "UPDATE titles_decision SET result = '{}'",
    "delete": "DELETE FROM titles_decision",
}
if connection.vendor == "postgresql":
    REFUSED |= {"truncate": "TRUNCATE titles_decision"}
else:
    REFUSED |= {
        "replace": "REPLACE INTO titles_decision SELECT * FROM titles_decision",
        "update or replace": "UPDATE OR REPLACE titles_decision SET candidacy = 'other'",
    }


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses_to_rewrite_a_decision(row, sql):
    # PostgreSQL truncates no table whose foreign keys are still to be checked.
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Decision.objects.get().outcome == "granted"


def test_the_orm_is_refused_too(row):
    row.outcome = "refused"
    for change in (row.save, row.delete, Decision.objects.all().delete,
                   lambda: Decision.objects.update(outcome="refused")):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Decision.objects.get().outcome == "granted"


def test_a_report_under_another_set_changes_nothing(cast, keeper):
    document = {**CAPITALISED, "held": [
        {"ccp": "1", "obtained_on": "2008-01-10"}, {"ccp": "2", "obtained_on": "2012-05-20"},
        {"ccp": "3", "obtained_on": "2014-05-12"},
    ]}  # fmt: skip
    row = services.record_decision(actor=keeper, organisation=cast.client_a, document=document)
    assert row.outcome == "not_receivable"
    report = queries.report(row, "arretes-2017")
    assert report.reproduced
    assert str(report.comparison.other.outcome) == "granted"
    assert Decision.objects.get().outcome == "not_receivable"
    with pytest.raises(NotFound):
        queries.report(row, "nope")

"""What is missing of a session, and the table that a person copies to the State's platform."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from compagnon.core.errors import NotFound, Refused
from compagnon.people.tests import factories as people
from compagnon.titles.models import Dossier
from compagnon.titles.queries import checklist as queries
from compagnon.titles.services import results
from compagnon.titles.tests import attesting
from compagnon.titles.tests import test_hold_session as hold
from compagnon.titles.tests.test_bring_out_minutes import decided

pytestmark = pytest.mark.django_db


def codes(found: queries.Checklist) -> set[str]:
    (row,) = found.rows
    return {one.code for one in row.missing}


def test_what_is_missing_goes_as_the_session_goes() -> None:
    day = hold.prepared()
    found = queries.checklist(day.secretary, day.session.pk)
    assert {one.code for one in found.missing} == {"forecast"}
    assert codes(found) >= {"identity", "summons"}
    assert not codes(found) & {"dossier", "course_results", "timetable", "minutes"}
    Dossier.objects.update(declared_at=None)
    assert "dossier" in codes(queries.checklist(day.secretary, day.session.pk))
    assert not found.is_complete


def test_after_the_deliberation_the_table_tells_the_result() -> None:
    day, made = decided()
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    found = queries.checklist(day.secretary, day.session.pk)
    assert "notification" in codes(found)
    assert not codes(found) & {"minutes", "signatures", "attendance", "summons", "identity"}
    (line,) = csv.DictReader(io.StringIO(queries.as_csv(found)), delimiter=";")
    assert tuple(line) == queries.COLUMNS
    assert line["minutes"] == made.number
    assert (line["outcome"], line["title_granted"], line["minutes_signed"]) == (
        "granted", "yes", "yes",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@x", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert queries.harmless(text).startswith("'")
    assert queries.harmless("CCP 1") == "CCP 1"


def test_only_the_centre_reads_it() -> None:
    day = hold.prepared()
    for reader in (day.jury[0], people.actor(day.candidacies[0].person)):
        with pytest.raises(Refused):
            queries.checklist(reader, day.session.pk)
    stranger = people.actor(people.person(people.organisation("Ailleurs")))
    with pytest.raises(NotFound):
        queries.checklist(stranger, day.session.pk)


def test_by_page_and_by_api(client: Client) -> None:
    day = hold.prepared()
    secretary = day.centre.secretary
    people.account(secretary)
    people.grant(secretary, people.role(verbs={"token.manage"}), day.centre.organisation)
    client.force_login(secretary.account)
    page = client.get(f"/titles/sessions/{day.session.pk}/outcome/").content.decode()
    assert "checklist.csv" in page
    told = client.get(f"/titles/sessions/{day.session.pk}/checklist.csv").content.decode()
    assert told.startswith("\ufeffsession;centre;")
    program = attesting.api_client(secretary)
    got = program.get(f"/api/v1/sessions/{day.session.pk}/checklist").json()
    assert got["is_complete"] is False
    assert got["rows"][0]["values"]["session"] == day.session.reference
    assert got["session_id"] == day.session.pk
    file = program.get(f"/api/v1/sessions/{day.session.pk}/checklist/file")
    assert file.content.decode() == told

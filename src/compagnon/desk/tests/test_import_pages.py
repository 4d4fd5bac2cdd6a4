"""Imports on pages and by API: tried first, then for good; who may."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused, TooLarge
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.core.verbs import all_verbs
from compagnon.desk import bringing_words
from compagnon.desk.bringing.report import PROBLEMS
from compagnon.desk.models import Bringing, BringingState, Ticket
from compagnon.desk.services import bringing as services
from compagnon.desk.tests import event_logs
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    path = tmp_path / "log.csv"
    event_logs.write(path, events=60, seed=2)
    return path.read_bytes()


@pytest.fixture
def administrator(people: Cast) -> Client:
    """A browser of somebody who may import anywhere."""
    person = factories.person(people.provider, "Ada", "Lebrun", language="fr")
    factories.grant(
        person, factories.role(verbs={verb.name for verb in all_verbs()}), people.provider
    )
    client = Client()
    client.force_login(factories.account(person))
    return client


def ask(client: Client, log: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("log.csv", log)
    return client.post("/desk/imports/new/", {"source": "servicenow", "file": file, **more})


class TestPages:
    def test_tried_then_for_good(self, administrator: Client, people: Cast, log: bytes) -> None:
        answer = ask(administrator, log, organisation=people.client_a.pk)
        row = Bringing.objects.get()
        assert answer.headers["Location"] == f"/desk/imports/{row.pk}/"
        assert "En attente" in administrator.get(f"/desk/imports/{row.pk}/").content.decode()
        run_due()
        row.refresh_from_db()
        assert (row.state, row.is_dry_run) == (BringingState.DONE, True)
        assert not Ticket.objects.exists()
        page = administrator.get(f"/desk/imports/{row.pk}/").content.decode()
        assert "INC0000001" in page
        assert "Importer pour de bon" in page
        administrator.post(f"/desk/imports/{row.pk}/confirm/")
        run_due()
        made = Bringing.objects.get(is_dry_run=False)
        assert made.state == BringingState.DONE
        assert Ticket.objects.count() == made.report["counts"]["created"] == made.total
        assert set(Ticket.objects.values_list("organisation", flat=True)) == {people.client_a.pk}
        assert "log.csv" in administrator.get("/desk/imports/").content.decode()
        verbs = Entry.objects.filter(object_type="desk.bringing").values_list("verb", flat=True)
        assert sorted(verbs) == sorted(["bringing.ask", "bringing.begin", "bringing.end"] * 2)

    def test_a_file_that_cannot_be_read_says_so(self, administrator: Client) -> None:
        ask(administrator, b"a,b\n1,2\n")
        run_due()
        row = Bringing.objects.get()
        assert row.state == BringingState.FAILED
        page = administrator.get(f"/desk/imports/{row.pk}/").content.decode()
        assert "il y manque les colonnes" in page

    @pytest.mark.parametrize(
        "more",
        [{"zone": "Mars/Olympus"}, {"number_prefix": "a b"}, {"source": "csv"},
         {"source": "csv", "mapping": "{"}, {"source": "csv", "mapping": '{"columns": {}}'}],
    )  # fmt: skip
    def test_wrong_choices_are_refused(
        self, administrator: Client, log: bytes, more: dict[str, str]
    ) -> None:
        assert ask(administrator, log, **more).status_code == 422
        assert not Bringing.objects.exists()

    def test_who_may_import_on_one_organisation_only_may_not(
        self, signed_in: Callable[..., Client], people: Cast, log: bytes
    ) -> None:
        client = signed_in(people.client_a, "desk.import")
        assert client.get("/desk/imports/").status_code == 403
        assert ask(client, log).status_code == 403


class TestServices:
    def ask(self, **more: Any) -> Bringing:
        return services.ask(
            **{
                "actor": Actor.system("t"), "source": "servicenow", "name": "log.csv",
                "content": b"number\n", **more,
            }
        )  # fmt: skip

    def test_refusals(self, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(Refused):
            self.ask(actor=factories.actor(people.technician))
        with pytest.raises(Invalid):
            self.ask(content=b"")
        with pytest.raises(Invalid):
            self.ask(source="jira")
        monkeypatch.setattr(services, "MAX_UPLOAD", 3)
        with pytest.raises(TooLarge):
            self.ask()

    def test_only_a_dry_run_that_ended_is_confirmed(self) -> None:
        row = self.ask()
        with pytest.raises(Conflict):
            services.confirm(actor=Actor.system("t"), bringing=row)

    def test_a_task_that_runs_twice_does_nothing_more(self, log: bytes) -> None:
        from compagnon.desk.bringing_uploads import carry_out

        row = self.ask(content=log, dry_run=False)
        carry_out(row.pk)
        tickets = Ticket.objects.count()
        carry_out(row.pk)
        Bringing.objects.filter(pk=row.pk).update(state=BringingState.RUNNING)
        carry_out(row.pk)
        row.refresh_from_db()
        assert Ticket.objects.count() == tickets > 0
        assert row.report["counts"]["unchanged"] == tickets


class TestApi:
    def test_tried_then_for_good(self, administrator: Client, log: bytes) -> None:
        body = {
            "source": "servicenow",
            "name": "log.csv",
            "content_base64": base64.b64encode(log).decode(),
        }
        answer = administrator.post("/api/v1/imports", body, content_type="application/json")
        assert answer.status_code == 201, answer.content
        key = answer.json()["id"]
        run_due()
        one = administrator.get(f"/api/v1/imports/{key}").json()
        assert (one["state"], one["is_dry_run"]) == ("done", True)
        assert one["report"]["counts"]["created"] > 0
        answer = administrator.post(
            f"/api/v1/imports/{key}/confirm", content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        run_due()
        assert Ticket.objects.count() == one["report"]["counts"]["created"]
        assert len(administrator.get("/api/v1/imports").json()["items"]) == 2

    def test_refused(
        self, signed_in: Callable[..., Client], people: Cast, administrator: Client
    ) -> None:
        client = signed_in(people.client_a, "desk.import")
        assert client.get("/api/v1/imports").status_code == 403
        body = {"source": "servicenow", "name": "x", "content_base64": "é"}
        answer = administrator.post("/api/v1/imports", body, content_type="application/json")
        assert answer.status_code == 422


def test_every_problem_has_its_words() -> None:
    assert bringing_words.EXPLANATIONS.keys() == PROBLEMS.keys()
    for name, sentence in PROBLEMS.items():
        words = bringing_words.EXPLANATIONS[name]._args[0]  # type: ignore[attr-defined]
        assert words == sentence.replace("'", "’")

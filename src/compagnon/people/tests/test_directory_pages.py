"""The pages, the API and the command of directories: thin doors to the same services."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from compagnon.core.tasks.worker import run_due
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.models import (
    Directory,
    DirectoryLink,
    DirectoryRule,
    DirectoryRun,
    DirectoryStep,
    Person,
)
from compagnon.people.services import directories
from compagnon.people.tests import factories
from compagnon.people.tests.directories import (
    Book,
    directory,
    previewed,
    synchronised,
)
from compagnon.people.tests.factories import Cast

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Annuaire A", "kind": "openldap", "url": "ldap://127.0.0.1:389", "base": "dc=exemple",
    "page_size": "500", "most_people": "20000", "timeout_seconds": "10", "ceiling_percent": "10",
    "schedule": "nightly", "every_minutes": "60", "opens_accounts": "on", "signs_in": "on",
    "is_active": "on", "is_subtree": "on",
}  # fmt: skip


@pytest.fixture
def chief(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.administrator.account)
    return client


def test_from_the_form_to_the_synchronisation(cast: Cast, chief: Client, book: Book) -> None:
    book.put("amel", "Amel", "Durand")
    answer = chief.post(
        reverse("people:directory_add"), {**FORM, "organisation": cast.client_a.pk}, follow=True
    )
    found = Directory.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("people:directory", args=[found.pk])
    assert found.people_filter == "(objectClass=inetOrgPerson)"
    assert found.next_at is not None
    assert found.set_by == cast.administrator
    tried = chief.post(reverse("people:directory_try", args=[found.pk]), {"name": "amel"})
    assert "Amel Durand" in tried.content.decode()
    chief.post(reverse("people:directory_preview", args=[found.pk]))
    run_due()
    run = DirectoryRun.objects.get()
    page = chief.get(reverse("people:directory_run", args=[run.pk])).content.decode()
    assert "Amel Durand" in page
    assert "amel@client-a.example" in page
    chief.post(reverse("people:directory_run_apply", args=[run.pk]))
    run_due()
    assert DirectoryLink.objects.get().person.first_name == "Amel"
    page = chief.get(reverse("people:directory_run", args=[run.pk]) + "?action=create")
    assert page.status_code == 200
    assert chief.get(reverse("people:directories")).status_code == 200


def test_a_form_that_is_refused_says_why(cast: Cast, chief: Client, book: Book) -> None:
    sent = {**FORM, "organisation": cast.client_a.pk, "url": "ldap://10.1.2.3"}
    answer = chief.post(reverse("people:directory_add"), sent)
    assert answer.status_code == 422
    assert "COMPAGNON_OUTGOING_ALLOW" in answer.content.decode()
    assert not Directory.objects.exists()


def test_another_kind_forgets_what_the_form_showed(
    cast: Cast,
    chief: Client,
    book: Book,
) -> None:
    found = directory(cast.client_a)
    page = chief.get(reverse("people:directory_change", args=[found.pk]))
    shown = page.context["form"]
    sent = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    sent = {name: "on" if value is True else value for name, value in sent.items() if value != ""}
    sent.pop("start_tls", None)
    answer = chief.post(
        reverse("people:directory_change", args=[found.pk]), {**sent, "kind": "active"}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    found.refresh_from_db()
    assert found.people_filter == "(&(objectCategory=person)(objectClass=user))"
    assert found.attributes == {}


def test_without_the_extra_it_says_what_to_install(
    cast: Cast,
    chief: Client,
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from compagnon.people import directory as engine

    def absent() -> Any:
        raise DirectoryFailed("missing", "No module named 'ldap'")

    found = directory(cast.client_a)
    monkeypatch.setattr(engine, "driver", absent)
    tried = chief.post(reverse("people:directory_try", args=[found.pk]))
    assert "compagnon[ldap]" in tried.content.decode()
    assert previewed(found).error.startswith("missing")
    assert "compagnon[ldap]" in chief.get(reverse("people:directories")).content.decode()


def test_groups_and_links_by_hand(cast: Cast, chief: Client, book: Book) -> None:
    found = directory(cast.client_a)
    team = factories.team(cast.client_a)
    place = reverse("people:directory_rule_add", args=[found.pk])
    assert chief.post(place, {"rule-group": "support"}).status_code == 422
    assert chief.post(place, {"rule-group": "support", "rule-team": team.pk}).status_code == 302
    rule = found.rules.get()
    chief.post(reverse("people:directory_rule_remove", args=[found.pk, rule.pk]))
    assert not found.rules.exists()
    book.put("oscar", "Oscar", "Faure", mail="oscar@client-b.example")
    run = previewed(found)
    step = run.steps.get()
    page = chief.get(reverse("people:directory_run", args=[run.pk])).content.decode()
    place = reverse("people:directory_step_link", args=[run.pk, step.pk])
    assert place in page
    chief.post(place)
    assert DirectoryLink.objects.get().person == cast.outsider


def test_deleting_leaves_its_people(cast: Cast, chief: Client, book: Book) -> None:
    found = directory(cast.client_a)
    book.put("amel")
    synchronised(found)
    before = Person.objects.filter(is_active=True).count()
    chief.post(reverse("people:directory_delete", args=[found.pk]))
    assert not Directory.objects.exists()
    assert Person.objects.filter(is_active=True).count() == before


def test_others_see_nothing(cast: Cast, book: Book) -> None:
    found = directory(cast.client_a)
    run = previewed(found) if book.put("amel") else None
    for who in (cast.supervisor, cast.user):
        client = Client()
        client.force_login(who.account)
        assert client.get(reverse("people:directories")).status_code == 403
        assert client.get(reverse("people:directory", args=[found.pk])).status_code in {403, 404}
        assert run is not None
        place = reverse("people:directory_run_apply", args=[run.pk])
        assert client.post(place).status_code in {403, 404}


def test_the_api(cast: Cast, chief: Client, book: Book) -> None:
    def post(path: str, **body: Any) -> Any:
        return chief.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    answer = post(
        "/directories", name="Par API", organisation_id=cast.client_a.pk,
        url="ldap://127.0.0.1:389", base="dc=exemple", bind_dn="cn=lecture,dc=exemple",
        bind_password="Mot secret",
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    key = answer.json()["id"]
    assert "Mot secret" not in answer.content.decode()
    book.put("amel")
    book.put("bao", mail="amel@client-a.example")
    assert post(f"/directories/{key}/test", name="amel").json()["people"] == 2
    run = post(f"/directories/{key}/runs").json()
    run_due()
    run = chief.get(f"/api/v1/directory-runs/{run['id']}").json()
    assert (run["state"], run["counts"]["conflict"]) == ("ready", 2)
    steps = chief.get(f"/api/v1/directory-runs/{run['id']}/steps?action=conflict").json()["items"]
    assert "amel@client-a.example" in steps[0]["reason"]
    assert post(f"/directory-runs/{run['id']}/apply").status_code == 200
    answer = chief.patch(
        f"/api/v1/directories/{key}",
        json.dumps({"url": "ldap://8.8.8.8"}),
        content_type="application/json",
    )
    assert answer.status_code == 422


def run_command(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("directory", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command(cast: Cast, chief: Client, book: Book) -> None:
    found = directory(cast.client_a, name="Annuaire A")
    book.put("amel", "Amel", "Durand")
    told = run_command("preview", "Annuaire A")
    assert (told["state"], told["counts"]["create"]) == ("ready", 1)
    assert told["items"][0]["changes"]["last_name"] == ["", "Durand"]
    assert not DirectoryLink.objects.exists()
    # A preview says what a group would give, and where.
    role = factories.role("administrator")
    directories.add_rule(
        actor=factories.system(),
        directory=found,
        group="chefs",
        role=role,
        organisation=cast.client_a,
    )
    book.group("chefs")
    book.change("amel", groups=("chefs",))
    given = run_command("preview", "Annuaire A")["items"][-1]
    assert (given["action"], given["role"], given["organisation"]) == (
        "give", role.pk, cast.client_a.pk
    )  # fmt: skip
    assert str(cast.client_a) in given["gift"]
    step = DirectoryStep.objects.get(run__state="ready", action="give")
    shown = chief.get(f"/api/v1/directory-runs/{step.run_id}/steps?action=give").json()["items"][0]
    assert (shown["role_id"], shown["organisation_id"]) == (role.pk, cast.client_a.pk)
    DirectoryRule.objects.all().delete()
    told = run_command("sync", str(found.pk))
    assert (told["state"], told["done"], told["refused"]) == ("done", 1, 0)
    told = run_command("sync", "Annuaire A")
    assert (told["items"], told["state"]) == ([], "done")
    assert run_command("list")["items"][0]["people"] == 1
    assert run_command("test", "Annuaire A")["people"] == 1
    book.failure = DirectoryFailed("server", "ne répond pas")
    with pytest.raises(CommandError) as caught:
        run_command("sync", "Annuaire A")
    assert caught.value.returncode == 1
    with pytest.raises(CommandError) as caught:
        run_command("sync", "Nulle part")
    assert caught.value.returncode == 2


def test_whose_the_password_is(cast: Cast, chief: Client, book: Book) -> None:
    found = directory(cast.client_a)
    book.put("upetit", "Ursule", "Petit", mail="ursule@client-a.example")
    synchronised(found)
    theirs = Client()
    theirs.force_login(cast.user.account)
    change = reverse("account_change_password")
    assert theirs.get(change).status_code == 302
    page = chief.get(reverse("people:person_detail", args=[cast.user.pk])).content.decode()
    place = reverse("people:local_password", args=[cast.user.pk])
    assert place in page
    assert theirs.post(place).status_code in {302, 403, 404}
    assert DirectoryLink.objects.get(person=cast.user).signs_in
    chief.post(place)
    assert not DirectoryLink.objects.get(person=cast.user).signs_in
    again = Client()
    again.force_login(cast.user.account)
    assert again.get(change).status_code == 200
    other = Client()
    other.force_login(cast.outsider.account)
    assert other.get(reverse("people:person_detail", args=[cast.user.pk])).status_code == 404

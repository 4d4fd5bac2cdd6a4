"""``compagnon createadmin``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compagnon.people import standard_roles
from compagnon.people.models import Account, Organisation, OrganisationKind, Role
from compagnon.people.queries import actor_for
from compagnon.people.services import persons
from compagnon.people.tests import factories as f


def run(*arguments: str, password: str | None = f.PASSWORD, folder: Path | None = None) -> dict:  # type: ignore[type-arg]
    out = io.StringIO()
    given = list(arguments)
    if password is not None and folder is not None:
        (folder / "password").write_text(password + "\n", encoding="utf-8")
        given += ["--password-file", str(folder / "password")]
    call_command("createadmin", "--json", *given, stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_on_an_empty_database(tmp_path: Path) -> None:
    Role.objects.all().delete()
    document = run("--email", "Ada@Example.org", "--name", "Ada Lebrun", folder=tmp_path)
    (item,) = document["items"]
    assert item["email"] == "ada@example.org"
    account = Account.objects.get()
    assert account.check_password(f.PASSWORD)
    assert str(account.person) == "Ada Lebrun"
    provider = Organisation.objects.get()
    assert provider.kind == OrganisationKind.PROVIDER
    scope = actor_for(account.person, source="page").scope  # type: ignore[arg-type]
    assert scope.allows("role.manage", None)
    assert set(Role.objects.values_list("code", flat=True)) == set(standard_roles.BY_CODE)


@pytest.mark.django_db
def test_mail_may_have_come_before(tmp_path: Path) -> None:
    early = persons.recognise(actor=f.system(), address="early@nowhere.example")
    run("--email", "ada@example.org", "--name", "Ada Lebrun", folder=tmp_path)
    early.organisation.refresh_from_db()
    assert early.organisation.parent == Organisation.objects.get(kind="provider")


def test_a_known_person_becomes_administrator(cast: f.Cast, tmp_path: Path) -> None:
    person = f.person(cast.provider, "Paul", "Doux", email="paul@assistance.example")
    (item,) = run("--email", "paul@assistance.example", folder=tmp_path)["items"]
    assert item["person"] == person.pk


def test_reset_lets_a_shut_out_administrator_in(cast: f.Cast, tmp_path: Path) -> None:
    account = cast.administrator.account
    account.is_active = False
    account.save()
    run("--email", account.email, "--reset", password="Un-autre-mot-de-passe-7", folder=tmp_path)
    account.refresh_from_db()
    assert account.is_active
    assert account.check_password("Un-autre-mot-de-passe-7")


def test_refusals(cast: f.Cast, tmp_path: Path) -> None:
    def status(*arguments: str, password: str | None = f.PASSWORD) -> int:
        with pytest.raises(CommandError) as refused:
            run(*arguments, password=password, folder=tmp_path)
        return refused.value.returncode

    assert status("--email", "ada@assistance.example") == 1
    assert status("--email", "new@example.org", password="court") == 1
    assert status("--email", "pas une adresse") == 1
    assert status("--email", "nobody@example.org", "--reset") == 1
    assert status("--email", "new@example.org", "--password-file", "/nowhere", password=None) == 2
    assert status(password=None) == 2
    assert not Account.objects.filter(email="new@example.org").exists()

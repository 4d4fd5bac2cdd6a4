"""The room's API: the same verbs as the pages, and the same refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.people.models import Account, ApiToken, Person, Role, RoleAssignment
from compagnon.people.services import tokens
from compagnon.people.tests import factories as f

JSON = "application/json"


class Caller:
    """A program with a token of somebody's."""

    def __init__(self, person: Person, *verbs: str) -> None:
        f.grant(person, f.role(verbs={"token.manage"}), person.organisation)
        _token, raw = tokens.create(
            actor=f.actor(person),
            account=Account.objects.get(person=person),
            name="tests",
            expires_at=timezone.now() + timedelta(days=1),
            verbs=verbs,
        )
        self.headers = {"authorization": f"Bearer {raw}"}

    def __call__(
        self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str
    ) -> Any:
        answer = Client().generic(
            method,
            f"/api/v1{path}",
            data=b"" if body is None else __import__("json").dumps(body),
            content_type=JSON,
            headers={**self.headers, **headers},
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None


def test_a_persons_story(cast: f.Cast) -> None:
    api = Caller(cast.administrator)
    made = api(
        "POST", "/persons",
        {
            "organisation_id": cast.client_a.pk, "site_id": cast.site_a.pk,
            "first_name": "Nora", "last_name": "Neuve", "email": "Nora@client-a.example",
        },
        status=201,
    )  # fmt: skip
    url = f"/persons/{made['id']}"
    assert [point["value"] for point in made["contact_points"]] == ["nora@client-a.example"]
    point = api(
        "POST", f"{url}/contact-points", {"kind": "phone", "value": "0123456789"}, status=201
    )
    api("POST", f"/contact-points/{point['id']}/make-primary")
    api("DELETE", f"/contact-points/{point['id']}", status=204)
    assert api("PATCH", url, {"site_id": None, "ease": "expert"})["site_id"] is None
    assert [one["id"] for one in api("GET", "/persons?q=neuv")["items"]] == [made["id"]]
    assert api("GET", "/pick/persons?q=nor neu")["items"][0]["email"] == "nora@client-a.example"
    account = api("POST", "/accounts", {"person_id": made["id"], "invite": False}, status=201)
    assert account["has_password"] is False
    for verb in ("invite", "sign-out", "forget-second-factor", "deactivate", "reactivate"):
        api("POST", f"/accounts/{account['id']}/{verb}")
    api("PATCH", f"/accounts/{account['id']}", {"email": "n2@client-a.example"})
    assert api("POST", f"{url}/deactivate")["is_active"] is False
    assert api("POST", f"{url}/reactivate")["is_active"] is True


def test_a_change_of_what_changed_is_refused(cast: f.Cast) -> None:
    api = Caller(cast.technician)
    answer = Client().get(f"/api/v1/persons/{cast.user.pk}", headers=api.headers)
    tag = answer["ETag"]
    url = f"/persons/{cast.user.pk}"
    api("PATCH", url, {"job_title": "Comptable"}, **{"if-match": tag})
    api("PATCH", url, {"job_title": "Cheffe"}, status=412, **{"if-match": tag})


def test_organisations_are_moved_closed_and_given_domains(cast: f.Cast) -> None:
    api = Caller(cast.administrator)
    made = api(
        "POST", "/organisations",
        {"name": "Atelier", "kind": "department", "parent_id": cast.client_a.pk}, status=201,
    )  # fmt: skip
    url = f"/organisations/{made['id']}"
    assert api("PATCH", url, {"parent_id": cast.client_b.pk})["parent_id"] == cast.client_b.pk
    api("PATCH", f"/organisations/{cast.client_b.pk}", {"parent_id": made["id"]}, status=409)
    assert api("POST", f"{url}/domains", {"domains": ["Un.example"]})["domains"] == ["un.example"]
    assert api("GET", f"{url}/domains")["domains"] == ["un.example"]
    api("POST", f"{url}/domains", {"domains": ["client-a.example"]}, status=409)
    api("POST", f"{url}/domains", {"domains": ["rien"]}, status=422)
    assert api("POST", f"{url}/deactivate")["is_active"] is False
    assert api("POST", f"{url}/reactivate")["is_active"] is True


def test_teams_and_their_members(cast: f.Cast) -> None:
    api = Caller(cast.supervisor)
    team = api(
        "POST", "/teams", {"organisation_id": cast.provider.pk, "name": "Réseau", "level": 3},
        status=201,
    )  # fmt: skip
    url = f"/teams/{team['id']}/members"
    api("POST", url, {"person_id": cast.expert.pk}, status=201)
    assert [one["person_id"] for one in api("GET", url)["items"]] == [cast.expert.pk]
    api("DELETE", f"{url}/{cast.expert.pk}", status=204)
    api("DELETE", f"{url}/{cast.expert.pk}", status=404)
    api("POST", url, {"person_id": 10**9}, status=422)


def test_roles_are_made_and_given(cast: f.Cast) -> None:
    api = Caller(cast.administrator)
    names = {verb["name"] for verb in api("GET", "/verbs")["items"]}
    assert {"person.view", "role.manage", "ticket.solve"} <= names
    role = api("POST", "/roles", {"name": "Accueil", "verbs": ["person.view"]}, status=201)
    assert api("PATCH", f"/roles/{role['id']}", {"verbs": []})["verbs"] == []
    given = api(
        "POST", "/role-assignments",
        {
            "person_id": cast.user.pk, "role_id": role["id"],
            "organisation_id": cast.client_a.pk,
        },
        status=201,
    )  # fmt: skip
    api("DELETE", f"/roles/{role['id']}", status=409)
    listed = api("GET", f"/role-assignments?person={cast.user.pk}&role={role['id']}")["items"]
    assert [one["id"] for one in listed] == [given["id"]]
    api("DELETE", f"/role-assignments/{given['id']}", status=204)
    api("DELETE", f"/roles/{role['id']}", status=204)


def test_nobody_climbs_by_api(cast: f.Cast) -> None:
    api = Caller(cast.technician)
    role = Role.objects.get(code="administrator")
    gift = {
        "person_id": cast.technician.pk, "role_id": role.pk, "organisation_id": cast.provider.pk,
    }  # fmt: skip
    # They do not even see the role.
    api("POST", "/role-assignments", gift, status=422)
    api("POST", "/roles", {"name": "Moi", "verbs": ["role.manage"]}, status=403)
    api("POST", "/accounts", {"person_id": cast.user.pk}, status=403)
    api("PATCH", f"/accounts/{cast.administrator.account.pk}", {"email": "x@y.fr"}, status=404)
    api("POST", f"/persons/{cast.administrator.pk}/deactivate", status=403)
    assert not RoleAssignment.objects.filter(person=cast.technician, role=role).exists()


def test_nobody_sees_elsewhere_by_api(cast: f.Cast) -> None:
    api = Caller(cast.representative)
    found = {one["id"] for one in api("GET", "/persons?limit=200")["items"]}
    assert found == {cast.user.pk, cast.colleague.pk, cast.representative.pk}
    assert {one["id"] for one in api("GET", "/organisations")["items"]} == {cast.client_a.pk}
    api("GET", f"/persons/{cast.outsider.pk}", status=404)
    api("GET", f"/organisations/{cast.client_b.pk}", status=404)
    api("GET", f"/teams/{cast.level_1.pk}/members", status=404)
    assert api("GET", "/pick/persons?q=osc")["items"] == []
    user = Caller(cast.user)
    user("GET", "/persons", status=403)
    assert user("GET", f"/persons/{cast.user.pk}")["last_name"] == "Petit"
    assert [one["person_id"] for one in user("GET", "/accounts")["items"]] == [cast.user.pk]


def test_oneself(cast: f.Cast) -> None:
    api = Caller(cast.technician)
    me = api("GET", "/me")
    assert me["team_ids"] == [cast.level_1.pk]
    assert "ticket.solve" in {verb for grant in me["grants"] for verb in grant["verbs"]}
    assert api("PATCH", "/me", {"language": "en"})["language"] == "en"
    api("PATCH", "/me", {"is_vip": True}, status=422)
    assert api("GET", "/me/sessions")["items"] == []
    browser = Client()
    browser.post("/account/login/", {"login": "theo@assistance.example", "password": f.PASSWORD})
    (session,) = api("GET", "/me/sessions")["items"]
    api("DELETE", f"/me/sessions/{session['id']}", status=204)
    assert browser.get("/account/password/change/").status_code == 302


def test_a_token_says_what_it_may(cast: f.Cast) -> None:
    api = Caller(cast.technician, "ticket.view")
    me = api("GET", "/me")
    assert {verb for grant in me["grants"] for verb in grant["verbs"]} == {"ticket.view"}
    api("GET", "/persons", status=403)


def test_tokens_are_made_listed_and_revoked(cast: f.Cast) -> None:
    api = Caller(cast.technician)
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    made = api("POST", "/tokens", {"name": "sonde", "expires_at": soon}, status=201)
    assert tokens.authenticate(made["token"])
    assert all("token" not in one for one in api("GET", "/tokens")["items"])
    api("DELETE", f"/tokens/{made['id']}", status=204)
    assert tokens.authenticate(made["token"]) is None
    body = {"name": "sonde", "expires_at": soon}
    api("POST", "/tokens", body, status=422, **{"idempotency-key": "k1"})
    naive = timezone.now().replace(tzinfo=None).isoformat()
    api("POST", "/tokens", {"name": "x", "expires_at": naive}, status=422)
    theirs = ApiToken.objects.create(
        account=cast.expert.account, name="autre", prefix="p", digest="d",
        expires_at=timezone.now(),
    )  # fmt: skip
    api("DELETE", f"/tokens/{theirs.pk}", status=404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"last_name": "X"}, "organisation_id"),
        ({"organisation_id": 0, "last_name": "X"}, "organisation_id"),
        ({"organisation_id": "A", "last_name": "X", "nom": "Y"}, "nom"),
        ({"organisation_id": "A", "last_name": "X", "email": "rien"}, "value"),
        ({"organisation_id": "A", "last_name": "X", "site_id": 10**12}, "site_id"),
        ({"organisation_id": "A", "last_name": "X", "language": "de"}, "language"),
    ],
)
def test_what_is_not_valid_names_its_field(cast: f.Cast, body: dict[str, Any], field: str) -> None:
    api = Caller(cast.technician)
    if body.get("organisation_id") == "A":
        body = body | {"organisation_id": cast.client_a.pk}
    problem = api("POST", "/persons", body, status=422)
    assert field in {one["field"] for one in problem["errors"]}
    assert not Person.objects.filter(last_name="X").exists()


def test_lists_ask_as_much_whatever_their_length(
    cast: f.Cast, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    api = Caller(cast.administrator)
    paths = ("/persons", "/organisations", "/sites", "/teams", "/roles", "/role-assignments")

    def count() -> list[int]:
        found = []
        for path in (*paths, "/accounts", f"/teams/{cast.level_1.pk}/members"):
            with CaptureQueriesContext(connection) as captured:
                api("GET", path)
            found.append(len(captured))
        return found

    api("GET", "/me")  # the token's use is noted
    before = count()
    assert max(before) <= 8
    for _number in range(6):
        person = f.person(cast.client_a)
        f.account(person)
        f.grant(person, f.role(verbs={"person.view"}), cast.client_a)
        f.team(cast.client_a, person)
        f.site(cast.client_a)
        cast.level_1.memberships.create(person=person)
    assert count() == before

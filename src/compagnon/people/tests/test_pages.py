"""The room's pages: whole stories through the browser's eyes, and who is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from compagnon.people.models import (
    Account,
    ApiToken,
    MailDomain,
    Organisation,
    Person,
    Role,
    RoleAssignment,
)
from compagnon.people.services import tokens
from compagnon.people.tests import factories as f


def browser(person: Person, language: str = "fr") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(Account.objects.get(person=person))
    return client


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_tree_shows_organisations_one_below_another(cast: f.Cast) -> None:
    f.organisation("Atelier", parent=cast.client_a)
    page = text(browser(cast.technician).get("/people/organisations/tree/"))
    assert page.index("Assistance") < page.index("Client A") < page.index("Atelier")
    assert page.index("Atelier") < page.index("Client B")
    page = text(browser(cast.representative).get("/people/organisations/tree/"))
    assert "Client A" in page
    assert "Client B" not in page


def test_an_organisations_page(cast: f.Cast) -> None:
    client = browser(cast.administrator)
    url = f"/people/organisations/{cast.client_a.pk}/"
    page = text(client.get(url))
    for word in ("Ursule Petit", "Siège", "client-a.example"):
        assert word in page
    assert "Oscar Faure" not in page
    answer = client.post(f"{url}domains/", {"domains": "un.example\ndeux.example"})
    assert answer.status_code == 302
    assert MailDomain.objects.filter(organisation=cast.client_a).count() == 2
    page = text(client.post(f"{url}domains/", {"domains": "client-b.example"}), 422)
    assert "client-b.example" in page
    client.post(f"{url}close/")
    assert not Organisation.objects.get(pk=cast.client_a.pk).is_active
    client.post(f"{url}reopen/")
    assert Organisation.objects.get(pk=cast.client_a.pk).is_active


def test_the_organisations_form_moves_and_renames(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    client = browser(cast.administrator)
    answer = client.post(
        f"/people/organisations/{workshop.pk}/change/",
        {
            "parent": cast.client_b.pk, "kind": "department", "name": "Usine", "language": "fr",
            "time_zone": "Europe/Paris", "version": 1,
        },
    )  # fmt: skip
    assert answer.status_code == 302
    workshop.refresh_from_db()
    assert (workshop.name, workshop.path) == ("Usine", f"{cast.client_b.path}{workshop.pk}/")
    answer = client.post(
        f"/people/organisations/{cast.client_b.pk}/change/",
        {
            "parent": workshop.pk, "kind": "client", "name": "Client B", "language": "fr",
            "time_zone": "Europe/Paris", "version": 1,
        },
    )  # fmt: skip
    text(answer, 409)
    assert text(client.get("/people/organisations/add/"))
    answer = client.post(
        "/people/organisations/add/",
        {
            "parent": cast.provider.pk, "kind": "client", "name": "Neuve", "language": "fr",
            "time_zone": "Europe/Paris",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    assert Organisation.objects.get(name="Neuve").parent == cast.provider


def test_a_person_from_arrival_to_departure(cast: f.Cast) -> None:
    client = browser(cast.administrator)
    assert text(client.get("/people/persons/add/"))
    answer = client.post(
        "/people/persons/add/",
        {
            "organisation": cast.client_a.pk, "first_name": "Nora", "last_name": "Neuve",
            "language": "fr", "ease": "usual", "email": "nora@client-a.example",
            "phone": "01 23 45 67 89",
        },
    )  # fmt: skip
    person = Person.objects.get(last_name="Neuve")
    url = f"/people/persons/{person.pk}/"
    assert answer["Location"] == url
    page = text(client.get(url))
    assert "nora@client-a.example" in page
    assert "01 23 45 67 89" in page
    client.post(f"{url}contacts/", {"contact-kind": "mobile", "contact-value": "0612345678"})
    client.post(f"{url}contacts/", {"contact-kind": "email", "contact-value": "n@x.example"})
    other = person.contact_points.get(value="n@x.example")
    client.post(f"{url}contacts/{other.pk}/main/")
    other.refresh_from_db()
    assert other.is_primary
    client.post(f"{url}contacts/{other.pk}/delete/")
    assert not person.contact_points.filter(pk=other.pk).exists()
    client.post(f"{url}teams/", {"team-team": cast.level_1.pk})
    role = f.role("technician")
    client.post(f"{url}roles/", {"role-role": role.pk, "role-organisation": cast.provider.pk})
    client.post(f"{url}account/", {"email": "nora@client-a.example"})
    account = Account.objects.get(person=person)
    page = text(client.get(url))
    for word in ("Niveau 1", "Technicien", "Assistance"):
        assert word in page
    client.post(f"{url}teams/{cast.level_1.pk}/leave/")
    client.post(f"{url}roles/{person.role_assignments.get().pk}/take/")
    assert not person.memberships.exists()
    assert not person.role_assignments.exists()
    client.post(f"/people/accounts/{account.pk}/address/", {"email": "nora2@client-a.example"})
    client.post(f"/people/accounts/{account.pk}/close/")
    account.refresh_from_db()
    assert (account.email, account.is_active) == ("nora2@client-a.example", False)
    client.post(f"/people/accounts/{account.pk}/reopen/")
    client.post(f"{url}close/")
    person.refresh_from_db()
    assert not person.is_active
    assert text(client.get(url))
    client.post(f"{url}reopen/")
    person.refresh_from_db()
    assert person.is_active


def test_a_wrong_person_is_shown_again(cast: f.Cast) -> None:
    client = browser(cast.technician)
    answer = client.post(
        "/people/persons/add/",
        {
            "organisation": cast.client_a.pk, "last_name": "Neuf", "language": "fr",
            "ease": "usual", "email": "ursule@client-a.example",
        },
    )  # fmt: skip
    assert "autre personne" in text(answer, 422) or "somebody else" in text(answer, 422)
    assert not Person.objects.filter(last_name="Neuf").exists()
    page = text(
        client.post(
            f"/people/persons/{cast.user.pk}/contacts/",
            {"contact-kind": "phone", "contact-value": "rien"},
        ),
        422,
    )
    assert "rien" in page


def test_a_user_sees_their_own_page_and_no_other(cast: f.Cast) -> None:
    client = browser(cast.user)
    assert "Ursule Petit" in text(client.get(f"/people/persons/{cast.user.pk}/"))
    for person in (cast.colleague, cast.outsider, cast.technician):
        text(client.get(f"/people/persons/{person.pk}/"), 404)
    for url in ("persons/", "organisations/tree/", "sites/", "teams/", "roles/"):
        assert client.get(f"/people/{url}").status_code == 403
    text(client.get(f"/people/organisations/{cast.client_b.pk}/"), 404)
    text(client.post(f"/people/persons/{cast.colleague.pk}/close/"), 404)
    assert client.post(f"/people/persons/{cast.user.pk}/contacts/", {}).status_code == 422


def test_posting_beyond_ones_roles_changes_nothing(cast: f.Cast) -> None:
    client = browser(cast.technician)
    role = f.role("administrator")
    url = f"/people/persons/{cast.technician.pk}/"
    client.post(f"{url}roles/", {"role-role": role.pk, "role-organisation": cast.provider.pk})
    client.post(f"{url}teams/", {"team-team": cast.level_2.pk})
    assert not RoleAssignment.objects.filter(person=cast.technician, role=role).exists()
    assert not cast.technician.memberships.filter(team=cast.level_2).exists()
    client.post(f"/people/accounts/{cast.user.account.pk}/close/")
    assert Account.objects.get(person=cast.user).is_active
    client.post(f"/people/organisations/{cast.client_a.pk}/close/")
    assert Organisation.objects.get(pk=cast.client_a.pk).is_active


def test_a_teams_page(cast: f.Cast) -> None:
    client = browser(cast.supervisor)
    url = f"/people/teams/{cast.level_1.pk}/"
    assert "Théo Martin" in text(client.get(url))
    client.post(f"{url}members/", {"person": cast.expert.pk})
    assert set(cast.level_1.members.all()) == {cast.technician, cast.expert}
    for nonsense in ("", "x", "9" * 40, "²"):
        assert client.post(f"{url}members/", {"person": nonsense}).status_code == 302
    client.post(f"{url}members/{cast.technician.pk}/remove/")
    assert set(cast.level_1.members.all()) == {cast.expert}
    text(browser(cast.user).get(url), 404)


def test_the_roles_matrix_and_its_form(cast: f.Cast) -> None:
    client = browser(cast.administrator)
    page = text(client.get("/people/roles/"))
    for word in ("Administrateur", "Technicien", "Ouvrir et fermer les comptes"):
        assert word in page
    assert text(client.get("/people/roles/add/"))
    answer = client.post(
        "/people/roles/add/", {"name": "Accueil", "verbs": ["person.view", "ticket.open"]}
    )
    assert answer.status_code == 302
    role = Role.objects.get(name="Accueil")
    assert role.verbs == ["person.view", "ticket.open"]
    url = f"/people/roles/{role.pk}/"
    assert text(client.get(url))
    client.post(url, {"name": "Accueil", "verbs": ["person.view"], "version": 1})
    role.refresh_from_db()
    assert role.verbs == ["person.view"]
    text(client.post(url, {"name": "Accueil", "verbs": [], "version": 1}), 412)
    client.post(f"{url}delete/")
    assert not Role.objects.filter(pk=role.pk).exists()
    fixed = Role.objects.get(code="administrator")
    assert text(client.get(f"/people/roles/{fixed.pk}/"))


def test_a_lesser_chief_keeps_the_verbs_they_cannot_tick(cast: f.Cast) -> None:
    chief = f.person(cast.client_a)
    f.account(chief)
    f.grant(chief, f.role(verbs={"role.manage", "person.view"}), cast.client_a)
    role = f.role(verbs={"person.view", "account.manage"}, name="Mixte")
    f.grant(cast.user, role, cast.client_a)
    client = browser(chief)
    page = text(client.get(f"/people/roles/{role.pk}/"))
    assert re.search(r'value="account.manage" checked disabled', page)
    answer = client.post(
        f"/people/roles/{role.pk}/", {"name": "Renommé", "verbs": ["person.view"], "version": 1}
    )
    assert answer.status_code == 302
    role.refresh_from_db()
    assert (role.name, role.verbs) == ("Renommé", ["account.manage", "person.view"])


def test_ones_own_page(cast: f.Cast) -> None:
    client = browser(cast.user)
    page = text(client.get("/people/me/"))
    assert "Ursule Petit" in page
    answer = client.post("/people/me/", {"language": "en", "ease": "novice"})
    assert answer.status_code == 302
    cast.user.refresh_from_db()
    assert (cast.user.language, cast.user.ease) == ("en", "novice")
    assert "How to reach me" in text(client.get("/people/me/"))
    answer = client.post(
        f"/people/persons/{cast.user.pk}/contacts/",
        {"contact-kind": "mobile", "contact-value": "0612345678", "back": "profile"},
    )
    assert answer["Location"] == "/people/me/"
    text(client.post("/people/me/", {"language": "de", "ease": "novice"}), 422)


def test_the_tab_of_tokens_is_for_who_may_make_some(cast: f.Cast) -> None:
    assert "Jetons d’API" in text(browser(cast.technician).get("/account/password/change/"))
    assert "Jetons d’API" not in text(browser(cast.user).get("/account/password/change/"))


def test_tokens_are_made_shown_once_and_revoked(cast: f.Cast) -> None:
    client = browser(cast.technician)
    assert text(client.get("/people/me/tokens/"))
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    answer = client.post(
        "/people/me/tokens/", {"name": "sonde", "expires_on": day, "verbs": ["ticket.view"]}
    )
    found = re.search(r"cmp_[0-9a-f]{12}_[\w-]{43}", text(answer))
    assert found is not None
    assert answer["Cache-Control"] == "no-store"
    assert tokens.authenticate(found[0])
    assert found[0] not in text(client.get("/people/me/tokens/"))
    token = ApiToken.objects.get()
    text(browser(cast.expert).post(f"/people/me/tokens/{token.pk}/revoke/"), 404)
    client.post(f"/people/me/tokens/{token.pk}/revoke/")
    assert tokens.authenticate(found[0]) is None
    far = (timezone.localdate() + timedelta(days=800)).isoformat()
    text(client.post("/people/me/tokens/", {"name": "x", "expires_on": far}), 422)
    text(browser(cast.user).post("/people/me/tokens/", {"name": "x", "expires_on": day}), 403)


def test_the_picker_finds_by_any_beginning(cast: f.Cast) -> None:
    f.contact(cast.user, "+33123456789", kind="phone")
    f.person(cast.client_a, "Jean-Élie", "De la Tour", email="jedlt@client-a.example")
    left = f.person(cast.client_a, "Zoé", "Partie", is_active=False)
    client = browser(cast.technician)

    def found(words: str, **more: object) -> list[str]:
        page = text(client.get("/people/pick/persons/", {"q": words, **more}))
        return re.findall(r'data-label="([^"]+)"', page)

    assert found("urs") == ["Ursule Petit"]
    assert found("peti URS") == ["Ursule Petit"]
    assert found("theo") == ["Théo Martin"]
    assert found("elie tour") == ["Jean-Élie De la Tour"]
    assert found("Jean-El") == ["Jean-Élie De la Tour"]
    assert found("jedlt@cl") == ["Jean-Élie De la Tour"]
    assert found("01 23 45") == ["Ursule Petit"]
    assert found("+33 1 23") == ["Ursule Petit"]
    assert found("rsule") == []
    assert found("urs oscar") == []
    assert str(left) not in found("zoe")
    assert found("", organisation=cast.client_b.pk) == ["Oscar Faure"]
    for nonsense in ("%", "_", "'", "\\", "x" * 5000, "² " * 500):
        assert found(nonsense) == []
    assert found("urs\0") == ["Ursule Petit"]


def test_the_picker_shows_only_whom_one_sees(cast: f.Cast) -> None:
    page = text(browser(cast.representative).get("/people/pick/persons/", {"q": "o"}))
    assert "Oscar" not in page
    page = text(browser(cast.user).get("/people/pick/persons/", {"q": ""}))
    assert page.count("data-label") == 1
    assert Client().get("/people/pick/persons/").status_code == 302


def test_the_second_factor_is_led_to(cast: f.Cast) -> None:
    Role.objects.filter(code="technician").update(needs_second_factor=True)
    client = browser(cast.technician)
    answer = client.get("/people/persons/", headers={"accept": "text/html"})
    assert answer["Location"] == "/account/2fa/totp/activate/"
    assert client.post("/people/me/", {"language": "en", "ease": "usual"}).status_code in {302, 401}
    cast.technician.refresh_from_db()
    assert cast.technician.language == "fr"
    assert client.get("/api/v1/persons").status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        "/people/persons/", "/people/persons/{technician}/", "/people/organisations/",
        "/people/organisations/tree/", "/people/organisations/{client_a}/", "/people/sites/",
        "/people/teams/{level_1}/", "/people/roles/", "/people/me/", "/people/me/tokens/",
    ],
)  # fmt: skip
def test_pages_do_not_ask_more_as_tables_grow(
    cast: f.Cast, url: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = url.format(
        technician=cast.technician.pk, client_a=cast.client_a.pk, level_1=cast.level_1.pk
    )
    client = browser(cast.administrator)
    client.get(address)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(client.get(address))
        return len(captured)

    before = count()
    assert before <= 24
    for number in range(12):
        part = f.organisation(f"Partie {number}", parent=cast.client_a)
        f.site(cast.client_a, f"Site {number}")
        person = f.person(cast.client_a)
        f.contact(cast.technician, f"+3312345678{number:02}", kind="phone", primary=False)
        f.team(cast.client_a, cast.technician, person)
        cast.level_1.memberships.create(person=person)
        f.grant(cast.technician, f.role(verbs={"person.view"}), part)
    assert count() <= before + 1


def test_pages_speak_both_languages(cast: f.Cast) -> None:
    Person.objects.filter(pk=cast.administrator.pk).update(language="en")
    english = browser(cast.administrator)
    assert "How to reach" in text(english.get(f"/people/persons/{cast.user.pk}/"))
    Person.objects.filter(pk=cast.administrator.pk).update(language="fr")
    french = browser(cast.administrator)
    assert "Comment joindre" in text(french.get(f"/people/persons/{cast.user.pk}/"))

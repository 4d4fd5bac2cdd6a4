"""Who a provider may let in, and as whom: linked, found, opened, refused."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Conflict, Invalid, Refused
from compagnon.core.models import Entry
from compagnon.people.errors import Escalation, NotAdmitted
from compagnon.people.models import Account, IdentityProvider, Organisation, Person
from compagnon.people.services import identities, persons, providers
from compagnon.people.services.identities import Asserted
from compagnon.people.tests import factories as f

ROSA = "rosa@client.example"
FOUND = {
    "issuer": "https://login.example", "authorization_endpoint": "https://login.example/a",
    "token_endpoint": "https://login.example/t", "jwks_uri": "https://login.example/k",
}  # fmt: skip


def provider(organisation: Organisation, **values: Any) -> IdentityProvider:
    terms: dict[str, Any] = {
        "code": "maison", "name": "Maison", "kind": "oidc", "address": "https://login.example",
        "client_id": "c", "is_active": True, "found": FOUND,
    }  # fmt: skip
    return IdentityProvider.objects.create(organisation=organisation, **(terms | values))


def says(
    subject: str = "42", address: str = ROSA, *, verified: bool = True, **more: str
) -> Asserted:
    return Asserted(subject=subject, address=address, is_verified=verified, **more)


def admit(row: IdentityProvider, asserted: Asserted) -> Account:
    return identities.admit(actor=Actor.system("sign-in"), provider=row, asserted=asserted)


def refused(row: IdentityProvider, asserted: Asserted) -> str:
    with pytest.raises(NotAdmitted) as told:
        admit(row, asserted)
    return told.value.code


def test_a_verified_address_links_once_and_then_the_subject_decides(cast: f.Cast) -> None:
    row = provider(cast.provider)
    account = cast.user.account
    assert admit(row, says(address=account.email.upper())) == account
    assert admit(row, says(address="")) == account
    assert admit(row, says(address=cast.colleague.account.email)) == account
    # Somebody else there got the mailbox, or the provider's keys changed: it is told, not guessed.
    assert refused(row, says("43", account.email)) == "other-identity"
    entry = Entry.objects.get(verb="account.link_identity")
    assert (entry.object_id, entry.after) == (account.pk, {"provider": "maison"})


@pytest.mark.parametrize(
    ("terms", "asserted", "reason"),
    [
        ({}, says(verified=False), "unverified"),
        ({"address_trust": "never"}, says(), "unverified"),
        ({}, says(address=""), "no-address"),
        ({}, says(address="not an address"), "no-address"),
        ({"domains": ["other.example"]}, says(), "domain"),
        ({"domains": ["example"]}, says(address="rosa@evilexample"), "domain"),
        ({}, says(), "unknown"),
        ({"arrival": "person"}, says(), "unknown"),
        ({"is_active": False}, says(), "session"),
    ],
)
def test_who_is_not_known_by_an_address_that_is_believed_stays_out(
    cast: f.Cast, terms: dict[str, Any], asserted: Asserted, reason: str
) -> None:
    row = provider(cast.provider, **terms)
    people = Person.objects.count()
    assert refused(row, asserted) == reason
    assert (Person.objects.count(), SocialAccount.objects.count()) == (people, 0)


def test_a_provider_speaks_for_its_own_people_alone(cast: f.Cast) -> None:
    """A client's provider must not sign in as the support centre's staff, or another client's."""
    row = provider(cast.client_a, address_trust="always", arrival="anyone")
    for person in (cast.technician, cast.outsider):
        assert refused(row, says(person.account.email, person.account.email)) == "elsewhere"
    stranger = f.person(cast.client_b, email="known@client-b.example")
    assert refused(row, says("9", "known@client-b.example")) == "elsewhere"
    assert not Account.objects.filter(person=stranger).exists()
    # Who leaves the organisation leaves its provider, linked or not.
    account = admit(row, says(address=cast.user.account.email))
    persons.change(actor=f.system(), person=account.person, changes={"organisation": cast.client_b})
    assert refused(row, says()) == "elsewhere"


def test_who_manages_others_is_linked_by_themselves_or_by_the_terms(cast: f.Cast) -> None:
    row = provider(cast.provider, address_trust="always")
    email = cast.administrator.account.email
    assert refused(row, says(address=email)) == "administrator"
    IdentityProvider.objects.filter(pk=row.pk).update(links_administrators=True)
    assert admit(row, says(address=email)) == cast.administrator.account
    assert manages(cast) == [True, True, False, False]


def manages(cast: f.Cast) -> list[bool]:
    them = (cast.administrator, cast.supervisor, cast.technician, cast.user)
    return [identities.manages_others(person) for person in them]


def test_closed_stays_closed(cast: f.Cast) -> None:
    row = provider(cast.provider, arrival="anyone")
    account = admit(row, says(address=cast.user.account.email))
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert refused(row, says()) == "closed"
    assert refused(row, says("43", cast.user.account.email)) == "closed"
    Person.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    assert refused(row, says("44", cast.colleague.account.email)) == "closed"
    gone = f.person(cast.client_a, email="gone@client.example", is_active=False)
    assert refused(row, says("45", "gone@client.example")) == "closed"
    assert not Account.objects.filter(person=gone).exists()


def test_people_arrive_where_the_terms_say(cast: f.Cast) -> None:
    role = f.role(verbs={"ticket.view"})
    row = provider(cast.provider, arrival="anyone", entry=cast.client_a, role=role)
    account = admit(row, says(first_name="Rosa\u202e", last_name="Parks\n"))
    person = account.person
    assert (person.first_name, person.last_name, person.organisation) == (
        "Rosa", "Parks", cast.client_a,
    )  # fmt: skip
    assert not account.has_usable_password()
    given = person.role_assignments.get()
    assert (given.role, given.organisation) == (role, cast.client_a)
    bare = admit(row, says("43", "jean.valjean@client.example"))
    assert str(bare.person) == "Jean Valjean"
    known = f.person(cast.client_a, email="known@client.example")
    assert admit(row, says("44", "known@client.example")).person == known
    assert not known.role_assignments.exists()


def test_linking_and_unlinking_ones_own(cast: f.Cast) -> None:
    row = provider(cast.provider)
    account, actor = cast.administrator.account, f.actor(cast.administrator)
    # Whatever the address: both are proven at that moment.
    kept = identities.link(actor=actor, provider=row, account=account, asserted=says(address=""))
    with pytest.raises(NotAdmitted) as told:
        identities.link(
            actor=f.actor(cast.user), provider=row, account=cast.user.account, asserted=says()
        )
    assert told.value.code == "taken"
    with pytest.raises(CompagnonError):
        identities.link(actor=actor, provider=row, account=cast.user.account, asserted=says("5"))
    Account.objects.filter(pk=account.pk).update(password="!")
    account.refresh_from_db()
    with pytest.raises(Conflict):
        identities.unlink(actor=actor, account=account, identity_id=kept.pk)
    # Another that was put out of use is no way in.
    other = provider(cast.provider, code="autre", name="Autre")
    identities.link(actor=actor, provider=other, account=account, asserted=says("43"))
    IdentityProvider.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(Conflict):
        identities.unlink(actor=actor, account=account, identity_id=kept.pk)
    SocialAccount.objects.filter(provider="autre").delete()
    account.set_password(f.PASSWORD)
    account.save()
    with pytest.raises(CompagnonError):
        identities.unlink(actor=f.actor(cast.user), account=account, identity_id=kept.pk)
    identities.unlink(actor=actor, account=account, identity_id=kept.pk)
    assert not SocialAccount.objects.exists()
    verbs = Entry.objects.filter(object_id=account.pk).values_list("verb", flat=True)
    assert {"account.link_identity", "account.unlink_identity"} <= set(verbs)


def test_a_password_may_be_forbidden_but_never_an_administrators(cast: f.Cast) -> None:
    provider(
        cast.provider, forbids_password=True, domains=["assistance.example", "client-a.example"]
    )
    for person, allowed in (
        (cast.user, False), (cast.technician, False), (cast.outsider, True),
        (cast.administrator, True),
    ):  # fmt: skip
        browser = Client(HTTP_ACCEPT_LANGUAGE="en")
        sent = {"login": person.account.email, "password": f.PASSWORD}
        answer = browser.post("/account/login/", sent)
        assert ("_auth_user_id" in browser.session) is allowed, person
        assert allowed or b"signs in by Maison" in answer.content
        # Whoever does not know the password learns nothing of it.
        wrong = browser.post("/account/login/", sent | {"password": "wrong"})
        assert b"Maison, not" not in wrong.content
    entry = Entry.objects.filter(verb="identity_provider.refuse_sign_in").earliest("pk")
    assert entry.after == {"reason": "password", "account": cast.user.account.pk}
    IdentityProvider.objects.update(is_active=False)
    browser = Client()
    browser.post("/account/login/", {"login": cast.user.account.email, "password": f.PASSWORD})
    assert "_auth_user_id" in browser.session


VALUES: dict[str, Any] = {"name": "M", "address": "https://login.example", "client_id": "c"}


def create(cast: f.Cast, by: Person, **values: Any) -> IdentityProvider:
    return providers.create(
        actor=f.actor(by), organisation=values.pop("organisation", cast.provider),
        code=values.pop("code", "maison"), kind=values.pop("kind", "oidc"),
        values=VALUES | values,  # type: ignore[typeddict-item]
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "oidc"}, {"code": "Maison"}, {"code": "a/b"}, {"code": ""}, {"name": ""},
        {"address": "http://login.example"}, {"address": "https://127.0.0.1/"},
        {"address": "file:///etc/passwd"}, {"address": "https://a@b.example"}, {"address": ""},
        {"client_id": ""}, {"mapping": {"other": "x"}}, {"mapping": {"subject": "x" * 300}},
        {"domains": ["no domain"]}, {"forbids_password": True}, {"kind": "ldap"},
        {"arrival": "everybody"}, {"secret": "x" * 600}, {"name": "a\0b"},
    ],
)  # fmt: skip
def test_what_makes_no_provider_is_refused(cast: f.Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        create(cast, cast.administrator, **wrong)


def test_only_who_keeps_them_and_gives_no_more_than_they_hold(cast: f.Cast) -> None:
    for person in (cast.supervisor, cast.technician, cast.user):
        with pytest.raises(Refused):
            create(cast, person)
    keeper = f.person(cast.client_a)
    f.grant(
        keeper,
        f.role(verbs={"identity_provider.manage", "account.manage", "role.manage"}),
        cast.client_a,
    )
    with pytest.raises(Refused):
        create(cast, keeper)
    with pytest.raises(Escalation):
        create(cast, keeper, organisation=cast.client_a, role=f.role(verbs={"ticket.view"}))
    with pytest.raises(Refused):
        create(cast, keeper, organisation=cast.client_a, links_administrators=True)
    with pytest.raises(Invalid):
        create(cast, keeper, organisation=cast.client_a, entry=cast.client_b)
    for code in ("administrator", "supervisor"):
        with pytest.raises(Invalid):
            create(cast, cast.administrator, role=f.role(code))
    assert create(cast, keeper, organisation=cast.client_a).organisation == cast.client_a


def test_another_address_makes_another_provider(cast: f.Cast) -> None:
    """Whoever changes the issuer would otherwise become whoever is linked."""
    row = provider(cast.provider)
    admit(row, says(address=cast.user.account.email))
    actor = f.actor(cast.administrator)
    kept = providers.change(actor=actor, provider=row, changes={"name": "Autre nom"})
    assert (kept.is_active, SocialAccount.objects.count()) == (True, 1)
    changed = providers.change(
        actor=actor, provider=row, changes={"address": "https://other.example"}
    )
    assert (changed.is_active, changed.found, SocialAccount.objects.count()) == (False, {}, 0)
    with pytest.raises(Conflict):
        providers.activate(actor=actor, provider=changed)
    IdentityProvider.objects.update(found=FOUND)
    providers.activate(actor=actor, provider=changed)
    admit(row, says(address=cast.user.account.email))
    assert providers.remove(actor=actor, provider=changed) == 1
    assert not SocialAccount.objects.exists()


def test_by_api(cast: f.Cast) -> None:
    from compagnon.config.tests.world import token

    header = {"HTTP_AUTHORIZATION": f"Bearer {token(cast.administrator)}"}
    api, kind = Client(), "application/json"
    body = VALUES | {
        "organisation_id": cast.provider.pk, "code": "maison", "kind": "oidc", "secret": "très",
        "role_id": f.role(verbs={"ticket.view"}).pk, "domains": ["Client.Example"],
    }  # fmt: skip
    made = api.post("/api/v1/identity-providers", body, kind, **header)
    assert made.status_code == 201, made.content
    assert made.json()["has_secret"] is True
    assert "très" not in made.content.decode()
    assert made.json()["domains"] == ["client.example"]
    place = f"/api/v1/identity-providers/{made.json()['id']}"
    answer = api.post(f"{place}/check", {}, kind, **header)
    assert (answer.status_code, answer.json()["code"]) == (422, "provider-unreadable")
    assert api.post(f"{place}/activate", {}, kind, **header).status_code == 409
    read = api.get(place, **header)
    changed = api.patch(
        place, {"role_id": None, "name": "N"}, kind, HTTP_IF_MATCH=read["ETag"], **header
    )
    assert (changed.status_code, changed.json()["role_id"]) == (200, None)
    stale = api.patch(place, {"name": "O"}, kind, HTTP_IF_MATCH=read["ETag"], **header)
    assert stale.status_code == 412
    theirs = {"HTTP_AUTHORIZATION": f"Bearer {token(cast.technician)}"}
    assert api.get(place, **theirs).status_code == 404
    assert api.get("/api/v1/identity-providers", **theirs).json()["items"] == []

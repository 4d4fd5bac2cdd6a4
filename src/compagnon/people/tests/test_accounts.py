"""Opening, inviting and closing accounts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.tasks.worker import run_due
from compagnon.people.errors import AddressTaken, Escalation, LastAdministrator
from compagnon.people.models import Account
from compagnon.people.services import accounts, organisations, persons, tokens
from compagnon.people.tests import factories as f

NEW = "Un-autre-mot-de-passe-7"


def signed_in(person: object) -> Client:
    client = Client()
    login = {"login": Account.objects.get(person=person).email, "password": f.PASSWORD}
    assert client.post("/account/login/", login).status_code == 302
    return client


def is_in(client: Client) -> bool:
    response = client.get("/account/password/change/")
    return response.status_code == 200


def test_create_with_a_password(cast: f.Cast) -> None:
    person = f.person(cast.client_a, "Neuf", "Venu", email="neuf@client-a.example")
    account = accounts.create(actor=f.actor(cast.administrator), person=person, password=f.PASSWORD)
    assert account.email == "neuf@client-a.example"
    response = Client().post(
        "/account/login/", {"login": "Neuf@Client-A.example", "password": f.PASSWORD}
    )
    assert response.status_code == 302


def test_invite_by_a_link_that_serves_once(cast: f.Cast) -> None:
    person = f.person(cast.client_a, email="neuf@client-a.example")
    actor = f.actor(cast.administrator)
    account = accounts.create(actor=actor, person=person)
    assert not account.has_usable_password()
    accounts.invite(actor=actor, account=account)
    run_due()
    (message,) = mail.outbox
    assert message.to == ["neuf@client-a.example"]
    link = re.search(r"http://127\.0\.0\.1:8000(/account/password/reset/key/\S+)", message.body)
    assert link is not None
    client = Client()
    form = client.get(link[1], follow=True)
    answer = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    account.refresh_from_db()
    assert account.check_password(NEW)
    again = Client().get(link[1], follow=True)
    assert b"password1" not in again.content


def test_create_is_refused(cast: f.Cast) -> None:
    person = f.person(cast.client_a)
    with pytest.raises(Refused):
        accounts.create(actor=f.actor(cast.supervisor), person=person)
    with pytest.raises(Conflict):
        accounts.create(actor=f.system(), person=cast.user)
    with pytest.raises(AddressTaken):
        accounts.create(actor=f.system(), person=person, email="ursule@client-a.example")
    with pytest.raises(Invalid):
        accounts.create(actor=f.system(), person=f.person(cast.client_a, email=""))
    for weak in ("court", "123456789012", "motdepassemotdepasse"[:8]):
        with pytest.raises(Invalid):
            accounts.create(actor=f.system(), person=person, password=weak)
    left = persons.deactivate(actor=f.system(), person=person)
    with pytest.raises(Conflict):
        accounts.create(actor=f.system(), person=left)


def test_deactivate_ends_sessions_and_tokens_at_once(cast: f.Cast) -> None:
    client = signed_in(cast.technician)
    assert is_in(client)
    account = cast.technician.account
    _token, raw = tokens.create(
        actor=f.actor(cast.technician),
        account=account,
        name="sonde",
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert tokens.authenticate(raw)
    accounts.deactivate(actor=f.actor(cast.administrator), account=account)
    assert not is_in(client)
    assert tokens.authenticate(raw) is None
    accounts.reactivate(actor=f.actor(cast.administrator), account=account)
    assert not is_in(client)
    assert tokens.authenticate(raw) is None


def test_a_person_or_an_organisation_closed_shuts_out_at_once(cast: f.Cast) -> None:
    from compagnon.people.services import organisations

    client = signed_in(cast.user)
    organisations.deactivate(actor=f.system(), organisation=cast.client_a)
    assert not is_in(client)
    response = Client().post(
        "/account/login/", {"login": "ursule@client-a.example", "password": f.PASSWORD}
    )
    assert response.status_code == 302
    assert "inactive" in response["Location"]


def test_a_lesser_one_does_not_take_a_greater_in_hand(cast: f.Cast) -> None:
    keeper = f.person(cast.provider)
    f.grant(keeper, f.role(verbs={"account.manage"}), cast.provider)
    actor = f.actor(keeper)
    target = cast.administrator.account
    with pytest.raises(Escalation):
        accounts.change_address(actor=actor, account=target, email="mine@example.org")
    with pytest.raises(Escalation):
        accounts.set_password(actor=actor, account=target, password=NEW)
    with pytest.raises(Escalation):
        accounts.reset_second_factor(actor=actor, account=target)
    with pytest.raises(Escalation):
        accounts.deactivate(actor=actor, account=target)
    with pytest.raises(Escalation):
        accounts.invite(actor=actor, account=target)
    assert accounts.set_password(actor=actor, account=cast.user.account, password=NEW)


def test_the_last_administrator_stays(cast: f.Cast) -> None:
    with pytest.raises(LastAdministrator):
        accounts.deactivate(actor=f.system(), account=cast.administrator.account)
    with pytest.raises(Conflict):
        accounts.deactivate(actor=f.actor(cast.administrator), account=cast.administrator.account)


def test_nobody_is_moved_out_of_the_last_administrators_reach(cast: f.Cast) -> None:
    """A closed organisation, or one below another, lets in as little as a closed account."""
    closed = f.organisation("Fermée", parent=cast.provider)
    organisations.deactivate(actor=f.system(), organisation=closed)
    for actor in (f.system(), f.actor(cast.administrator)):
        with pytest.raises(Conflict):
            persons.change(actor=actor, person=cast.administrator, changes={"organisation": closed})
    above = f.organisation("Au-dessus")
    with pytest.raises(LastAdministrator):
        organisations.move(actor=f.system(), organisation=cast.provider, parent=above)
    cast.provider.refresh_from_db()
    assert cast.provider.parent is None


def test_who_has_no_password_chooses_one_by_mail(cast: f.Cast) -> None:
    """The way back in for whoever signed in by a passkey or a provider alone."""
    account = cast.user.account
    Account.objects.filter(pk=account.pk).update(password="!")
    Client().post("/account/password/reset/", {"email": account.email})
    run_due()
    (sent,) = mail.outbox
    assert "/account/password/reset/key/" in str(sent.body)


def test_change_address_ends_links_sent_before(cast: f.Cast) -> None:
    from compagnon.people.mail import password_link

    account = cast.user.account
    link = password_link(account)
    changed = accounts.change_address(
        actor=f.system(), account=account, email="U.Petit@client-a.example"
    )
    assert changed.email == "u.petit@client-a.example"
    page = Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert b"password1" not in page.content
    with pytest.raises(AddressTaken):
        accounts.change_address(actor=f.system(), account=account, email="oscar@client-b.example")
    with pytest.raises(Invalid):
        accounts.change_address(actor=f.system(), account=account, email="rien")


def test_nobody_signs_up(cast: f.Cast) -> None:
    for path in ("signup/", "email/", "confirm-email/", "password/set/"):
        assert signed_in(cast.user).get(f"/account/{path}").status_code == 404
        assert Client().post(f"/account/{path}", {"email": "x@y.fr"}).status_code == 404

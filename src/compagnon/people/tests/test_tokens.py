"""API tokens: shown once, kept hashed, bounded in verbs and time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.verbs import all_verbs, own_verbs
from compagnon.people.errors import Escalation
from compagnon.people.forms import TokenForm
from compagnon.people.models import Account, ApiToken, Person
from compagnon.people.services import (
    accounts,
    contact_points,
    organisations,
    persons,
    sessions,
    tokens,
)
from compagnon.people.tests import factories as f

SOON = timedelta(days=30)


def make(person: Person, *verbs: str, **values: object) -> tuple[ApiToken, str]:
    return tokens.create(
        actor=f.actor(person),
        account=Account.objects.get(person=person),
        **({"name": "sonde", "expires_at": timezone.now() + SOON, "verbs": verbs} | values),
    )


def test_create_and_authenticate(cast: f.Cast) -> None:
    token, raw = make(cast.technician)
    assert raw.startswith(f"cmp_{token.prefix}_")
    assert len(raw) > 50
    # The secret may hold an underscore itself.
    assert raw.removeprefix(f"cmp_{token.prefix}_") not in str(ApiToken.objects.values().get())
    actor = tokens.authenticate(raw)
    assert actor is not None
    assert (actor.id, actor.source, actor.token_id) == (cast.technician.pk, Source.API, token.pk)
    assert actor.scope.allows("ticket.view", cast.client_a.pk)


def test_a_token_does_no_more_than_its_verbs(cast: f.Cast) -> None:
    _token, raw = make(cast.technician, "ticket.view")
    actor = tokens.authenticate(raw)
    assert actor is not None
    assert actor.scope.allows("ticket.view", cast.client_a.pk)
    assert not actor.scope.allows("ticket.reply", cast.client_a.pk)


def test_a_token_does_no_more_than_its_owner_now(cast: f.Cast) -> None:
    _token, raw = make(cast.technician, "ticket.view")
    cast.technician.role_assignments.all().delete()
    actor = tokens.authenticate(raw)
    assert actor is not None
    assert not actor.scope.allows("ticket.view", cast.client_a.pk)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-1] + ("A" if raw[-1] != "A" else "B"),
        lambda raw: raw.replace("cmp_", "cpm_"),
        lambda raw: raw[:20],
        lambda raw: raw + "x",
        lambda raw: raw.upper(),
        lambda raw: "",
        lambda raw: "cmp__",
        lambda raw: "cmp_" + "é" * 20,
        lambda raw: "x" * 10_000,
    ],
)
def test_anything_else_is_nobody(cast: f.Cast, spoil: object) -> None:
    _token, raw = make(cast.technician)
    assert tokens.authenticate(spoil(raw)) is None  # type: ignore[operator]


def test_expired_revoked_and_closed(cast: f.Cast) -> None:
    token, raw = make(cast.technician)
    ApiToken.objects.update(expires_at=timezone.now())
    assert tokens.authenticate(raw) is None
    ApiToken.objects.update(expires_at=timezone.now() + SOON)
    assert tokens.authenticate(raw)
    tokens.revoke(actor=f.actor(cast.technician), token=token)
    assert tokens.authenticate(raw) is None
    f.grant(cast.user, f.role(verbs={"token.manage"}), cast.client_a)
    _other, raw = make(cast.user)
    organisations.deactivate(actor=f.system(), organisation=cast.client_a)
    assert tokens.authenticate(raw) is None


def test_use_is_noted_at_most_once_a_minute(
    cast: f.Cast, django_assert_num_queries: object
) -> None:
    token, raw = make(cast.technician)
    assert tokens.authenticate(raw)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(4):  # type: ignore[operator]
        tokens.authenticate(raw)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    tokens.authenticate(raw)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > first


def test_create_is_refused(cast: f.Cast) -> None:
    with pytest.raises(Refused):
        make(cast.user)
    with pytest.raises(Refused):
        tokens.create(
            actor=f.actor(cast.administrator),
            account=cast.technician.account,
            name="à lui",
            expires_at=timezone.now() + SOON,
        )
    with pytest.raises(Escalation):
        make(cast.technician, "role.manage")
    for verbs in (("thé.faire",),):
        with pytest.raises(Invalid):
            make(cast.technician, *verbs)
    for expires in (timezone.now(), timezone.now() + timedelta(days=367)):
        with pytest.raises(Invalid):
            make(cast.technician, expires_at=expires)
    with pytest.raises(Invalid):
        make(cast.technician, name=" ")


def test_a_token_makes_no_greater_token(cast: f.Cast) -> None:
    token, raw = make(cast.technician, "token.manage", "ticket.view")
    actor = tokens.authenticate(raw)
    assert actor is not None

    def child(*verbs: str, days: int = 1) -> ApiToken:
        made, _raw = tokens.create(
            actor=actor,
            account=cast.technician.account,
            name="fille",
            verbs=verbs,
            expires_at=timezone.now() + timedelta(days=days),
        )
        return made

    assert child().verbs == token.verbs
    assert child("ticket.view").verbs == ["ticket.view"]
    with pytest.raises(Escalation):
        child("ticket.reply")
    with pytest.raises(Invalid):
        child(days=31)


def test_a_number_of_tokens_is_enough(cast: f.Cast) -> None:
    for _number in range(tokens.MOST):
        token, _raw = make(cast.technician)
    with pytest.raises(Conflict):
        make(cast.technician)
    tokens.revoke(actor=f.actor(cast.technician), token=token)
    assert make(cast.technician)


def test_revoke_is_refused_to_others(cast: f.Cast) -> None:
    token, raw = make(cast.technician)
    with pytest.raises(Refused):
        tokens.revoke(actor=f.actor(cast.expert), token=token)
    assert tokens.authenticate(raw)
    tokens.revoke(actor=f.actor(cast.administrator), token=token)
    assert tokens.authenticate(raw) is None


def bearer(person: Person, *names: str) -> Actor:
    """The actor behind a new token of that person which lists these verbs."""
    _token, raw = make(person, *names)
    actor = tokens.authenticate(raw)
    assert actor is not None
    return actor


def test_a_token_that_lists_verbs_leaves_its_owners_own_alone(cast: f.Cast) -> None:
    owner = cast.technician
    other, _raw = make(owner)
    number = f.contact(owner, "+33123456789", kind="phone")
    actor = bearer(owner, "ticket.view")
    refused: list[Callable[[], object]] = [
        lambda: contact_points.remove(actor=actor, point=number),
        lambda: persons.change(actor=actor, person=owner, changes={"language": "en"}),
        lambda: sessions.end_all(actor=actor, account=owner.account),
        lambda: tokens.revoke(actor=actor, token=other),
    ]
    for act in refused:
        with pytest.raises(Refused):
            act()
    for able in (bearer(owner, "self.manage"), bearer(owner)):
        persons.change(actor=able, person=owner, changes={"language": "en"})
        sessions.end_all(actor=able, account=owner.account)
        tokens.revoke(actor=able, token=make(owner)[0])


def test_a_token_always_ends_itself(cast: f.Cast) -> None:
    actor = bearer(cast.technician, "ticket.view")
    token = ApiToken.objects.get(pk=actor.token_id)
    assert tokens.revoke(actor=actor, token=token).revoked_at is not None


def test_a_token_does_not_become_its_owner(cast: f.Cast) -> None:
    chief = cast.administrator
    actor = bearer(chief, "account.manage", "person.manage", "self.manage")
    for act in (
        lambda: accounts.set_password(actor=actor, account=chief.account, password=f.PASSWORD),
        lambda: contact_points.add(actor=actor, person=chief, kind="email", value="a@x.example"),
    ):
        with pytest.raises(Escalation):
            act()


def test_own_verbs_are_for_tokens_and_no_role_gives_them(cast: f.Cast) -> None:
    assert "self.manage" in {verb.name for verb in own_verbs()}
    assert "self.manage" not in {verb.name for verb in all_verbs()}
    offered = dict(TokenForm(f.actor(cast.technician)).fields["verbs"].choices)  # type: ignore[attr-defined]
    assert {"self.manage", "ticket.own", "ticket.view"} <= offered.keys()
    maker = bearer(cast.technician, "token.manage", "ticket.view")
    with pytest.raises(Escalation):
        tokens.create(
            actor=maker,
            account=cast.technician.account,
            name="fille",
            verbs=["self.manage"],
            expires_at=timezone.now() + timedelta(days=1),
        )

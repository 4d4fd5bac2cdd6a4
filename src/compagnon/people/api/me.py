"""Oneself by API: details, sessions, tokens."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query

from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.people.api import schemas
from compagnon.people.api.persons import found
from compagnon.people.models import Account, ApiToken, Person, RoleAssignment
from compagnon.people.queries_sign_in import sessions_of
from compagnon.people.services import persons, sessions, tokens, ways

router = Routes(tag="me")


def account_of(actor: Actor) -> Account:
    """Give the caller's own account.

    Raises:
        NotFound: the caller has none.
    """
    rows = Account.objects.select_related("person__organisation")
    account = rows.filter(person_id=actor.id or 0).first()
    if account is None:
        raise NotFound
    return account


def oneself(actor: Actor) -> Person:
    """Give the caller, with teams and roles."""
    person: Any = found(actor, actor.id or 0)
    given = RoleAssignment.objects.filter(person=person).select_related("role").order_by("id")
    person.team_ids = sorted(actor.scope.team_ids)
    person.grants = [
        {
            "role": one.role.code,
            "organisation_id": one.organisation_id,
            # As far as this caller goes: a token may hold fewer than its owner.
            "verbs": [
                verb for verb in one.role.verbs if actor.scope.allows(verb, one.organisation_id)
            ],
        }
        for one in given
    ]
    return person  # type: ignore[no-any-return]


@router.show("/me", schemas.MeOut)
def get_me(request: ApiRequest) -> Person:
    """Read who you are, your teams, and what your roles let you do."""
    return oneself(request.actor)


@router.change("/me", schemas.MeOut)
def change_me(request: ApiRequest, body: schemas.MePatch) -> Person:
    """Change your language or your ease with computers."""
    person = found(request.actor, request.actor.id or 0)
    sent = body.model_dump(exclude_unset=True)
    persons.change(
        actor=request.actor,
        person=person,
        changes={name: value for name, value in sent.items() if value is not None},  # type: ignore[arg-type]
        expected_version=expected_version(request, person),
    )
    return oneself(request.actor)


@router.index("/me/sessions", schemas.SessionOut)
def list_my_sessions(
    request: ApiRequest, query: Query[schemas.SessionQuery]
) -> QuerySet[UserSession]:
    """List the browsers in which you are signed in."""
    return sessions_of(account_of(request.actor))


@router.remove("/me/sessions/{session_id}")
def end_my_session(request: ApiRequest, session_id: Id) -> None:
    """Sign out of one browser."""
    account = account_of(request.actor)
    sessions.end(actor=request.actor, account=account, session_id=session_id)


@router.index("/me/passkeys", schemas.PasskeyOut)
def list_my_passkeys(
    request: ApiRequest, query: Query[schemas.PasskeyQuery]
) -> QuerySet[Authenticator]:
    """List your passkeys."""
    account = account_of(request.actor)
    return Authenticator.objects.filter(user=account, type=ways.PASSKEY)  # type: ignore[no-any-return]


@router.remove("/me/passkeys/{passkey_id}")
def remove_my_passkey(request: ApiRequest, passkey_id: Id) -> None:
    """Remove one of your passkeys; the only way in stays.

    With a browser's session, the password or another way was asked for a moment before.
    """
    account = account_of(request.actor)
    if request.actor.token_id is None and is_reauthentication_required(request, app="allauth.mfa"):
        raise Refused(_("This changes how you sign in: prove on your account's page who you are."))
    ways.remove_passkey(actor=request.actor, account=account, key_id=passkey_id)


@router.index("/tokens", schemas.TokenOut)
def list_tokens(request: ApiRequest, query: Query[schemas.TokenQuery]) -> QuerySet[ApiToken]:
    """List your tokens."""
    return ApiToken.objects.filter(account=account_of(request.actor))


@router.create("/tokens", schemas.NewTokenOut)
def create_token(request: ApiRequest, body: schemas.TokenIn) -> schemas.NewTokenOut:
    """Make a token, and read its text this once.

    It takes no `Idempotency-Key`: that would keep the text of the token with the answer.
    """
    if "Idempotency-Key" in request.headers:
        raise Invalid(
            _("A token is not made under an Idempotency-Key: its text is kept nowhere."),
            code="no-idempotency",
        )
    token, raw = tokens.create(
        actor=request.actor, account=account_of(request.actor), **body.model_dump()
    )
    return schemas.with_text(token, raw)


@router.remove("/tokens/{token_id}")
def revoke_token(request: ApiRequest, token_id: Id) -> None:
    """Revoke a token: it is refused from now on."""
    token = get_visible(ApiToken, request.actor, pk=token_id)
    tokens.revoke(actor=request.actor, token=token)

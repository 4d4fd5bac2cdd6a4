"""Accounts by API, for whoever manages them."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from ninja import Query

from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.visibility import get_visible, visible
from compagnon.people.api import schemas
from compagnon.people.api.choosing import chosen
from compagnon.people.models import Account, Person
from compagnon.people.queries_sign_in import sessions_of
from compagnon.people.services import accounts, sessions

router = Routes(tag="accounts")


def found(actor: Actor, account_id: int) -> Account:
    """Give an account that the actor sees."""
    rows = Account.objects.select_related("person__organisation")
    return get_visible(Account, actor, rows, pk=account_id)


@router.index("/accounts", schemas.AccountOut)
def list_accounts(request: ApiRequest, query: Query[schemas.AccountQuery]) -> QuerySet[Account]:
    """List the accounts that you manage, and your own."""
    return visible(Account, request.actor)


@router.create("/accounts", schemas.AccountOut, location=lambda row: f"/accounts/{row.pk}")
def create_account(request: ApiRequest, body: schemas.AccountIn) -> Account:
    """Give a person the right to sign in."""
    actor = request.actor
    return accounts.create(
        actor=actor,
        person=chosen(Person, actor, body.person_id, "person_id"),
        email=body.email or "",
        invited=body.invite,
    )


@router.show("/accounts/{account_id}", schemas.AccountOut)
def get_account(request: ApiRequest, account_id: Id) -> Account:
    """Read one account."""
    return found(request.actor, account_id)


@router.change("/accounts/{account_id}", schemas.AccountOut)
def change_account_address(request: ApiRequest, account_id: Id, body: schemas.AddressIn) -> Account:
    """Change the address with which a person signs in."""
    account = found(request.actor, account_id)
    return accounts.change_address(actor=request.actor, account=account, email=body.email)


@router.act("/accounts/{account_id}/invite", schemas.AccountOut)
def invite_account(request: ApiRequest, account_id: Id) -> Account:
    """Send the link by which the person chooses a password."""
    account = found(request.actor, account_id)
    accounts.invite(actor=request.actor, account=account)
    return account


@router.act("/accounts/{account_id}/deactivate", schemas.AccountOut)
def deactivate_account(request: ApiRequest, account_id: Id) -> Account:
    """Close an account: its sessions end and its tokens are revoked, at once."""
    account = found(request.actor, account_id)
    return accounts.deactivate(actor=request.actor, account=account)


@router.act("/accounts/{account_id}/reactivate", schemas.AccountOut)
def reactivate_account(request: ApiRequest, account_id: Id) -> Account:
    """Open an account again."""
    account = found(request.actor, account_id)
    return accounts.reactivate(actor=request.actor, account=account)


@router.act("/accounts/{account_id}/sign-out", schemas.AccountOut)
def sign_account_out(request: ApiRequest, account_id: Id) -> Account:
    """Sign an account out everywhere."""
    account = found(request.actor, account_id)
    sessions.end_all(actor=request.actor, account=account)
    return account


@router.act("/accounts/{account_id}/forget-second-factor", schemas.AccountOut)
def forget_second_factor(request: ApiRequest, account_id: Id) -> Account:
    """Forget the second factor of somebody who lost it."""
    account = found(request.actor, account_id)
    accounts.reset_second_factor(actor=request.actor, account=account)
    return account


@router.index("/accounts/{account_id}/sessions", schemas.SessionOut)
def list_account_sessions(
    request: ApiRequest, account_id: Id, query: Query[schemas.SessionQuery]
) -> QuerySet[UserSession]:
    """List the browsers in which an account is signed in."""
    account = found(request.actor, account_id)
    sessions.check(request.actor, account)
    return sessions_of(account)


@router.remove("/accounts/{account_id}/sessions/{session_id}")
def end_account_session(request: ApiRequest, account_id: Id, session_id: Id) -> None:
    """Sign an account out of one browser."""
    account = found(request.actor, account_id)
    sessions.end(actor=request.actor, account=account, session_id=session_id)

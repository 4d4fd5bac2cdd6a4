"""Accounts: opening, inviting, closing."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.people import directory_sign_in, policies, rules
from compagnon.people.errors import AddressTaken
from compagnon.people.models import Account, Person
from compagnon.people.queries import main_email, may_enter
from compagnon.people.services import administrators, rows, sessions


@service("account.manage")
def create(
    *,
    actor: Actor,
    person: Person,
    email: str = "",
    password: str | None = None,
    invited: bool = False,
) -> Account:
    """Give a person the right to sign in.

    Args:
        email: the address to sign in with; the person's main one unless given.
        password: without it nobody can sign in until :func:`invite` and its link.
        invited: send that link at once.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        Invalid: no usable address, or too weak a password.
        AddressTaken: another account signs in with it.
        Conflict: the person has an account, or is closed.
    """
    policies.check(actor, "account.manage", person.organisation_id)
    policies.check_outranks(actor, person)
    # Locked, so that two who open it at once do not both find none.
    row = rows.lock(person)
    if Account.objects.filter(person=row).exists():
        raise Conflict(_("This person has an account already."))
    if not (row.is_active and row.organisation.is_active):
        raise Conflict(_("The person and the organisation must be active."))
    account = Account(person=row, email=_free(email or main_email(row)))
    put_password(account, password)
    rows.write(account.save)
    _record(actor, "account.create", account)
    if invited:
        invite(actor=actor, account=account)
    return account


@service("account.manage")
def invite(*, actor: Actor, account: Account) -> None:
    """Send the link by which the person chooses a password; it serves once.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        Conflict: the account is closed.
    """
    from compagnon.people.tasks import send_password_link

    _check(actor, account)
    if not may_enter(account):
        raise Conflict(_("This account is closed: open it again first."))
    send_password_link.enqueue(account.pk, reason="invite")
    _record(actor, "account.invite", account)


@service("account.manage")
def change_address(*, actor: Actor, account: Account, email: str) -> Account:
    """Change the address with which the person signs in; links sent before no longer serve.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        Invalid: it is not a mail address.
        AddressTaken: another account signs in with it.
    """
    _check(actor, account)
    row = rows.lock(account)
    value = rules.normal_email(email)
    if value != row.email:
        row.email = _free(email)
        rows.write(lambda: row.save(update_fields=["email"]))
        _record(actor, "account.change_address", row)
    return row


@service("account.manage")
def set_password(*, actor: Actor, account: Account, password: str) -> Account:
    """Choose the password of an account; every session of it ends.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        Invalid: it is too weak.
        Conflict: it is a directory's.
    """
    _check(actor, account)
    if directory_sign_in.link_of(account) is not None:
        raise Conflict(_("The password of this person is that of the directory."))
    row = rows.lock(account)
    put_password(row, password)
    row.save(update_fields=["password"])
    sessions.end_all(actor=actor, account=row)
    _record(actor, "account.set_password", row)
    return row


@service("account.manage")
def deactivate(*, actor: Actor, account: Account) -> Account:
    """Close an account: its sessions end and its tokens are revoked, at once.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        LastAdministrator: nobody could give roles any more.
        Conflict: it is the actor's own.
    """
    _check(actor, account)
    if policies.is_self(actor, account.person):
        raise Conflict(_("Somebody else has to close your own account."))
    row = rows.lock(account)
    if row.is_active:
        with administrators.one_must_be_left():
            row.is_active = False
            row.save(update_fields=["is_active"])
        sessions.close_all(row)
        _record(actor, "account.deactivate", row, {"is_active": True}, {"is_active": False})
    return row


@service("account.manage")
def reactivate(*, actor: Actor, account: Account) -> Account:
    """Open an account again, with the password it had.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
    """
    _check(actor, account)
    row = rows.lock(account)
    if not row.is_active:
        row.is_active = True
        row.save(update_fields=["is_active"])
        _record(actor, "account.reactivate", row, {"is_active": False}, {"is_active": True})
    return row


@service("account.manage")
def reset_second_factor(*, actor: Actor, account: Account) -> None:
    """Forget the second factor of somebody who lost it, and end their sessions.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
        Conflict: it is the actor's own: that is done on one's own page, with the password.
    """
    _check(actor, account)
    if policies.is_self(actor, account.person):
        raise Conflict(_("Change your own second factor on your account's page."))
    row = rows.lock(account)
    if sessions.forget_second_factor(row):
        sessions.end_all(actor=actor, account=row)
        _record(actor, "account.reset_second_factor", row)


def put_password(account: Account, password: str | None) -> None:
    """Put a password on an account not yet saved; ``None`` lets nobody in.

    Raises:
        Invalid: it is too weak; says why.
    """
    if password is None:
        account.set_unusable_password()
        return
    try:
        validate_password(password, account)
    except ValidationError as error:
        message = " ".join(error.messages)
        raise Invalid(message, fields={"password": list(error.messages)}) from None
    account.set_password(password)


def _check(actor: Actor, account: Account) -> None:
    policies.check(actor, "account.manage", account.person.organisation_id)
    policies.check_outranks(actor, account.person)


def _free(email: str) -> str:
    value = rules.normal_email(email)
    if value is None:
        raise rows.wrong("email", _("This is not a mail address."))
    if Account.objects.filter(email=value).exists():
        raise AddressTaken(
            _("Another account signs in with %(value)s.") % {"value": value},
            fields={"email": [_("Another account signs in with this address.")]},
        )
    return value


def _record(
    actor: Actor,
    verb: str,
    account: Account,
    before: journal.Values | None = None,
    after: journal.Values | None = None,
) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=account,
        organisation_id=account.person.organisation_id,
        before=before,
        after=after,
    )

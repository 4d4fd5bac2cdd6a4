"""The account of a person, as whoever manages accounts sees it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.people.forms import AccountForm
from compagnon.people.models import Account, Person
from compagnon.people.services import accounts, identities, sessions
from compagnon.people.views.acting import actor_of, attempt, one

ACTIONS: dict[str, tuple[Callable[[Actor, Account], object], Promise]] = {
    "invite": (
        lambda actor, account: accounts.invite(actor=actor, account=account),
        gettext_lazy("The link to choose a password is on its way."),
    ),
    "close": (
        lambda actor, account: accounts.deactivate(actor=actor, account=account),
        gettext_lazy("The account is closed, its sessions and tokens ended."),
    ),
    "reopen": (
        lambda actor, account: accounts.reactivate(actor=actor, account=account),
        gettext_lazy("The account is open again."),
    ),
    "sign-out": (
        lambda actor, account: sessions.end_all(actor=actor, account=account),
        gettext_lazy("Signed out everywhere."),
    ),
    "forget-second-factor": (
        lambda actor, account: accounts.reset_second_factor(actor=actor, account=account),
        gettext_lazy("The second factor is forgotten; the person sets up another."),
    ),
}


@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an account for the person and send the invitation."""
    actor = actor_of(request)
    person = one(Person, actor, pk)
    form = AccountForm(request.POST)
    attempt(
        request,
        lambda: accounts.create(actor=actor, person=person, email=_email(form), invited=True),
        _("The account is open, and the invitation on its way."),
    )
    return redirect("people:person_detail", pk=pk)


@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Invite, close, open again, sign out, or forget the second factor."""
    actor = actor_of(request)
    account = one(Account, actor, pk, Account.objects.select_related("person__organisation"))
    if action not in ACTIONS:
        raise NotFound
    function, done = ACTIONS[action]
    attempt(request, lambda: function(actor, account), done)
    return redirect("people:person_detail", pk=account.person_id)


@require_POST
def change_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the address to sign in with."""
    actor = actor_of(request)
    account = one(Account, actor, pk, Account.objects.select_related("person__organisation"))
    form = AccountForm(request.POST)
    attempt(
        request,
        lambda: accounts.change_address(actor=actor, account=account, email=_email(form)),
        _("The sign-in address is changed."),
    )
    return redirect("people:person_detail", pk=account.person_id)


@require_POST
def unlink(request: HttpRequest, pk: int, identity_id: int) -> HttpResponse:
    """Unlink the account from a provider."""
    actor = actor_of(request)
    account = one(Account, actor, pk, Account.objects.select_related("person__organisation"))
    attempt(
        request,
        lambda: identities.unlink(actor=actor, account=account, identity_id=identity_id),
        _("It is unlinked: the person no longer signs in by it."),
    )
    return redirect("people:person_detail", pk=account.person_id)


def _email(form: AccountForm) -> str:
    if form.is_valid():
        return str(form.cleaned_data["email"])
    raise Invalid(" ".join(str(text) for texts in form.errors.values() for text in texts))

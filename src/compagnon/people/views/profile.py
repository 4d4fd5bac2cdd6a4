"""One's own page: language, ease, numbers, tokens; and the ways to password and second factor."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.errors import SignInNeeded
from compagnon.people.forms import ContactForm, OwnForm, TokenForm
from compagnon.people.models import (
    Account,
    ApiToken,
    ContactKind,
    ContactPoint,
    Membership,
    Person,
    RoleAssignment,
)
from compagnon.people.services import persons, tokens
from compagnon.people.views.acting import TOLD, actor_of, attempt, one

NUMBERS = (ContactKind.PHONE, ContactKind.MOBILE)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show one's own details, and change language and ease."""
    actor = actor_of(request)
    person = _own(actor)
    form = OwnForm(
        request.POST if request.method == "POST" else None,
        initial={"language": person.language, "ease": person.ease},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        with translation.override(language):
            done = _("Saved.")
        refused = attempt(
            request,
            lambda: persons.change(actor=actor, person=person, changes=form.values()),
            done,
        )
        if refused is None:
            answer = redirect("people:profile")
            # What was chosen on this device gives way to what was chosen here.
            answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
            return answer
        form.refuse(refused)
    if form.is_bound:
        status = 422
    context = {
        "person": person,
        "form": form,
        "contacts": visibility.visible(ContactPoint, actor).filter(person=person),
        "contact_form": ContactForm(kinds=NUMBERS),
        "memberships": visibility.visible(Membership, actor)
        .filter(person=person)
        .select_related("team"),
        "assignments": visibility.visible(RoleAssignment, actor)
        .filter(person=person)
        .select_related("role", "organisation"),
        "account": Account.objects.filter(person=person).first(),
    }
    return render(request, "people/profile.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: HttpRequest) -> HttpResponse:
    """List one's API tokens, and make one: its text is shown this once."""
    actor = actor_of(request)
    account = account_of(actor)
    form = TokenForm(actor, request.POST if request.method == "POST" else None)
    raw, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _token, raw = tokens.create(
                    actor=actor,
                    account=account,
                    name=form.cleaned_data["name"],
                    expires_at=form.expires_at(),
                    verbs=form.cleaned_data["verbs"],
                )
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                # No redirection: the text is kept nowhere from which it could be shown again.
                form, status = TokenForm(actor), 200
    answer = render(
        request,
        "people/tokens.html",
        {
            "tokens": ApiToken.objects.filter(account=account)[: 2 * tokens.MOST],
            "form": form,
            "raw": raw,
            "may_make_tokens": actor.scope.allows_somewhere("token.manage"),
        },
        status=status,
    )
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    actor = actor_of(request)
    token = one(ApiToken, actor, pk, ApiToken.objects.filter(account=account_of(actor)))
    attempt(request, lambda: tokens.revoke(actor=actor, token=token), _("The token is revoked."))
    return redirect("people:tokens")


def _own(actor: Actor) -> Person:
    rows = Person.objects.select_related("organisation", "site")
    return one(Person, actor, actor.id or 0, rows)


def account_of(actor: Actor) -> Account:
    """Give the account of who asks.

    Raises:
        SignInNeeded: they have none.
    """
    account = (
        Account.objects.filter(person_id=actor.id or 0)
        .select_related("person__organisation")
        .first()
    )
    if account is None:
        raise SignInNeeded
    return account

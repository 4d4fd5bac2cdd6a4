"""The pages of identity providers, for whoever keeps them; and of one's own links to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.people import directory_sign_in, provider_saml, queries_providers
from compagnon.people.forms_providers import ProviderForm
from compagnon.people.models import Account, IdentityProvider, ProviderKind
from compagnon.people.provider_discovery import expiry
from compagnon.people.services import identities, providers, ways
from compagnon.people.views.acting import TOLD, actor_of, attempt, one
from compagnon.people.views.profile import account_of

ACTIONS: dict[str, tuple[Callable[[Actor, IdentityProvider], object], Promise]] = {
    "check": (
        lambda actor, row: providers.check(actor=actor, provider=row),
        gettext_lazy("It answers, and what it says of itself is kept."),
    ),
    "activate": (
        lambda actor, row: providers.activate(actor=actor, provider=row),
        gettext_lazy("It is in use: the sign-in page shows it."),
    ),
    "deactivate": (
        lambda actor, row: providers.deactivate(actor=actor, provider=row),
        gettext_lazy("It is out of use."),
    ),
    "remove": (
        lambda actor, row: providers.remove(actor=actor, provider=row),
        gettext_lazy("It is deleted, and nobody is linked to it any more."),
    ),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the providers."""
    actor = _keeper(request)
    rows = visibility.visible(IdentityProvider, actor).select_related("organisation")
    return render(request, "people/providers/list.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a provider."""
    actor = _keeper(request)
    form = ProviderForm(actor, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sent = form.cleaned_data
            try:
                row = providers.create(
                    actor=actor,
                    organisation=sent["organisation"],
                    kind=sent["kind"],
                    code=sent["code"],
                    values=form.values(),
                )
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                return redirect("people:provider", pk=row.pk)
    context = {"form": form, "saml": provider_saml.is_installed()}
    return render(request, "people/providers/form.html", context, status=status)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a provider: what it must be told of us, and what it said of itself."""
    actor = _keeper(request)
    rows = IdentityProvider.objects.select_related("organisation", "entry", "role")
    row = one(IdentityProvider, actor, pk, rows)

    def here(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[row.code]))

    context: dict[str, Any] = {"provider": row, "saml": provider_saml.is_installed()}
    if row.kind == ProviderKind.OIDC:
        context["addresses"] = [(_("Redirect address"), here("provider_answer"))]
    else:
        context["addresses"] = [
            (_("Entity identifier"), provider_saml.entity_id(request, row)),
            (_("Assertion consumer service"), here("provider_acs")),
            (_("Single logout service"), here("provider_slo")),
            (_("Our metadata"), here("provider_metadata")),
        ]
        context["expires"] = expiry(row.found.get("certificates", []))
    return render(request, "people/providers/one.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a provider."""
    actor = _keeper(request)
    rows = IdentityProvider.objects.select_related("organisation")
    row = one(IdentityProvider, actor, pk, rows)
    form = ProviderForm(actor, request.POST if request.method == "POST" else None, provider=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version = form.cleaned_data["version"]
            try:
                providers.change(
                    actor=actor, provider=row, changes=form.values(), expected_version=version
                )
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                return redirect("people:provider", pk=row.pk)
    context = {"form": form, "provider": row, "saml": provider_saml.is_installed()}
    return render(request, "people/providers/form.html", context, status=status)


@never_cache
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Try a provider, put it in use or out of use, delete it."""
    actor = _keeper(request)
    row = one(IdentityProvider, actor, pk)
    if action not in ACTIONS:
        raise NotFound
    function, done = ACTIONS[action]
    refused = attempt(request, lambda: function(actor, row), done)
    if action == "remove" and refused is None:
        return redirect("people:providers")
    return redirect("people:provider", pk=pk)


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show by what one signs in."""
    account = account_of(actor_of(request))
    keys = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    context = {
        "account": account,
        "passkeys": keys.count(),
        "only_by": ways.password_forbidden(account),
        "directory": directory_sign_in.link_of(account),
        "rows": queries_providers.linked(account),
        "offered": queries_providers.offered_to(account),
    }
    return render(request, "people/identities.html", context)


@never_cache
@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Unlink one's own account from a provider."""
    actor = actor_of(request)
    account: Account = account_of(actor)
    attempt(
        request,
        lambda: identities.unlink(actor=actor, account=account, identity_id=pk),
        _("It is unlinked: you no longer sign in by it."),
    )
    return redirect("people:identities")


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.scope.allows_somewhere(providers.VERB):
        raise Refused(_("Your roles do not allow you to say how people sign in."))
    return actor

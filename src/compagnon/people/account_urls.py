"""The routes of ``/account/``: allauth's, without those by which accounts would be taken.

Accounts are opened by whoever manages them, and the sign-in address is changed there too.
"""

from __future__ import annotations

from allauth.account import views
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.translation import gettext as _

from compagnon.people import directory_sign_in
from compagnon.people.models import Account
from compagnon.people.views import sessions, signing_in


def closed(_request: HttpRequest, **_kwargs: object) -> HttpResponse:
    """Answer that there is nothing here."""
    raise Http404


def change_password(request: HttpRequest) -> HttpResponseBase:
    """Change one's password here; whose it is the directory's is told so."""
    user = request.user
    if isinstance(user, Account) and directory_sign_in.link_of(user) is not None:
        messages.info(request, _("Your password is that of your organisation: change it there."))
        return redirect("people:profile")
    answer: HttpResponseBase = views.password_change(request)
    return answer


urlpatterns = [
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
    path("password/set/", closed, name="account_set_password"),
    path("password/change/", change_password, name="account_change_password"),
    path("with/<slug:code>/", include(signing_in.urlpatterns)),
    path("", include("allauth.account.urls")),
    path("2fa/webauthn/keys/<int:pk>/remove/", sessions.remove_passkey, name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", sessions.own, name="usersessions_list"),
    path("sessions/<int:pk>/end/", sessions.end_own, name="usersessions_end"),
]

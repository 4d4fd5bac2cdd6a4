"""The routes of ``/account/``: allauth's, without those by which accounts would be taken.

Accounts are opened by whoever manages them, and the sign-in address is changed there too.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from compagnon.people.views import signing_in


def closed(_request: HttpRequest, **_kwargs: object) -> HttpResponse:
    """Answer that there is nothing here."""
    raise Http404


urlpatterns = [
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
    path("password/set/", closed, name="account_set_password"),
    path("with/<slug:code>/", include(signing_in.urlpatterns)),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]

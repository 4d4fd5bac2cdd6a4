"""What the frame of every page needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the actor and the mode to the templates; to the sign-in page, who may try it."""
    known = {"actor": getattr(request, "actor", None), "demo_mode": settings.DEMO}
    return known | demonstration(request) if settings.DEMO else known


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Give where the mail that left is read and, on the sign-in page, the accounts."""
    from compagnon.config.demo import accounts, sink

    found: dict[str, Any] = {}
    if sink.folder() is not None:
        found["demo_mail_url"] = reverse("demo:mails")
    match = request.resolver_match
    if match is not None and match.url_name == "account_login":
        found |= {"demo_accounts": accounts.accounts(), "demo_password": accounts.PASSWORD}
    return found

"""Carrying over the end of a session under which name a SAML provider knows who leaves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from compagnon.core import sealing

KEPT, OUT = "compagnon_saml_name", "compagnon_saml_out"
LABEL = b"compagnon.people leaving a provider 1"
WITHIN = timedelta(minutes=10)


def address(request: HttpRequest, code: str) -> str:
    """Give the page that says that one signed out of a provider's session.

    What it needs to lead on to the provider goes with it, sealed: the session ends before.
    """
    told = request.session.get(KEPT)
    place = reverse("provider_out", args=[code])
    if not isinstance(told, dict) or told.get("provider") != code:
        return place
    text = json.dumps({"told": told, "at": timezone.now().timestamp()})
    return f"{place}?{urlencode({'as': sealing.seal(text, label=LABEL)})}"


def opened(sealed: str) -> dict[str, str]:
    """Give what :func:`address` sealed; empty: nothing, or too old."""
    if not sealed or len(sealed) > 8_000:
        return {}
    try:
        read: Any = json.loads(sealing.unseal(sealed, label=LABEL))
        if timezone.now().timestamp() - float(read["at"]) > WITHIN.total_seconds():
            return {}
        return {str(key): str(value) for key, value in read["told"].items()}
    except (sealing.Unreadable, ValueError, KeyError, TypeError, AttributeError):
        return {}

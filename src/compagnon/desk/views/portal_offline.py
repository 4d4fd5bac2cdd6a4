"""What makes the portal installable and readable without network: manifest, worker, last page.

None of it says anything of anybody, so it asks for no sign-in. A page that may be kept says whose
it is in ``X-Portal-Person``; the worker keeps one person's pages at a time.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.ui import assets

WORKER = "portal-worker.js"
# What every page of the portal is made of.
SHELL = ("app.css", "app.js", "theme.js", "portal.js", "icons.svg", "logo.svg", "favicon.svg")
ICONS = ((192, "any"), (512, "any"), (512, "maskable"))


def of_person(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark a page as one that its person's device may keep."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if response.status_code == 200:
        response["X-Portal-Person"] = person_mark(actor)
        # The worker decides what is kept; nothing else on the way may.
        response["Cache-Control"] = "private, no-cache"
    return response


def person_mark(actor: Actor) -> str:
    """Give what tells persons apart on a device, and says nothing of them."""
    key = f"portal\n{settings.SECRET_KEY}".encode()
    return hmac.new(key, str(actor.id).encode(), hashlib.sha256).hexdigest()[:24]


def build() -> str:
    """Give a word that changes with any built file: what the worker keeps is of one build."""
    versions = assets.manifest().versions
    return hashlib.sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()[:16]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Give what a phone needs to install the portal: its name, colours, icons, first page."""
    start = reverse("desk:portal")
    document = {
        "id": start,
        "name": _("Compagnon – support"),
        "short_name": "Compagnon",
        "description": _("Report, follow and answer your requests for support."),
        "lang": get_language(),
        "dir": "ltr",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f8f9",
        "theme_color": "#0d3b47",
        "categories": ["business", "productivity"],
        "icons": [
            {"src": assets.address(name), "sizes": f"{size}x{size}", "type": "image/png",
             "purpose": purpose}
            for size, purpose in ICONS
            if (name := f"portal-{'maskable-' if purpose == 'maskable' else ''}{size}.png")
        ],
        "shortcuts": [
            {"name": _("Report a problem"), "url": reverse("desk:portal_report")},
            {"name": _("My requests"), "url": reverse("desk:portal_requests")},
        ],
    }  # fmt: skip
    return JsonResponse(document, content_type="application/manifest+json")


@require_safe
@never_cache
def worker(_request: HttpRequest) -> HttpResponse:
    """Give the service worker, which changes with each build of what it keeps."""
    told = {
        "build": build(),
        "shell": [assets.address(name) for name in SHELL],
        "offline": reverse("desk:portal_offline"),
        "scope": reverse("desk:portal"),
    }
    text = f"self.PORTAL = {json.dumps(told)};\n".encode() + assets.content(WORKER)
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = reverse("desk:portal")
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Give the page that stands for what was not kept."""
    return render(request, "desk/portal/offline.html")

"""Pages of the demonstration only: the mail that left it."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compagnon.config.demo import sink

ADDRESS = re.compile(r"https?://[^\s<>\"']{1,500}")


def only_here(request: HttpRequest) -> None:
    """Let nobody in but who sits at the machine of a demonstration: this mail opens doors.

    Raises:
        Http404: this is no demonstration, or somebody asks from elsewhere.
    """
    try:
        local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        local = False
    if not (settings.DEMO and local and sink.folder() is not None):
        raise Http404


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the mail that left, newest first."""
    only_here(request)
    return render(request, "demo/mails.html", {"mails": sink.latest()})


@require_safe
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one mail; its links to this installation can be followed."""
    only_here(request)
    found = _found(key)
    context = {"mail": found, "text": followed(found.text), "answer": answering(found)}
    return render(request, "demo/mail.html", context)


@require_safe
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """Give a mail's HTML, to be shown in a frame that can do nothing."""
    only_here(request)
    response = HttpResponse(_found(key).html)
    response["Content-Security-Policy"] = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; "
        "frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take what this machine's own webhook sends, and do nothing with it."""
    only_here(request)
    return HttpResponse(status=204)


def _found(key: str) -> sink.Opened:
    found = sink.read(key)
    if found is None:
        raise Http404
    return found


def followed(text: str) -> SafeString:
    """Give a text whose addresses of this installation are links; the others stay words."""
    parts, at = [], 0
    for match in ADDRESS.finditer(text):
        if match[0].startswith(f"{settings.BASE_URL}/"):
            link = escape(match[0])
            parts += [escape(text[at : match.start()]), f'<a href="{link}">{link}</a>']
            at = match.end()
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped


def answering(found: sink.Opened) -> str:
    """Give the command that answers a mail from a terminal, as its reader would."""
    return (
        f"swaks --server {settings.LISTEN_SMTP} --from {sink.address(found.to)} "
        f"--to {sink.address(found.sender)} --header 'Subject: Re: votre demande' "
        f"--header 'In-Reply-To: {found.message_id}' --body 'Merci, tout fonctionne.'"
    )

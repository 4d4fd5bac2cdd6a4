"""Where supervisions post their alerts: no session, no form, a token of the source."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from compagnon.core.actor import Actor, Source
from compagnon.core.api import throttle
from compagnon.core.errors import CompagnonError, Invalid, SignInNeeded, TooLarge
from compagnon.desk.inbound.alerts import MOST_BYTES
from compagnon.desk.models import ReportState
from compagnon.desk.services import alert_sources as services


@csrf_exempt
def post(request: HttpRequest) -> HttpResponse:
    """Take what a supervision posts: 202 once it is kept, and before it is processed."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        answer: dict[str, Any] = _taken(request)
        return JsonResponse(answer, status=202)
    except CompagnonError as error:
        document = error.problem()
        response = JsonResponse(
            document, status=document["status"], content_type="application/problem+json"
        )
        if isinstance(error, SignInNeeded):
            response["WWW-Authenticate"] = 'Bearer realm="alerts"'
        if error.retry_after:
            response["Retry-After"] = str(error.retry_after)
        return response


def _taken(request: HttpRequest) -> dict[str, Any]:
    source = services.source_of(token_of(request))
    if source is None:
        throttle.spend(request, f"alerts from {request.META.get('REMOTE_ADDR', '')}")
        raise SignInNeeded
    throttle.spend(request, f"alert source {source.pk}")
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared) > MOST_BYTES:
        raise TooLarge
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise TooLarge
    report = services.hear(
        actor=Actor.system("supervision", source=Source.API),
        source=source,
        raw=raw,
        peer=str(request.META.get("REMOTE_ADDR", "")),
    )
    if report.state == ReportState.REFUSED:
        raise Invalid(report.error, code="not-understood")
    return {"report": report.pk}


def token_of(request: HttpRequest) -> str:
    """Give the token of the request: a bearer's, or the password of HTTP's basic way."""
    scheme, _space, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic" and len(rest) < 400:
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except (ValueError, binascii.Error):
            return ""
        return pair.partition(":")[2].strip()
    return ""

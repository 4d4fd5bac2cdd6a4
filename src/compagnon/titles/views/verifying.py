"""Public pages: what an attestation states, whether it holds, and checking a file.

No sign-in. Whoever holds a link reads what its paper says, its state, and nothing more; calls are
counted by address, links hold 192 bits of chance, and no robot is to keep the pages.
"""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core.api.throttle import Buckets
from compagnon.core.errors import NotFound, TooMany
from compagnon.titles.checked_words import tell_all
from compagnon.titles.forms.outcomes import CheckForm
from compagnon.titles.models import Attestation
from compagnon.titles.proving import checking
from compagnon.titles.proving.certificates import Trust, read_trust
from compagnon.titles.proving.documents import write_document
from compagnon.titles.queries import outcomes as queries

READS_PER_MINUTE = 60
CHECKS_PER_MINUTE = 10
_reads, _checks = Buckets(), Buckets()


@require_safe
def attestation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the attestation of a link states, and whether it still holds."""
    _spend(_reads, request, READS_PER_MINUTE)
    return _answer(request, row=queries.by_token(token[:64]))


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Take a file and tell, check by check, whether it holds."""
    if request.method != "POST":
        return _answer(request)
    _spend(_checks, request, CHECKS_PER_MINUTE)
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, form=form, status=422)
    report = checking.check(
        form.cleaned_data["file"].read(),
        now=timezone.now(),
        trust=_trust(),
        status_lists=[write_document(listed) for listed in queries.signed_lists()],
    )
    return _answer(request, form=CheckForm(), report=report)


def _answer(
    request: HttpRequest,
    *,
    row: Attestation | None = None,
    form: CheckForm | None = None,
    report: checking.Report | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "attestation": row,
        "form": form or CheckForm(),
        "report": report,
        "checks": tell_all(report) if report else [],
    }
    response = render(request, "titles/outcomes/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def status_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Serve a signed list of withdrawals, for any verifier."""
    _spend(_reads, request, READS_PER_MINUTE)
    response = JsonResponse(
        queries.served_list(list_id).credential, json_dumps_params={"ensure_ascii": False}
    )
    response["Content-Type"] = "application/vc"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def trust_file(request: HttpRequest) -> HttpResponse:
    """Serve the certificates that who checks attestations trusts."""
    _spend(_reads, request, READS_PER_MINUTE)
    response = HttpResponse(queries.trust_file(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="compagnon-attestations.pem"'
    return response


def _trust() -> Trust:
    try:
        return read_trust(queries.trust_file())
    except NotFound:
        return Trust()


def _spend(buckets: Buckets, request: HttpRequest, per_minute: int) -> None:
    allowance = buckets.take(str(request.META.get("REMOTE_ADDR", "")), per_minute=per_minute)
    if not allowance.allowed:
        raise TooMany(
            _("Too many calls in too little time: wait, then call again."),
            retry_after=max(1, math.ceil(allowance.wait)),
        )

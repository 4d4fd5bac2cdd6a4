"""What comes out of sessions by API: minutes as files, attestations in one gesture."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import translation
from ninja import Schema

from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.titles.api.outcomes import AttestationOut
from compagnon.titles.models import Attestation
from compagnon.titles.queries import results as queries
from compagnon.titles.services import attesting

router = Routes(tag="results")


class AttestedOut(Schema):
    """The attestations that were issued now; none when all were."""

    items: list[AttestationOut]


def _full(made: list[Attestation]) -> dict[str, object]:
    return {"items": made}


@router.download("/minutes/{minutes_id}/file")
def get_minutes_file(request: ApiRequest, minutes_id: Id) -> HttpResponse:
    """Download minutes as PDF/A; the sealed text is attached for the jury and the centre."""
    language = translation.get_language() or "fr"
    _number, content = queries.minutes_file(request.actor, minutes_id, language=language)
    return HttpResponse(content, content_type="application/pdf")


@router.act("/minutes/{minutes_id}/attest", AttestedOut)
def attest_minutes(request: ApiRequest, minutes_id: Id) -> dict[str, object]:
    """Issue the attestation of everything that minutes grant; none twice."""
    return _full(attesting.attest_minutes(actor=request.actor, minutes_id=minutes_id))


@router.act("/exam-sessions/{session_id}/attest", AttestedOut)
def attest_session(request: ApiRequest, session_id: Id) -> dict[str, object]:
    """Issue the attestations of everything that a session's minutes grant; none twice."""
    return _full(attesting.attest_session(actor=request.actor, session_id=session_id))

"""What comes out of sessions by API: minutes as files, attestations in one gesture."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, FilterLookup, Id, ListQuery, Routes
from compagnon.titles import session_mail
from compagnon.titles.api.outcomes import AttestationOut
from compagnon.titles.documents.calendar import calendar_file
from compagnon.titles.documents.summons import summons_pdf
from compagnon.titles.models import Attestation, SessionMail
from compagnon.titles.queries import checklist as checklists
from compagnon.titles.queries import results as queries
from compagnon.titles.services import attesting
from compagnon.titles.services import session_mail as services

router = Routes(tag="results")


class SessionMailOut(Schema):
    """A mail about a session to one person."""

    id: int
    session_id: int
    person_id: int
    kind: Literal["summons", "cancelled", "results"]
    as_juror: bool
    sequence: int = Field(description="Of the calendar event; the highest holds.")
    address: str
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None


class SessionMailQuery(ListQuery):
    """Which mails, in which order."""

    state: Annotated[Literal["waiting", "sent", "failed"] | None, FilterLookup("state")] = None
    ordering: Literal["id", "-id"] = "id"


class MissingOut(Schema):
    """Something that is not there yet."""

    code: str
    words: str


class ChecklistRowOut(Schema):
    """A candidate: what is told, by column, and what is missing."""

    sitting_id: int = Field(alias="sitting.pk")
    candidacy_id: int = Field(alias="sitting.candidacy_id")
    values: dict[str, str]
    missing: list[MissingOut]


class ChecklistOut(Schema):
    """What is copied to the State's platform, which has no known interface."""

    session_id: int = Field(alias="session.pk")
    is_complete: bool
    missing: list[MissingOut]
    rows: list[ChecklistRowOut]


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


@router.act("/sessions/{session_id}/attest", AttestedOut)
def attest_session(request: ApiRequest, session_id: Id) -> dict[str, object]:
    """Issue the attestations of everything that a session's minutes grant; none twice."""
    return _full(attesting.attest_session(actor=request.actor, session_id=session_id))


@router.index("/sessions/{session_id}/mails", SessionMailOut)
def list_session_mails(
    request: ApiRequest, session_id: Id, query: Query[SessionMailQuery]
) -> QuerySet[SessionMail]:
    """List what was sent about a session: all for the centre, yours otherwise."""
    return queries.mails(request.actor, session_id)


@router.act("/session-mails/{mail_id}/retry", SessionMailOut)
def retry_session_mail(request: ApiRequest, mail_id: Id) -> SessionMail:
    """Send again a mail that did not leave, to the address known now."""
    return services.retry_mail(actor=request.actor, mail_id=mail_id)


@router.download("/session-mails/{mail_id}/calendar")
def get_session_mail_calendar(request: ApiRequest, mail_id: Id) -> HttpResponse:
    """Download the calendar file of a summons or a cancellation."""
    row = queries.mail(request.actor, mail_id)
    content = calendar_file(session_mail.appointment_of(row))
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


@router.download("/session-mails/{mail_id}/file")
def get_session_mail_file(request: ApiRequest, mail_id: Id) -> HttpResponse:
    """Download the PDF of a summons, as the session stands."""
    row = queries.mail(request.actor, mail_id)
    content = summons_pdf(session_mail.summons_of(row), language=row.person.language)
    return HttpResponse(content, content_type="application/pdf")


@router.show("/sessions/{session_id}/checklist", ChecklistOut)
def get_session_checklist(request: ApiRequest, session_id: Id) -> checklists.Checklist:
    """Read what is missing of a session, candidate by candidate."""
    return checklists.checklist(request.actor, session_id)


@router.download("/sessions/{session_id}/checklist/file")
def get_session_checklist_file(request: ApiRequest, session_id: Id) -> HttpResponse:
    """Download the table (CSV) that a person copies to the State's platform."""
    text = checklists.as_csv(checklists.checklist(request.actor, session_id))
    return HttpResponse(f"\ufeff{text}", content_type="text/csv; charset=utf-8")

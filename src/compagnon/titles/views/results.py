"""Pages of what comes out of a session: minutes as files, attestations in one gesture."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid
from compagnon.titles import session_mail
from compagnon.titles.documents.calendar import calendar_file
from compagnon.titles.documents.summons import summons_pdf
from compagnon.titles.models import Attestation
from compagnon.titles.queries import checklist as checklists
from compagnon.titles.queries import results as queries
from compagnon.titles.services import attesting
from compagnon.titles.services import session_mail as services


def _pdf(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@require_safe
def minutes_file(request: HttpRequest, minutes_id: int) -> HttpResponse:
    """Give the PDF of minutes."""
    language = translation.get_language() or "fr"
    return _pdf(*queries.minutes_file(actor_of(request), minutes_id, language=language))


@require_safe
def outcome(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show what came out of a session: each candidate's minutes and attestations, what is left."""
    actor = actor_of(request)
    found = queries.outcome(actor, session_id)
    context = {"outcome": found, "checklist": found.checklist}
    return render(request, "titles/results/outcome.html", context)


@require_POST
def attest_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Issue everything that the minutes of a session grant."""
    try:
        made = attesting.attest_session(actor=actor_of(request), session_id=session_id)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        _tell(request, made)
    return redirect("titles:session_outcome", session_id)


@require_POST
def attest_minutes(request: HttpRequest, minutes_id: int) -> HttpResponse:
    """Issue everything that minutes grant."""
    actor = actor_of(request)
    session_id = queries.session_of_minutes(actor, minutes_id)
    try:
        made = attesting.attest_minutes(actor=actor, minutes_id=minutes_id)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        _tell(request, made)
    return redirect("titles:session_outcome", session_id)


@require_safe
def checklist_file(request: HttpRequest, session_id: int) -> HttpResponse:
    """Give the table of a session for the State's platform."""
    found = checklists.checklist(actor_of(request), session_id)
    return csv_answer(checklists.as_csv(found), found.session.reference)


def csv_answer(text: str, name: str) -> HttpResponse:
    """Give a table as a file; with the mark by which spreadsheets know UTF-8."""
    response = HttpResponse(f"\ufeff{text}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_safe
def mail_file(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Give the PDF of a summons, as the session stands."""
    row = queries.mail(actor_of(request), mail_id)
    content = summons_pdf(session_mail.summons_of(row), language=row.person.language)
    return _pdf(f"{row.session.reference}-{row.person_id}", content)


@require_safe
def mail_calendar(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Give the calendar file of a summons."""
    row = queries.mail(actor_of(request), mail_id)
    content = calendar_file(session_mail.appointment_of(row))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.session.reference}.ics"'
    return response


@require_POST
def retry_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Send again a mail that did not leave."""
    actor = actor_of(request)
    session_id = queries.mail(actor, mail_id).session_id
    try:
        services.retry_mail(actor=actor, mail_id=mail_id)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is sent again in a moment."))
    return redirect("titles:session_outcome", session_id)


def _tell(request: HttpRequest, made: Sequence[Attestation]) -> None:
    if made:
        words = ngettext(
            "%(count)d attestation is issued.", "%(count)d attestations are issued.", len(made)
        )
        messages.success(request, words % {"count": len(made)})
    else:
        messages.info(request, _("Everything that the minutes grant is attested already."))

"""Pages of a jury: one's candidates, one candidate's case with opinions and votes, minutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.titles import ruling
from compagnon.titles.deeds_of_sessions import MINUTES
from compagnon.titles.forms import sessions as forms
from compagnon.titles.models import Attendance, Minutes, SessionState, Sitting, Value
from compagnon.titles.queries import deliberations as queries
from compagnon.titles.queries import sessions as session_queries
from compagnon.titles.services import deliberating, minutes
from compagnon.titles.services.case_files import ties_of
from compagnon.titles.services.decisions import language
from compagnon.titles.showing_decisions import shown, shown_decision
from compagnon.titles.showing_sessions import COLOURS
from compagnon.titles.views.deeds import carry_out
from compagnon.ui import live

VALUES = (
    (Value.ACQUIRED, "green", "circle-check"),
    (Value.NOT_ACQUIRED, "red", "circle-x"),
    (Value.NOT_SEEN, "secondary", "circle-dashed"),
)


def _is_live(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers


@require_safe
def judge(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show a juror the candidates of a session, and who has closed their opinions."""
    actor = actor_of(request)
    row = session_queries.session(actor, session_id)
    seat = deliberating.seat(actor, row)
    version = live.version(*queries.state_of(actor, row))
    if _is_live(request) and (same := live.unchanged(request, version)) is not None:
        return same
    own = queries.own_opinions(actor, row)
    each = len(deliberating.judged_certificates(row))
    page = session_queries.page_of(actor, row)
    lines = []
    for one in page.sittings:
        came = one.attendance == Attendance.PRESENT
        lines.append(
            {
                "sitting": one,
                "came": came,
                "tied": bool(ties_of(seat, one.candidacy)),
                "given": own.get(one.pk, 0),
                "minutes": next((m for m in page.minutes if m.sitting_id == one.pk
                                 and not hasattr(m, "corrected_by")), None),
            }
        )  # fmt: skip
    seats = queries.seats(actor, row)
    context = {
        "row": row,
        "colour": COLOURS[SessionState(row.state)],
        "version": version,
        "lines": lines,
        "each": each,
        "seats": seats,
        "closed": any(one.closed for one in seats if one.is_own),
    }
    name = "_judge" if _is_live(request) else "judge"
    return render(request, f"titles/juries/{name}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def judge_candidate(request: HttpRequest, session_id: int, sitting_id: int) -> HttpResponse:
    """Show a candidate's case to a juror; take their own opinions of it."""
    actor = actor_of(request)
    of = queries.sitting(actor, session_id, sitting_id)
    seat = deliberating.seat(actor, of.session)
    if request.method == "POST":
        return _give(request, actor, of)
    version = live.version(*queries.state_of(actor, of.session, of))
    if _is_live(request) and (same := live.unchanged(request, version)) is not None:
        return same
    context = {
        "row": of.session,
        "of": of,
        "colour": COLOURS[SessionState(of.session.state)],
        "version": version,
        "tied": bool(ties_of(seat, of.candidacy)),
        **_opinions(actor, of),
        **_common(actor, of),
    }
    if _is_live(request):
        return render(request, "titles/juries/_candidate.html", context | {"oob": True})
    context["case"] = queries.case_of(actor, of)
    return render(request, "titles/juries/candidate.html", context)


def _give(request: HttpRequest, actor: Actor, of: Sitting) -> HttpResponse:
    """Keep what was typed on each certificate; what has no result is left out."""
    try:
        for one in deliberating.judged_certificates(of.session):
            value = request.POST.get(f"value-{one.pk}", "")
            if value:
                deliberating.give_opinion(
                    actor=actor,
                    session_id=of.session_id,
                    sitting_id=of.pk,
                    certificate_id=one.pk,
                    value=value,
                    comment=request.POST.get(f"comment-{one.pk}", ""),
                )
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your opinions are kept: nobody else reads them yet."))
    return redirect("titles:judge_candidate", of.session_id, of.pk)


def _opinions(actor: Actor, of: Sitting) -> dict[str, Any]:
    seats = queries.seats(actor, of.session)
    own = next((one for one in seats if one.is_own), None)
    found = queries.opinions(actor, of)
    closed = own is not None and own.closed
    return {
        "seats": seats,
        "closed": closed,
        "writes": of.session.state == SessionState.HELD and not closed
        and of.attendance == Attendance.PRESENT,
        "values": VALUES,
        "table": [
            {
                "certificate": one,
                "own": found.get(one.pk, {}).get(own.member.pk) if own else None,
                "others": [
                    {"seat": seat, "opinion": found.get(one.pk, {}).get(seat.member.pk)}
                    for seat in seats
                    if not seat.is_own
                ],
            }
            for one in deliberating.judged_certificates(of.session)
        ],
    }  # fmt: skip


def _common(actor: Actor, of: Sitting) -> dict[str, Any]:
    """Give the common deliberation, once it began: votes, what rules make of them, minutes."""
    if of.session.state not in (SessionState.DELIBERATING, SessionState.CLOSED):
        return {}
    rows = list(session_queries.minutes(actor).filter(sitting=of).order_by("pk"))
    standing = next((one for one in reversed(rows) if not hasattr(one, "corrected_by")), None)
    context: dict[str, Any] = {
        "ballots": queries.ballots(actor, of),
        "missing": deliberating.missing_votes(of),
        "all_minutes": rows,
        "standing": standing,
        "deliberating": of.session.state == SessionState.DELIBERATING,
    }
    if of.session.state == SessionState.DELIBERATING and of.attendance == Attendance.PRESENT:
        try:
            found = minutes.foresee(of)
        except Conflict as error:
            context["unreadable"] = str(error)
        else:
            context["decision"] = shown_decision(found, language())
            context["questions"] = [
                {"id": one.id, "words": one.words.text(language()), "options": one.options}
                for one in found.questions
            ]
            context["needs_person"] = found.outcome == ruling.Outcome.NEEDS_PERSON
    return context


# --- minutes --------------------------------------------------------------------------------------


@require_safe
def minutes_page(request: HttpRequest, minutes_id: int) -> HttpResponse:
    """Show minutes: what they say, who signed, whether the seal holds."""
    actor = actor_of(request)
    row = session_queries.one_minutes(actor, minutes_id)
    signatures = list(session_queries.signatures(actor, row))
    seat = session_queries.own_seat(actor, row.session)
    content = minutes.told_to(actor, row)
    context = {
        "row": row,
        "content": content,
        "decision": shown(content["decision"], language()),
        "signatures": signatures,
        "unsigned": minutes.unsigned(row),
        "seal_holds": row.digest == minutes.digest_of(row.content, row.previous),
        "corrected_by": getattr(row, "corrected_by", None),
        "may_sign": seat is not None
        and not hasattr(row, "corrected_by")
        and all(one.member_id != seat.pk for one in signatures),
        "may_appeal": MINUTES["appeal"].may(actor, row),
        "may_manage": actor.scope.allows("session.manage", row.organisation_id),
        "kept": _kept(actor, row),
        "appeals": session_queries.appeals(actor, row),
    }
    context |= {"appeal_form": forms.AnswerAppealForm(actor=actor, row=row)}
    return render(request, "titles/juries/minutes.html", context)


def _kept(actor: Actor, row: Minutes) -> Any:
    found = minutes.decision_of(row)
    seen = found and (
        actor.scope.allows("decision.view", found.organisation_id)
        or actor.scope.allows("decision.record", found.organisation_id)
    )
    return found if seen else None


@require_http_methods(["GET", "HEAD", "POST"])
def minutes_do(request: HttpRequest, minutes_id: int, name: str) -> HttpResponse:
    """Carry out a deed on minutes: sign, appeal, answer."""
    actor = actor_of(request)
    row = session_queries.one_minutes(actor, minutes_id)
    deed = MINUTES.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:minutes", args=[row.pk])
    return carry_out(request, actor, row, deed, back=back, where=row.number)

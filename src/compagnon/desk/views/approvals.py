"""Approvals on pages: what is asked of the person, one of them, and the link of the mail.

Who is asked may be a client's person without any role: these pages stand in the portal.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.desk import approvals, links, services
from compagnon.desk import requests_reading as reading
from compagnon.desk.forms.approvals import DecideForm, GiveUpForm, NameApproverForm
from compagnon.desk.models import Answer, Approval, ApprovalState, ApprovalVoice
from compagnon.desk.views.links import language_of
from compagnon.desk.views.notices import frame_of
from compagnon.desk.views.ticket import add_errors
from compagnon.people.queries import scope_of

ROWS, ANSWERED = 100, 30


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person's answer, and what they answered last."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "awaited": list(approvals.asked_of(actor)[:ROWS]),
        "answered": [
            approvals.shown(actor, one)
            for one in approvals.asked_of(actor, answered=True)[:ANSWERED]
        ],
        "frame": frame_of(actor),
    }
    return render(request, "desk/approvals/list.html", context)


@login_required
@require_safe
def one(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Show one approval: what is asked, who answered, and what the person may do."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.read_notices(actor=actor, ticket_id=approvals.one(actor, approval_id).ticket_id)
    return render(request, "desk/approvals/one.html", _page(actor, approval_id))


def _page(actor: Actor, approval_id: int, **failed: Any) -> dict[str, Any]:
    approval = approvals.one(actor, approval_id)
    shown = approvals.shown(actor, approval)
    context: dict[str, Any] = {
        "shown": shown,
        "approval": approval,
        "ticket": approval.ticket,
        "description": approvals.description(approval),
        "answers": reading.told(reading.answers_of(actor, approval.ticket)),
        "decide": DecideForm(initial={"version": approval.version}),
        "frame": frame_of(actor),
        "failed": "",
    }
    if shown.may_name or shown.may_hand_over:
        context["naming"] = NameApproverForm(actor=actor, approval=approval, lead=shown.may_name)
    if shown.may_give_up:
        context["giving_up"] = GiveUpForm()
    return context | failed


@login_required
@require_POST
def act(request: HttpRequest, approval_id: int, name: str) -> HttpResponse:
    """Answer, name somebody else, or give up."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    approval = approvals.one(actor, approval_id)
    if name not in DONE:
        raise Http404
    form = _form(actor, approval, name, request)
    status = 422
    if form.is_valid():
        try:
            _do(actor, approval, name, form.cleaned_data)
        except NotFound:
            raise
        except CompagnonError as error:
            status = error.status
            add_errors(form, error)
        else:
            messages.success(request, str(DONE[name]))
            if name == "hand-over":
                return redirect("desk:approvals")
            return redirect("desk:approval", approval_id=approval.pk)
    place = {"decide": "decide", "hand-over": "naming", "give-up": "giving_up"}[name]
    page = _page(actor, approval_id, **{place: form, "failed": name})
    return render(request, "desk/approvals/one.html", page, status=status)


DONE = {
    "decide": _("Your answer is kept."),
    "hand-over": _("They are asked, and told."),
    "give-up": _("This approval is asked no more."),
}


def _form(actor: Actor, approval: Approval, name: str, request: HttpRequest) -> Any:
    if name == "decide":
        return DecideForm(request.POST)
    if name == "give-up":
        return GiveUpForm(request.POST)
    lead = approvals.shown(actor, approval).may_name
    return NameApproverForm(request.POST, actor=actor, approval=approval, lead=lead)


def _do(actor: Actor, approval: Approval, name: str, values: dict[str, Any]) -> None:
    if name == "decide":
        services.decide(
            actor=actor,
            approval_id=approval.pk,
            approve=values["answer"] == "approve",
            comment=values["comment"],
            expected_version=values["version"],
        )
    elif name == "give-up":
        services.give_up(actor=actor, approval_id=approval.pk, reason=values["reason"])
    else:
        services.name_approver(
            actor=actor,
            approval_id=approval.pk,
            person=values["person"],
            instead_of=values.get("instead_of"),
        )


# --- the link of the mail -------------------------------------------------------------------------


def bearer(request: HttpRequest, voice: ApprovalVoice) -> Actor:
    """Give the actor that a link stands for: who is asked, with no verb of their roles."""
    return Actor(
        kind=ActorKind.PERSON,
        id=voice.person_id,
        label=str(voice.person),
        source=Source.LINK,
        scope=scope_of(voice.person, only=frozenset({"approval.own"})),
        correlation_id=request.correlation_id,  # type: ignore[attr-defined]
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked; take the answer by a button, never by opening the page."""
    voice = links.voice_of(token)
    approval = voice.approval
    with translation.override(language_of(request, voice.person)):
        form = DecideForm(request.POST or None)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    values = form.cleaned_data | {"version": None}
                    _do(bearer(request, voice), approval, "decide", values)
                except CompagnonError as error:
                    status = error.status
                    add_errors(form, error)
                else:
                    return redirect("desk:approve_link", token=token)
        waits = (
            voice.answer == Answer.AWAITED
            and approval.state == ApprovalState.ASKED
            and voice.person.is_active
        )
        context = {
            "voice": voice,
            "approval": approval,
            "ticket": approval.ticket,
            "description": approvals.description(approval),
            "answers": reading.told(reading.answers_of(bearer(request, voice), approval.ticket)),
            "form": form,
            "waits": waits,
        }
        response = render(request, "desk/approvals/by_link.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response

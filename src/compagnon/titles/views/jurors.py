"""Pages of jurors: the register, one with their links, and a juror's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.titles.deeds_of_sessions import JUROR
from compagnon.titles.forms import sessions as forms
from compagnon.titles.models import Answer, SessionState
from compagnon.titles.queries import sessions as queries
from compagnon.titles.services import inviting, jurors
from compagnon.titles.views.deeds import carry_out, refuse
from compagnon.titles.views.sessions import _check_prepares, _take


@require_safe
def juror_list(request: HttpRequest) -> HttpResponse:
    """List the registers of jurors that one sees."""
    actor = actor_of(request)
    q = request.GET.get("q", "")
    context = {
        "page": _take(request, queries.jurors(actor, q), "person__search_name"),
        "q": q,
        "today": timezone.localdate(),
        "may_manage": actor.scope.allows_somewhere("session.manage"),
    }
    return render(request, "titles/jurors/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Write somebody in a register."""
    actor = actor_of(request)
    _check_prepares(actor)
    form = forms.RegisterForm(request.POST or None, actor=actor, row=None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = jurors.register_juror(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("%(name)s is in the register.") % {"name": row})
                return redirect("titles:juror", row.pk)
    return render(request, "titles/jurors/register.html", {"form": form}, status=status)


@require_safe
def juror(request: HttpRequest, juror_id: int) -> HttpResponse:
    """Show what the register says of a juror."""
    actor = actor_of(request)
    row = queries.juror(actor, juror_id)
    context = {
        "row": row,
        "ties": queries.ties(actor, row),
        "today": timezone.localdate(),
        "may_manage": actor.scope.allows("session.manage", row.organisation_id),
        "may_tell": JUROR["tie"].may(actor, row),
    }
    return render(request, "titles/jurors/juror.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, juror_id: int, name: str) -> HttpResponse:
    """Carry out a deed on a juror."""
    actor = actor_of(request)
    row = queries.juror(actor, juror_id)
    deed = JUROR.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:juror", args=[row.pk])
    return carry_out(request, actor, row, deed, back=back, where=str(row))


@require_safe
def my_jury(request: HttpRequest) -> HttpResponse:
    """Show a juror their invitations and their sessions."""
    actor = actor_of(request)
    seats = list(queries.seats(actor)[:200])
    open_states = (SessionState.PLANNED, SessionState.SUMMONED)
    context = {
        "waiting": [
            one
            for one in seats
            if one.answer == Answer.WAITING and one.session.state in open_states
        ],
        "accepted": [one for one in seats if one.answer == Answer.ACCEPTED],
        "declined": [one for one in seats if one.answer == Answer.DECLINED],
    }
    return render(request, "titles/jurors/mine.html", context)


@require_POST
def answer(request: HttpRequest, member_id: int) -> HttpResponse:
    """Answer an invitation."""
    given = request.POST.get("answer", "")
    if given not in (Answer.ACCEPTED, Answer.DECLINED):
        raise Invalid(_("Accept or decline."))
    inviting.answer_invitation(actor=actor_of(request), member_id=member_id, answer=given)
    messages.success(request, _("Your answer is recorded."))
    return redirect("titles:my_jury")

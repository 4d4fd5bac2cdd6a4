"""«For me»: the notes that name the person, and how they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import services
from compagnon.desk.forms import NoticeChoiceForm
from compagnon.desk.models import Notice, NoticeChoice

SHOWN = 100


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the latest notes that name the person, the unread ones marked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = visible(Notice, actor).select_related("ticket", "message__author").order_by("-id")
    choice = visible(NoticeChoice, actor).first()
    form = NoticeChoiceForm(
        initial={"mentions_by_mail": choice.mentions_by_mail if choice else False}
    )
    return render(request, "desk/for_me.html", {"notices": list(rows[:SHOWN]), "form": form})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark them all as read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.read_notices(actor=actor)
    return redirect("desk:for_me")


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep how the person wants to be told."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = NoticeChoiceForm(request.POST)
    services.choose_notices(
        actor=actor, mentions_by_mail=form.is_valid() and form.cleaned_data["mentions_by_mail"]
    )
    messages.success(request, _("Your choice is kept."))
    return redirect("desk:for_me")


def unread(actor: Actor) -> int:
    """Count the notes that name the person and that they have not read, up to a hundred."""
    return visible(Notice, actor).filter(read_at=None).order_by()[:SHOWN].count()

"""«For me»: what the person is told, the bell that shows it live, and how they want to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import approvals, notice_words, services
from compagnon.desk.forms.notices import TimesForm, WaysForm
from compagnon.desk.models import (
    Notice,
    NoticeChannel,
    NoticeChoice,
    NoticeEvent,
    PushSubscription,
)
from compagnon.desk.outbound import push_keys
from compagnon.desk.policies import is_support
from compagnon.desk.services.notices import ways_of
from compagnon.desk.views.ticket import add_errors
from compagnon.ui import live

ROWS = 50
COUNTED = 100
IN_THE_BELL = 7


def frame_of(actor: Actor) -> str:
    """Give the frame that the actor's pages stand in: the desk's, or the portal's."""
    works = actor.scope.allows_somewhere("ticket.view")
    return "ui/base.html" if works else "desk/portal/frame.html"


def told(rows: list[Notice]) -> list[dict[str, Any]]:
    """Give what a list says of notices."""
    return [
        {
            "row": row,
            "line": notice_words.line(row),
            "icon": notice_words.icon(row),
            "excerpt": notice_words.excerpt(row),
            "path": notice_words.path(row),
        }
        for row in rows
    ]


def _rows(actor: Actor) -> Any:
    rows = visible(Notice, actor).filter(channel=NoticeChannel.PAGE)
    return rows.select_related("ticket", "message", "actor")


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what the person was told, the latest first, the unread marked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        page = keyset.take(
            _rows(actor), ordering="-id", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:  # a cursor of another list: its first page
        page = keyset.take(_rows(actor), ordering="-id", limit=ROWS, cursor=None)
    context = {"notices": told(page.rows), "page": page, "frame": frame_of(actor)}
    return render(request, "desk/notices/list.html", context)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """Give the bell with what is unread; nothing when nothing changed, or nobody is known."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_known:
        return HttpResponse(status=204)
    keys = list(
        visible(Notice, actor)
        .filter(channel=NoticeChannel.PAGE, read_at=None)
        .order_by("-id")
        .values_list("pk", flat=True)[:COUNTED]
    )
    version = live.version("bell", *keys)
    if (same := live.unchanged(request, version)) is not None:
        return same
    rows = list(_rows(actor).filter(pk__in=keys[:IN_THE_BELL]).order_by("-id")) if keys else []
    context = {"notices": told(rows), "count": len(keys), "version": version}
    return render(request, "desk/notices/bell.html", context)


def bell_panel(request: HttpRequest, _subject: Any) -> SafeString | None:
    """Put the bell in the frame; it asks for its content once the page is there."""
    # A refusal may be told before anybody is known.
    actor = getattr(request, "actor", None)
    if actor is None or not actor.is_known:
        return None
    return render_to_string("desk/notices/bell.html", {"fresh": True, "count": 0}, request)


@login_required
@require_safe
def open_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read, and lead to what it tells."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    notice = get_visible(Notice, actor, Notice.objects.select_related("ticket"), pk=notice_id)
    services.read_notices(actor=actor, notice_id=notice.pk)
    if notice.event == NoticeEvent.APPROVAL:
        return redirect(approvals.page_of(actor, notice.ticket_id))
    place = f"#message-{notice.message_id}" if notice.message_id else ""
    page = "desk:ticket" if is_support(actor, notice.ticket) else "desk:portal_request"
    return redirect(reverse(page, args=[notice.ticket_id]) + place)


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
    """Keep whether a note that names the person comes by mail too."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.choose_notices(actor=actor, mentions_by_mail="mentions_by_mail" in request.POST)
    messages.success(request, _("Your choice is kept."))
    return redirect("desk:notice_choices")


@login_required
@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    """Show how the person is told: by event and channel, at which hours, in which browsers."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return render(request, "desk/notices/choices.html", _choices(actor))


def _choices(actor: Actor, **failed: Any) -> dict[str, Any]:
    choice = visible(NoticeChoice, actor).first()
    key = push_keys.current()
    return {
        "ways": WaysForm(actor=actor, ways=ways_of(actor)),
        "times": TimesForm(actor=actor, initial=TimesForm.values_of(choice)),
        "browsers": list(visible(PushSubscription, actor)),
        "push_key": key.public if key else "",
        "frame": frame_of(actor),
    } | failed


@login_required
@require_POST
def choose_ways(request: HttpRequest) -> HttpResponse:
    """Keep how the person is told of each event by each channel."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = WaysForm(request.POST, actor=actor, ways=ways_of(actor))
    if not form.is_valid():
        return render(request, "desk/notices/choices.html", _choices(actor, ways=form), status=422)
    services.choose_ways(actor=actor, ways=form.chosen())
    messages.success(request, _("Your choice is kept."))
    return redirect("desk:notice_choices")


@login_required
@require_POST
def choose_times(request: HttpRequest) -> HttpResponse:
    """Keep when the digest leaves, and the hours when nothing does."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = TimesForm(request.POST, actor=actor)
    status = 422
    if form.is_valid():
        try:
            services.choose_times(actor=actor, timing=form.timing())
        except CompagnonError as error:
            status = error.status
            add_errors(form, error)
        else:
            messages.success(request, _("Your choice is kept."))
            return redirect("desk:notice_choices")
    page = _choices(actor, times=form)
    return render(request, "desk/notices/choices.html", page, status=status)


@login_required
@require_POST
def forget_browser(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Tell one of the person's browsers nothing more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.unsubscribe(actor=actor, subscription_id=subscription_id)
    messages.success(request, _("That browser is told nothing more."))
    return redirect("desk:notice_choices")


def unread(actor: Actor) -> int:
    """Count what the person has not read, up to a hundred."""
    rows = visible(Notice, actor).filter(channel=NoticeChannel.PAGE, read_at=None)
    return rows.order_by()[:COUNTED].count()

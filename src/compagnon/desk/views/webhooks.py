"""Webhooks: the list, one with its history, and what a person does with them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import connections as queries
from compagnon.desk.forms.webhooks import WebhookForm
from compagnon.desk.models import DeliveryState, Webhook, WebhookDelivery
from compagnon.desk.policies_connections import WEBHOOK
from compagnon.desk.services import webhooks as services
from compagnon.desk.views.ticket import add_errors

ROWS = 50
ACTIONS = {
    "pause": (services.pause_webhook, gettext_lazy("The webhook is paused.")),
    "resume": (services.resume_webhook, gettext_lazy("The webhook sends again.")),
    "test": (services.send_test, gettext_lazy("A test message is on its way.")),
}


def _check(actor: Actor) -> None:
    if not actor.scope.allows_somewhere(WEBHOOK):
        raise Refused(_("Your role does not allow you to keep webhooks."))


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the webhooks, with how they stand."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    return render(request, "desk/webhooks/list.html", {"rows": queries.standing(actor)})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a webhook; its secret is shown once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    form, status = WebhookForm(actor=actor), 200
    if request.method == "POST":
        form, status = WebhookForm(request.POST, actor=actor), 422
        if form.is_valid():
            try:
                made = services.create_webhook(actor=actor, **form.cleaned_data)
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                return _shown(request, actor, made.webhook, secret=made.secret)
    return render(request, "desk/webhooks/form.html", {"form": form}, status=status)


@login_required
@require_safe
def one(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Show a webhook: what waits, what was received, what failed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = Webhook.objects.select_related("organisation", "owner")
    return _shown(request, actor, get_visible(Webhook, actor, rows, pk=webhook_id))


def _shown(
    request: HttpRequest, actor: Actor, webhook: Webhook, *, secret: str = ""
) -> HttpResponse:
    rows = visible(WebhookDelivery, actor).filter(webhook=webhook).defer("payload")
    shown = request.GET.get("state", "")
    if shown in DeliveryState.values:
        rows = rows.filter(state=shown)
    try:
        page = keyset.take(
            rows, ordering="-created_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-created_at", limit=ROWS, cursor=None)
    head = queries.head(webhook)
    context: dict[str, Any] = {
        "webhook": webhook,
        "page": page,
        "shown": shown,
        "states": DeliveryState.choices,
        "secret": secret,
        "head": head,
        "waiting": queries.waiting(webhook),
    }
    return render(request, "desk/webhooks/one.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Change a webhook's name, address or events."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    webhook = get_visible(Webhook, actor, pk=webhook_id)
    form, status = WebhookForm(actor=actor, webhook=webhook), 200
    if request.method == "POST":
        form, status = WebhookForm(request.POST, actor=actor, webhook=webhook), 422
        if form.is_valid():
            try:
                services.change_webhook(actor=actor, webhook=webhook, changes=form.cleaned_data)
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The webhook is changed."))
                return redirect("desk:webhook", webhook_id=webhook.pk)
    context = {"form": form, "webhook": webhook}
    return render(request, "desk/webhooks/form.html", context, status=status)


@login_required
@never_cache
@require_POST
def act(request: HttpRequest, webhook_id: int, name: str) -> HttpResponse:
    """Pause, resume, test, give a new secret, take away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    webhook = get_visible(Webhook, actor, pk=webhook_id)
    if name not in {*ACTIONS, "rotate", "remove"}:
        raise NotFound
    try:
        if name == "rotate":
            made = services.rotate_webhook(actor=actor, webhook=webhook)
            return _shown(request, actor, made.webhook, secret=made.secret)
        if name == "remove":
            services.remove_webhook(actor=actor, webhook=webhook)
            messages.success(request, _("The webhook is taken away."))
            return redirect("desk:webhooks")
        run, done = ACTIONS[name]
        run(actor=actor, webhook=webhook)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(done))
    return redirect("desk:webhook", webhook_id=webhook.pk)


@login_required
@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one message: what was sent and what was answered, to the letter."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = WebhookDelivery.objects.select_related("webhook", "ticket")
    found = get_visible(WebhookDelivery, actor, rows, pk=delivery_id)
    return render(request, "desk/webhooks/delivery.html", {"delivery": found})


@login_required
@require_POST
def delivery_act(request: HttpRequest, delivery_id: int, name: str) -> HttpResponse:
    """Send a message again, or give it up."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    found = get_visible(WebhookDelivery, actor, pk=delivery_id)
    if name not in {"replay", "skip"}:
        raise NotFound
    try:
        if name == "replay":
            services.replay_delivery(actor=actor, delivery=found)
            messages.success(request, _("The message is sent again, after those that wait."))
        else:
            services.skip_delivery(actor=actor, delivery=found)
            messages.success(request, _("The message is given up; the next ones leave."))
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    return redirect("desk:webhook", webhook_id=found.webhook_id)

"""Jobs over the network and SNMP credentials: what an administrator orders of agents, and sees."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.park.forms.discovery import CredentialForm, JobForm
from compagnon.park.models import JobKind, JobState, MetDevice, NetworkJob, SnmpCredential
from compagnon.park.policies import DISCOVER, INVENTORY
from compagnon.park.services import discovery as services
from compagnon.park.telling import reason_words
from compagnon.park.views.acting import TOLD, actor_of, attempt

ROWS = 50
MET = 100
CREDENTIALS = 200
FOUND = Count("met", filter=~Q(met__outcome="refused"))


@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    """List jobs over the network, and order one."""
    actor = actor_of(request, INVENTORY)
    may_order = actor.scope.allows_somewhere(DISCOVER)
    form, status = None, 200
    if may_order or request.method == "POST":
        form = JobForm(actor, request.POST if request.method == "POST" else None)
    if form is not None and request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                job = _order(actor, form.cleaned_data)
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                return redirect("park:network_job", pk=job.pk)
    rows = visible(NetworkJob, actor).select_related("agent", "organisation")
    pages = Paginator(rows.annotate(found=FOUND).order_by("-ordered_at", "-pk"), ROWS)
    context = {
        "page": (page := pages.get_page(request.GET.get("page"))),
        "items": [(one, state_of(one)) for one in page],
        "form": form,
        "may_order": may_order,
    }
    return render(request, "park/discovery/jobs.html", context, status=status)


def _order(actor: Actor, asked: dict[str, Any]) -> NetworkJob:
    agent_id, credentials = asked["agent"].pk, [one.pk for one in asked["credentials"]]
    if asked["kind"] == JobKind.INVENTORY:
        return services.order_inventory(
            actor=actor,
            agent_id=agent_id,
            addresses=asked["addresses"],
            ports=asked["ports"],
            credential_ids=credentials,
        )
    return services.order_discovery(
        actor=actor,
        agent_id=agent_id,
        addresses=asked["addresses"],
        ports=asked["ports"],
        credential_ids=credentials,
        then_inventory=asked["then_inventory"],
    )


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a job: how far it is, what it met, what became of it."""
    actor = actor_of(request, INVENTORY)
    rows = NetworkJob.objects.select_related("agent", "organisation", "token", "after")
    row = get_visible(NetworkJob, actor, rows, pk=pk)
    met = visible(MetDevice, actor).filter(job=row).select_related("asset")
    pages = Paginator(met.order_by("pk"), MET)
    may_order = actor.scope.allows(DISCOVER, row.organisation_id)
    whole = row.counted or row.asked
    done = row.state == JobState.DONE
    context = {
        "job": row,
        "state": state_of(row),
        "held": held_words(row.kept_back),
        "page": (page := pages.get_page(request.GET.get("page"))),
        "items": [(one, reason_words("", one.detail)) for one in page],
        "followers": list(row.followers.order_by("pk")[:5]),
        "credentials": list(row.credentials.all()) if may_order else [],
        "whole": whole,
        "reached": whole if done else min(page.paginator.count, whole),
        "refreshes": row.state in {JobState.WAITING, JobState.SENT, JobState.RUNNING}
        and not is_over(row),
        "may_cancel": may_order and row.state in services.OPEN,
        "may_read": may_order
        and row.kind == JobKind.DISCOVERY
        and done
        and met.filter(credential__isnull=False).exists(),
    }
    return render(request, "park/discovery/job.html", context)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a job that its agent has not begun."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(NetworkJob, actor, pk=pk)
    attempt(
        request,
        lambda: services.cancel(actor=actor, job_id=row.pk),
        _("The job is cancelled."),
    )
    return redirect("park:network_job", pk=row.pk)


@require_POST
def read_found(request: HttpRequest, pk: int) -> HttpResponse:
    """Have what a discovery found read by SNMP."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(NetworkJob, actor, pk=pk)
    attempt(
        request,
        lambda: services.read_found(actor=actor, job_id=row.pk),
        _("The inventory waits for the agent."),
    )
    return redirect("park:network_jobs")


@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest) -> HttpResponse:
    """List SNMP credentials, and keep one; no secret is ever shown."""
    actor = actor_of(request, DISCOVER)
    form, status = CredentialForm(actor, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.add_credential(actor=actor, **form.arguments())
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                return redirect("park:snmp_credentials")
    rows = visible(SnmpCredential, actor).select_related("organisation").order_by("name", "pk")
    context = {
        "page": Paginator(rows, CREDENTIALS).get_page(request.GET.get("page")),
        "form": form,
    }
    answer = render(request, "park/discovery/credentials.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def forget_credential(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an SNMP credential."""
    actor = actor_of(request, DISCOVER)
    row = get_visible(SnmpCredential, actor, pk=pk)
    attempt(
        request,
        lambda: services.remove_credential(actor=actor, credential_id=row.pk),
        _("The credential is forgotten."),
    )
    return redirect("park:snmp_credentials")


# --- in words ------------------------------------------------------------------------------------

HELD = {
    "token": gettext_lazy(
        "Somebody asked for it under the agent’s name with another enrolment token: it was not"
        " given."
    ),
    "sealed": gettext_lazy(
        "A credential cannot be opened: SECRET_KEY was changed. Make the credential again."
    ),
}


def held_words(kept_back: str) -> str | Promise:
    """Tell why a job was not given to who asked for it."""
    what, _space, address = kept_back.partition(" ")
    if what == "address":
        return _(
            "Somebody asked for it under the agent’s name from %(address)s: it was not given. If "
            "the agent has moved there, cancel the job and order it again."
        ) % {"address": address}
    return HELD.get(kept_back, kept_back)


def is_over(row: NetworkJob) -> bool:
    """Tell whether the agent did not come in time."""
    return row.state in services.OPEN and row.expires_at <= timezone.now()


def state_of(row: NetworkJob) -> tuple[str, str]:
    """Give a job's state in words, and its colour."""
    if is_over(row):
        return _("its agent did not come"), "red"
    colours = {
        JobState.WAITING: "blue",
        JobState.SENT: "blue",
        JobState.RUNNING: "azure",
        JobState.DONE: "green",
        JobState.CANCELLED: "secondary",
    }
    return row.get_state_display(), colours[JobState(row.state)]

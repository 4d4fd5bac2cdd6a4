"""The page of an asset: what it is, what an inventory told of it, what changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.journal_words import tell
from compagnon.core.visibility import get_visible, visible
from compagnon.park.forms.assets import MergeForm, ValuesForm
from compagnon.park.models import Asset, InventoryReport, LicenceAllocation, MergeRecord
from compagnon.park.policies import INVENTORY, MANAGE, VIEW
from compagnon.park.queries import machines
from compagnon.park.queries.licences import covering
from compagnon.park.resources import ASSETS
from compagnon.park.services import assets, merging
from compagnon.park.telling import lines_of, reason_words
from compagnon.park.views.acting import actor_of, attempt

HISTORY = 15
CHANGES = 12
REPORTS = 5
LINES = 100
MOST_GIVEN = 20


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one asset."""
    return _page(request, actor_of(request), pk)


def _page(
    request: HttpRequest, actor: Actor, pk: int, *, status: int = 200, **forms: Any
) -> HttpResponse:
    try:
        row = machines.asset(actor, pk)
    except NotFound:
        if not actor.scope.allows_somewhere(VIEW):
            raise Refused(_("Your roles do not show you this.")) from None
        raise
    may_manage = actor.scope.allows(MANAGE, row.organisation_id)
    machine = machines.machine_of(row)
    context = {
        "asset": row,
        "machine": machine,
        "parts": machines.parts(row) if machine else {},
        "software_count": machines.software(row).count() if machine else 0,
        "support_is_over": machines.support_is_over(row),
        "warranty_is_over": machines.warranty_is_over(row),
        "own_fields": own_fields(row),
        **_supplied(actor, row),
        "history": _history(actor, row),
        "may_manage": may_manage,
        "change_url": ASSETS.url("change", row) if may_manage else "",
        "values_form": forms.get("values_form")
        or (ValuesForm(row) if may_manage and row.type.fields else None),
        "merge_form": forms.get("merge_form") or (MergeForm() if may_manage else None),
        **_inventories(actor, row),
    }
    return render(request, "park/machines/asset.html", context, status=status)


def _supplied(actor: Actor, row: Asset) -> dict[str, Any]:
    """Give the contracts that cover the asset and the licences given to it, as far as seen."""
    given = visible(LicenceAllocation, actor).filter(asset=row, released_at__isnull=True)
    return {
        "contracts": covering(actor, row.pk),
        "given": list(given.select_related("licence").order_by("licence__name")[:MOST_GIVEN]),
    }


def own_fields(row: Asset) -> list[tuple[str, Any]]:
    """Give the label and value of each field that the asset's type gives it."""
    return [
        (one["label"], row.values.get(one["name"], ""))
        for one in row.type.fields
        if row.values.get(one["name"]) not in (None, "")
    ]


def _history(actor: Actor, row: Asset) -> list[dict[str, Any]]:
    found = []
    for line in tell(actor, list(machines.history(row)[:HISTORY])):
        changes = lines_of(line.entry.after)
        found.append(
            {
                "line": line,
                "changes": changes[:CHANGES],
                "more": len(changes[CHANGES:]) + int(line.entry.after.get("more_changes") or 0),
            }
        )
    return found


def _inventories(actor: Actor, row: Asset) -> dict[str, Any]:
    """Give what only who follows inventories is shown."""
    if not actor.scope.allows(INVENTORY, row.organisation_id):
        return {}
    reports = visible(InventoryReport, actor).filter(asset=row).order_by("-received_at", "-pk")
    merges = visible(MergeRecord, actor).filter(kept=row, undone_at__isnull=True)
    return {
        "follows": True,
        "agents": list(row.agents.order_by("-last_contact_at")[:5]),
        "reports": [(one, reason_words(one.reason, one.detail)) for one in reports[:REPORTS]],
        "merges": list(merges.select_related("lost")),
    }


@require_safe
def software(request: HttpRequest, pk: int) -> HttpResponse:
    """List what is installed on a machine, searched."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    text = request.GET.get("q", "")
    try:
        page = keyset.take(
            machines.software(row, text).order_by(),
            ordering="version__product__name",
            limit=LINES,
            cursor=request.GET.get("cursor"),
        )
    except Invalid:
        return redirect("park:asset_software", pk=row.pk)
    context = {"asset": row, "page": page, "text": text}
    return render(request, "park/machines/software.html", context)


@require_POST
def set_values(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the fields that the asset's type gives it."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    form = ValuesForm(row, request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: assets.change(actor=actor, asset=row, values={"values": form.own_values()}),
            _("Saved."),
        )
        if refused is None:
            return redirect("park:asset_detail", pk=row.pk)
    return _page(request, actor, pk, status=422, values_form=form)


@require_http_methods(["POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another asset one with this one."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    form = MergeForm(request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: merging.merge(
                actor=actor,
                kept_id=row.pk,
                lost_id=form.cleaned_data["other"],
                reason=form.cleaned_data["reason"],
            ),
            _("The two are one now."),
        )
        if refused is None:
            return redirect("park:asset_detail", pk=row.pk)
    return _page(request, actor, pk, status=422, merge_form=form)


@require_POST
def undo_merge(request: HttpRequest, pk: int, merge_id: int) -> HttpResponse:
    """Make two assets of one again."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    record = get_visible(MergeRecord, actor, pk=merge_id, kept_id=row.pk)
    attempt(
        request, lambda: merging.undo(actor=actor, merge_id=record.pk), _("They are two again.")
    )
    return redirect("park:asset_detail", pk=row.pk)

"""Consumables, and lots of electrical waste."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.park import codes
from compagnon.park.documents import waste
from compagnon.park.forms.life import CertificateForm, ConsumableMoveForm, LotForm, LotItemForm
from compagnon.park.models import (
    Consumable,
    ConsumableMovement,
    Disposal,
    DisposedAsset,
    WasteCategory,
)
from compagnon.park.policies import DISPOSE, STOCK, VIEW
from compagnon.park.queries import life
from compagnon.park.services import consumables, disposals, stock_taking
from compagnon.park.views.acting import actor_of, attempt
from compagnon.park.views.counts import writable

SHOWN = 50


@require_safe
def low(request: HttpRequest) -> HttpResponse:
    """List the consumables that are to be ordered."""
    actor = actor_of(request, VIEW)
    return render(request, "park/life/low_stock.html", {"rows": list(life.low_stock(actor)[:200])})


@require_http_methods(["GET", "HEAD", "POST"])
def movements(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what came and went of a consumable; put some in, or take some out."""
    actor = actor_of(request)
    rows = Consumable.objects.select_related("organisation", "place")
    row = get_visible(Consumable, actor, rows, pk=pk)
    keeps = actor.scope.allows(STOCK, row.organisation_id)
    form = ConsumableMoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        refused = attempt(
            request,
            lambda: consumables.move(actor=actor, consumable_id=row.pk, **form.cleaned_data),
            _("It is kept."),
        )
        if refused is None:
            return redirect("park:consumable_movements", pk=row.pk)
    moved = visible(ConsumableMovement, actor).filter(consumable=row).select_related("by")
    context = {"row": row, "moved": list(moved[:SHOWN]), "form": form if keeps else None}
    status = 422 if request.method == "POST" else 200
    return render(request, "park/life/consumable.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def lots(request: HttpRequest) -> HttpResponse:
    """List lots of electrical waste, and open one."""
    actor = actor_of(request, VIEW)
    form = None
    if actor.scope.allows_somewhere(DISPOSE):
        sent = request.POST if request.method == "POST" else None
        form = LotForm(writable(actor, DISPOSE), sent)
    made: list[Disposal] = []
    if request.method == "POST" and form is not None and form.is_valid():
        said = form.cleaned_data
        refused = attempt(
            request,
            lambda: made.append(disposals.open_lot(actor=actor, **said)),
            _("The lot is open."),
        )
        if refused is None:
            return redirect("park:disposal", pk=made[0].pk)
    context = {"lots": list(life.lots(actor)[:SHOWN]), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "park/life/disposals.html", context, status=status)


def _lot(actor: Actor, pk: int) -> Disposal:
    rows = Disposal.objects.select_related("organisation", "certificate")
    return get_visible(Disposal, actor, rows, pk=pk)


@require_safe
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a lot: what is in it, what it weighs, what is missing to close it."""
    actor = actor_of(request)
    return _lot_page(request, actor, _lot(actor, pk))


def _lot_page(
    request: HttpRequest, actor: Actor, row: Disposal, *, status: int = 200, **forms: Any
) -> HttpResponse:
    items = list(life.items(row))
    writes = row.closed_at is None and actor.scope.allows(DISPOSE, row.organisation_id)
    context = {
        "lot": row,
        "items": items,
        "weights": [(WasteCategory(k).label, v) for k, v in waste.weights(items).items()],
        "item_form": forms.get("item_form") or (LotItemForm() if writes else None),
        "certificate_form": forms.get("certificate_form")
        or (CertificateForm() if writes and items else None),
    }
    return render(request, "park/life/disposal.html", context, status=status)


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an asset in a lot."""
    actor = actor_of(request)
    row = _lot(actor, pk)
    form = LotItemForm(request.POST, request.FILES)
    if form.is_valid():
        said = dict(form.cleaned_data)
        proof = said.pop("proof")
        code = codes.read(said.pop("code"))

        def keep() -> None:
            asset = stock_taking.named(actor, row.organisation, code)
            if asset is None:
                raise Invalid(fields={"code": [_("No asset has this number.")]})
            disposals.add(
                actor=actor,
                lot_id=row.pk,
                asset_id=asset.pk,
                proof=proof.read() if proof else b"",
                proof_name=proof.name if proof else "",
                **said,
            )

        if attempt(request, keep, _("It is in the lot.")) is None:
            return redirect("park:disposal", pk=row.pk)
    return _lot_page(request, actor, row, status=422, item_form=form)


@require_POST
def remove(request: HttpRequest, pk: int, item_id: int) -> HttpResponse:
    """Take an asset out of a lot."""
    actor = actor_of(request)
    row = _lot(actor, pk)
    item = get_visible(DisposedAsset, actor, pk=item_id, disposal_id=row.pk)
    attempt(
        request,
        lambda: disposals.remove(actor=actor, lot_id=row.pk, item_id=item.pk),
        _("It is out of the lot."),
    )
    return redirect("park:disposal", pk=row.pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a lot with the collector's certificate."""
    actor = actor_of(request)
    row = _lot(actor, pk)
    form = CertificateForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["certificate"]
        refused = attempt(
            request,
            lambda: disposals.close(
                actor=actor,
                lot_id=row.pk,
                certificate=sent.read(),
                certificate_name=sent.name,
                number=form.cleaned_data["number"],
            ),
            _("The lot is closed."),
        )
        if refused is None:
            return redirect("park:disposal", pk=row.pk)
    return _lot_page(request, actor, row, status=422, certificate_form=form)


@require_safe
def audit_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the file of a lot for an auditor."""
    row = _lot(actor_of(request), pk)
    content = waste.archive(row, list(life.items(row)))
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="disposal-{row.pk}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer

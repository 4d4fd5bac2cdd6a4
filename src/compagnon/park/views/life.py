"""The life of an asset: where it stood, who signed for it, what it is worth."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.park.documents.custody import custody as custody_pdf
from compagnon.park.forms.life import MoveForm, SheetForm, SignForm
from compagnon.park.models import Asset, CustodySheet
from compagnon.park.policies import HAND_OVER, MANAGE
from compagnon.park.queries import figures, life, machines
from compagnon.park.services import custody
from compagnon.park.services import life as moving
from compagnon.park.views.acting import actor_of, attempt


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the life of an asset."""
    actor = actor_of(request)
    return _page(request, actor, machines.asset(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, row: Asset, *, status: int = 200, **forms: Any
) -> HttpResponse:
    manages = actor.scope.allows(MANAGE, row.organisation_id)
    hands = actor.scope.allows(HAND_OVER, row.organisation_id)
    context = {
        "asset": row,
        "movements": life.movements(actor, row),
        "sheets": life.sheets(actor, row),
        "spread": figures.spread_of(row),
        "energy": figures.of_asset(row),
        "move_form": forms.get("move_form") or (MoveForm(actor, row) if manages else None),
        "sheet_form": forms.get("sheet_form") or (SheetForm(actor, row) if hands else None),
    }
    return render(request, "park/life/asset.html", context, status=status)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move an asset."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    form = MoveForm(actor, row, request.POST)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("state", "site", "place")}
        refused = attempt(
            request,
            lambda: moving.move(
                actor=actor, asset_id=row.pk, values=values, reason=form.cleaned_data["reason"]
            ),
            _("It is moved."),
        )
        if refused is None:
            return redirect("park:asset_life", pk=row.pk)
    return _page(request, actor, row, status=422, move_form=form)


@require_POST
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a hand-over or a return, then sign it."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    if not actor.scope.allows(HAND_OVER, row.organisation_id):
        raise Refused(_("Your roles do not allow this on this organisation."))
    form = SheetForm(actor, row, request.POST)
    made: list[CustodySheet] = []
    if form.is_valid():
        refused = attempt(
            request,
            lambda: made.append(custody.prepare(actor=actor, asset_id=row.pk, **form.cleaned_data)),
            _("The sheet waits for its signature."),
        )
        if refused is None:
            return redirect("park:custody_sheet", pk=made[0].pk)
    return _page(request, actor, row, status=422, sheet_form=form)


def _sheet(actor: Actor, pk: int) -> CustodySheet:
    rows = CustodySheet.objects.select_related(*custody.RELATED)
    return get_visible(CustodySheet, actor, rows, pk=pk)


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sheet; sign it, on a phone too."""
    actor = actor_of(request)
    return _sheet_page(request, actor, _sheet(actor, pk), None)


def _sheet_page(
    request: HttpRequest, actor: Actor, row: CustodySheet, form: SignForm | None
) -> HttpResponse:
    waits = row.signed_at is None and row.cancelled_at is None
    context = {
        "sheet": row,
        "asset": row.asset,
        "waits": waits,
        "facts": facts_of(row),
        "seal_holds": row.signed_at is None or custody.seal_holds(row),
        "form": form or (SignForm() if waits and custody.may_sign(actor, row) else None),
        "may_cancel": waits and actor.scope.allows(HAND_OVER, row.asset.organisation_id),
    }
    return render(request, "park/life/sheet.html", context, status=422 if form else 200)


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a signature."""
    actor = actor_of(request)
    row = _sheet(actor, pk)
    form = SignForm(request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: custody.sign(
                actor=actor,
                sheet_id=row.pk,
                name=form.cleaned_data["name"],
                signature=picture(form.cleaned_data["signature"]),
            ),
            _("It is signed and sealed."),
        )
        if refused is None:
            return redirect("park:custody_sheet", pk=row.pk)
    return _sheet_page(request, actor, row, form)


def picture(data_url: str) -> bytes:
    """Give the bytes of a picture that the signature pad sent as ``data:image/png;base64,…``."""
    encoded = data_url.partition("base64,")[2]
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a sheet that waits."""
    actor = actor_of(request)
    row = _sheet(actor, pk)
    attempt(request, lambda: custody.cancel(actor=actor, sheet_id=row.pk), _("It is cancelled."))
    return redirect("park:custody_sheet", pk=row.pk)


@require_safe
def sheet_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a sheet as PDF."""
    row = _sheet(actor_of(request), pk)
    return pdf(custody_pdf(row), f"{row.kind}-{row.pk}.pdf")


def facts_of(sheet: CustodySheet) -> list[tuple[str, str]]:
    """Give what a sheet shows: as it was signed, or as it stands until then."""
    said = custody.names_of(sheet)
    labels = {
        "asset": _("Asset"), "type": _("Type"), "model": _("Model"),
        "serial": _("Serial number"), "inventory_number": _("Inventory number"),
        "person": _("Person"), "team": _("Team"), "site": _("Site"), "place": _("Stock place"),
    }  # fmt: skip
    return [
        (label, _(said[name]) if name == "type" and said[name] else said[name])
        for name, label in labels.items()
    ]


@require_safe
def signature(request: HttpRequest, pk: int) -> FileResponse:
    """Give the picture of a signature."""
    row = _sheet(actor_of(request), pk)
    if row.signature is None:
        raise NotFound
    return files.serve(row.signature, name="signature.png", inline=True)


def pdf(content: bytes, name: str) -> HttpResponse:
    """Give a PDF of ours as a download."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer

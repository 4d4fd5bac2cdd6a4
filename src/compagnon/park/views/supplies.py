"""Licences and supplier contracts: their parts on their pages, their use, their deadlines."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.contracts.models import Commitment, ServiceContract
from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.park.forms.supplies import NamedForm, PaperForm
from compagnon.park.models import (
    Asset,
    CoveredAsset,
    Licence,
    LicenceAllocation,
    Paper,
    SupplierContract,
)
from compagnon.park.money import amount
from compagnon.park.policies import LICENCES, SUPPLIERS, VIEW
from compagnon.park.queries import licences as queries
from compagnon.park.services import licences, supplying
from compagnon.park.views.acting import actor_of, attempt
from compagnon.people.models import Person

SHOWN = 50


@require_safe
def licence_use(request: HttpRequest) -> HttpResponse:
    """Show what is used of what was bought, and what the differences cost."""
    actor = actor_of(request, VIEW)
    found = queries.pools(actor)
    context = {
        "pools": [(one, _costs(one)) for one in found],
        "totals": totals_of(found),
        "may_manage": actor.scope.allows_somewhere(LICENCES),
    }
    return render(request, "park/licences/use.html", context)


def _costs(pool: queries.Pool) -> dict[str, str]:
    currency = pool.first.currency
    return {
        "over": amount(pool.position.over_price, currency),
        "spare": amount(pool.position.spare_price, currency),
    }


def totals_of(pools: list[queries.Pool]) -> list[dict[str, str]]:
    """Sum what is missing and what nobody uses, by currency."""
    sums: dict[str, list[int]] = {}
    for one in pools:
        both = sums.setdefault(one.first.currency, [0, 0])
        both[0] += one.position.over_price
        both[1] += one.position.spare_price
    return [
        {"over": amount(over, currency), "spare": amount(spare, currency)}
        for currency, (over, spare) in sums.items()
    ]


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """List what ends soon, or whose notice must be given soon."""
    actor = actor_of(request, VIEW)
    text = request.GET.get("within", "")
    within = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
    context = {
        "deadlines": queries.deadlines(actor, within=within)[:200],
        "within": "" if within is None else str(within),
        "choices": ["30", "90", "180", "365"],
    }
    return render(request, "park/licences/deadlines.html", context)


def licence_panel(request: HttpRequest, row: Licence) -> SafeString | None:
    """Give what a licence's page shows below its facts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_manage = actor.scope.allows(LICENCES, row.organisation_id)
    pool = queries.pool_of(actor, row)
    given = (
        visible(LicenceAllocation, actor)
        .filter(licence=row, released_at__isnull=True)
        .select_related("asset", "person")
    )
    context = {
        "licence": row,
        "pool": pool,
        "costs": _costs(pool),
        "taken": pool.position.taken.get(row.pk, 0),
        "given": list(given[:SHOWN]),
        "given_count": given.count(),
        "installed": list(visible(Asset, actor, queries.installed_on(row))[:SHOWN]),
        "papers": list(visible(Paper, actor).filter(licence=row).select_related("file")),
        "may_manage": may_manage,
        "named_form": NamedForm(),
        "paper_form": PaperForm(),
    }
    html = render_to_string("park/licences/_licence.html", context, request)
    return mark_safe(html)  # noqa: S308 - a template of ours


def supplier_panel(request: HttpRequest, row: SupplierContract) -> SafeString | None:
    """Give what a supplier contract's page shows below its facts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    covered = visible(CoveredAsset, actor).filter(contract=row).select_related("asset__type")
    promised = (
        visible(ServiceContract, actor).filter(pk=row.service_contract_id).first()
        if row.service_contract_id
        else None
    )
    commitments = (
        visible(Commitment, actor).filter(contract=promised, retired_at__isnull=True)
        if promised
        else Commitment.objects.none()
    )
    context = {
        "contract": row,
        "covered": list(covered[:SHOWN]),
        "covered_count": covered.count(),
        "promised": promised,
        "commitments": list(commitments.select_related("service")[:SHOWN]),
        "papers": list(visible(Paper, actor).filter(contract=row).select_related("file")),
        "may_manage": actor.scope.allows(SUPPLIERS, row.organisation_id),
        "named_form": NamedForm(machines_only=True),
        "paper_form": PaperForm(),
    }
    html = render_to_string("park/suppliers/_contract.html", context, request)
    return mark_safe(html)  # noqa: S308 - a template of ours


def asset_named(actor: Actor, text: str) -> Asset | None:
    """Find the one machine that a text names exactly; nothing when none does.

    Raises:
        Invalid: several do.
    """
    word = text.strip()
    rows = visible(Asset, actor).filter(
        Q(name__iexact=word) | Q(serial__iexact=word) | Q(inventory_number__iexact=word)
    )
    found = list(rows.select_related("organisation")[:2])
    if len(found) > 1:
        raise Invalid(_("Several machines are named so: give a serial number."))
    return found[0] if found else None


def person_named(actor: Actor, text: str) -> Person | None:
    """Find the person who has an e-mail address."""
    rows = visible(Person, actor).filter(
        contact_points__kind="email", contact_points__value=text.strip().lower()
    )
    return rows.select_related("organisation").first()


@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a unit of a licence to a machine or to a person."""
    actor = actor_of(request)
    row = get_visible(Licence, actor, pk=pk)
    form = NamedForm(request.POST)

    def do() -> None:
        text = form.cleaned_data.get("named", "") if form.is_valid() else ""
        person = person_named(actor, text) if "@" in text else None
        asset = asset_named(actor, text) if text and person is None else None
        if person is None and asset is None:
            raise Invalid(_("No machine or person is named so."))
        licences.allocate(actor=actor, licence=row, asset=asset, person=person)

    attempt(request, do, _("Given."))
    return redirect("park:licence_detail", pk=row.pk)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a unit of a licence back."""
    actor = actor_of(request)
    row = get_visible(LicenceAllocation, actor, pk=pk)
    attempt(request, lambda: licences.release(actor=actor, allocation_id=row.pk), _("Taken back."))
    return redirect("park:licence_detail", pk=row.licence_id)


@require_POST
def add_licence_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file as proof of a licence."""
    actor = actor_of(request)
    row = get_visible(Licence, actor, pk=pk)
    _add_paper(request, actor, licence=row)
    return redirect("park:licence_detail", pk=row.pk)


@require_POST
def add_contract_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file as proof of a supplier contract."""
    actor = actor_of(request)
    row = get_visible(SupplierContract, actor, pk=pk)
    _add_paper(request, actor, contract=row)
    return redirect("park:supplier_contract_detail", pk=row.pk)


def _add_paper(request: HttpRequest, actor: Actor, **of: Any) -> None:
    form = PaperForm(request.POST, request.FILES)

    def do() -> None:
        if not form.is_valid():
            raise Invalid(_("Choose a file that is not empty."))
        file = form.cleaned_data["file"]
        licences.add_paper(actor=actor, name=file.name, content=file, **of)

    attempt(request, do, _("The file is kept."))


@require_safe
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """Give a file that proves a licence or a supplier contract."""
    row = get_visible(Paper, actor_of(request), Paper.objects.select_related("file"), pk=pk)
    return files.serve(row.file, name=row.name)


@require_POST
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a supplier contract covers a machine."""
    actor = actor_of(request)
    row = get_visible(
        SupplierContract, actor, SupplierContract.objects.select_related("organisation"), pk=pk
    )
    form = NamedForm(request.POST, machines_only=True)

    def do() -> None:
        asset = asset_named(actor, form.cleaned_data["named"]) if form.is_valid() else None
        if asset is None:
            raise Invalid(_("No machine is named so."))
        supplying.cover(actor=actor, contract=row, asset=asset)

    attempt(request, do, _("Covered."))
    return redirect("park:supplier_contract_detail", pk=row.pk)


@require_POST
def uncover(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a supplier contract no longer covers a machine."""
    actor = actor_of(request)
    row = get_visible(CoveredAsset, actor, pk=pk)
    attempt(
        request, lambda: supplying.uncover(actor=actor, covered_id=row.pk), _("No longer covered.")
    )
    return redirect("park:supplier_contract_detail", pk=row.contract_id)

"""What a delivery becomes in the park: assets, stock, units of licences. Part of receiving."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.desk.models import (
    DeliveryLine,
    LineKind,
    OrderLine,
    PurchaseOrder,
    SuppliedAsset,
)
from compagnon.desk.supplying import amounts
from compagnon.park.models import Asset, AssetState
from compagnon.park.services import assets, receiving
from compagnon.people.models import Organisation

if TYPE_CHECKING:
    from compagnon.desk.services.supply_receiving import Received

BATCH = 500


def known_serials(organisation: Organisation, serials: Iterable[str]) -> set[str]:
    """Give those of the serial numbers that an asset of the organisation bears already.

    «ab12» and «AB12» are the same machine, read by hand and by a scanner.
    """
    given = list(serials)
    written = {form: one for one in given for form in (one, one.upper(), one.lower())}
    wanted = list(written)
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        rows = Asset.objects.filter(
            organisation=organisation, serial__in=wanted[start : start + BATCH]
        )
        found.update(written[serial] for serial in rows.values_list("serial", flat=True))
    return found


def months_later(day: date, months: int) -> date:
    """Give the day so many months later; the month's last where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def bring(
    *,
    actor: Actor,
    order: PurchaseOrder,
    row: DeliveryLine,
    line: OrderLine,
    one: Received,
    on: date,
) -> None:
    """Bring what was taken of a line into the park; services are rendered, and nothing else.

    Raises:
        Refused, Invalid, Conflict: what the park refuses.
    """
    if line.kind == LineKind.EQUIPMENT:
        _as_assets(actor, order, row, line, one, on)
    elif line.kind == LineKind.CONSUMABLE:
        receiving.receive_consumable(
            actor=actor,
            organisation=order.organisation,
            name=line.designation,
            reference=line.reference,
            quantity=one.accepted,
            reason=_("Order %(number)s") % {"number": order.reference},
            consumable=one.consumable,
        )
    elif line.kind == LineKind.LICENCE:
        receiving.receive_seats(
            actor=actor,
            organisation=order.organisation,
            name=line.designation,
            quantity=one.accepted,
            unit_price_cents=amounts.half_up(line.net_cents, line.quantity),
            currency=order.currency,
            supplier=order.supplier.name,
            reference=order.reference,
            starts_on=on,
            licence=one.licence,
        )


def _as_assets(  # noqa: PLR0917
    actor: Actor,
    order: PurchaseOrder,
    row: DeliveryLine,
    line: OrderLine,
    one: Received,
    on: date,
) -> None:
    prices = amounts.one_by_one(
        line.net_cents, line.quantity_delivered, one.accepted, line.quantity
    )
    months = line.warranty_months if one.warranty_months is None else one.warranty_months
    common: dict[str, Any] = {
        "type": one.asset_type,
        "organisation": order.organisation,
        "state": AssetState.STOCK,
        "site": one.site,
        "place": one.place,
        "manufacturer": one.manufacturer.strip()[:120],
        "model": (one.model.strip() or line.designation)[:160],
        "ordered_on": order.ordered_on,
        "purchased_on": on,
        "purchase_reference": order.reference,
        "supplier": order.supplier.name[:120],
        "warranty_ends_on": months_later(on, months) if months else None,
    }
    made = []
    for at, cents in enumerate(prices):
        serial = one.serials[at] if one.serials else ""
        number = line.quantity_delivered + at + 1
        name = f"{line.designation[:150]} {serial[:40] or f'{order.reference}/{number}'}"
        price = Decimal(cents) / 100
        asset = assets.create(
            actor=actor,
            values=common | {"name": name, "serial": serial, "purchase_price": price},
        )
        made.append(SuppliedAsset(line=row, asset=asset))
    SuppliedAsset.objects.bulk_create(made)


def waiting_assets(supply_id: int) -> list[SuppliedAsset]:
    """Give the assets of a supply that nobody signed for, and that do not stay in stock."""
    rows = SuppliedAsset.objects.filter(
        line__delivery__order__supply_id=supply_id, stays_in_stock=False
    ).filter(Q(sheet=None) | Q(sheet__signed_at=None))
    return list(rows.select_related("asset", "sheet").order_by("pk"))

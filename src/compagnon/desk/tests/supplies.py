"""Supplies for tests, brought as far as a test wants by the verbs themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.desk.models import PurchaseOrder, Quote, SupplyCase
from compagnon.desk.services import (
    supply_approving,
    supply_ordering,
    supply_quotes,
    supply_receiving,
    supply_wishes,
)
from compagnon.desk.services.supply_receiving import Received
from compagnon.park.models import AssetType
from compagnon.people.models import Organisation, OrganisationKind, Person
from compagnon.people.tests import factories as people

LAPTOP = {
    "kind": "equipment", "designation": "Portable 14 pouces", "reference": "P14-G5",
    "quantity": 2, "unit_price_cents": 89_900, "vat_bp": 2000, "warranty_months": 36,
}  # fmt: skip


def supplier(provider: Organisation, name: str = "Fournitures du Midi") -> Organisation:
    """A supplier below the provider, as the park keeps them."""
    return people.organisation(name, parent=provider, kind=OrganisationKind.CLIENT)


def wish(actor: Actor, user: Person, **values: Any) -> SupplyCase:
    """A wish of the user's, on a ticket that is opened for it."""
    values = {"title": "Deux portables", "reason": "Deux personnes arrivent."} | values
    return supply_wishes.wish(actor=actor, requester=user, quantity=2, **values)


def quote(actor: Actor, case: SupplyCase, by: Organisation, *lines: dict[str, Any]) -> Quote:
    """A quote of some lines, two laptops unless said."""
    return supply_quotes.keep_quote(
        actor=actor, supply_id=case.pk, supplier=by, lines=[*lines] or [LAPTOP],
        delivery_days=10, valid_until=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip


def approved(actor: Actor, case: SupplyCase, by: Organisation, *lines: dict[str, Any]) -> Quote:
    """A retained quote, approved whatever its amount."""
    found = quote(actor, case, by, *lines)
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    threshold(case.organisation)
    supply_approving.submit(actor=actor, supply_id=case.pk)
    return found


def threshold(organisation: Organisation, **values: Any) -> Any:
    """Thresholds of approval; nobody is asked unless said."""
    from compagnon.desk.models import ApprovalThreshold

    row, _new = ApprovalThreshold.objects.update_or_create(
        organisation=organisation, defaults=values
    )
    return row


def ordered(
    actor: Actor, case: SupplyCase, by: Organisation, *lines: dict[str, Any], **values: Any
) -> PurchaseOrder:
    """An order of what was approved."""
    approved(actor, case, by, *lines)
    return supply_ordering.order(actor=actor, supply_id=case.pk, **values)


def laptop() -> AssetType:
    """A type of asset."""
    row, _new = AssetType.objects.get_or_create(
        code="laptop", defaults={"name": "Portable", "kind": "computer"}
    )
    return row


def received(actor: Actor, order: PurchaseOrder, **values: Any) -> Any:
    """A delivery of everything, or of what is said of the first line."""
    rows = [
        Received(
            line_id=line.pk,
            accepted=line.quantity,
            asset_type=laptop() if line.kind == "equipment" else None,
        )
        for line in order.lines.all()
    ]
    if values:
        rows = [Received(line_id=rows[0].line_id, **({"asset_type": laptop()} | values))]
    return supply_receiving.receive(actor=actor, order_id=order.pk, lines=rows)

"""The work in the background of supplies: what is late is told, what is decided is kept."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from compagnon.core.tasks import periodic, system_actor
from compagnon.desk.models import PurchaseOrder
from compagnon.desk.services import supply_approving, supply_invoices

BATCH = 200


@periodic(every=timedelta(hours=1))
def tell_late_orders() -> None:
    """Tell who ordered that a delivery is late, once for each day that was promised."""
    late = PurchaseOrder.objects.filter(
        state__in=supply_invoices.AWAITED, expected_on__lt=timezone.localdate()
    ).filter(Q(late_told_for=None) | ~Q(late_told_for=F("expected_on")))
    for pk in late.order_by("expected_on", "pk").values_list("pk", flat=True)[:BATCH]:
        supply_invoices.tell_late(actor=system_actor("supplies"), order_id=pk)


@periodic(every=timedelta(minutes=10))
def settle_approvals() -> None:
    """Keep on supplies what was decided while nobody listened: the program fell in between."""
    for pk in supply_approving.undecided():
        supply_approving.settle_step(actor=system_actor("approvals"), approval_id=pk)

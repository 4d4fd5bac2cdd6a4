"""Invoices and credit notes of suppliers, and what is late."""

from __future__ import annotations

from datetime import date
from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Text
from compagnon.core.services import require, service
from compagnon.desk.models import (
    NoticeEvent,
    OrderState,
    PurchaseOrder,
    SupplierInvoice,
)
from compagnon.desk.models.supply import MOST_CENTS
from compagnon.desk.policies_supply import ORDER
from compagnon.desk.services import noticing
from compagnon.desk.services.supply_changing import (
    check_day,
    finish,
    line_of_words,
    lock_order,
    ticket_of,
)
from compagnon.desk.services.supply_quotes import stored_paper

MOST_INVOICES = 50
MOST = MOST_CENTS * 1000
AWAITED = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.PARTIAL)


@service("supply.invoice")
def keep_invoice(
    *,
    actor: Actor,
    order_id: int,
    number: str,
    invoiced_on: date,
    net_cents: int,
    vat_cents: int,
    total_cents: int,
    is_credit: bool = False,
    note: str = "",
    content: bytes | IO[bytes] | None = None,
    file_name: str = "",
) -> SupplierInvoice:
    """Keep a supplier's invoice, or a credit note (its amounts without a sign).

    It is kept as it is written, even where it differs from the order: the page tells how.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock_order`.
        Invalid: no number, a date or an amount that cannot be, or that do not add up.
        Conflict: this number of the supplier's is kept already.
        TooLarge: the document is over the limit.
    """
    supply, order = lock_order(actor=actor, order_id=order_id, verb=ORDER)
    number = line_of_words(number, 80)
    wrong: dict[str, list[Text]] = {}
    if not number:
        wrong["number"] = [_("Write the number of the invoice.")]
    for name, value in (("net_cents", net_cents), ("vat_cents", vat_cents)):
        if not 0 <= value <= MOST:
            wrong[name] = [_("This amount cannot be.")]
    if net_cents + vat_cents != total_cents:
        wrong["total_cents"] = [_("Amount before tax and VAT do not add up to the total.")]
    if order.invoices.count() >= MOST_INVOICES:
        raise Conflict(_("This order has %(most)d invoices.") % {"most": MOST_INVOICES})
    if invoiced_on > timezone.localdate():
        wrong["invoiced_on"] = [_("It cannot be of a day to come.")]
    if wrong:
        raise Invalid(_("This invoice cannot be kept as it is."), fields=wrong)
    day = check_day(invoiced_on, "invoiced_on") or timezone.localdate()
    paper = stored_paper(content, file_name) if content is not None else (None, "")
    try:
        with transaction.atomic():
            row = SupplierInvoice.objects.create(
                order=order, organisation_id=order.organisation_id, supplier=order.supplier,
                number=number, is_credit=is_credit, invoiced_on=day, net_cents=net_cents,
                vat_cents=vat_cents, total_cents=total_cents, note=line_of_words(note, 400),
                file=paper[0], file_name=paper[1], made_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("This number of the supplier’s is kept already.")) from error
    order.save(update_fields=["version"])
    finish(
        actor=actor, supply=supply, verb="supply.invoice", was=supply.stage,
        after={"order_id": order.pk, "invoice_id": row.pk, "is_credit": is_credit,
               "total_cents": total_cents},
    )  # fmt: skip
    return row


@service("supply.late")
def tell_late(*, actor: Actor, order_id: int, today: date | None = None) -> bool:
    """Tell, once for each day that was promised, that an order is late: who ordered it, and who
    follows the supply. Gives whether somebody was told.

    Raises:
        Refused: a person asks; only the program does this.
    """
    require(actor.is_system, _("Only the program tells what is late."))
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("supply")
    order = rows.get(pk=order_id)
    today = today or timezone.localdate()
    late = order.expected_on is not None and order.expected_on < today
    if order.state not in AWAITED or not late or order.late_told_for == order.expected_on:
        return False
    order.late_told_for = order.expected_on
    order.save(update_fields=["late_told_for"])
    told = {order.ordered_by_id, order.supply.owner_id} - {None}
    noticing.write(
        actor=actor,
        ticket=ticket_of(order.supply),
        told={NoticeEvent.LATE: [one for one in told if one is not None]},
        at=timezone.now(),
        key=f"late:{order.pk}:{order.expected_on}",
    )
    journal.record(
        actor=actor, verb="supply.late", subject=order.supply,
        after={"order_id": order.pk, "expected_on": order.expected_on},
    )  # fmt: skip
    return True

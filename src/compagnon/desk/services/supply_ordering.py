"""Ordering from a supplier: the number, the document, its sending, the confirmation, the end."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.desk.documents.order import order_document
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    DeliveryLine,
    MailEvent,
    OrderLine,
    OrderSeries,
    OrderState,
    OutgoingMail,
    PendingReason,
    PurchaseOrder,
    Quote,
    State,
    SupplyCase,
    SupplyStage,
)
from compagnon.desk.outbound import identity
from compagnon.desk.policies import may as may_on_ticket
from compagnon.desk.policies_supply import ORDER
from compagnon.desk.services import lifecycle, outgoing
from compagnon.desk.services.supply_approving import retained
from compagnon.desk.services.supply_changing import (
    check_day,
    check_open,
    finish,
    line_of_words,
    lock,
    lock_order,
    move,
    ticket_of,
)
from compagnon.desk.supplying import stages
from compagnon.people.models import Language, Organisation

COPIED = (
    "position", "kind", "designation", "reference", "quantity", "unit_price_cents",
    "discount_bp", "vat_bp", "warranty_months", "net_cents", "vat_cents",
)  # fmt: skip


@service("supply.order")
def order(
    *,
    actor: Actor,
    supply_id: int,
    sent_to: str = "",
    language: str = Language.FRENCH,
    deliver_to: str = "",
    note: str = "",
    expected_on: date | None = None,
    ordered_on: date | None = None,
    hold: bool = True,
    expected_version: int | None = None,
) -> PurchaseOrder:
    """Order the retained quote, once it is approved: a number, a PDF, a mail to the supplier.

    Args:
        sent_to: the supplier's address; empty: the document is sent by other means.
        language: of the document and of the mail.
        expected_on: instead of what the quote's delivery delay gives.
        hold: put the ticket on hold, waiting for a supplier, where the actor may.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is not approved.
        Invalid: the quote is no longer valid, an address is none, a date cannot be.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=ORDER, expected_version=expected_version)
    was = supply.stage
    move(supply, SupplyStage.ORDERED)
    check_open(supply)
    quote = retained(supply)
    sent_to = checked_address(sent_to)
    if language not in Language.values:
        raise Invalid(fields={"language": [_("French or English.")]})
    today = check_day(ordered_on, "ordered_on") or timezone.localdate()
    if today > timezone.localdate():
        raise Invalid(fields={"ordered_on": [_("It cannot be of a day to come.")]})
    if check_day(expected_on, "expected_on") is not None and expected_on < today:  # type: ignore[operator]
        raise Invalid(fields={"expected_on": [_("It would come before it is ordered.")]})
    made = PurchaseOrder.objects.create(
        supply=supply,
        organisation_id=supply.organisation_id,
        quote=quote,
        supplier=quote.supplier,
        year=today.year,
        number=next_number(supply.organisation, today.year),
        ordered_on=today,
        ordered_by_id=actor.id if actor.kind == ActorKind.PERSON else None,
        expected_on=expected_on or _expected(quote, today),
        sent_to=sent_to,
        language=language,
        deliver_to=line_of_words(deliver_to, 400) or _address(supply),
        note=note.replace("\x00", "").strip()[:2000],
        currency=supply.currency,
        net_cents=quote.net_cents,
        vat_cents=quote.vat_cents,
        total_cents=quote.total_cents,
        made_at=timezone.now(),
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=made, **{name: getattr(line, name) for name in COPIED})
        for line in quote.lines.all()
    )
    made.document = files.store(order_document(made))
    made.save(update_fields=["document"])
    supply.expected_on, supply.amount_cents = made.expected_on, made.total_cents
    if supply.owner_id is None:
        supply.owner_id = made.ordered_by_id
    if sent_to:
        _send(actor=actor, order=made, to=sent_to)
    finish(
        actor=actor, supply=supply, verb="supply.order", was=was,
        after={"order_id": made.pk, "number": made.reference, "total_cents": made.total_cents,
               "expected_on": made.expected_on, "sent": bool(sent_to)},
    )  # fmt: skip
    if hold:
        _hold(actor, supply)
    return made


def next_number(organisation: Organisation, year: int) -> int:
    """Give the next number of an organisation's year: the row stays locked until the commit,
    so that what is rolled back leaves no gap."""
    row, _new = OrderSeries.objects.get_or_create(organisation=organisation, year=year)
    OrderSeries.objects.filter(pk=row.pk).update(last=F("last") + 1)
    row.refresh_from_db()
    return row.last


def _expected(quote: Quote, today: date) -> date | None:
    if quote.delivery_days is None:
        return None
    return today + timedelta(days=quote.delivery_days)


def _address(supply: SupplyCase) -> str:
    site = supply.beneficiary.site
    parts = [supply.organisation.name, *((site.name, site.address) if site else ())]
    return line_of_words(", ".join(part for part in parts if part), 400)


def checked_address(address: str) -> str:
    """Give a mail address, or nothing.

    Raises:
        Invalid: it is none.
    """
    address = address.strip()
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Invalid(
                _("This is no mail address."), fields={"sent_to": [_("Write name@supplier.")]}
            ) from error
        if len(address) > 254:
            raise Invalid(fields={"sent_to": [_("This address is too long.")]})
    return address


def _send(*, actor: Actor, order: PurchaseOrder, to: str) -> OutgoingMail | None:
    """Write the mail that carries the order, and have it sent after the commit."""
    if actor.source in {Source.DEMO, Source.IMPORT}:
        return None
    ticket = order.supply.ticket
    mail = OutgoingMail.objects.create(
        event=MailEvent.ORDER,
        ticket=ticket,
        recipient=to,
        mailbox=ticket.mailbox or outgoing.default_mailbox(ticket),
        language=order.language,
        event_key=f"order:{order.pk}:{uuid.uuid4().hex[:12]}",
        internet_id=identity.message_id(ticket_id=ticket.pk, unique=uuid.uuid4().hex[:16]),
        created_at=timezone.now(),
    )
    from compagnon.desk.tasks import deliver

    deliver.enqueue(mail.pk)
    return mail


def _hold(actor: Actor, supply: SupplyCase) -> None:
    ticket = ticket_of(supply)
    if ticket.state in {State.NEW, State.OPEN} and may_on_ticket(actor, "ticket.pend", ticket):
        lifecycle.pend(actor=actor, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER)


def resume_ticket(actor: Actor, supply: SupplyCase) -> None:
    """Take the ticket off hold where it waited for the supplier, and the actor may."""
    ticket = ticket_of(supply)
    waits = ticket.state == State.PENDING and ticket.pending_reason == PendingReason.SUPPLIER
    others = SupplyCase.objects.filter(ticket=ticket, stage__in=stages.ON_ORDER)
    if waits and not others.exists() and may_on_ticket(actor, "ticket.pend", ticket):
        lifecycle.resume(actor=actor, ticket_id=ticket.pk)


def _check_awaited(order: PurchaseOrder) -> None:
    if order.state in {OrderState.DELIVERED, OrderState.CANCELLED}:
        raise IllegalMove(_("This order is “%(state)s”.") % {"state": order.get_state_display()})


@service("supply.send_order")
def send_order(
    *, actor: Actor, order_id: int, sent_to: str, expected_version: int | None = None
) -> PurchaseOrder:
    """Send the order's document, again or to another address.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock_order`.
        IllegalMove: it is delivered or cancelled.
        Invalid: the address is none.
    """
    supply, found = lock_order(
        actor=actor, order_id=order_id, verb=ORDER, expected_version=expected_version
    )
    _check_awaited(found)
    found.sent_to = checked_address(sent_to)
    if not found.sent_to:
        raise Invalid(fields={"sent_to": [_("Write the supplier’s address.")]})
    found.save(update_fields=["sent_to", "version"])
    _send(actor=actor, order=found, to=found.sent_to)
    finish(
        actor=actor, supply=supply, verb="supply.send_order", was=supply.stage,
        after={"order_id": found.pk},
    )  # fmt: skip
    return found


@service("supply.confirm_order")
def confirm(
    *,
    actor: Actor,
    order_id: int,
    confirmed_on: date | None = None,
    expected_on: date | None = None,
    supplier_reference: str = "",
    expected_version: int | None = None,
) -> PurchaseOrder:
    """Note that the supplier confirmed, with the day on which it comes; again when it changes.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock_order`.
        IllegalMove: it is delivered or cancelled.
        Invalid: a date cannot be.
    """
    supply, found = lock_order(
        actor=actor, order_id=order_id, verb=ORDER, expected_version=expected_version
    )
    _check_awaited(found)
    day = check_day(confirmed_on, "confirmed_on") or timezone.localdate()
    if day < found.ordered_on:
        raise Invalid(fields={"confirmed_on": [_("It was not ordered yet.")]})
    coming = check_day(expected_on, "expected_on")
    if coming is not None and coming < found.ordered_on:
        raise Invalid(fields={"expected_on": [_("It would come before it is ordered.")]})
    before = {"expected_on": found.expected_on}
    found.confirmed_on = day
    found.expected_on = coming or found.expected_on
    found.supplier_reference = line_of_words(supplier_reference, 80) or found.supplier_reference
    if found.state == OrderState.PLACED:
        found.state = OrderState.CONFIRMED
    found.save()
    supply.expected_on = found.expected_on
    finish(
        actor=actor, supply=supply, verb="supply.confirm_order", was=supply.stage, before=before,
        after={"order_id": found.pk, "confirmed_on": day, "expected_on": found.expected_on},
    )  # fmt: skip
    return found


@service("supply.cancel_order")
def cancel_order(
    *, actor: Actor, order_id: int, reason: str, expected_version: int | None = None
) -> PurchaseOrder:
    """Cancel an order; of one that was delivered in part, what has not come.

    An order cancelled whole keeps its number, and the supply goes back to its quotes.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock_order`.
        IllegalMove: it is delivered or cancelled.
        Invalid: no reason is given.
        Conflict: it is invoiced: the credit note comes first.
    """
    supply, found = lock_order(
        actor=actor, order_id=order_id, verb=ORDER, expected_version=expected_version
    )
    _check_awaited(found)
    reason = line_of_words(reason, 400)
    if not reason:
        raise Invalid(_("Say why."), fields={"reason": [_("Say why.")]})
    was = supply.stage
    found.cancel_reason, found.cancelled_on = reason, timezone.localdate()
    if DeliveryLine.objects.filter(delivery__order=found).exists():
        for line in found.lines.select_for_update():
            line.quantity_dropped += stages.outstanding(line)
            line.save(update_fields=["quantity_dropped"])
        found.state = OrderState.DELIVERED
        move(supply, SupplyStage.DELIVERED)
    else:
        if sum((-1 if one.is_credit else 1) * one.total_cents for one in found.invoices.all()):
            raise Conflict(_("This order is invoiced: keep the credit note first."))
        found.state = OrderState.CANCELLED
        move(supply, SupplyStage.QUOTING)
        supply.quotes.filter(is_retained=True).update(is_retained=False, retained_reason="")
        supply.amount_cents = supply.expected_on = None
    found.save()
    finish(
        actor=actor, supply=supply, verb="supply.cancel_order", was=was,
        after={"order_id": found.pk, "state": found.state},
    )  # fmt: skip
    resume_ticket(actor, supply)
    return found

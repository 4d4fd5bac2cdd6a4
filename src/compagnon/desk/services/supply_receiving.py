"""Receiving what was ordered: taken into the park, refused, sent back, credited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor, ActorKind
from compagnon.core.errors import Conflict, Invalid, Text
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    Delivery,
    DeliveryLine,
    LineKind,
    OrderLine,
    OrderState,
    PurchaseOrder,
    RefusalReason,
    ReturnState,
    SupplyCase,
)
from compagnon.desk.policies_supply import RECEIVE
from compagnon.desk.services import supply_into_park
from compagnon.desk.services.supply_changing import (
    check_day,
    finish,
    line_of_words,
    lock_order,
    move,
)
from compagnon.desk.services.supply_ordering import resume_ticket
from compagnon.desk.supplying import serials, stages
from compagnon.park.models import AssetType, Consumable, Licence, StockPlace
from compagnon.people.models import Site

STATES = {stages.ORDERED: None, stages.PARTIAL: OrderState.PARTIAL,
          stages.DELIVERED: OrderState.DELIVERED}  # fmt: skip
MOST_ASSETS = 2000
"""Of one delivery: over it, several are written."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of one line: so many taken and so many refused, and where it goes in the park."""

    line_id: int
    accepted: int = 0
    refused: int = 0
    refusal: str = ""
    refusal_note: str = ""
    serials: Sequence[str] = ()
    asset_type: AssetType | None = None
    manufacturer: str = ""
    model: str = ""
    site: Site | None = None
    place: StockPlace | None = None
    warranty_months: int | None = None
    consumable: Consumable | None = None
    licence: Licence | None = None


@dataclass(slots=True)
class _Reading:
    """The lines of a delivery while they are checked; ``wrong`` is told line by line."""

    rows: Mapping[int, OrderLine]
    wrong: dict[str, list[Text]] = field(default_factory=dict)

    def refuse(self, one: Received, name: str, text: str) -> None:
        line = self.rows[one.line_id]
        self.wrong.setdefault(f"lines.{one.line_id}.{name}", []).append(
            _("“%(line)s”: %(text)s") % {"line": line.designation, "text": text}
        )


@service("supply.receive")
def receive(
    *,
    actor: Actor,
    order_id: int,
    lines: Sequence[Received],
    received_on: date | None = None,
    note_number: str = "",
    note: str = "",
    confirm_excess: bool = False,
    expected_version: int | None = None,
) -> Delivery:
    """Receive a delivery, whole or in part.

    Equipment that is taken becomes assets in stock, with cost, dates, warranty and the order's
    number; consumables go into the stock, licences gain units, services are rendered.

    Args:
        confirm_excess: more came than was ordered, and all of it is kept.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock_order`.
        Refused: the park does not let the actor add these things.
        IllegalMove: the order is delivered or cancelled.
        Invalid: nothing came, more than was ordered, or serial numbers that do not fit.
    """
    supply, order = lock_order(
        actor=actor, order_id=order_id, verb=RECEIVE, expected_version=expected_version
    )
    if order.state in {OrderState.DELIVERED, OrderState.CANCELLED}:
        raise IllegalMove(_("This order is “%(state)s”.") % {"state": order.get_state_display()})
    day = check_day(received_on, "received_on") or timezone.localdate()
    if not order.ordered_on <= day <= timezone.localdate():
        raise Invalid(fields={"received_on": [_("Between the day of the order and today.")]})
    rows = {line.pk: line for line in order.lines.select_for_update(of=("self",))}
    came = [one for one in lines if one.accepted or one.refused]
    _check(order, rows, came, confirm_excess=confirm_excess)
    delivery = Delivery.objects.create(
        order=order,
        received_on=day,
        received_by_id=actor.id if actor.kind == ActorKind.PERSON else None,
        note_number=line_of_words(note_number, 80),
        note=note.replace("\x00", "").strip()[:2000],
        made_at=timezone.now(),
    )
    for one in came:
        _take(actor, order, delivery, rows[one.line_id], one)
    _advance(
        actor=actor, supply=supply, order=order, verb="supply.receive",
        after={"order_id": order.pk, "delivery_id": delivery.pk,
               "accepted": sum(one.accepted for one in came),
               "refused": sum(one.refused for one in came)},
    )  # fmt: skip
    return delivery


def _check(
    order: PurchaseOrder,
    rows: Mapping[int, OrderLine],
    came: Sequence[Received],
    *,
    confirm_excess: bool,
) -> None:
    if not came:
        raise Invalid(_("Say what came: how many were taken, how many refused."))
    if any(one.line_id not in rows for one in came) or len({one.line_id for one in came}) < len(
        came
    ):
        raise Invalid(_("A line is not of this order, or is there twice."))
    reading = _Reading(rows)
    for one in came:
        _check_line(reading, one, confirm_excess=confirm_excess)
    _check_serials(order, reading, came)
    if reading.wrong:
        raise Invalid(_("This delivery cannot be kept as it is: see each line."),
                      fields=reading.wrong)  # fmt: skip
    made = sum(one.accepted for one in came if rows[one.line_id].kind == LineKind.EQUIPMENT)
    if made > MOST_ASSETS:
        raise Invalid(_("%(most)d machines at once: write several deliveries.")
                      % {"most": MOST_ASSETS})  # fmt: skip


def _check_line(reading: _Reading, one: Received, *, confirm_excess: bool) -> None:
    line = reading.rows[one.line_id]
    if min(one.accepted, one.refused) < 0 or max(one.accepted, one.refused) > 100_000:
        reading.refuse(one, "accepted", _("a number is out of bounds."))
        return
    if stages.is_excess(line, one.accepted) and not confirm_excess:
        reading.refuse(
            one,
            "accepted",
            _("%(count)d are awaited, not %(given)d: confirm that more came, or refuse them.")
            % {"count": stages.outstanding(line), "given": one.accepted},
        )
    if one.refused and one.refusal not in RefusalReason.values:
        reading.refuse(one, "refusal", _("say why they are refused."))
    if line.kind != LineKind.EQUIPMENT:
        if one.serials:
            reading.refuse(one, "serials", _("only equipment has serial numbers."))
        return
    if one.accepted and one.asset_type is None:
        reading.refuse(one, "asset_type", _("say what type of asset it is."))
    if one.serials and len(one.serials) != one.accepted:
        reading.refuse(
            one,
            "serials",
            _("%(given)d serial numbers for %(count)d that are taken: give one for each, or none.")
            % {"given": len(one.serials), "count": one.accepted},
        )
    if one.warranty_months is not None and not 0 <= one.warranty_months <= 240:
        reading.refuse(one, "warranty_months", _("a number is out of bounds."))


def _check_serials(order: PurchaseOrder, reading: _Reading, came: Sequence[Received]) -> None:
    told = Counter(serial.casefold() for one in came for serial in one.serials)
    known = supply_into_park.known_serials(
        order.organisation, [serial for one in came for serial in one.serials]
    )
    for one in came:
        try:
            serials.checked(list(one.serials))
        except serials.BadSerials as error:
            reading.refuse(one, "serials", serial_words(error))
            continue
        for serial in one.serials:
            if told[serial.casefold()] > 1:
                reading.refuse(one, "serials", _("%(serial)s is there twice.") % {"serial": serial})
            elif serial in known:
                reading.refuse(
                    one, "serials", _("%(serial)s is in the park already.") % {"serial": serial}
                )


def serial_words(error: serials.BadSerials) -> str:
    """Say why a text is no list of serial numbers."""
    return {
        "too_many": _("%(about)s serial numbers at most."),
        "too_long": _("%(about)s… is too long for a serial number."),
        "twice": _("%(about)s is there twice."),
        "control": _("%(about)s holds what is no letter."),
    }[error.code] % {"about": error.about}


def _take(
    actor: Actor, order: PurchaseOrder, delivery: Delivery, line: OrderLine, one: Received
) -> None:
    row = DeliveryLine.objects.create(
        delivery=delivery,
        order_line=line,
        accepted=one.accepted,
        refused=one.refused,
        refusal=one.refusal if one.refused else "",
        refusal_note=line_of_words(one.refusal_note, 400) if one.refused else "",
        return_state=ReturnState.TO_RETURN if one.refused else ReturnState.NONE,
    )
    if not one.accepted:
        return
    supply_into_park.bring(
        actor=actor, order=order, row=row, line=line, one=one, on=delivery.received_on
    )
    # What replaces something that was refused settles it.
    line.excess_confirmed = line.excess_confirmed or stages.is_excess(line, one.accepted)
    line.quantity_delivered += one.accepted
    line.save(update_fields=["quantity_delivered", "excess_confirmed"])


def _advance(
    *, actor: Actor, supply: SupplyCase, order: PurchaseOrder, verb: str, after: dict[str, object]
) -> None:
    """Move the order and the supply to where the deliveries brought them."""
    lines = list(order.lines.all())
    was, target = supply.stage, stages.after_delivery(lines)
    if target != was and stages.may_go(was, target):
        move(supply, target)
    order.state = STATES[target] or order.state
    order.save()
    if target == stages.DELIVERED:
        _settle_replaced(order)
    finish(actor=actor, supply=supply, verb=verb, was=was, after=after)
    if target == stages.DELIVERED and was != target:
        resume_ticket(actor, supply)


def _settle_replaced(order: PurchaseOrder) -> None:
    """What was sent back and came again since is replaced."""
    DeliveryLine.objects.filter(delivery__order=order, return_state=ReturnState.RETURNED).exclude(
        refusal=RefusalReason.EXCESS
    ).update(return_state=ReturnState.REPLACED)


@service("supply.send_back")
def send_back(*, actor: Actor, line_id: int, returned_on: date | None = None) -> DeliveryLine:
    """Note that what was refused went back to the supplier; another one is awaited.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock_order`.
        IllegalMove: nothing of that line is to be sent back.
        Invalid: the day cannot be.
    """
    supply, order, row = _refused(actor, line_id)
    if row.return_state != ReturnState.TO_RETURN:
        raise IllegalMove(_("Nothing of this line is to be sent back."))
    day = check_day(returned_on, "returned_on") or timezone.localdate()
    if not row.delivery.received_on <= day <= timezone.localdate():
        raise Invalid(fields={"returned_on": [_("Between the day it came and today.")]})
    row.return_state, row.returned_on = ReturnState.RETURNED, day
    row.save(update_fields=["return_state", "returned_on"])
    order.save(update_fields=["version"])
    finish(
        actor=actor, supply=supply, verb="supply.send_back", was=supply.stage,
        after={"order_id": order.pk, "delivery_line_id": row.pk, "refused": row.refused},
    )  # fmt: skip
    return row


@service("supply.credit")
def credit(*, actor: Actor, line_id: int, credit_number: str) -> DeliveryLine:
    """Note that the supplier credits what was refused: it is awaited no more.

    The credit note itself is kept with the invoices.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock_order`.
        IllegalMove: nothing of that line was refused, or it was settled.
        Invalid: no number is given.
    """
    supply, order, row = _refused(actor, line_id)
    if row.return_state not in {ReturnState.TO_RETURN, ReturnState.RETURNED}:
        raise IllegalMove(_("Nothing of this line is to be credited."))
    number = line_of_words(credit_number, 80)
    if not number:
        raise Invalid(fields={"credit_number": [_("Write the number of the credit note.")]})
    line = OrderLine.objects.select_for_update(of=("self",)).get(pk=row.order_line_id)
    # What came beyond the order was never awaited.
    line.quantity_dropped += min(row.refused, stages.outstanding(line))
    line.save(update_fields=["quantity_dropped"])
    row.return_state, row.credit_number = ReturnState.CREDITED, number
    row.save(update_fields=["return_state", "credit_number"])
    _advance(
        actor=actor, supply=supply, order=order, verb="supply.credit",
        after={"order_id": order.pk, "delivery_line_id": row.pk, "refused": row.refused},
    )  # fmt: skip
    return row


def _refused(actor: Actor, line_id: int) -> tuple[SupplyCase, PurchaseOrder, DeliveryLine]:
    found = get_visible(
        DeliveryLine, actor, DeliveryLine.objects.select_related("delivery"), pk=line_id
    )
    supply, order = lock_order(actor=actor, order_id=found.delivery.order_id, verb=RECEIVE)
    if order.state == OrderState.CANCELLED:
        raise Conflict(_("This order is cancelled."))
    row = DeliveryLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    row.delivery = found.delivery
    return supply, order, row

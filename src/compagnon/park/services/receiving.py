"""What a delivery brings: into the stock, and as seats of a licence. Upper rooms call this."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import Consumable, ConsumableMovement, Licence
from compagnon.park.policies import LICENCES, STOCK, check
from compagnon.park.services import consumables
from compagnon.people.models import Organisation

MOST_SEATS = 10_000_000


@service("consumable.receive")
def receive_consumable(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    reference: str = "",
    quantity: int,
    reason: str = "",
    consumable: Consumable | None = None,
) -> ConsumableMovement:
    """Put what was delivered into the stock; a consumable that nobody keeps yet is added.

    Raises:
        Refused: the actor may not keep the stock of that organisation.
        Invalid: it is another organisation's, or the quantity cannot be.
    """
    check(actor, STOCK, organisation.pk)
    row = consumable
    if row is None:
        row, made = Consumable.objects.get_or_create(
            organisation=organisation, name=name[:120], reference=reference[:80]
        )
        if made:
            journal.record(
                actor=actor, verb="consumable.create", subject=row,
                after={"organisation": organisation.pk, "name": row.name},
            )  # fmt: skip
    elif not organisation.path.startswith(row.organisation.path):
        raise Invalid(_("This consumable is another organisation’s."))
    return consumables.move(actor=actor, consumable_id=row.pk, change=quantity, reason=reason)


@service("licence.receive")
def receive_seats(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    quantity: int,
    unit_price_cents: int = 0,
    currency: str = "EUR",
    supplier: str = "",
    reference: str = "",
    starts_on: date,
    licence: Licence | None = None,
) -> Licence:
    """Add what was delivered to a licence's units; without one, a licence is made of it.

    Raises:
        Refused: the actor may not keep the licences of that organisation.
        NotFound: no such licence, or not visible.
        Invalid: it is another organisation's, or the number cannot be.
        Conflict: the licence is over.
    """
    check(actor, LICENCES, organisation.pk)
    if not 1 <= quantity <= MOST_SEATS:
        raise Invalid(_("Say how many units were delivered."))
    if licence is None:
        row = Licence.objects.create(
            organisation=organisation,
            name=name[:160],
            product_pattern=name[:160],
            quantity=quantity,
            unit_price_cents=unit_price_cents,
            currency=currency,
            starts_on=starts_on,
            supplier=supplier[:120],
            reference=reference[:80],
        )
        journal.record(
            actor=actor, verb="licence.create", subject=row,
            after={"organisation": organisation.pk, "name": row.name, "quantity": quantity},
        )  # fmt: skip
        return row
    rows = Licence.objects.select_for_update(of=("self",)).select_related("organisation")
    row = get_visible(Licence, actor, rows, pk=licence.pk)
    if not organisation.path.startswith(row.organisation.path):
        raise Invalid(_("This licence is another organisation’s."))
    if row.ends_on is not None and row.ends_on < starts_on:
        raise Conflict(_("This licence is over: make another one of what was delivered."))
    if row.quantity + quantity > MOST_SEATS:
        raise Invalid(_("Say how many units were delivered."))
    before = row.quantity
    row.quantity += quantity
    row.version += 1
    row.save(update_fields=["quantity", "version"])
    journal.record(
        actor=actor, verb="licence.receive", subject=row, before={"quantity": before},
        after={"quantity": row.quantity},
    )  # fmt: skip
    return row

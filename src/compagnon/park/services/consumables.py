"""What comes into the stock and goes out of it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import Asset, Consumable, ConsumableMovement
from compagnon.park.policies import STOCK, check

MOST = 1_000_000


@service("consumable.move")
def move(
    *, actor: Actor, consumable_id: int, change: int, reason: str = "", asset: Asset | None = None
) -> ConsumableMovement:
    """Put some in, or take some out.

    Args:
        change: how many came (over zero) or went (under zero).
        asset: what it was used for.

    Raises:
        NotFound: no such consumable, or not visible.
        Refused: the actor may not keep the stock of that organisation.
        Invalid: nothing moves, too many, or more than there are.
    """
    rows = Consumable.objects.select_for_update(of=("self",))
    row = get_visible(Consumable, actor, rows, pk=consumable_id)
    check(actor, STOCK, row.organisation_id)
    after = row.quantity + change
    if change == 0 or abs(change) > MOST or after > MOST:
        raise Invalid(fields={"change": [_("Say how many come or go.")]})
    if after < 0:
        raise Invalid(fields={"change": [_("There are only %(count)s.") % {"count": row.quantity}]})
    before, was_low = row.quantity, row.is_low
    row.quantity = after
    row.version += 1
    row.save(update_fields=["quantity", "version"])
    moved = ConsumableMovement.objects.create(
        consumable=row,
        at=timezone.now(),
        change=change,
        quantity_after=after,
        asset=asset,
        reason=" ".join(reason.split())[:200],
        by_id=actor.id,
    )
    told: dict[str, object] = {"quantity": after}
    if row.is_low and not was_low:
        told["is_low"] = True
    journal.record(
        actor=actor,
        verb="consumable.move",
        subject=row,
        before={"quantity": before},
        after=told,
    )
    return moved

"""Handing over what was supplied: the park's sheets with their signatures, then the end."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    DeliveryLine,
    ReturnState,
    SuppliedAsset,
    SupplyCase,
    SupplyStage,
)
from compagnon.desk.policies_supply import RECEIVE
from compagnon.desk.services.supply_changing import finish, lock, move
from compagnon.desk.services.supply_into_park import waiting_assets
from compagnon.desk.supplying import stages
from compagnon.park.models import AssetState, CustodySheet
from compagnon.park.services import custody

HANDING = frozenset({stages.PARTIAL, stages.DELIVERED})


@service("supply.prepare_sheets")
def prepare_sheets(
    *, actor: Actor, supply_id: int, accessories: str = "", condition: str = ""
) -> list[CustodySheet]:
    """Prepare the sheet of each machine that waits, for the beneficiary to sign in the park.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock`; the park's own refusals.
        IllegalMove: nothing is delivered.
        Conflict: every machine has its sheet.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=RECEIVE)
    _check_here(supply)
    made = []
    for one in waiting_assets(supply.pk):
        if one.sheet is not None and one.sheet.cancelled_at is None:
            continue
        if one.asset.state == AssetState.USE:
            # Somebody gave it out from the park's own pages.
            continue
        one.sheet = custody.prepare(
            actor=actor,
            asset_id=one.asset_id,
            kind="hand_over",
            person=supply.beneficiary,
            site=supply.beneficiary.site,
            accessories=accessories,
            condition=condition,
        )
        one.save(update_fields=["sheet"])
        made.append(one.sheet)
    if not made:
        raise Conflict(_("No machine waits for a sheet."))
    finish(
        actor=actor, supply=supply, verb="supply.prepare_sheets", was=supply.stage,
        after={"sheet_ids": [one.pk for one in made]},
    )  # fmt: skip
    return made


def _check_here(supply: SupplyCase) -> None:
    if supply.stage not in HANDING:
        raise IllegalMove(
            _("A supply that is “%(stage)s” cannot be handed over.")
            % {"stage": supply.get_stage_display()}
        )


@service("supply.keep_in_stock")
def keep_in_stock(*, actor: Actor, supplied_id: int, stays: bool = True) -> SuppliedAsset:
    """Say that a machine stays in stock: nobody receives it now; or that somebody does after all.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock`.
        IllegalMove: nothing is delivered, or it is all handed over.
        Conflict: its sheet waits for a signature, or is signed.
    """
    rows = SuppliedAsset.objects.select_related("line__delivery__order")
    found = get_visible(SuppliedAsset, actor, rows, pk=supplied_id)
    supply = lock(actor=actor, supply_id=found.line.delivery.order.supply_id, verb=RECEIVE)
    _check_here(supply)
    row = SuppliedAsset.objects.select_related("sheet").get(pk=supplied_id)
    if row.sheet is not None and row.sheet.cancelled_at is None:
        raise Conflict(_("A sheet of this machine stands: cancel it first."))
    row.stays_in_stock = stays
    row.save(update_fields=["stays_in_stock"])
    finish(
        actor=actor, supply=supply, verb="supply.keep_in_stock", was=supply.stage,
        after={"asset_id": row.asset_id, "stays_in_stock": stays},
    )  # fmt: skip
    return row


@service("supply.hand_over")
def hand_over(*, actor: Actor, supply_id: int, expected_version: int | None = None) -> SupplyCase:
    """End a supply: everything is delivered, signed for or kept; its ticket may be solved.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is not wholly delivered.
        Conflict: a machine is not signed for, or what was refused is not settled.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=RECEIVE, expected_version=expected_version)
    was = supply.stage
    move(supply, SupplyStage.HANDED)
    waiting = [one for one in waiting_assets(supply.pk) if one.asset.state != AssetState.USE]
    if waiting:
        raise Conflict(
            _("Not signed for: %(names)s. Have the sheets signed, or keep them in stock.")
            % {"names": _named(one.asset.name for one in waiting)}
        )
    unsettled = DeliveryLine.objects.filter(
        delivery__order__supply=supply, return_state=ReturnState.TO_RETURN
    ).select_related("order_line")
    if unsettled:
        raise Conflict(
            _("What was refused is not sent back or credited yet: %(names)s.")
            % {"names": _named(one.order_line.designation for one in unsettled)}
        )
    return finish(actor=actor, supply=supply, verb="supply.hand_over", was=was)


def _named(names: Iterable[str]) -> str:
    rows = list(names)
    more = f" (+{len(rows) - 5})" if len(rows) > 5 else ""
    return ", ".join(rows[:5]) + more

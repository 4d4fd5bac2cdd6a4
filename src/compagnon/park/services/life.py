"""Moving an asset: its state, its site, its stock place, whoever has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Stale
from compagnon.core.services import service
from compagnon.park import placing
from compagnon.park.models import Asset
from compagnon.park.policies import MANAGE, check


@service("asset.move")
def move(
    *,
    actor: Actor,
    asset_id: int,
    values: dict[str, Any],
    reason: str = "",
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Asset:
    """Move an asset without anybody's signature: a shelf, a repair, a retirement.

    Args:
        values: of ``state``, ``site``, ``place``, ``person``, ``team``; those given.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not manage the assets of that organisation.
        Stale: somebody changed it meanwhile.
        IllegalMove: the state does not follow.
        Invalid: the site or the place is another organisation's.
    """
    asset = placing.lock(actor, asset_id)
    check(actor, MANAGE, asset.organisation_id)
    if expected_version is not None and asset.version != expected_version:
        raise Stale
    known = {name: value for name, value in values.items() if name in placing.PLACED}
    changed = placing.move(actor=actor, asset=asset, reason=reason, at=at, **known)
    if changed:
        before, after = placing.told(changed)
        journal.record(
            actor=actor,
            verb="asset.move",
            subject=asset,
            before=before,
            after=after,
            occurred_at=at,
        )
    return asset

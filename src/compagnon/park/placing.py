"""Where an asset goes: its fields and its movement, written together by the services that move it.

The caller has checked the right, holds the row's lock, and journals.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible
from compagnon.park.errors import IllegalMove
from compagnon.park.lifecycle import may_follow
from compagnon.park.models import Asset, AssetState, Movement

PLACED = ("state", "site", "place", "person", "team")


def lock(actor: Actor, asset_id: int) -> Asset:
    """Give an asset that the actor sees, held until the transaction ends.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Asset, actor, Asset.objects.select_for_update(of=("self",)), pk=asset_id)


def check_state(before: str, after: str) -> None:
    """Refuse a state that does not follow.

    Raises:
        IllegalMove: it does not.
    """
    if not may_follow(before, after):
        raise IllegalMove(
            _("An asset that is «%(before)s» does not become «%(after)s».")
            % {"before": AssetState(before).label, "after": AssetState(after).label}
        )


def check_within(asset: Asset, values: dict[str, Any]) -> None:
    """Refuse a site or a stock place of another organisation than the asset's, or its parents'.

    Raises:
        Invalid: one is.
    """
    own = asset.organisation.path
    for name in ("site", "place", "team"):
        row = values.get(name)
        if row is not None and not own.startswith(row.organisation.path):
            raise Invalid(fields={name: [_("It is of another organisation.")]})


def move(
    *, actor: Actor, asset: Asset, reason: str = "", at: datetime | None = None, **values: Any
) -> dict[str, tuple[Any, Any]]:
    """Write where an asset goes, and its movement; gives what changed, before and after.

    Raises:
        IllegalMove: the state does not follow.
        Invalid: it would go to another organisation's.
    """
    changed = {
        name: (getattr(asset, name), value)
        for name, value in values.items()
        if getattr(asset, name) != value
    }
    if "state" in changed:
        check_state(*changed["state"])
    check_within(asset, {name: pair[1] for name, pair in changed.items()})
    if not changed:
        return {}
    for name, (_before, value) in changed.items():
        setattr(asset, name, value)
    dates = date_fields(asset, changed, timezone.localdate(at))
    asset.version += 1
    asset.save(update_fields=[*changed, *dates, "version"])
    note(actor=actor, asset=asset, reason=reason, at=at)
    return changed


def date_fields(asset: Asset, changed: Any, today: date) -> list[str]:
    """Date what the new state means; gives the fields that were written."""
    if "state" not in changed:
        return []
    if asset.state == AssetState.USE and asset.in_service_on is None:
        asset.in_service_on = today
        return ["in_service_on"]
    if asset.state == AssetState.DISPOSED and asset.disposed_on is None:
        asset.disposed_on = today
        return ["disposed_on"]
    return []


def note(*, actor: Actor, asset: Asset, reason: str = "", at: datetime | None = None) -> Movement:
    """Write where the asset stands now."""
    return Movement.objects.create(
        asset=asset,
        at=at or timezone.now(),
        state=asset.state,
        site_id=asset.site_id,
        place_id=asset.place_id,
        person_id=asset.person_id,
        team_id=asset.team_id,
        reason=reason[:200],
        by_id=actor.id,
    )


def told(changed: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what changed as the journal keeps it, before and after."""
    before = {name: getattr(pair[0], "pk", pair[0]) for name, pair in changed.items()}
    after = {name: getattr(pair[1], "pk", pair[1]) for name, pair in changed.items()}
    return before, after

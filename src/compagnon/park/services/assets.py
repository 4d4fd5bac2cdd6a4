"""Assets kept by hand, and their types."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park import placing
from compagnon.park.models import Asset, AssetState, AssetType
from compagnon.park.policies import MANAGE, TYPES, check
from compagnon.park.rules import check_fields, check_values

LOCKABLE = ("name", "serial", "manufacturer", "model")
"""What an inventory writes too: a person's word on it stands."""
NOT_JOURNALED = frozenset({"note"})


@service("asset.create")
def create(*, actor: Actor, values: dict[str, Any]) -> Asset:
    """Add an asset by hand.

    Args:
        values: by column of the asset; rows for foreign keys.

    Raises:
        Refused: the actor may not manage the assets of that organisation.
        Invalid: some value is not valid.
        Conflict: its inventory number is another's.
    """
    organisation = values["organisation"]
    check(actor, MANAGE, organisation.pk)
    asset = Asset(**values)
    asset.locked = [name for name in LOCKABLE if values.get(name)]
    _keep(asset)
    placing.note(actor=actor, asset=asset)
    journal.record(
        actor=actor,
        verb="asset.create",
        subject=asset,
        after={name: _told(values[name]) for name in values if name not in NOT_JOURNALED},
    )
    return asset


@service("asset.change")
def change(
    *, actor: Actor, asset: Asset, values: dict[str, Any], expected_version: int | None = None
) -> Asset:
    """Change an asset by hand; what an inventory writes too is locked where it was changed.

    Emptying a locked field unlocks it: the next inventory fills it.

    Raises:
        Refused: the actor may not manage the assets of the organisations concerned.
        Stale: somebody changed it meanwhile.
        Invalid: some value is not valid.
        IllegalMove: the state does not follow.
    """
    rows = Asset.objects.select_for_update(of=("self",))
    row = get_visible(Asset, actor, rows, pk=asset.pk)
    check(actor, MANAGE, row.organisation_id)
    if "organisation" in values:
        check(actor, MANAGE, values["organisation"].pk)
    if expected_version is not None and row.version != expected_version:
        raise Stale
    before = {name: _told(getattr(row, name)) for name in values}
    if values.get("state") in AssetState.values:
        placing.check_state(row.state, values["state"])
    for name, value in values.items():
        setattr(row, name, value)
    after = {name: _told(getattr(row, name)) for name in values}
    old, new = journal.changes(before, after)
    if not new:
        return row
    locked = set(row.locked)
    for name in LOCKABLE:
        if name in new:
            locked = locked | {name} if new[name] else locked - {name}
    row.locked = sorted(locked)
    row.version += 1
    placing.date_fields(row, new, timezone.localdate())
    _keep(row)
    if set(new) & set(placing.PLACED):
        placing.note(actor=actor, asset=row)
    hidden = dict.fromkeys(NOT_JOURNALED)
    journal.record(
        actor=actor,
        verb="asset.change",
        subject=row,
        before={**old, **{name: None for name in old if name in hidden}},
        after={**new, **{name: None for name in new if name in hidden}},
    )
    return row


def _told(value: Any) -> Any:
    return getattr(value, "pk", value)


def _keep(asset: Asset) -> None:
    if asset.site is not None and asset.site.organisation_id != asset.organisation_id:
        own = asset.organisation.path
        if not own.startswith(asset.site.organisation.path):
            raise Invalid(fields={"site": [_("This site is of another organisation.")]})
    if errors := check_values(asset.type.fields, asset.values):
        raise Invalid(fields={f"values.{name}": [text] for name, text in errors.items()})
    try:
        asset.full_clean()
        with transaction.atomic():
            asset.save()
    except ValidationError as error:
        raise from_django(error) from error
    except IntegrityError as error:
        raise Conflict(_("Another asset has this inventory number.")) from error


@service("asset_type.create")
def create_type(*, actor: Actor, values: dict[str, Any]) -> AssetType:
    """Add a type of asset with its own fields.

    Raises:
        Refused: the actor may not define types everywhere.
        Invalid: some value is not valid.
    """
    check(actor, TYPES, None)
    row = AssetType(**values)
    _keep_type(row)
    journal.record(actor=actor, verb="asset_type.create", subject=row, after=dict(values))
    return row


@service("asset_type.change")
def change_type(
    *, actor: Actor, row: AssetType, values: dict[str, Any], expected_version: int | None = None
) -> AssetType:
    """Change a type of asset. A field that goes leaves the values that assets have of it.

    Raises:
        Refused: the actor may not define types everywhere.
        Stale: somebody changed it meanwhile.
        Invalid: some value is not valid.
    """
    check(actor, TYPES, None)
    row = AssetType.objects.select_for_update().get(pk=row.pk)
    if expected_version is not None and row.version != expected_version:
        raise Stale
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    old, new = journal.changes(before, values)
    if not new:
        return row
    if "name" in new:
        row.is_shipped = False
    row.version += 1
    _keep_type(row)
    journal.record(actor=actor, verb="asset_type.change", subject=row, before=old, after=new)
    return row


def _keep_type(row: AssetType) -> None:
    if errors := check_fields(row.fields):
        raise Invalid(fields={"fields": errors})
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise from_django(error) from error
    except IntegrityError as error:
        raise Conflict(_("Another type has this name.")) from error

"""Two assets made one, and two again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.errors import NotMergeable, Settled
from compagnon.park.models import (
    Asset,
    Installation,
    Machine,
    MachineDocument,
    MergeRecord,
    SectionRow,
)
from compagnon.park.policies import MANAGE, check

FILLED = (
    "site_id", "person_id", "team_id", "serial", "manufacturer", "model", "inventory_number",
    "uuid", "ordered_on", "purchased_on", "in_service_on", "purchase_price",
    "purchase_reference", "supplier", "warranty_ends_on", "note",
)  # fmt: skip
"""What the one kept takes over from the other where it has nothing itself."""


@service("asset.merge")
def merge(*, actor: Actor, kept_id: int, lost_id: int, reason: str = "") -> MergeRecord:
    """Make two assets one: everything that hangs on ``lost`` goes to ``kept``.

    The inventory of the one kept stays if it has one. ``lost`` is not deleted: :func:`undo` makes
    them two again.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not manage the assets of both organisations.
        NotMergeable: they are one already, or of two kinds.
    """
    rows = Asset.objects.select_for_update(of=("self",)).select_related("type")
    pair = {pk: get_visible(Asset, actor, rows, pk=pk) for pk in sorted({kept_id, lost_id})}
    kept, lost = pair[kept_id], pair[lost_id]
    if kept.pk == lost.pk:
        raise NotMergeable(_("This is one and the same asset."))
    if kept.type.kind != lost.type.kind:
        raise NotMergeable(_("They are not of the same kind."))
    for each in (kept, lost):
        check(actor, MANAGE, each.organisation_id)
    fields = _fill(kept, lost)
    moved = {
        f"{model._meta.label_lower}.{column}": keys
        for model, column in pointing(with_inventory=not has_inventory(kept))
        if (keys := _move(model, column, lost.pk, kept.pk))
    }
    lost.merged_into = kept
    lost.save(update_fields=["merged_into"])
    record = MergeRecord.objects.create(
        kept=kept,
        lost=lost,
        moved={"rows": moved, "fields": fields},
        reason=reason[:300],
        by_id=actor.id,
    )
    journal.record(actor=actor, verb="asset.merge", subject=kept, after={"merged_id": lost.pk})
    return record


@service("asset.unmerge")
def undo(*, actor: Actor, merge_id: int) -> MergeRecord:
    """Make two assets of one again, as they were.

    What came since the merge stays with the one that was kept.

    Raises:
        NotFound: no such merge, or not visible.
        Refused: the actor may not manage the assets of both organisations.
        Settled: it was undone already.
        NotMergeable: the one kept was itself merged into another since: undo that first.
    """
    record = get_visible(
        MergeRecord, actor, MergeRecord.objects.select_for_update(of=("self",)), pk=merge_id
    )
    kept = Asset.every.select_for_update(of=("self",)).get(pk=record.kept_id)
    lost = Asset.every.select_for_update(of=("self",)).get(pk=record.lost_id)
    for each in (kept, lost):
        check(actor, MANAGE, each.organisation_id)
    if record.undone_at is not None:
        raise Settled
    if kept.merged_into_id is not None or lost.merged_into_id != kept.pk:
        raise NotMergeable(_("It was merged into another since: undo that first."))
    for place, keys in record.moved["rows"].items():
        label, column = place.rsplit(".", 1)
        _restore(apps.get_model(label), column, keys, kept.pk, lost.pk)
    for name, (old, new) in record.moved["fields"].items():
        field: Any = Asset._meta.get_field(name.removesuffix("_id"))
        if str(getattr(kept, name) or "") == new:
            setattr(kept, name, field.to_python(old) if old is not None else _empty(field))
    kept.version += 1
    kept.save()
    lost.merged_into = None
    lost.save(update_fields=["merged_into"])
    record.undone_at = timezone.now()
    record.save(update_fields=["undone_at"])
    journal.record(actor=actor, verb="asset.unmerge", subject=kept, after={"separated_id": lost.pk})
    return record


def has_inventory(asset: Asset) -> bool:
    """Tell whether an inventory was written on the asset."""
    return Machine.objects.filter(pk=asset.pk).exists()


def pointing(*, with_inventory: bool) -> Iterator[tuple[type[models.Model], str]]:
    """Give every table of the product that points at an asset, with its column.

    Args:
        with_inventory: also what an inventory wrote.
    """
    inventory = (SectionRow, Machine, MachineDocument, Installation)
    for relation in Asset._meta.related_objects:
        model = relation.related_model
        assert not isinstance(model, str)  # noqa: S101 — resolved once the apps are loaded
        # The words of a merge are no belongings of the asset.
        if model in {MergeRecord, Asset}:
            continue
        if not with_inventory and issubclass(model, inventory) and relation.field.name == "asset":
            continue
        yield model, relation.field.name


def _fill(kept: Asset, lost: Asset) -> dict[str, list[Any]]:
    """Give ``kept`` what only ``lost`` has; tells what stood before and what came."""
    fields: dict[str, list[Any]] = {}
    for name in FILLED:
        theirs = getattr(lost, name)
        if getattr(kept, name) in (None, "") and theirs not in (None, ""):
            if name == "inventory_number":
                # Unique: it leaves the one before it comes to the other.
                continue
            setattr(kept, name, theirs)
            fields[name] = [None, str(theirs)]
    kept.version += 1
    kept.save()
    return fields


def _empty(field: Any) -> Any:
    return None if field.null else ""


def _move(model: type[models.Model], column: str, lost: int, kept: int) -> list[Any]:
    """Make the rows point at the other asset; those that would stand twice stay."""
    rows = model._base_manager.filter(**{column: lost})
    if model._meta.pk.name == column:
        return [kept] if rows.update(**{column: kept}) else []
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return []
    try:
        with transaction.atomic():
            rows.update(**{column: kept})
    except IntegrityError:
        return [key for key in keys if _move_one(model, column, key, kept)]
    return keys


def _move_one(model: type[models.Model], column: str, key: Any, kept: int) -> bool:
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=key).update(**{column: kept})
    except IntegrityError:
        return False
    return True


def _restore(model: type[models.Model], column: str, keys: list[Any], kept: int, lost: int) -> None:
    for at in range(0, len(keys), 500):
        model._base_manager.filter(pk__in=keys[at : at + 500], **{column: kept}).update(
            **{column: lost}
        )

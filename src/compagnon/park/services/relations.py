"""Tying assets together, saying what is redundant, placing them in tiers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Asset,
    Effect,
    Placement,
    RedundancyGroup,
    Relation,
    RelationKind,
    Tier,
)
from compagnon.park.policies import RELATIONS, check

MOST = 500
"""Relations of one kind that one asset may have on its side."""


@service("relation.tie")
def tie(
    *,
    actor: Actor,
    source_id: int,
    target_id: int,
    kind: RelationKind,
    group_id: int | None = None,
    note: str = "",
) -> Relation:
    """Relate an asset to another. Circles may be made: what is reckoned ends on them.

    Args:
        group_id: the redundancy group of the dependent asset that the relation belongs to.

    Raises:
        NotFound: no such asset or group, or not visible.
        Refused: the actor may not relate the assets of the first's organisation.
        Invalid: an asset related to itself, or a group of another asset.
        Conflict: they are related so already.
    """
    source = get_visible(Asset, actor, pk=source_id)
    target = get_visible(Asset, actor, pk=target_id)
    check(actor, RELATIONS, source.organisation_id)
    if source.pk == target.pk:
        raise Invalid(
            _("An asset is not related to itself."), fields={"other": [_("Choose another asset.")]}
        )
    if source.relations_from.filter(kind=kind).count() >= MOST:
        raise Conflict(_("This asset has too many relations of this kind."))
    group = _group_for(actor, group_id, kind, source, target)
    try:
        with transaction.atomic():
            row = Relation.objects.create(
                source=source, target=target, kind=kind, group=group, note=note.strip()[:200]
            )
    except IntegrityError as error:
        raise Conflict(_("They are related so already.")) from error
    after = {"kind": kind.code, "target_id": target.pk}
    journal.record(actor=actor, verb="relation.tie", subject=source, after=after)
    return row


@service("relation.untie")
def untie(*, actor: Actor, relation_id: int) -> None:
    """Take a relation away.

    Raises:
        NotFound: no such relation, or not visible.
        Refused: the actor may not relate the assets of the first's organisation.
    """
    rows = Relation.objects.select_related("source", "kind")
    row = get_visible(Relation, actor, rows, pk=relation_id)
    check(actor, RELATIONS, row.source.organisation_id)
    before = {"kind": row.kind.code, "target_id": row.target_id}
    source = row.source
    row.delete()
    journal.record(actor=actor, verb="relation.untie", subject=source, before=before)


def dependent_of(relation: Relation) -> int | None:
    """Give the asset that falls with the other end; nothing when neither does.

    The relation's kind is read.
    """
    match relation.kind.effect:
        case Effect.SOURCE:
            return relation.source_id
        case Effect.TARGET:
            return relation.target_id
    return None


def _group_for(
    actor: Actor, group_id: int | None, kind: RelationKind, source: Asset, target: Asset
) -> RedundancyGroup | None:
    if group_id is None:
        return None
    group = get_visible(RedundancyGroup, actor, pk=group_id)
    dependent = {Effect.SOURCE: source.pk, Effect.TARGET: target.pk}.get(Effect(kind.effect))
    if group.asset_id != dependent:
        raise Invalid(
            _("A redundancy group belongs to the asset that depends."),
            fields={"group": [_("This group is another asset's.")]},
        )
    return group


@service("redundancy.create")
def make_redundant(
    *, actor: Actor, asset_id: int, name: str, needs: int, relation_ids: Iterable[int]
) -> RedundancyGroup:
    """Say that an asset stands while ``needs`` of these relations' other ends stand.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not relate the assets of its organisation.
        Invalid: no name, fewer than two relations of it, or more needed than there are.
    """
    asset = get_visible(Asset, actor, pk=asset_id)
    check(actor, RELATIONS, asset.organisation_id)
    wanted = sorted(set(relation_ids))[:MOST]
    found = visible(Relation, actor).filter(pk__in=wanted).select_related("kind")
    members = [one.pk for one in found if dependent_of(one) == asset.pk]
    errors: dict[str, list[str | Promise]] = {}
    if not name.strip():
        errors["name"] = [_("Give the group a name.")]
    if len(members) < 2 or len(members) != len(wanted):
        errors["relations"] = [_("Choose two relations or more on which this asset depends.")]
    elif not 1 <= needs < len(members):
        errors["needs"] = [_("At least one must stand, and one may be lost.")]
    if errors:
        raise Invalid(fields=errors)
    group = RedundancyGroup.objects.create(asset=asset, name=name.strip()[:80], needs=needs)
    Relation.objects.filter(pk__in=members).update(group=group)
    after = {"redundancy": group.name, "needs": needs, "members": len(members)}
    journal.record(actor=actor, verb="redundancy.create", subject=asset, after=after)
    return group


@service("redundancy.remove")
def end_redundancy(*, actor: Actor, group_id: int) -> None:
    """Take a redundancy group away: each of its relations counts alone again.

    Raises:
        NotFound: no such group, or not visible.
        Refused: the actor may not relate the assets of its organisation.
    """
    rows = RedundancyGroup.objects.select_related("asset")
    group = get_visible(RedundancyGroup, actor, rows, pk=group_id)
    check(actor, RELATIONS, group.asset.organisation_id)
    before = {"redundancy": group.name, "needs": group.needs}
    asset = group.asset
    group.delete()
    journal.record(actor=actor, verb="redundancy.remove", subject=asset, before=before)


@service("asset.place_in_tier")
def place_in_tier(*, actor: Actor, asset_id: int, tier: Tier | None) -> None:
    """Say in which tier an asset works; ``None``: in none.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not relate the assets of its organisation.
    """
    asset = get_visible(Asset, actor, pk=asset_id)
    check(actor, RELATIONS, asset.organisation_id)
    stood = Placement.objects.select_for_update().filter(asset=asset).first()
    old, new = (stood.tier if stood else ""), (tier.value if tier else "")
    if old == new:
        return
    if tier is None:
        Placement.objects.filter(asset=asset).delete()
    else:
        Placement.objects.update_or_create(asset=asset, defaults={"tier": tier})
    journal.record(
        actor=actor,
        verb="asset.place_in_tier",
        subject=asset,
        before={"tier": old},
        after={"tier": new},
    )

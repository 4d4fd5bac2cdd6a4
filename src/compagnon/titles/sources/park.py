"""Work on the park: a machine of the inventory recognised, two records found to be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Source as Door
from compagnon.core.models import Entry
from compagnon.park.models import Asset, Doubt
from compagnon.titles.sources import Proposal, Source

ASSET = Asset._meta.label_lower
DOUBT = Doubt._meta.label_lower
SETTLED = {"doubt.merge": "merged", "doubt.separate": "separated"}
MERGED = "asset.merge"

KINDS = {
    "asset.reconciled": (
        _("a machine of the inventory recognised, or two records made one"),
        {
            "type": _("code of the asset’s type"),
            "answer": _("what was found (merged, separated)"),
        },
    ),
}


def propose(entries: Sequence[Entry], candidates: frozenset[int]) -> Iterable[Proposal]:
    """Tell what candidates settled in the inventory: one proposal for a person and an asset."""
    done: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    answers: dict[int, str] = {}
    for entry in entries:
        if entry.actor_id not in candidates or entry.source == Door.IMPORT:
            continue
        if entry.object_type == DOUBT and entry.verb in SETTLED:
            asset, answers[entry.pk] = entry.after.get("asset_id"), SETTLED[entry.verb]
        elif entry.object_type == ASSET and entry.verb == MERGED:
            asset, answers[entry.pk] = entry.object_id, "merged"
        else:
            continue
        if isinstance(asset, int) and entry.actor_id is not None:
            done[entry.actor_id, asset].append(entry)
    assets = Asset.objects.select_related("type").in_bulk({asset for _person, asset in done})
    for (person, key), own in done.items():
        found = assets.get(key)
        if found is not None:
            own.sort(key=lambda entry: (entry.occurred_at, entry.pk))
            yield Proposal(
                person_id=person,
                kind="asset.reconciled",
                object_type=ASSET,
                object_id=key,
                entry_ids=tuple(entry.pk for entry in own),
                happened_at=own[-1].occurred_at,
                title=found.name[:200] or f"{found.type}",
                facts={"type": found.type.code, "answer": answers[own[-1].pk]},
            )


SOURCE = Source(kinds=KINDS, propose=propose)

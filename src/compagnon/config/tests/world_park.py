"""What the park keeps of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.park import shipped_relations, shipped_types
from compagnon.park.ingestion.keeping import Sender, keep_refused
from compagnon.park.inventory import Unreadable
from compagnon.park.models import (
    Agent,
    Asset,
    AssetType,
    Doubt,
    EnrolmentToken,
    Installation,
    InventoryReport,
    MergeRecord,
    RedundancyGroup,
    RelationKind,
)
from compagnon.park.services import baselines, merging, relations
from compagnon.park.tests import factories
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a machine with its inventory, a doubt, a refused report, a merge, a token."""
    number = EnrolmentToken.objects.count() + 1
    organisation = side.organisation
    uuid = f"4c4c4544-0031-3010-8057-{number:06x}{organisation.pk:06x}"
    said = {"uuid": uuid, "serial": f"{side.mark}{number}", "model": f"Modèle {mark}"}
    software = [(f"Logiciel {mark}", "1.0")]
    first = factories.bring(
        organisation, factories.inventory(f"pc-{mark}-{number}", software=software, **said)
    )
    doubtful = factories.bring(
        organisation,
        factories.inventory(f"pc2-{mark}-{number}", software=software, **said),
    )
    assert first.asset is not None
    asset = first.asset
    Asset.objects.filter(pk=asset.pk).update(person=side.manager, site=side.site)
    refused = keep_refused(
        f"<{mark}>".encode(),
        Sender(organisation_id=organisation.pk, file_name=f"{mark}.xml"),
        Unreadable("xml_truncated", mark),
    )
    token = EnrolmentToken.objects.create(
        organisation=organisation,
        name=f"Agents {mark}",
        prefix=f"{side.mark[:6]}{number:04}",
        digest=f"{side.mark}{number}".ljust(64, "0"),
    )
    agent = Agent.objects.create(
        organisation=organisation,
        key=f"{mark}-{number}",
        deviceid=f"pc-{mark}",
        last_contact_at=first.received_at,
        asset=asset,
    )
    other = factories.asset(organisation, f"double-{mark}-{number}")
    merge = merging.merge(actor=system(), kept_id=asset.pk, lost_id=other.pk, reason=mark)
    side.objects.update(
        asset=asset,
        asset_type=shipped_types.ensure("laptop"),
        report=refused,
        doubt=Doubt.objects.get(report=doubtful),
        enrolment=token,
        agent=agent,
        merge=merge,
    )
    _relate(side, mark, asset)
    assert isinstance(merge, MergeRecord)
    assert isinstance(refused, InventoryReport)
    assert Installation.objects.filter(asset=asset).exists()


def _relate(side: Side, mark: str, asset: Asset) -> None:
    """Make a machine need two others of which one is enough, agree on it, name it in a ticket."""
    number = RedundancyGroup.objects.count() + 1
    ends = [
        factories.asset(side.organisation, f"socle-{mark}-{number}-{end}", type="server")
        for end in (1, 2)
    ]
    ties = [
        relations.tie(
            actor=system(),
            source_id=asset.pk,
            target_id=end.pk,
            kind=shipped_relations.ensure("depends-on"),
            note=mark,
        )
        for end in ends
    ]
    group = relations.make_redundant(
        actor=system(),
        asset_id=asset.pk,
        name=f"Socles {mark}",
        needs=1,
        relation_ids=[one.pk for one in ties],
    )
    baseline = baselines.take(
        actor=system(), organisation=side.organisation, name=f"Poste {mark}", asset_ids=[asset.pk]
    )
    ticket = side.objects.get("ticket")
    if ticket is not None:
        type(ticket)._default_manager.filter(pk=ticket.pk).update(asset=asset)
    side.objects.update(
        relation=ties[0],
        redundancy=group,
        baseline=baseline,
        relation_kind=shipped_relations.ensure("depends-on"),
    )


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


ROWS: dict[type[Any], Callable[[Side], Any]] = {
    Asset: lambda side: side.objects["asset"],
    AssetType: lambda side: side.objects["asset_type"],
    RelationKind: lambda side: side.objects["relation_kind"],
}
PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "park/assets/<pk>/merges/<merge_id>": kept("merge"),
    "park/assets/<pk>/relations/<relation_id>": kept("relation"),
    "park/assets/<pk>/redundancy/<group_id>": kept("redundancy"),
    "park/baselines/<pk>": kept("baseline"),
    "park/baselines/<pk>/accept/<asset_id>": kept("asset"),
    "api/v1/relations/<relation_id>": kept("relation"),
    "api/v1/redundancy-groups/<group_id>": kept("redundancy"),
    "api/v1/baselines/<baseline_id>": kept("baseline"),
    "park/reports/<pk>": kept("report"),
    "park/doubts/<pk>": kept("doubt"),
    "park/tokens/<pk>": kept("enrolment"),
    "api/v1/assets/<asset_id>": kept("asset"),
    "api/v1/asset-merges/<merge_id>": kept("merge"),
    "api/v1/inventory-reports/<report_id>": kept("report"),
    "api/v1/machine-doubts/<doubt_id>": kept("doubt"),
    "api/v1/enrolment-tokens/<token_id>": kept("enrolment"),
    "api/v1/asset-types/<type_id>": kept("asset_type"),
}

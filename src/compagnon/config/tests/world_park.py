"""What the park keeps of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.park import shipped_types
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
)
from compagnon.park.services import merging
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
    assert isinstance(merge, MergeRecord)
    assert isinstance(refused, InventoryReport)
    assert Installation.objects.filter(asset=asset).exists()


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


ROWS: dict[type[Any], Callable[[Side], Any]] = {
    Asset: lambda side: side.objects["asset"],
    AssetType: lambda side: side.objects["asset_type"],
}
PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "park/assets/<pk>/merges/<merge_id>": kept("merge"),
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

"""Relations, impact and baselines, by API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Asset,
    Baseline,
    Placement,
    RedundancyGroup,
    Relation,
    RelationKind,
    Tier,
)
from compagnon.park.queries import baselines as baseline_queries
from compagnon.park.queries import cards, impact, machines, picking
from compagnon.park.services import baselines, relations
from compagnon.people.models import Organisation

# What a picker needs; a list of assets is asked for by /assets.
OPTIONS = 50
router = Routes(tag="park")
Key = Annotated[int, Field(ge=1, lt=2**63)]
SHOWN = 500


class RelationOut(Schema):
    """One asset related to another; the kind by its code."""

    id: int
    source_id: int
    target_id: int
    kind: str
    group_id: int | None
    note: str

    @staticmethod
    def resolve_kind(obj: Relation) -> str:
        """The kind's code."""
        return obj.kind.code


class RelationQuery(ListQuery):
    """In which order."""

    ordering: Literal["id"] = "id"


@router.index("/assets/{asset_id}/relations", RelationOut)
def list_asset_relations(
    request: ApiRequest, asset_id: Id, query: Query[RelationQuery]
) -> QuerySet[Relation]:
    """List the relations of an asset, both ways."""
    row = machines.asset(request.actor, asset_id)
    rows = visible(Relation, request.actor).select_related("kind")
    return rows.filter(Q(source=row) | Q(target=row))


class TieIn(Body):
    """Which kind, to which other asset."""

    kind: Annotated[str, Field(max_length=40, examples=["runs-on"])]
    target_id: Key
    group_id: Key | None = None
    note: Annotated[str, Field(max_length=200)] = ""


@router.create("/assets/{asset_id}/relations", RelationOut, within=True)
def relate_asset(request: ApiRequest, asset_id: Id, body: TieIn) -> Relation:
    """Relate an asset to another: it is the first of the relation's words."""
    row = machines.asset(request.actor, asset_id)
    kind = visible(RelationKind, request.actor).filter(code=body.kind).first()
    if kind is None:
        raise Invalid(fields={"kind": [_("There is no such kind of relation.")]})
    return relations.tie(
        actor=request.actor,
        source_id=row.pk,
        target_id=body.target_id,
        kind=kind,
        group_id=body.group_id,
        note=body.note,
    )


@router.remove("/relations/{relation_id}")
def remove_relation(request: ApiRequest, relation_id: Id) -> None:
    """Take a relation away."""
    relations.untie(actor=request.actor, relation_id=relation_id)


class RedundancyOut(Schema):
    """A redundancy group: the asset stands while ``needs`` of its relations stand."""

    id: int
    asset_id: int
    name: str
    needs: int


class GroupIn(Body):
    """Which relations stand in for each other."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Frontaux"])]
    needs: Annotated[int, Field(ge=1, le=500, examples=[2])]
    relation_ids: Annotated[list[Key], Field(min_length=1, max_length=500)]


@router.create("/assets/{asset_id}/redundancy-groups", RedundancyOut, within=True)
def make_redundancy_group(request: ApiRequest, asset_id: Id, body: GroupIn) -> RedundancyGroup:
    """Say that some of an asset's relations stand in for each other."""
    row = machines.asset(request.actor, asset_id)
    return relations.make_redundant(actor=request.actor, asset_id=row.pk, **body.model_dump())


@router.remove("/redundancy-groups/{group_id}")
def remove_redundancy_group(request: ApiRequest, group_id: Id) -> None:
    """End a redundancy: each relation counts alone again."""
    relations.end_redundancy(actor=request.actor, group_id=group_id)


TierName = Literal["client", "web", "application", "database", "infrastructure"]


class TierIn(Body):
    """The tier; nothing: none."""

    tier: TierName | None = None


class TierOut(Schema):
    """In which tier an asset works."""

    id: int
    tier: TierName | None


@router.act("/assets/{asset_id}/tier", TierOut)
def set_asset_tier(request: ApiRequest, asset_id: Id, body: TierIn) -> dict[str, Any]:
    """Say in which tier an asset works."""
    row = machines.asset(request.actor, asset_id)
    tier = Tier(body.tier) if body.tier else None
    relations.place_in_tier(actor=request.actor, asset_id=row.pk, tier=tier)
    stood = Placement.objects.filter(asset=row).first()
    return {"id": row.pk, "tier": stood.tier if stood else None}


class ImpactItem(Schema):
    """An item of the answer: how far, and through what."""

    id: int
    name: str
    type: str
    state: str
    organisation: str
    site: str | None
    tier: str
    depth: int
    through: int | None
    sure: bool | None = Field(
        description="Of a cause: whether its fall alone is enough; null where not tried, too far."
    )


class ImpactOut(Schema):
    """What falls with an asset, or what may have brought it down; the 500 nearest items."""

    asset_id: int
    count: int
    items: list[ImpactItem]
    weakened: list[ImpactItem]


class ImpactQuery(Schema):
    """Which way, and how narrow."""

    way: Literal["falls", "causes"] = "falls"
    kind: Annotated[str, Field(max_length=40)] = ""
    depth: Annotated[int, Field(ge=0, le=1000)] = 0
    site: Key | None = None


@router.show("/assets/{asset_id}/impact", ImpactOut)
def get_asset_impact(
    request: ApiRequest, asset_id: Id, query: Query[ImpactQuery]
) -> dict[str, Any]:
    """Read what falls with an asset (`falls`), or what may have brought it down (`causes`)."""
    row = machines.asset(request.actor, asset_id)
    asked = impact.causes_of if query.way == "causes" else impact.falling_with
    answer = asked(request.actor, row, [query.kind] if query.kind else ())
    items = impact.narrowed(answer, depth=query.depth, site=query.site)
    return {
        "asset_id": row.pk,
        "count": len(items),
        "items": impact.items_of(request.actor, items[:SHOWN]),
        "weakened": answer.weakened[:SHOWN],
    }


class PersonTouched(Schema):
    """Somebody who holds something that falls."""

    id: int
    name: str
    organisation: str

    @staticmethod
    def resolve_name(obj: Any) -> str:
        """First and last name."""
        return str(obj)

    @staticmethod
    def resolve_organisation(obj: Any) -> str:
        """Where they work."""
        return str(obj.organisation)


class TouchedOut(Schema):
    """Who is touched when an asset falls; the first 500 persons."""

    asset_id: int
    items_count: int
    persons_count: int
    persons: list[PersonTouched]
    organisations: list[tuple[str, int]]
    sites: list[tuple[str, int]]


@router.show("/assets/{asset_id}/affected", TouchedOut)
def get_asset_affected(request: ApiRequest, asset_id: Id) -> dict[str, Any]:
    """Read who is touched when an asset falls."""
    found = cards.affected(request.actor, asset_id)
    return {
        "asset_id": asset_id,
        "items_count": len(found.items),
        "persons_count": found.persons_count,
        "persons": found.persons,
        "organisations": found.organisations,
        "sites": found.sites,
    }


class BaselineOut(Schema):
    """How machines stood at a moment."""

    id: int
    organisation_id: int
    name: str
    note: str
    taken_at: datetime


class BaselineIn(Body):
    """Which machines, under which name."""

    organisation_id: Key
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Postes de caisse"])]
    note: Annotated[str, Field(max_length=400)] = ""
    asset_ids: Annotated[list[Key], Field(min_length=1, max_length=500)]


class BaselineQuery(ListQuery):
    """In which order."""

    ordering: Literal["-taken_at"] = "-taken_at"


@router.index("/baselines", BaselineOut)
def list_baselines(request: ApiRequest, query: Query[BaselineQuery]) -> QuerySet[Baseline]:
    """List baselines."""
    return visible(Baseline, request.actor)


@router.create("/baselines", BaselineOut, location=lambda row: f"/baselines/{row.pk}/drift")
def take_baseline(request: ApiRequest, body: BaselineIn) -> Baseline:
    """Take a baseline of inventoried machines."""
    organisation = get_visible(Organisation, request.actor, pk=body.organisation_id)
    values = body.model_dump(exclude={"organisation_id"})
    return baselines.take(actor=request.actor, organisation=organisation, **values)


class DriftOut(Schema):
    """One difference of a machine."""

    section: str
    name: str
    before: str
    after: str


class MachineDrift(Schema):
    """What differs on one machine."""

    asset_id: int
    name: str
    differences: list[DriftOut]


class BaselineDrift(Schema):
    """A baseline with what drifted from it."""

    id: int
    machines: list[MachineDrift]


@router.show("/baselines/{baseline_id}/drift", BaselineDrift)
def get_baseline_drift(request: ApiRequest, baseline_id: Id) -> dict[str, Any]:
    """Read how far each machine drifted from a baseline."""
    row = baseline_queries.baseline(request.actor, baseline_id)
    found = baseline_queries.drifts(request.actor, row)
    return {
        "id": row.pk,
        "machines": [
            {"asset_id": one.asset_id, "name": one.asset.name, "differences": drifts}
            for one, drifts in found
        ],
    }


class AcceptIn(Body):
    """The machine whose drift is accepted."""

    asset_id: Key


class AcceptedOut(Schema):
    """When it was accepted; nothing where nothing differed."""

    asset_id: int
    settled_at: datetime | None


@router.act("/baselines/{baseline_id}/accept", AcceptedOut)
def accept_baseline_drift(request: ApiRequest, baseline_id: Id, body: AcceptIn) -> Any:
    """Accept a machine's drift: as it stands now is what it should be."""
    row = baseline_queries.baseline(request.actor, baseline_id)
    return baselines.accept(actor=request.actor, baseline_id=row.pk, asset_id=body.asset_id)


@router.remove("/baselines/{baseline_id}")
def remove_baseline(request: ApiRequest, baseline_id: Id) -> None:
    """Take a baseline away."""
    baselines.remove(actor=request.actor, baseline_id=baseline_id)


class AssetOption(Schema):
    """An asset among which to choose."""

    id: int
    name: str


class RelationPickQuery(ListQuery):
    """Words of its name, serial number, address."""

    q: Annotated[str, Field(max_length=80)] | None = None
    ordering: Literal["name"] = "name"


@router.index("/asset-options", AssetOption)
def pick_assets(request: ApiRequest, query: Query[RelationPickQuery]) -> QuerySet[Asset]:
    """Find assets by a few words, as the pickers do."""
    text, query.q = query.q or "", None
    found = picking.pick_assets(request.actor, text, limit=OPTIONS)
    return visible(Asset, request.actor).filter(pk__in=[one.pk for one in found])

"""Machines, what agents sent, and what is settled of it, by API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes, expected_version
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Agent,
    Asset,
    Doubt,
    EnrolmentToken,
    Installation,
    InventoryReport,
    MergeRecord,
)
from compagnon.park.policies import INVENTORY
from compagnon.park.queries import machines
from compagnon.park.services import assets, doubts, merging, reports, tokens
from compagnon.people.models import Organisation, Site

router = Routes(tag="park")
OutcomeName = Literal["waiting", "created", "updated", "unchanged", "doubtful", "refused"]


def _follows(request: ApiRequest) -> None:
    if not request.actor.scope.allows_somewhere(INVENTORY):
        raise Refused


class MachineOut(Schema):
    """What the last inventory told of an asset."""

    asset_id: int
    system: str | None = Field(examples=["Debian 12"])
    support_ends_on: date | None
    os_full_name: str
    kernel_version: str
    architecture: str
    memory_mib: int | None
    chassis: str
    virtual: str
    inventoried_at: datetime | None
    sections: dict[str, list[dict[str, Any]]] = Field(
        description="Processors, memory, storages, volumes, ports, addresses…, 200 rows each."
    )


HIDDEN = frozenset({"id", "asset", "is_manual"})


@router.show("/assets/{asset_id}/machine", MachineOut)
def get_machine(request: ApiRequest, asset_id: Id) -> dict[str, Any]:
    """Read what the last inventory told of an asset."""
    row = machines.asset(request.actor, asset_id)
    machine = machines.machine_of(row)
    found = machines.parts(row) if machine else {}
    names = ("os_full_name", "kernel_version", "architecture", "chassis", "virtual")
    system = machine.system if machine else None
    return {
        "asset_id": row.pk,
        "system": str(system) if system else None,
        "support_ends_on": system.support_ends_on if system else None,
        **{name: getattr(machine, name, "") for name in names},
        "memory_mib": machine.memory_mib if machine else None,
        "inventoried_at": machine.inventoried_at if machine else None,
        "sections": {name: [_cells(one) for one in part.rows] for name, part in found.items()},
    }


def _cells(row: Any) -> dict[str, Any]:
    fields = [one for one in row._meta.concrete_fields if one.name not in HIDDEN]
    return {one.attname: getattr(row, one.attname) for one in fields}


class SoftwareOut(Schema):
    """A software installed on a machine."""

    id: int
    name: str
    version: str
    publisher: str
    architecture: str
    installed_on: date | None

    @staticmethod
    def resolve_name(obj: Installation) -> str:
        """The product's."""
        return obj.version.product.name

    @staticmethod
    def resolve_version(obj: Installation) -> str:
        """As told."""
        return obj.version.version

    @staticmethod
    def resolve_publisher(obj: Installation) -> str:
        """The product's."""
        return obj.version.product.publisher

    @staticmethod
    def resolve_architecture(obj: Installation) -> str:
        """The version's."""
        return obj.version.architecture


class SoftwareQuery(ListQuery):
    """Which software."""

    q: Annotated[str | None, Field(max_length=80)] = None
    ordering: Literal["version__product__name"] = "version__product__name"


@router.index("/assets/{asset_id}/software", SoftwareOut)
def list_asset_software(
    request: ApiRequest, asset_id: Id, query: Query[SoftwareQuery]
) -> QuerySet[Installation]:
    """List what is installed on an asset."""
    row = machines.asset(request.actor, asset_id)
    # Looked for here: what is left in the query narrows by a column.
    text, query.q = query.q or "", None
    return machines.software(row, text).order_by()


class ValuesIn(Body):
    """The fields that the asset's type gives it."""

    values: Annotated[dict[str, Any], Field(examples=[{"badge": "A-17"}])]


class ValuesOut(Schema):
    """An asset's own values."""

    id: int
    values: dict[str, Any]
    version: int


@router.act("/assets/{asset_id}/values", ValuesOut)
def set_asset_values(request: ApiRequest, asset_id: Id, body: ValuesIn) -> Asset:
    """Set the fields that the asset's type gives it."""
    row = machines.asset(request.actor, asset_id)
    return assets.change(
        actor=request.actor,
        asset=row,
        values={"values": body.values},
        expected_version=expected_version(request, row),
    )


class InventoryMergeIn(Body):
    """The asset that goes into this one."""

    asset_id: Annotated[int, Field(ge=1, lt=2**63, examples=[12])]
    reason: Annotated[str, Field(max_length=300)] = ""


class MergeOut(Schema):
    """Two assets made one."""

    id: int
    kept_id: int
    lost_id: int
    at: datetime
    undone_at: datetime | None


@router.act("/assets/{asset_id}/merge", MergeOut)
def merge_asset(request: ApiRequest, asset_id: Id, body: InventoryMergeIn) -> MergeRecord:
    """Make another asset one with this one; it can be undone."""
    row = machines.asset(request.actor, asset_id)
    return merging.merge(
        actor=request.actor, kept_id=row.pk, lost_id=body.asset_id, reason=body.reason
    )


@router.act("/asset-merges/{merge_id}/undo", MergeOut)
def undo_asset_merge(request: ApiRequest, merge_id: Id) -> MergeRecord:
    """Make two assets of one again."""
    record = get_visible(MergeRecord, request.actor, pk=merge_id)
    return merging.undo(actor=request.actor, merge_id=record.pk)


class ReportOut(Schema):
    """What an agent sent, and what became of it."""

    id: int
    organisation_id: int
    received_at: datetime
    last_received_at: datetime
    times: int
    outcome: OutcomeName
    reason: str
    detail: str
    format: str
    query: str
    deviceid: str
    name: str
    is_partial: bool
    size: int
    asset_id: int | None
    processed_at: datetime | None
    cuts: list[list[str | int]] | None = Field(
        description="What was not kept whole: what, how many were sent, how many are kept."
    )


class ReportQuery(ListQuery):
    """Which reports."""

    outcome: OutcomeName | None = None
    ordering: Literal["received_at", "-received_at"] = "-received_at"


@router.index("/inventory-reports", ReportOut)
def list_inventory_reports(
    request: ApiRequest, query: Query[ReportQuery]
) -> QuerySet[InventoryReport]:
    """List what agents sent."""
    _follows(request)
    return visible(InventoryReport, request.actor)


@router.show("/inventory-reports/{report_id}", ReportOut)
def get_inventory_report(request: ApiRequest, report_id: Id) -> InventoryReport:
    """Read one report."""
    _follows(request)
    return get_visible(InventoryReport, request.actor, pk=report_id)


@router.act("/inventory-reports/{report_id}/replay", ReportOut)
def replay_inventory_report(request: ApiRequest, report_id: Id) -> InventoryReport:
    """Have a report processed again."""
    return reports.replay(actor=request.actor, report_id=report_id)


class CandidateOut(Schema):
    """A machine that a doubtful report may be."""

    asset_id: int
    confidence: int
    evidence: list[dict[str, str]]


class DoubtOut(Schema):
    """A report whose machine a person must tell."""

    id: int
    organisation_id: int
    report_id: int
    name: str
    reason: str
    evidence: dict[str, str]
    state: Literal["open", "merged", "separated"]
    asset_id: int | None
    raised_at: datetime


class DoubtQuery(ListQuery):
    """Which doubts."""

    state: Literal["open", "merged", "separated"] | None = None
    ordering: Literal["raised_at", "-raised_at"] = "-raised_at"


@router.index("/machine-doubts", DoubtOut)
def list_machine_doubts(request: ApiRequest, query: Query[DoubtQuery]) -> QuerySet[Doubt]:
    """List the reports that a person must settle."""
    _follows(request)
    return visible(Doubt, request.actor)


class SettleIn(Body):
    """Which machine it is; nothing: another one."""

    asset_id: Annotated[int | None, Field(ge=1, lt=2**63, examples=[12])] = None


@router.act("/machine-doubts/{doubt_id}/settle", DoubtOut)
def settle_machine_doubt(request: ApiRequest, doubt_id: Id, body: SettleIn) -> Doubt:
    """Say which machine a doubtful report is about, or that it is another."""
    if body.asset_id is None:
        return doubts.another_machine(actor=request.actor, doubt_id=doubt_id)
    return doubts.same_machine(actor=request.actor, doubt_id=doubt_id, asset_id=body.asset_id)


class AgentOut(Schema):
    """A program that reports."""

    id: int
    organisation_id: int
    deviceid: str
    agent_id: str
    kind: str
    program_version: str
    tag: str
    asset_id: int | None
    last_contact_at: datetime


class AgentQuery(ListQuery):
    """In which order."""

    ordering: Literal["last_contact_at", "-last_contact_at"] = "-last_contact_at"


@router.index("/inventory-agents", AgentOut)
def list_inventory_agents(request: ApiRequest, query: Query[AgentQuery]) -> QuerySet[Agent]:
    """List the programs that report."""
    _follows(request)
    return visible(Agent, request.actor)


class EnrolmentTokenOut(Schema):
    """An enrolment token, without its secret."""

    id: int
    organisation_id: int
    site_id: int | None
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeTokenOut(EnrolmentTokenOut):
    """A token as it is made: its secret is shown this once."""

    secret: str


class InventoryTokenIn(Body):
    """A token to make."""

    organisation_id: Annotated[int, Field(ge=1, lt=2**63, examples=[3])]
    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Postes de Lyon"])]
    site_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    certificate: Annotated[str, Field(max_length=250)] = ""


class InventoryTokenQuery(ListQuery):
    """In which order."""

    ordering: Literal["-created_at"] = "-created_at"


@router.index("/enrolment-tokens", EnrolmentTokenOut)
def list_enrolment_tokens(
    request: ApiRequest, query: Query[InventoryTokenQuery]
) -> QuerySet[EnrolmentToken]:
    """List enrolment tokens."""
    _follows(request)
    return visible(EnrolmentToken, request.actor)


@router.create("/enrolment-tokens", MadeTokenOut)
def make_enrolment_token(request: ApiRequest, body: InventoryTokenIn) -> dict[str, Any]:
    """Make an enrolment token; its secret is in this answer and nowhere else."""
    site = get_visible(Site, request.actor, pk=body.site_id) if body.site_id else None
    made = tokens.create(
        actor=request.actor,
        organisation=get_visible(Organisation, request.actor, pk=body.organisation_id),
        name=body.name,
        site=site,
        certificate=body.certificate,
    )
    shown = {name: getattr(made.token, name) for name in EnrolmentTokenOut.model_fields}
    return {**shown, "secret": made.secret}


@router.act("/enrolment-tokens/{token_id}/revoke", EnrolmentTokenOut)
def revoke_enrolment_token(request: ApiRequest, token_id: Id) -> EnrolmentToken:
    """Take an enrolment token out of use."""
    return tokens.revoke(actor=request.actor, token_id=token_id)

"""Jobs over the network and SNMP credentials, by API. No secret comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import MetDevice, NetworkJob, SnmpCredential
from compagnon.park.policies import DISCOVER, INVENTORY
from compagnon.park.services import discovery
from compagnon.park.snmp_secrets import SnmpSecrets
from compagnon.people.models import Organisation

router = Routes(tag="park")
Key = Annotated[int, Field(ge=1, lt=2**63)]
Secret = Annotated[str, Field(max_length=128)]


def _may(request: ApiRequest, verb: str) -> None:
    if not request.actor.scope.allows_somewhere(verb):
        raise Refused


class SnmpCredentialOut(Schema):
    """A way to speak SNMP, without its secrets."""

    id: int
    organisation_id: int
    name: str
    snmp_version: str
    username: str
    auth_protocol: str
    privacy_protocol: str
    created_at: datetime


class SnmpCredentialIn(Body):
    """A way to speak SNMP: a community (v1, v2c), or a user and passphrases (v3)."""

    organisation_id: Annotated[int, Field(ge=1, lt=2**63, examples=[3])]
    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Commutateurs"])]
    snmp_version: Literal["1", "2c", "3"] = "2c"
    community: Secret = Field("", examples=["lecture"])
    username: Annotated[str, Field(max_length=64)] = ""
    auth_protocol: Literal["", "md5", "sha"] = ""
    auth_passphrase: Secret = ""
    privacy_protocol: Literal["", "des", "3des", "aes"] = ""
    privacy_passphrase: Secret = ""


class SnmpCredentialQuery(ListQuery):
    """In which order."""

    ordering: Literal["name", "-name"] = "name"


@router.index("/snmp-credentials", SnmpCredentialOut)
def list_snmp_credentials(
    request: ApiRequest, query: Query[SnmpCredentialQuery]
) -> QuerySet[SnmpCredential]:
    """List SNMP credentials, without their secrets."""
    _may(request, DISCOVER)
    return visible(SnmpCredential, request.actor)


@router.create("/snmp-credentials", SnmpCredentialOut)
def add_snmp_credential(request: ApiRequest, body: SnmpCredentialIn) -> SnmpCredential:
    """Keep an SNMP credential; its secrets are sealed and come out no more."""
    return discovery.add_credential(
        actor=request.actor,
        organisation=get_visible(Organisation, request.actor, pk=body.organisation_id),
        name=body.name,
        snmp_version=body.snmp_version,
        username=body.username,
        auth_protocol=body.auth_protocol,
        privacy_protocol=body.privacy_protocol,
        secrets=SnmpSecrets(body.community, body.auth_passphrase, body.privacy_passphrase),
    )


@router.remove("/snmp-credentials/{credential_id}")
def forget_snmp_credential(request: ApiRequest, credential_id: Id) -> None:
    """Forget an SNMP credential."""
    discovery.remove_credential(actor=request.actor, credential_id=credential_id)


class NetworkJobOut(Schema):
    """A discovery or an inventory by SNMP that an agent is asked for."""

    id: int
    organisation_id: int
    agent_id: int
    kind: Literal["discovery", "inventory"]
    state: Literal["waiting", "sent", "running", "done", "cancelled"]
    ranges: list[list[str]]
    ports: list[int]
    asked: int = Field(description="Addresses asked for.")
    counted: int | None = Field(description="Addresses that the agent says it visits.")
    then_inventory: bool
    after_id: int | None
    kept_back: str = Field(description="Why it was not given to who asked for it.")
    ordered_at: datetime
    expires_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class NetworkJobIn(Body):
    """What to ask of which agent."""

    agent_id: Annotated[int, Field(ge=1, lt=2**63, examples=[4])]
    kind: Literal["discovery", "inventory"] = "discovery"
    addresses: Annotated[str, Field(max_length=4000, examples=["192.0.2.0/24"])]
    ports: Annotated[str, Field(max_length=60, examples=["161"])] = ""
    credential_ids: Annotated[list[Key], Field(max_length=8)] = Field(default_factory=list)
    then_inventory: bool = False


class NetworkJobQuery(ListQuery):
    """In which order."""

    ordering: Literal["ordered_at", "-ordered_at"] = "-ordered_at"


@router.index("/network-jobs", NetworkJobOut)
def list_network_jobs(request: ApiRequest, query: Query[NetworkJobQuery]) -> QuerySet[NetworkJob]:
    """List jobs over the network."""
    _may(request, INVENTORY)
    return visible(NetworkJob, request.actor)


@router.create("/network-jobs", NetworkJobOut)
def order_network_job(request: ApiRequest, body: NetworkJobIn) -> NetworkJob:
    """Ask an agent to discover addresses, or to read devices by SNMP."""
    if body.kind == "inventory":
        return discovery.order_inventory(
            actor=request.actor,
            agent_id=body.agent_id,
            addresses=body.addresses,
            ports=body.ports,
            credential_ids=body.credential_ids,
        )
    return discovery.order_discovery(
        actor=request.actor,
        agent_id=body.agent_id,
        addresses=body.addresses,
        ports=body.ports,
        credential_ids=body.credential_ids,
        then_inventory=body.then_inventory,
    )


@router.show("/network-jobs/{job_id}", NetworkJobOut)
def get_network_job(request: ApiRequest, job_id: Id) -> NetworkJob:
    """Read one job."""
    _may(request, INVENTORY)
    return get_visible(NetworkJob, request.actor, pk=job_id)


@router.act("/network-jobs/{job_id}/cancel", NetworkJobOut)
def cancel_network_job(request: ApiRequest, job_id: Id) -> NetworkJob:
    """Take back a job that its agent has not begun."""
    return discovery.cancel(actor=request.actor, job_id=job_id)


@router.act("/network-jobs/{job_id}/read", NetworkJobOut)
def read_network_job(request: ApiRequest, job_id: Id) -> NetworkJob:
    """Ask for what answered a discovery to be read by SNMP."""
    return discovery.read_found(actor=request.actor, job_id=job_id)


class MetDeviceOut(Schema):
    """What a job met at an address."""

    id: int
    address: str
    kind: str
    name: str
    model: str
    mac: str
    credential_id: int | None
    asset_id: int | None
    report_id: int | None
    outcome: str
    detail: str
    met_at: datetime


class MetDeviceQuery(ListQuery):
    """In which order."""

    ordering: Literal["id"] = "id"


@router.index("/network-jobs/{job_id}/met", MetDeviceOut)
def list_met_devices(
    request: ApiRequest, job_id: Id, query: Query[MetDeviceQuery]
) -> QuerySet[MetDevice]:
    """List what a job met."""
    _may(request, INVENTORY)
    job = get_visible(NetworkJob, request.actor, pk=job_id)
    return visible(MetDevice, request.actor).filter(job=job)

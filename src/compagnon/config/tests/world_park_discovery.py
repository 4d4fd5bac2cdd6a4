"""What the park keeps of each client of jobs over the network, for the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.park.models import MetDevice, NetworkJob
from compagnon.park.services import discovery
from compagnon.park.snmp_secrets import SnmpSecrets
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client an SNMP credential, and a discovery that met its machine."""
    actor, agent, asset = system(), side.objects["agent"], side.objects["asset"]
    number = NetworkJob.objects.count() + 1
    credential = discovery.add_credential(
        actor=actor, organisation=side.organisation, name=f"Lecture {mark} {number}",
        snmp_version="2c", secrets=SnmpSecrets(community="public"),
    )  # fmt: skip
    job = discovery.order_discovery(
        actor=actor, agent_id=agent.pk, addresses="192.0.2.0/28", credential_ids=[credential.pk]
    )
    MetDevice.objects.create(
        job=job, address="192.0.2.7", kind="networking", name=f"Switch {mark}", asset=asset,
        credential=credential, outcome="updated", met_at=timezone.now(),
    )  # fmt: skip
    side.objects.update(network_job=job, snmp_credential=credential)


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "park/discovery/<pk>": kept("network_job"),
    "park/snmp-credentials/<pk>": kept("snmp_credential"),
    "api/v1/network-jobs/<job_id>": kept("network_job"),
    "api/v1/snmp-credentials/<credential_id>": kept("snmp_credential"),
}

"""Asking agents to look at networks and devices, and keeping what they speak SNMP with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.park.errors import Sealed
from compagnon.park.inventory.addresses import BadRange, Fault, Span, ports_of, spans_of
from compagnon.park.models import (
    Agent,
    JobKind,
    JobState,
    MetDevice,
    NetworkJob,
    SnmpAuth,
    SnmpCredential,
    SnmpPrivacy,
    SnmpVersion,
)
from compagnon.park.policies import DISCOVER, check
from compagnon.park.snmp_secrets import SnmpSecrets, sealed
from compagnon.people.models import Organisation

KEPT_FOR = timedelta(days=7)
"""A job that its agent did not come for is given no more."""
SHORTEST_PASSPHRASE = 8
"""RFC 3414, 11.2."""
MOST_TARGETS = 1024
MOST_CREDENTIALS = 8
MOST_WAITING = 8
OPEN = (JobState.WAITING, JobState.SENT)

FAULTS: Mapping[Fault, str | Promise] = {
    "none": gettext_lazy("Say which addresses."),
    "not_ipv4": gettext_lazy("“%(words)s” is no IPv4 address, range or network."),
    "order": gettext_lazy("“%(words)s” ends before it begins."),
    "nowhere": gettext_lazy("No machine has an address of “%(words)s”."),
    "too_many": gettext_lazy("%(words)s addresses are too many for one job."),
    "too_many_ranges": gettext_lazy("%(words)s ranges are too many for one job."),
    "port": gettext_lazy("“%(words)s”: give four ports at most, from 1 to 65535."),
}


# --- credentials ---------------------------------------------------------------------------------


@service("snmp_credential.add")
def add_credential(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    snmp_version: str,
    username: str = "",
    auth_protocol: str = "",
    privacy_protocol: str = "",
    secrets: SnmpSecrets,
) -> SnmpCredential:
    """Keep a way to speak SNMP; what is secret of it is sealed at once and shown no more.

    Raises:
        Refused: the actor may not order discoveries on that organisation.
        Invalid: something is missing, or the parts do not go together.
        Conflict: the organisation has one of that name.
    """
    check(actor, DISCOVER, organisation.pk)
    is_v3 = snmp_version == SnmpVersion.V3
    errors = _faults_of_v3(username, auth_protocol, privacy_protocol, secrets) if is_v3 else {}
    if not name.strip():
        errors["name"] = [_("Give it a name.")]
    if snmp_version not in SnmpVersion.values:
        errors["snmp_version"] = [_("Choose a version.")]
    if not is_v3 and not secrets.community.strip():
        errors["community"] = [_("Give the community.")]
    if errors:
        raise Invalid(fields=errors)
    try:
        with transaction.atomic():
            row = SnmpCredential.objects.create(
                organisation=organisation,
                name=name.strip()[:80],
                snmp_version=snmp_version,
                username=username.strip()[:64] if is_v3 else "",
                auth_protocol=auth_protocol if is_v3 else "",
                privacy_protocol=privacy_protocol if is_v3 else "",
                sealed=sealed(secrets if is_v3 else SnmpSecrets(community=secrets.community)),
            )
    except IntegrityError as error:
        raise Conflict(_("There is one of that name.")) from error
    after = {"name": row.name, "snmp_version": row.snmp_version}
    journal.record(actor=actor, verb="snmp_credential.add", subject=row, after=after)
    return row


def _faults_of_v3(
    username: str, auth: str, privacy: str, secrets: SnmpSecrets
) -> dict[str, list[str | Promise]]:
    errors: dict[str, list[str | Promise]] = {}
    short = _("Eight characters at least.")
    if not username.strip():
        errors["username"] = [_("SNMP v3 needs a user name.")]
    if auth not in SnmpAuth.values:
        errors["auth_protocol"] = [_("Choose one of the list.")]
    elif auth and len(secrets.auth) < SHORTEST_PASSPHRASE:
        errors["auth_passphrase"] = [short]
    if privacy not in SnmpPrivacy.values:
        errors["privacy_protocol"] = [_("Choose one of the list.")]
    elif privacy and not auth:
        errors["privacy_protocol"] = [_("SNMP v3 encrypts only what it authenticates.")]
    elif privacy and len(secrets.privacy) < SHORTEST_PASSPHRASE:
        errors["privacy_passphrase"] = [short]
    return errors


@service("snmp_credential.remove")
def remove_credential(*, actor: Actor, credential_id: int) -> None:
    """Forget a way to speak SNMP, and its secret.

    Raises:
        NotFound: no such credential, or not visible.
        Refused: the actor may not order discoveries on its organisation.
        Conflict: a job that waits for its agent needs it.
    """
    row = get_visible(SnmpCredential, actor, pk=credential_id)
    check(actor, DISCOVER, row.organisation_id)
    if row.jobs.filter(state__in=OPEN, expires_at__gt=timezone.now()).exists():
        raise Conflict(_("A job that waits for its agent needs it: cancel the job first."))
    before = {"name": row.name, "snmp_version": row.snmp_version}
    journal.record(actor=actor, verb="snmp_credential.remove", subject=row, before=before)
    row.delete()


# --- jobs ----------------------------------------------------------------------------------------


@service("network_job.order")
def order_discovery(
    *,
    actor: Actor,
    agent_id: int,
    addresses: str,
    ports: str = "",
    credential_ids: Iterable[int] = (),
    then_inventory: bool = False,
) -> NetworkJob:
    """Ask an agent to look who answers at these addresses, when it next comes.

    Args:
        addresses: networks, ranges and addresses, 4,096 addresses in all.
        ports: of SNMP; empty: 161.
        credential_ids: tried one after the other, in this order.
        then_inventory: what answers by SNMP is read by a second job, ordered when this one ends.

    Raises:
        NotFound: no such agent or credential, or not visible.
        Refused: the actor may not order discoveries on the agent's organisation.
        Invalid: the addresses or ports cannot be read, or are too many.
        Conflict: enough jobs wait for the agent.
    """
    agent = _agent(actor, agent_id)
    spans, numbers = _asked(addresses, ports)
    credentials = _credentials(actor, agent, credential_ids)
    if then_inventory and not credentials:
        raise Invalid(
            fields={"credentials": [_("What answers is read by SNMP: choose a credential.")]}
        )
    return _order(
        actor,
        agent,
        credentials,
        kind=JobKind.DISCOVERY,
        ranges=[[str(span.first), str(span.last)] for span in spans],
        ports=numbers,
        asked=sum(span.size for span in spans),
        then_inventory=then_inventory,
    )


@service("network_job.order")
def order_inventory(
    *, actor: Actor, agent_id: int, addresses: str, ports: str = "", credential_ids: Iterable[int]
) -> NetworkJob:
    """Ask an agent to read devices by SNMP, when it next comes.

    Args:
        addresses: as for a discovery, 1,024 in all; those that do not answer are told so.
        credential_ids: exactly one.

    Raises: as :func:`order_discovery`.
    """
    agent = _agent(actor, agent_id)
    spans, numbers = _asked(addresses, ports, most=MOST_TARGETS)
    credentials = _credentials(actor, agent, credential_ids)
    if len(credentials) != 1:
        raise Invalid(fields={"credentials": [_("Choose one credential: all are read with it.")]})
    told = [
        {
            "ip": str(span.first + step),
            "kind": "",
            "credential": credentials[0].pk,
            "port": numbers[0],
        }
        for span in spans
        for step in range(span.size)
    ]
    return _order(
        actor,
        agent,
        credentials,
        kind=JobKind.INVENTORY,
        ranges=[[str(span.first), str(span.last)] for span in spans],
        targets=told,
        ports=numbers[:1],
        asked=len(told),
    )


@service("network_job.read_found")
def read_found(*, actor: Actor, job_id: int) -> NetworkJob:
    """Ask the agent of a discovery to read by SNMP what answered to it.

    Raises:
        NotFound: no such job, or not visible.
        Refused: the actor may not order discoveries on its organisation.
        Invalid: nothing answered by SNMP.
        Conflict: enough jobs wait for the agent.
    """
    job = get_visible(NetworkJob, actor, NetworkJob.objects.select_related("agent"), pk=job_id)
    check(actor, DISCOVER, job.organisation_id)
    return follow(actor=actor, job=job)


def follow(*, actor: Actor, job: NetworkJob) -> NetworkJob:
    """Order the inventory of what a discovery found; its caller knows that it may.

    Raises:
        Invalid: nothing answered by SNMP.
        Conflict: enough jobs wait for the agent.
    """
    met = list(
        MetDevice.objects.filter(job=job, credential__isnull=False)
        .select_related("credential")
        .order_by("pk")[:MOST_TARGETS]
    )
    if not met:
        raise Invalid(_("Nothing answered by SNMP."))
    kinds = {"networking": "NETWORKING", "printer": "PRINTER"}
    targets = [
        {
            "ip": one.address,
            "kind": kinds.get(one.kind, ""),
            "credential": one.credential_id,
            "port": (job.ports or [161])[0],
        }
        for one in met
    ]
    credentials = {one.credential.pk: one.credential for one in met if one.credential}
    return _order(
        actor,
        job.agent,
        list(credentials.values()),
        kind=JobKind.INVENTORY,
        ranges=[[one.address, one.address] for one in met],
        targets=targets,
        ports=job.ports,
        asked=len(targets),
        after=job,
    )


@service("network_job.cancel")
def cancel(*, actor: Actor, job_id: int) -> NetworkJob:
    """Take back a job that its agent has not begun.

    Raises:
        NotFound: no such job, or not visible.
        Refused: the actor may not order discoveries on its organisation.
        Sealed: the agent began it, or it is over.
    """
    rows = NetworkJob.objects.select_for_update(of=("self",))
    job = get_visible(NetworkJob, actor, rows, pk=job_id)
    check(actor, DISCOVER, job.organisation_id)
    if job.state not in OPEN:
        raise Sealed(_("The agent began it, or it is over."))
    before = job.state
    job.state, job.ended_at = JobState.CANCELLED, timezone.now()
    job.save(update_fields=["state", "ended_at"])
    journal.record(
        actor=actor,
        verb="network_job.cancel",
        subject=job,
        before={"state": before},
        after={"state": job.state},
    )
    return job


def _agent(actor: Actor, agent_id: int) -> Agent:
    agent = get_visible(Agent, actor, pk=agent_id)
    check(actor, DISCOVER, agent.organisation_id)
    return agent


def _asked(addresses: str, ports: str, **bounds: int) -> tuple[list[Span], list[int]]:
    found: dict[str, list[str | Promise]] = {}
    spans: list[Span] = []
    numbers: list[int] = []
    try:
        spans = spans_of(addresses[:4000], **bounds)
    except BadRange as error:
        found["addresses"] = [FAULTS[error.fault] % {"words": error.words}]
    try:
        numbers = ports_of(ports[:60])
    except BadRange as error:
        found["ports"] = [FAULTS[error.fault] % {"words": error.words}]
    if found:
        raise Invalid(fields=found)
    return spans, numbers


def _credentials(
    actor: Actor, agent: Agent, credential_ids: Iterable[int]
) -> Sequence[SnmpCredential]:
    """Give the credentials chosen, in the order of the choice."""
    wanted = list(dict.fromkeys(credential_ids))
    rows = visible(SnmpCredential, actor).filter(organisation_id=agent.organisation_id)
    found = {row.pk: row for row in rows.filter(pk__in=wanted[:MOST_CREDENTIALS])}
    if len(found) != len(wanted):
        raise Invalid(
            fields={
                "credentials": [
                    _("Choose credentials of the agent’s own organisation, eight at most.")
                ]
            }
        )
    return [found[pk] for pk in wanted]


def _order(
    actor: Actor, agent: Agent, credentials: Sequence[SnmpCredential], **values: Any
) -> NetworkJob:
    now = timezone.now()
    waiting = NetworkJob.objects.filter(agent=agent, state__in=OPEN, expires_at__gt=now)
    if waiting.count() >= MOST_WAITING:
        raise Conflict(_("Enough jobs wait for this agent: let it do them, or cancel some."))
    job = NetworkJob.objects.create(
        organisation_id=agent.organisation_id,
        agent=agent,
        token_id=agent.token_id,
        address=agent.address,
        expires_at=expiry(now),
        **values,
    )
    job.credentials.set(credentials)
    journal.record(
        actor=actor,
        verb="network_job.order",
        subject=job,
        after={
            "kind": job.kind,
            "agent_id": agent.pk,
            "ranges": job.ranges[:32],
            "addresses": job.asked,
            "credentials": [one.pk for one in credentials],
        },
    )
    return job


def expiry(now: datetime) -> datetime:
    """Give until when a job waits for its agent."""
    return now + KEPT_FOR

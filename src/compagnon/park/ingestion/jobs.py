"""Jobs over the network: given to their agent when it comes, followed by what it sends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import CompagnonError
from compagnon.core.sealing import Unreadable as Unopened
from compagnon.core.tasks import system_actor
from compagnon.park.ingestion.keeping import Sender
from compagnon.park.ingestion.rows import text
from compagnon.park.inventory import Reading
from compagnon.park.inventory.answers import Discovery, Range, SnmpCredential, SnmpQuery, Target
from compagnon.park.inventory.facts import Progress, Report
from compagnon.park.models import (
    InventoryReport,
    JobKind,
    JobState,
    MetDevice,
    NetworkJob,
    Outcome,
)
from compagnon.park.models import SnmpCredential as CredentialRow
from compagnon.park.snmp_secrets import unsealed

log = structlog.get_logger(__name__)

MOST_GIVEN = 3
"""Times that a job is given to an agent that never begins it."""
MOST_AT_ONCE = 8
THREADS = 8
DISCOVERY_SECONDS = 1
QUERY_SECONDS = 15


def waiting(organisation_id: int, deviceid: str, agent_id: str = "") -> QuerySet[NetworkJob]:
    """Give the jobs that wait for the agent of that name."""
    whose = {"agent__agent_id": agent_id} if agent_id else {"agent__deviceid": deviceid}
    return NetworkJob.objects.filter(
        state__in=[JobState.WAITING, JobState.SENT],
        organisation_id=organisation_id,
        given__lt=MOST_GIVEN,
        expires_at__gt=timezone.now(),
        **whose,
    )


def any_waits(sender: Sender) -> bool:
    """Tell whether a job waits for the agent that speaks: then it comes and asks for it in XML."""
    return waiting(sender.organisation_id, sender.deviceid, sender.agent_id).exists()


def take(sender: Sender) -> list[Discovery | SnmpQuery]:
    """Give the agent that speaks the jobs that wait for it, credentials opened.

    A device id is only a claim: whoever shows another token than the agent did when the job was
    ordered, or comes from another address, is given nothing; the job's page says so.
    """
    if not waiting(sender.organisation_id, sender.deviceid).exists():
        return []
    now = timezone.now()
    given: list[Discovery | SnmpQuery] = []
    with transaction.atomic():
        rows = (
            waiting(sender.organisation_id, sender.deviceid)
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        for job in rows[:MOST_AT_ONCE]:
            if (why := _kept_back(job, sender)) is not None:
                NetworkJob.objects.filter(pk=job.pk).update(kept_back=why[:200])
                log.warning("network job kept back", job=job.pk, why=why)
                continue
            try:
                given.append(_told(job))
            except Unopened:
                NetworkJob.objects.filter(pk=job.pk).update(kept_back="sealed")
                continue
            job.state, job.sent_at, job.kept_back = JobState.SENT, now, ""
            job.given += 1
            job.save(update_fields=["state", "sent_at", "given", "kept_back"])
            journal.record(
                actor=Actor.system("inventory", source=Source.API),
                verb="network_job.give",
                subject=job,
                after={"state": job.state, "given": job.given},
            )
    return given


def _kept_back(job: NetworkJob, sender: Sender) -> str | None:
    if job.token_id != sender.token_id:
        return "token"
    if job.address and job.address != sender.address:
        return f"address {sender.address}"
    return None


def _told(job: NetworkJob) -> Discovery | SnmpQuery:
    # In the order in which they were chosen: the agent tries them so.
    chosen = NetworkJob.credentials.through.objects.filter(networkjob=job).order_by("pk")
    credentials = tuple(
        _opened(one.snmpcredential) for one in chosen.select_related("snmpcredential")
    )
    if job.kind == JobKind.DISCOVERY:
        ranges = tuple(
            Range(identifier=str(number), first=first, last=last, ports=tuple(job.ports))
            for number, (first, last) in enumerate(job.ranges, 1)
        )
        return Discovery(
            process=str(job.pk),
            ranges=ranges,
            credentials=credentials,
            threads=THREADS,
            timeout=DISCOVERY_SECONDS,
        )
    known = {one.identifier for one in credentials}
    return SnmpQuery(
        process=str(job.pk),
        targets=tuple(
            Target(
                identifier=str(number),
                kind=str(one["kind"]),
                ip=str(one["ip"]),
                credential=str(one["credential"]),
                port=int(one["port"]),
            )
            for number, one in enumerate(job.targets, 1)
            if str(one["credential"]) in known
        ),
        credentials=credentials,
        threads=THREADS,
        timeout=QUERY_SECONDS,
    )


def _opened(row: CredentialRow) -> SnmpCredential:
    secrets = unsealed(row.sealed)
    return SnmpCredential(
        identifier=str(row.pk),
        version=row.snmp_version,
        community=secrets.community,
        username=row.username,
        auth_protocol=row.auth_protocol,
        auth_passphrase=secrets.auth,
        priv_protocol=row.privacy_protocol,
        priv_passphrase=secrets.privacy,
    )


# --- what the agent sends of it ------------------------------------------------------------------


def job_of(report: InventoryReport, reading: Reading) -> NetworkJob | None:
    """Give the job that a network message belongs to, where its own agent sent it."""
    process = reading.process or ""
    if not (process.isascii() and process.isdecimal() and len(process) < 18):
        return None
    return (
        NetworkJob.objects.select_for_update(of=("self",))
        .select_related("agent")
        .filter(
            pk=int(process),
            organisation_id=report.organisation_id,
            agent__deviceid=reading.agent.deviceid[:255],
        )
        .exclude(state=JobState.CANCELLED)
        .first()
    )


def note(
    job: NetworkJob,
    report: InventoryReport,
    reading: Reading,
    settled: Sequence[tuple[Report, Any]],
) -> None:
    """Keep what a message says of its job: how far it is, what was met.

    Args:
        settled: each device of the message, and what became of it.
    """
    at = report.received_at
    job.news_at = max(at, job.news_at or at)
    for number, (facts, outcome) in enumerate(settled):
        target = reading.targets[number] if number < len(reading.targets) else None
        _meet(job, report, facts, target, outcome)
    if settled and job.state in {JobState.WAITING, JobState.SENT}:
        _begin(job, report)
    for one in reading.progress:
        _follow(job, report, one)
    job.save()
    if job.then_inventory and job.state == JobState.DONE:
        _read_what_answered(job, report)


def _begin(job: NetworkJob, report: InventoryReport) -> None:
    job.state, job.started_at = JobState.RUNNING, job.started_at or report.received_at


def _follow(job: NetworkJob, report: InventoryReport, one: Progress) -> None:
    if one.event == "start" and job.state in {JobState.WAITING, JobState.SENT}:
        _begin(job, report)
    elif one.event == "count" and one.addresses is not None:
        job.counted = min(one.addresses, 2**31 - 1)
    elif one.event in {"end", "exit"} and job.state != JobState.DONE:
        job.state, job.ended_at = JobState.DONE, report.received_at
        job.started_at = job.started_at or report.received_at
        journal.record(
            actor=system_actor("inventory", source=Source.TASK),
            verb="network_job.end",
            subject=job,
            after={"state": job.state, "met": job.met.count()},
            occurred_at=report.received_at,
        )


def _read_what_answered(job: NetworkJob, report: InventoryReport) -> None:
    """Order the second job once the first is over and each of its messages was read."""
    from compagnon.park.services.discovery import follow

    unread = InventoryReport.objects.filter(
        outcome=Outcome.WAITING, deviceid=report.deviceid, organisation_id=job.organisation_id
    )
    if job.followers.exists() or unread.exclude(pk=report.pk).filter(pk__lt=report.pk).exists():
        return
    try:
        with transaction.atomic():
            follow(actor=system_actor("inventory", source=Source.TASK), job=job)
    except CompagnonError as error:
        NetworkJob.objects.filter(pk=job.pk).update(kept_back=text(str(error), 200))


def _meet(
    job: NetworkJob, report: InventoryReport, facts: Report, target: str | None, outcome: Any
) -> None:
    machine = facts.machine
    address = _address(job, facts, target)
    if not address:
        return
    # An agent names an SNMP v3 credential for whoever answers a ping: only values prove it.
    read = (machine.snmp_hostname, machine.description, machine.model, machine.serial,
            machine.uptime, machine.contact, machine.location)  # fmt: skip
    credential = _credential(job, machine.credential) if machine.credential and any(read) else None
    MetDevice.objects.update_or_create(
        job=job,
        address=address,
        defaults={
            "kind": facts.kind,
            "name": text(machine.name, 200),
            "model": text(machine.model, 160),
            "mac": text(machine.mac, 17),
            "credential": credential,
            "report": report,
            "asset": outcome.asset,
            "outcome": outcome.outcome,
            "detail": text(facts.error or outcome.detail, 300),
            "met_at": report.received_at,
        },
    )


def _address(job: NetworkJob, facts: Report, target: str | None) -> str:
    """Give where a device was met: by the number that the job gave it, else as it says itself."""
    if job.kind == JobKind.INVENTORY and target and target.isdecimal() and len(target) < 6:
        number = int(target)
        if 1 <= number <= len(job.targets):
            return str(job.targets[number - 1]["ip"])
    return text(next(iter(facts.machine.ips), ""), 64)


def _credential(job: NetworkJob, told: str) -> CredentialRow | None:
    wanted: Iterable[CredentialRow] = job.credentials.all()
    return next((one for one in wanted if str(one.pk) == told), None)

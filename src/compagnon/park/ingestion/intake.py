"""From a kept report to the machines it tells of: one call of :func:`process`, one transaction.

The outcome and the rows are written together or not at all: a worker killed half-way leaves the
report waiting, and it is processed once.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from compagnon.core import files
from compagnon.core.actor import Actor, Source
from compagnon.core.tasks import system_actor
from compagnon.park.identity import Decision, Evidence, decide, evidence_of
from compagnon.park.ingestion import applying, catalogue, cutting, finding, jobs
from compagnon.park.ingestion.rows import text
from compagnon.park.ingestion.understanding import understand
from compagnon.park.inventory import Reading, Unreadable
from compagnon.park.inventory.facts import Report
from compagnon.park.models import (
    Agent,
    Asset,
    Doubt,
    DoubtCandidate,
    DoubtState,
    InventoryReport,
    Match,
    Outcome,
)

log = structlog.get_logger(__name__)

ORDER = (
    Outcome.DOUBTFUL,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.REFUSED,
    Outcome.UNCHANGED,
)
"""The outcome of a message that tells of several devices: the first of these that one had."""

MOST_CUTS = 50
NOT_READ = frozenset({"unmanaged", "computer"})
"""Kinds of what a discovery met without reading it."""

ASKED_WITHOUT_ID = frozenset({"prolog", "netdiscovery", "netinventory"})

TOGETHER = timedelta(minutes=10)
"""Reports of one agent that wait this close are processed in their order."""

SENTENCES = {
    "partial_unknown": "A partial inventory of a machine that is not known: send a full one first.",
    "no_identity": "It says nothing by which a machine could be recognised again.",
    "no_machine": "The message tells of no machine.",
    "seen": "Nothing changed.",
    "doubt": "A person must say which machine it is.",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one machine of a report."""

    outcome: Outcome
    reason: str
    detail: str
    asset: Asset | None = None


def process(pk: int, *, actor: Actor | None = None) -> InventoryReport:
    """Process a waiting report; one that was processed is left as it is.

    Those that the same agent sent before it, and that wait too, are processed first: a partial
    report means something only upon the full one.
    """
    actor = actor or system_actor("inventory", source=Source.TASK)
    for earlier in _earlier(pk):
        _process(earlier, actor)
    return _process(pk, actor)


def _earlier(pk: int) -> list[int]:
    report = InventoryReport.objects.filter(pk=pk).values("deviceid", "organisation_id").get()
    if not report["deviceid"]:
        return []
    recent = timezone.now() - TOGETHER
    waiting = InventoryReport.objects.filter(
        outcome=Outcome.WAITING, pk__lt=pk, received_at__gte=recent, **report
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:20])


def _process(pk: int, actor: Actor) -> InventoryReport:
    started = time.monotonic()
    try:
        with transaction.atomic():
            report = (
                InventoryReport.objects.select_for_update(of=("self",))
                .select_related("raw", "organisation")
                .get(pk=pk)
            )
            if report.outcome == Outcome.WAITING:
                _settle(actor, report, started)
    except DatabaseError:
        # What was read in a transaction that failed may be rows that are not there.
        catalogue.remembered.forget()
        raise
    return report


def _settle(actor: Actor, report: InventoryReport, started: float) -> None:
    if report.raw is None:
        _close(report, [Settled(Outcome.REFUSED, "gone", "Its bytes are kept no longer.")], started)
        return
    try:
        reading = understand(files.read(report.raw))
    except Unreadable as error:
        refuse(report, error)
        report.seconds = round(time.monotonic() - started, 4)
        report.save()
        return
    describe(report, reading)
    cuts: list[cutting.Cut] = []
    settled = []
    with cutting.counting() as texts:
        for facts in reading.reports:
            kept, left_out = cutting.bounded(facts)
            cuts += left_out
            settled.append(_one(actor, report, reading, kept))
    if texts[0]:
        cuts.append((cutting.TEXTS, texts[0], 0))
    report.cuts = [list(one) for one in cuts[:MOST_CUTS]] or None
    if (job := jobs.job_of(report, reading)) is not None:
        jobs.note(job, report, reading, list(zip(reading.reports, settled, strict=True)))
    if not settled:
        settled = [Settled(Outcome.UNCHANGED, "no_machine", SENTENCES["no_machine"])]
    _close(report, settled, started)
    _note_agent(report, reading)


def refuse(report: InventoryReport, error: Unreadable) -> None:
    """Note on a report why it cannot be read."""
    report.outcome = Outcome.REFUSED
    report.reason = error.reason_code[:60]
    report.detail = text(f"{error.sentence} {error.detail}", 500)
    report.processed_at = timezone.now()


def describe(report: InventoryReport, reading: Reading) -> None:
    """Note on a report what it is."""
    report.format = reading.format
    report.query = text(reading.query, 20)
    report.deviceid = text(reading.agent.deviceid, 255)
    report.is_partial = reading.partial
    first = next(iter(reading.reports), None)
    report.name = text(first.machine.name, 200) if first else ""


def _close(report: InventoryReport, settled: list[Settled], started: float) -> None:
    chosen = min(settled, key=lambda one: ORDER.index(one.outcome))
    report.outcome, report.reason = chosen.outcome, chosen.reason
    report.detail = text(chosen.detail, 500)
    report.asset = chosen.asset
    report.processed_at = timezone.now()
    report.seconds = round(time.monotonic() - started, 4)
    report.save()


def _one(actor: Actor, report: InventoryReport, reading: Reading, facts: Report) -> Settled:
    """Settle one machine of a message."""
    evidence = evidence_of(
        facts,
        agent_id=report.sender_id,
        is_proxied=bool(report.proxy_id),
        is_met=reading.action != "inventory",
    )
    if not evidence.names_something:
        return Settled(Outcome.REFUSED, "no_identity", SENTENCES["no_identity"])
    finding.hold(evidence, report.organisation_id)
    met = _met(report, reading, facts, evidence)
    if met is None:
        return _recognised(actor, report, reading, facts, evidence)
    return Settled(Outcome.UNCHANGED, "seen", SENTENCES["seen"], met)


def _recognised(
    actor: Actor, report: InventoryReport, reading: Reading, facts: Report, evidence: Evidence
) -> Settled:
    decision = decide(evidence, finding.candidates(evidence, report.organisation))
    asset = _chosen(report, evidence, decision)
    if asset is None and decision.verdict == "doubt":
        _doubt(report, facts, evidence, decision)
        _match(report, None, decision)
        return Settled(Outcome.DOUBTFUL, "doubt", f"{SENTENCES['doubt']} {decision.reason}")
    if asset is None and facts.partial:
        return Settled(Outcome.REFUSED, "partial_unknown", SENTENCES["partial_unknown"])
    if asset is None:
        asset = applying.add(actor=actor, report=report, facts=facts, evidence=evidence).asset
        _match(report, asset, decision)
        return Settled(Outcome.CREATED, "new", decision.reason, asset)
    written = applying.change(
        actor=actor,
        asset=asset,
        report=report,
        facts=facts,
        evidence=evidence,
        is_overlay=reading.action == "netdiscovery",
    )
    if written.changes:
        _match(report, asset, decision)
        return Settled(Outcome.UPDATED, "recognised", decision.reason, asset)
    return Settled(Outcome.UNCHANGED, "seen", SENTENCES["seen"], asset)


def _met(
    report: InventoryReport, reading: Reading, facts: Report, evidence: Evidence
) -> Asset | None:
    """Give the known machine of whom a discovery says no more than that it is there, now seen.

    Nothing answered by SNMP: what is known of who is there is worth more than a ping.
    """
    if reading.action != "netdiscovery" or facts.kind not in NOT_READ:
        return None
    met = finding.machine_met(evidence, report.organisation)
    if met is not None:
        Asset.every.filter(pk=met.pk).update(last_seen=report.last_received_at)
    return met


def _chosen(report: InventoryReport, evidence: Evidence, decision: Decision) -> Asset | None:
    """Give the machine that was recognised, by the rules or by a person who settled it before."""
    if decision.asset_id is not None:
        return Asset.objects.select_related("organisation", "type").get(pk=decision.asset_id)
    if decision.verdict == "doubt":
        settled = (
            Doubt.objects.filter(
                organisation_id=report.organisation_id, fingerprint=fingerprint(evidence)
            )
            .exclude(state=DoubtState.OPEN)
            .select_related("asset__organisation", "asset__type")
            .first()
        )
        if settled is not None and settled.asset and settled.asset.merged_into_id is None:
            return settled.asset
    return None


def fingerprint(evidence: Evidence) -> str:
    """Give the digest of what a machine is recognised by."""
    marks = [key for key in evidence.lookup if not key.startswith("ip:")]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _doubt(report: InventoryReport, facts: Report, evidence: Evidence, decision: Decision) -> Doubt:
    doubt, _created = Doubt.objects.update_or_create(
        organisation_id=report.organisation_id,
        fingerprint=fingerprint(evidence),
        defaults={
            "report": report,
            "name": text(facts.machine.name, 200),
            "reason": decision.reason,
            "evidence": evidence.shown,
            "state": DoubtState.OPEN,
            "asset": None,
        },
    )
    doubt.candidates.all().delete()
    DoubtCandidate.objects.bulk_create(
        [
            DoubtCandidate(
                doubt=doubt,
                asset_id=one.asset_id,
                confidence=one.confidence,
                evidence=[
                    {"kind": kind, "relation": relation}
                    for kind, relation in one.relations.items()
                    if relation != "absent"
                ],
            )
            for one in decision.evaluations
            if one.verdict != "other"
        ]
    )
    return doubt


def _match(report: InventoryReport, asset: Asset | None, decision: Decision) -> None:
    Match.objects.create(
        report=report,
        asset=asset,
        verdict=decision.verdict,
        confidence=decision.confidence,
        reason=decision.reason,
        evidence=[
            {
                "asset": one.asset_id,
                "verdict": one.verdict,
                "confidence": one.confidence,
                "reason": one.reason,
                "relations": {k: v for k, v in one.relations.items() if v != "absent"},
            }
            for one in decision.evaluations[:5]
        ],
    )


def _note_agent(report: InventoryReport, reading: Reading) -> None:
    """Keep the agent's row in step with what it sent."""
    if report.source != "agent":
        return
    agent = note_agent(
        organisation_id=report.organisation_id,
        token_id=report.token_id,
        address=report.address,
        reading=reading,
        sender_id=report.sender_id,
    )
    values: dict[str, object] = {"last_inventory_at": report.received_at}
    if reading.action == "inventory" and report.asset_id and not report.proxy_id:
        values["asset_id"] = report.asset_id
    Agent.objects.filter(pk=agent.pk).update(**values)
    report.agent = agent
    report.save(update_fields=["agent"])


def note_agent(
    *,
    organisation_id: int,
    token_id: int | None,
    address: str | None,
    reading: Reading,
    sender_id: str,
) -> Agent:
    """Give the row of the agent that speaks, written or brought up to date."""
    told = reading.agent
    deviceid = text(told.deviceid, 255)
    if not sender_id and reading.action in ASKED_WITHOUT_ID:
        # A GLPI agent asks for its network jobs without its id: it is still that agent.
        named = Agent.objects.filter(organisation_id=organisation_id, deviceid=deviceid)
        sender_id = (
            named.exclude(agent_id="").order_by("-pk").values_list("agent_id", flat=True).first()
            or ""
        )
    agent, _created = Agent.objects.update_or_create(
        organisation_id=organisation_id,
        key=sender_id or deviceid,
        defaults={
            "agent_id": sender_id,
            "deviceid": deviceid,
            "kind": text(told.name, 60),
            "program_version": text(told.version, 60),
            "tag": text(told.tag, 120),
            "address": address,
            "token_id": token_id,
            "last_contact_at": timezone.now(),
        },
    )
    return agent

"""Doubtful reports, settled by a person; the machine's later reports follow what was said."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.errors import Settled
from compagnon.park.identity import Evidence, evidence_of
from compagnon.park.ingestion import applying
from compagnon.park.ingestion.cutting import bounded
from compagnon.park.ingestion.intake import fingerprint
from compagnon.park.ingestion.understanding import understand
from compagnon.park.inventory import Unreadable
from compagnon.park.inventory.facts import Report
from compagnon.park.models import Asset, Doubt, DoubtState, InventoryReport, Outcome
from compagnon.park.policies import MANAGE, check


@service("doubt.merge")
def same_machine(*, actor: Actor, doubt_id: int, asset_id: int) -> Doubt:
    """Say that a doubtful report is about that machine: it is laid over it.

    Raises:
        NotFound: no such doubt or machine, or not visible.
        Refused: the actor may not manage the assets of that organisation.
        Settled: somebody said so already.
        Invalid: its bytes are kept no longer, or the machine is no candidate.
    """
    doubt = _opened(actor, doubt_id)
    asset = get_visible(Asset, actor, pk=asset_id)
    check(actor, MANAGE, asset.organisation_id)
    if not doubt.candidates.filter(asset=asset).exists():
        raise Invalid(_("This machine is not among those that it may be."))
    facts, evidence = _said(doubt)
    applying.change(actor=actor, asset=asset, report=doubt.report, facts=facts, evidence=evidence)
    return _close(actor, doubt, asset, DoubtState.MERGED, Outcome.UPDATED)


@service("doubt.separate")
def another_machine(*, actor: Actor, doubt_id: int) -> Doubt:
    """Say that a doubtful report is about a machine of its own: it is added.

    Raises:
        NotFound: no such doubt, or not visible.
        Refused: the actor may not manage the assets of that organisation.
        Settled: somebody said so already.
        Invalid: its bytes are kept no longer, or it is a partial report.
    """
    doubt = _opened(actor, doubt_id)
    facts, evidence = _said(doubt)
    if facts.partial:
        raise Invalid(_("A partial inventory cannot make a machine: wait for a full one."))
    added = applying.add(actor=actor, report=doubt.report, facts=facts, evidence=evidence)
    return _close(actor, doubt, added.asset, DoubtState.SEPARATED, Outcome.CREATED)


def _opened(actor: Actor, doubt_id: int) -> Doubt:
    rows = Doubt.objects.select_for_update(of=("self",)).select_related("report__raw")
    doubt = get_visible(Doubt, actor, rows, pk=doubt_id)
    check(actor, MANAGE, doubt.organisation_id)
    if doubt.state != DoubtState.OPEN:
        raise Settled
    return doubt


def _said(doubt: Doubt) -> tuple[Report, Evidence]:
    """Read the report again, and find in it the machine that the doubt is about."""
    report = doubt.report
    if report.raw is None:
        raise Invalid(_("The bytes of this report are kept no longer."))
    try:
        reading = understand(files.read(report.raw))
    except Unreadable as error:
        raise Invalid(error.sentence) from error
    for sent in reading.reports:
        facts, _cuts = bounded(sent)
        evidence = evidence_of(
            facts,
            agent_id=report.sender_id,
            is_proxied=bool(report.proxy_id),
            is_met=reading.action != "inventory",
        )
        if fingerprint(evidence) == doubt.fingerprint:
            return facts, evidence
    raise Invalid(_("The report does not tell of this machine any more."))


def _close(actor: Actor, doubt: Doubt, asset: Asset, state: DoubtState, outcome: Outcome) -> Doubt:
    doubt.state, doubt.asset, doubt.settled_at = state, asset, timezone.now()
    doubt.settled_by_id = actor.id
    doubt.save(update_fields=["state", "asset", "settled_at", "settled_by"])
    InventoryReport.objects.filter(pk=doubt.report_id).update(
        outcome=outcome, asset=asset, reason="settled", detail=""
    )
    journal.record(
        actor=actor,
        verb="doubt.merge" if state == DoubtState.MERGED else "doubt.separate",
        subject=doubt,
        before={"state": DoubtState.OPEN},
        after={"state": state, "asset_id": asset.pk},
    )
    return doubt

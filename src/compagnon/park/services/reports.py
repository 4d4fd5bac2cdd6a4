"""Reports of agents: processed again by a person, let go of after a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import require, service
from compagnon.core.visibility import get_visible
from compagnon.park.models import Doubt, DoubtState, InventoryReport, Machine, Outcome
from compagnon.park.policies import INVENTORY, check

BATCH = 2000


@service("inventory.replay")
def replay(*, actor: Actor, report_id: int) -> InventoryReport:
    """Have a report that was refused or doubtful processed again.

    Raises:
        NotFound: no such report, or not visible.
        Refused: the actor may not, or its bytes are kept no longer.
    """
    rows = InventoryReport.objects.select_for_update(of=("self",))
    report = get_visible(InventoryReport, actor, rows, pk=report_id)
    check(actor, INVENTORY, report.organisation_id)
    require(report.raw_id is not None, _("The bytes of this report are kept no longer."))
    report.outcome, report.reason, report.detail = Outcome.WAITING, "", ""
    report.save(update_fields=["outcome", "reason", "detail"])
    journal.record(actor=actor, verb="inventory.replay", subject=report)
    from compagnon.park.tasks import process_report

    process_report.enqueue(report.pk)
    return report


@service("inventory.forget")
def forget(*, actor: Actor, now: datetime) -> int:
    """Delete the reports that are kept no longer; gives how many.

    A report goes after ``INVENTORY_KEEP_DAYS``, one that changed nothing after a day; the last of
    each machine stays, and so does one that an open doubt needs. Files follow by housekeeping.

    Raises:
        Refused: a person asked; this is a periodic job's.
    """
    if not actor.is_system:
        raise Refused
    old = now - timedelta(days=settings.INVENTORY_KEEP_DAYS)
    gone = Q(last_received_at__lt=old) | Q(
        last_received_at__lt=now - timedelta(days=1), outcome=Outcome.UNCHANGED
    )
    needed = Doubt.objects.filter(state=DoubtState.OPEN).values("report")
    last = Machine.objects.filter(last_report_id__isnull=False).values("last_report_id")
    due = InventoryReport.objects.filter(gone).exclude(pk__in=needed).exclude(pk__in=last)
    keys = list(due.exclude(outcome=Outcome.WAITING).values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    first = InventoryReport.objects.get(pk=keys[0])
    journal.record(actor=actor, verb="inventory.forget", subject=first, after={"count": len(keys)})
    InventoryReport.objects.filter(pk__in=keys).delete()
    return len(keys)

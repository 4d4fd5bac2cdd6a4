"""From what a supervision posted to incidents: in order, each alert once, whatever crashes.

A report counts the alerts that it was done with, in the transaction of each: after a crash it goes
on with the next. The source's row is locked meanwhile, so that two workers do not pass each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from compagnon.core.errors import CompagnonError
from compagnon.core.tasks import system_actor
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.inbound.alerts import Happening
from compagnon.desk.models import AlertReport, AlertSource, ReportState
from compagnon.desk.services import alerting

log = structlog.get_logger(__name__)
KEPT = timedelta(days=7)


def take_waiting(source_id: int) -> int:
    """Take every report that waits, the oldest first; gives how many alerts were taken."""
    taken = 0
    while True:
        waiting = AlertReport.objects.filter(source_id=source_id, state=ReportState.WAITING)
        report = waiting.select_related("source").order_by("id").first()
        if report is None:
            return taken
        try:
            found = adapters.read(report.source.adapter, report.body, report.source.mapping)
        except adapters.NotUnderstood as error:  # the mapping was changed since it was posted
            _refuse(report, str(error))
            continue
        for number, happening in enumerate(found):
            taken += _take(report.pk, source_id, number, happening)
        _end(report.pk)


def _take(report_id: int, source_id: int, number: int, happening: Happening) -> int:
    """Take one alert of a report, unless it was taken before."""
    with transaction.atomic():
        source = (
            AlertSource.objects.select_for_update(of=("self",))
            .select_related("organisation", "requester__organisation", "team", "category")
            .get(pk=source_id)
        )
        report = AlertReport.objects.select_for_update().get(pk=report_id)
        if report.state != ReportState.WAITING or report.alerts != number:
            return 0
        try:
            alerting.take_happening(
                actor=system_actor("supervision"),
                source=source,
                happening=happening,
                at=report.received_at,
            )
        except CompagnonError as error:
            # What one alert is refused for keeps no other from being taken.
            log.warning("alert refused", source=source_id, report=report_id, why=str(error))
            report.error = f"{happening.name}: {error}"[:300]
            AlertSource.objects.filter(pk=source_id).update(error=report.error)
        report.alerts = number + 1
        report.save(update_fields=["alerts", "error"])
    return 1


def _end(report_id: int) -> None:
    rows = AlertReport.objects.filter(pk=report_id, state=ReportState.WAITING)
    rows.update(state=ReportState.DONE, processed_at=timezone.now())


def _refuse(report: AlertReport, why: str) -> None:
    rows = AlertReport.objects.filter(pk=report.pk, state=ReportState.WAITING)
    rows.update(state=ReportState.REFUSED, error=why[:300], processed_at=timezone.now())
    AlertSource.objects.filter(pk=report.source_id).update(error=why[:300])


def forget(*, at: datetime | None = None) -> int:
    """Delete the reports of more than a week ago; alerts and incidents stay."""
    old = AlertReport.objects.filter(received_at__lt=(at or timezone.now()) - KEPT)
    return old.exclude(state=ReportState.WAITING).delete()[0]

"""Figures for Prometheus: requests are counted as they come, the work is read when asked.

The requests of every web process are added up: ``compagnon serve`` names a folder in
``PROMETHEUS_MULTIPROC_DIR``, which ``prometheus_client`` reads when it is first imported.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import compagnon
from compagnon.core.models import ConsumerPosition, OutboxItem
from compagnon.core.tasks import queries as tasks
from compagnon.desk import silence as silence_of_mail
from compagnon.desk.models import (
    InboundMessage,
    InboundState,
    MailFetch,
    OutgoingMail,
    OutgoingState,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "compagnon_http_request_seconds",
    "Time to answer a request, by route, method and status.",
    ["route", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REQUESTS,
)


class MetricsMiddleware:
    """Counts and times every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; note under the route's pattern, never the address, which has no bound."""
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUEST_SECONDS.labels(route, method, response.status_code).observe(
            time.perf_counter() - began
        )
        return response


class WorkCollector(Collector):
    """How the work stands in the database at the moment it is asked."""

    def collect(self) -> Iterator[Metric]:
        """Give the figures; with no database, only that there is none."""
        try:
            found = [*task_figures(), *mail_figures(), *outbox_figures()]
        except DatabaseError:
            found = []
        up = GaugeMetricFamily("compagnon_database_up", "1 when the database answers.")
        up.add_metric([], 1 if found else 0)
        about = GaugeMetricFamily(
            "compagnon_info", "The version that runs.", labels=["version", "database"]
        )
        about.add_metric([compagnon.__version__, connection.vendor], 1)
        yield from [about, up, *found]


def task_figures() -> list[Metric]:
    """Give how background work stands."""
    counted = GaugeMetricFamily("compagnon_tasks", "Background tasks.", labels=["queue", "state"])
    for (queue, state), number in tasks.counts().items():
        counted.add_metric([queue, state.value], number)
    oldest = GaugeMetricFamily(
        "compagnon_task_oldest_waiting_seconds",
        "For how long the oldest due task has waited.",
        labels=["queue"],
    )
    for queue, waited in tasks.oldest_waiting().items():
        oldest.add_metric([queue], waited.total_seconds())
    workers = GaugeMetricFamily("compagnon_workers", "Workers seen within the last minute.")
    workers.add_metric([], tasks.live_workers().count())
    failing = GaugeMetricFamily("compagnon_failing_jobs", "Periodic jobs whose last run failed.")
    failing.add_metric([], tasks.failing_jobs().count())
    return [counted, oldest, workers, failing]


def mail_figures() -> list[Metric]:
    """Give how mail stands, in and out."""
    now = timezone.now()
    held = GaugeMetricFamily(
        "compagnon_inbound_held", "Messages received that are not yet dealt with.", labels=["state"]
    )
    received = GaugeMetricFamily(
        "compagnon_inbound_day", "Messages received in the last 24 hours.", labels=["outcome"]
    )
    unfinished = [InboundState.WAITING, InboundState.QUARANTINE]
    rows = InboundMessage.objects.order_by().values_list("state").annotate(n=Count("pk"))
    for state, number in rows.filter(state__in=unfinished):
        held.add_metric([state], number)
    for state, number in rows.filter(received_at__gte=now - timedelta(days=1)):
        received.add_metric([state], number)
    silence = GaugeMetricFamily(
        "compagnon_inbound_silence_seconds", "Since when no message has been received."
    )
    latest = InboundMessage.objects.aggregate(at=Max("received_at"))["at"]
    if latest:
        silence.add_metric([], (now - latest).total_seconds())
    alarmed = GaugeMetricFamily(
        "compagnon_inbound_alarm", "1 when no mail has come for longer than the operator allows."
    )
    alarmed.add_metric([], 1 if silence_of_mail.alarm() else 0)
    out = GaugeMetricFamily("compagnon_outgoing_held", "Mail that has not left.", labels=["state"])
    stuck = [OutgoingState.WAITING, OutgoingState.SENDING, OutgoingState.FAILED]
    for state, number in (
        OutgoingMail.objects.filter(state__in=stuck)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    ):
        out.add_metric([state], number)
    return [held, received, silence, alarmed, out, *mailbox_figures(now)]


def mailbox_figures(now: datetime) -> list[Metric]:
    """Give how the mailboxes that are read by IMAP stand."""
    listened = GaugeMetricFamily(
        "compagnon_imap_listened", "1 when new mail is heard of as it comes.", labels=["mailbox"]
    )
    failures = GaugeMetricFamily(
        "compagnon_imap_failures", "Readings that failed in a row.", labels=["mailbox"]
    )
    rows = MailFetch.objects.filter(is_active=True, mailbox__is_active=True)
    for fetch in rows.select_related("mailbox").order_by("pk")[:200]:
        listened.add_metric([fetch.mailbox.address], 1 if fetch.is_listened else 0)
        failures.add_metric([fetch.mailbox.address], fetch.failures)
    return [listened, failures]


def outbox_figures() -> list[Metric]:
    """Give how far the journal's consumers are behind."""
    waiting = GaugeMetricFamily(
        "compagnon_outbox_unsequenced", "Journal entries that have no position yet."
    )
    waiting.add_metric([], OutboxItem.objects.filter(position=None).count())
    lag = GaugeMetricFamily(
        "compagnon_outbox_lag", "Entries that a consumer has not read.", labels=["consumer"]
    )
    last = OutboxItem.objects.aggregate(at=Max("position"))["at"] or 0
    for name, position in ConsumerPosition.objects.values_list("name", "position"):
        lag.add_metric([name], max(0, last - position))
    return [waiting, lag]


def document() -> bytes:
    """Give every figure in Prometheus' text format."""
    registry = REQUESTS
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    work = CollectorRegistry()
    work.register(WorkCollector())
    return generate_latest(registry) + generate_latest(work)


def may_read(request: HttpRequest) -> bool:
    """Tell whether the caller may read the figures: with the token, or from this machine itself.

    What comes through a proxy of this machine comes from loopback too, and is not from here.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    forwarded = settings.BEHIND_PROXY or any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")
    )
    try:
        return not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False

"""Debian's Alertmanager posts an alert and its end to the running desk."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from compagnon.core.tasks.worker import run_due
from compagnon.core.tests.processes import free_ports, wait_for
from compagnon.desk.models import Alert, State, Ticket
from compagnon.desk.services import alert_sources
from compagnon.people.tests.factories import actor, cast

pytestmark = [pytest.mark.daemon, pytest.mark.django_db(transaction=True)]

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
LABELS = {"alertname": "DiskFull", "instance": "srv-1:9100", "severity": "critical"}


@pytest.fixture
def alertmanager(live_server: Any, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give ``start(token)``: an Alertmanager that posts here; it gives its own address."""
    if PROGRAM is None:
        pytest.skip("no Alertmanager (Debian's package prometheus-alertmanager)")
    running: list[subprocess.Popen[bytes]] = []

    def start(token: str) -> str:
        settings = tmp_path / "alertmanager.yml"
        settings.write_text(
            f"""
route: {{receiver: compagnon, group_wait: 0s, group_interval: 1s, repeat_interval: 1h,
  group_by: [alertname]}}
receivers:
  - name: compagnon
    webhook_configs:
      - url: {live_server.url}/alerts
        send_resolved: true
        http_config: {{authorization: {{credentials: {token}}}}}
"""
        )
        (port,) = free_ports(1)
        running.append(
            subprocess.Popen(
                [
                    PROGRAM, f"--config.file={settings}", f"--storage.path={tmp_path}/data",
                    f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
                    "--log.level=error",
                ],
            )
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/-/ready"), what="Alertmanager does not start")
        return address

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 — loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def fire(address: str, *, until: datetime | None = None) -> None:
    now = datetime.now(UTC)
    alert = {
        "labels": LABELS,
        "annotations": {"summary": "Disque plein", "description": "Reste 2 %."},
        "startsAt": (now - timedelta(minutes=1)).isoformat(),
    }
    if until is not None:
        alert["endsAt"] = until.isoformat()
    request = urllib.request.Request(  # noqa: S310 — loopback
        f"{address}/api/v2/alerts",
        json.dumps([alert]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 200


def test_an_alert_and_its_end(alertmanager: Callable[[str], str]) -> None:
    people = cast()
    made = alert_sources.create_source(
        actor=actor(people.administrator),
        organisation=people.provider,
        name="Prometheus",
        adapter="alertmanager",
        requester=people.user,
        team=people.level_1,
    )
    address = alertmanager(made.token)
    fire(address)

    def opened() -> bool:
        run_due()
        return Ticket.objects.exists()

    wait_for(opened, what="no incident was opened")
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.channel) == ("Disque plein (srv-1)", "alert")
    fire(address, until=datetime.now(UTC))

    def solved() -> bool:
        run_due()
        return Ticket.objects.get().state == State.SOLVED

    wait_for(solved, what="its end was not heard")
    assert Alert.objects.get().state == "ended"
    made.source.refresh_from_db()
    assert made.source.error == ""

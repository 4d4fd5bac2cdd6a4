"""Kill -9 at random points while messages arrive: none is lost, none is doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from compagnon.config.tests.conftest import Install, Installation
from compagnon.config.tests.mailing import message, send_until_taken
from compagnon.config.tests.test_run import below, running
from compagnon.config.tests.test_supervise import gone, wait_for
from compagnon.core.tests.processes import free_ports

pytestmark = pytest.mark.daemon

MESSAGES = 500
SENDERS = 4
KILLS = 12

COUNT = """
import json
from collections import Counter
from compagnon.core.models import Task
from compagnon.desk.models import InboundMessage, Message, OutgoingMail, Ticket
print(json.dumps({
    "inbound": dict(Counter(InboundMessage.objects.values_list("state", flat=True))),
    "ids": InboundMessage.objects.values("internet_id").distinct().count(),
    "tickets": Ticket.objects.count(),
    "titles": Ticket.objects.values("title").distinct().count(),
    "messages": Message.objects.count(),
    "tasks": dict(Counter(Task.objects.values_list("state", flat=True))),
    "mail": dict(Counter(OutgoingMail.objects.values_list("state", flat=True))),
    "resent": OutgoingMail.objects.filter(resent=True).count(),
    "mail_ids": OutgoingMail.objects.values("internet_id").distinct().count(),
}))
"""


@pytest.fixture
def place(install: Install, migrated: Installation) -> Installation:
    """An installation on free ports, whose leases are short."""
    web, smtp, lmtp = free_ports(3)
    return install(
        "survive",
        like=migrated,
        COMPAGNON_LISTEN_WEB=f"127.0.0.1:{web}",
        COMPAGNON_BASE_URL=f"http://127.0.0.1:{web}",
        COMPAGNON_LISTEN_SMTP=f"127.0.0.1:{smtp}",
        COMPAGNON_LISTEN_LMTP=f"127.0.0.1:{lmtp}",
        COMPAGNON_WEB_WORKERS="1",
        COMPAGNON_TASK_LEASE_SECONDS="3",
        COMPAGNON_LOG_LEVEL="WARNING",
    )


def smtp_port(place: Installation) -> int:
    """Where it listens."""
    return int(place.more["COMPAGNON_LISTEN_SMTP"].rpartition(":")[2])


def counted(place: Installation) -> dict[str, object]:
    """What the database holds."""
    found: dict[str, object] = json.loads(place.python(COUNT))
    return found


def start(place: Installation, log: Path) -> subprocess.Popen[bytes]:
    """Start ``compagnon run``."""
    return subprocess.Popen(
        place.command("run"),
        env=place.environment,
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def found_running(place: Installation, supervisor: int, name: str) -> int:
    """Give the process of a part; what died a third time is back after two seconds only."""
    found: list[int] = []
    wait_for(lambda: found.append(running(place, supervisor, name)) or found[-1], 60)
    return found[-1]


def test_five_hundred_messages_under_kill_nine(place: Installation, tmp_path: Path) -> None:
    chance = random.Random(20261122)  # noqa: S311
    log = tmp_path / "run.log"
    process = start(place, log)
    try:
        send_until_taken(smtp_port(place), message(0))
        tries: Counter[int] = Counter()

        def send(first: int) -> None:
            for number in range(first, MESSAGES, SENDERS):
                tries[send_until_taken(smtp_port(place), message(number))] += 1

        senders = [threading.Thread(target=send, args=(n,)) for n in range(SENDERS)]
        for sender in senders:
            sender.start()
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.2, 1.0))
            name = ("worker", "listen", "serve")[kill % 3]
            os.kill(found_running(place, process.pid, name), signal.SIGKILL)
        # The whole of it as well, supervisor first, as a power cut would.
        family = below(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_for(lambda: all(gone(pid) for pid in family), 30)
        process = start(place, log)
        for sender in senders:
            sender.join(timeout=120)
            assert not sender.is_alive()

        def settled() -> bool:
            found = counted(place)
            tasks, inbound = found["tasks"], found["inbound"]
            assert isinstance(tasks, dict)
            assert isinstance(inbound, dict)
            return not (tasks.get("running") or tasks.get("waiting") or inbound.get("waiting"))

        wait_for(settled, 120)
        found = counted(place)
        assert found["inbound"] == {"ticket": MESSAGES}, found
        assert found["ids"] == found["tickets"] == found["titles"] == MESSAGES, found
        assert found["messages"] == MESSAGES, found
        assert found["tasks"] == {"done": 2 * MESSAGES} | _periodic(found), found
        assert set(found["mail"]) <= {"sent", "suppressed"}, found  # type: ignore[call-overload]
        kept = len(list((place.directory / "sink/new").iterdir()))
        sent = found["mail"]["sent"]  # type: ignore[index]
        # A mail whose sending a crash cut short is sent again and marked: never more than that.
        assert sent <= kept <= sent + found["resent"], (kept, found)  # type: ignore[operator]
        assert found["mail_ids"] == sum(found["mail"].values())  # type: ignore[attr-defined]
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


def _periodic(found: dict[str, object]) -> dict[str, int]:
    """Suppressed acknowledgements have no task; periodic jobs are no rows of this table."""
    tasks, mail = found["tasks"], found["mail"]
    assert isinstance(tasks, dict)
    assert isinstance(mail, dict)
    return {"done": 2 * MESSAGES - mail.get("suppressed", 0)}

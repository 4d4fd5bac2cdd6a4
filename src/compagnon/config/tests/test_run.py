"""``compagnon run``: everything in one command, that survives a death and stops cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compagnon.config.tests.conftest import Install, Installation
from compagnon.config.tests.test_supervise import gone, wait_for
from compagnon.core.tests.processes import free_ports

pytestmark = pytest.mark.daemon


def told(pid: int, what: str) -> bytes:
    """What the system tells of a process: nothing of one that ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def below(pid: int) -> list[int]:
    """The processes that descend from one."""
    found = []
    for child in map(int, told(pid, f"task/{pid}/children").split()):
        found += [child, *below(child)]
    return found


def running(place: Installation, pid: int, name: str) -> int:
    """The process of one part."""
    for child in map(int, told(pid, f"task/{pid}/children").split()):
        if name.encode() in told(child, "cmdline").split(b"\0"):
            return child
    return 0


@pytest.fixture
def place(install: Install, migrated: Installation) -> Installation:
    """An installation on free ports."""
    web, smtp, lmtp = free_ports(3)
    return install(
        "here",
        like=migrated,
        COMPAGNON_LISTEN_WEB=f"127.0.0.1:{web}",
        COMPAGNON_BASE_URL=f"http://127.0.0.1:{web}",
        COMPAGNON_LISTEN_SMTP=f"127.0.0.1:{smtp}",
        COMPAGNON_LISTEN_LMTP=f"127.0.0.1:{lmtp}",
        COMPAGNON_WEB_WORKERS="2",
    )


@pytest.fixture
def start(place: Installation) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start ``compagnon run``; what a failed test leaves is ended."""
    started: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            place.command("run"),
            env=place.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        wait_for(lambda: get(place, "/healthz")[0] == 200, 60)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def get(place: Installation, path: str) -> tuple[int, str]:
    """Ask a page; give its status and text, or 0 when nobody answers."""
    try:
        with urllib.request.urlopen(place.more["COMPAGNON_BASE_URL"] + path, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError:
        return 0, ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_says_where_and_stops_cleanly(place: Installation, start, number: int):
    process = start()
    assert get(place, "/readyz")[0] == 200
    assert get(place, "/account/login/")[0] == 200
    family = below(process.pid)
    assert len(family) >= 4
    os.killpg(process.pid, number)  # as a terminal does
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert place.more["COMPAGNON_BASE_URL"] in output
    assert "Stopped." in output
    assert "Traceback" not in output
    assert all(gone(pid) for pid in family)


def test_a_killed_web_server_is_back_by_itself(place: Installation, start):
    process = start()
    web = running(place, process.pid, "serve")
    children = below(web)
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: all(gone(pid) for pid in children), 60)
    wait_for(lambda: running(place, process.pid, "serve") not in {0, web}, 60)
    wait_for(lambda: get(place, "/healthz")[0] == 200, 60)


def test_killing_everything_at_the_head_leaves_nothing(place: Installation, start):
    process = start()
    family = below(process.pid)
    process.kill()
    process.wait()
    wait_for(lambda: all(gone(pid) for pid in family), 60)


def test_figures_are_added_up_over_the_processes(place: Installation, start):
    start()
    for _ in range(40):
        get(place, "/account/login/")
    wait_for(lambda: counted(place) == 40, 60)


def counted(place: Installation) -> int:
    """The number of sign-in pages that /metrics tells."""
    for line in get(place, "/metrics")[1].splitlines():
        if line.startswith("compagnon_http_request_seconds_count") and "login" in line:
            return int(float(line.rpartition(" ")[2]))
    return 0


def test_a_taken_port_is_told(place: Installation, start):
    start()
    began = time.monotonic()
    refused = place.run("run", status=1)
    assert "COMPAGNON_LISTEN_WEB" in refused.stderr
    assert "COMPAGNON_LISTEN_WEB" in place.run("run", "--check", status=1).stderr
    assert time.monotonic() - began < 120


def test_tables_that_are_missing_are_told(install: Install):
    assert "compagnon migrate" in install().run("run", status=1).stderr


def test_what_ships_is_written_though_no_table_changes(place: Installation):
    roles = (
        "from compagnon.people.models import Role; shipped = Role.objects.filter(code='trainee')"
    )
    place.python(f"{roles}\nshipped.delete()")
    place.run("run", "--migrate", "--check", status=0)
    assert place.python(f"{roles}\nprint(shipped.count())").strip() == "1"


def test_nothing_to_run_is_misuse(place: Installation):
    place.run("run", "--no-web", "--no-worker", "--no-listener", status=2)
    place.run("serve", "--threads", "0", status=2)
    place.run("serve", "--port", "many", status=2)
    place.run("no-such-command", status=2)

"""The supervisor: what dies is started again, what is stopped leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import translation

from compagnon.config.addresses import Address, answers, why_not
from compagnon.config.management.commands.run import without_password
from compagnon.config.processes import BACKOFF_SECONDS, MISUSED, Part, Supervisor


def python(code: str) -> list[str]:
    """The command line of a small program."""
    return [sys.executable, "-c", code]


def wait_for(condition, seconds: float = 60.0) -> None:
    """Return once the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Tell whether that process has ended."""
    path = Path(f"/proc/{pid}/stat")
    try:
        return path.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_dies_is_started_again_later_and_later():
    now = [0.0]
    part = Part("short", python("raise SystemExit(1)"))
    supervisor = Supervisor([part], clock=lambda: now[0])
    waits = []
    for _ in range(4):
        supervisor.turn()
        assert part.process is not None
        part.process.wait()
        supervisor.turn()
        assert part.process is None
        waits.append(part.start_at - now[0])
        supervisor.turn()
        assert part.process is None, "started before its time"
        now[0] = part.start_at
    assert waits == list(BACKOFF_SECONDS[:4])


def test_what_lived_long_is_started_again_at_once():
    now = [0.0]
    part = Part("long", python("raise SystemExit(1)"), deaths=5)
    supervisor = Supervisor([part], clock=lambda: now[0])
    supervisor.turn()
    part.process.wait()
    now[0] = 61.0
    supervisor.turn()
    assert part.start_at - now[0] == BACKOFF_SECONDS[0]


def test_what_was_misused_stops_everything():
    part = Part("misused", python(f"raise SystemExit({MISUSED})"))
    other = Part("other", python("import time; time.sleep(60)"))
    for_pid = Supervisor([other, part], each_turn=lambda: None)
    old = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert for_pid.run() == MISUSED
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    assert other.process is None


def test_a_part_that_dies_takes_its_children_with_it(tmp_path: Path):
    note = tmp_path / "pid"
    part = Part(
        "parent",
        python(
            "import subprocess, sys, pathlib, os\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
            "os.kill(os.getpid(), 9)\n"
        ),
    )
    supervisor = Supervisor([part])
    supervisor.turn()
    wait_for(lambda: part.process.poll() is not None)
    child = int(note.read_text())
    assert not gone(child)
    supervisor.turn()
    wait_for(lambda: gone(child))


def test_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path):
    note = tmp_path / "pid"
    supervisor = subprocess.Popen(
        python(
            "import sys, pathlib, time\n"
            "from compagnon.config.processes import Part, Supervisor\n"
            "part = Part('p', [sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            "Supervisor([part]).turn()\n"
            f"pathlib.Path({str(note)!r}).write_text(str(part.process.pid))\n"
            "time.sleep(60)"
        )
    )
    wait_for(lambda: note.exists() and note.read_text() != "")
    pid = int(note.read_text())
    assert not gone(pid)
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: gone(pid))


@pytest.mark.parametrize(
    "text", ["", "8000", "host", "host:", "host:0", "host:99999", ":80", "h:²"]
)
def test_an_address_that_is_none_is_refused(text: str):
    with translation.override("en"), pytest.raises(ValueError, match="is not"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", Address("127.0.0.1", 80)), ("[::1]:8025", Address("::1", 8025))],
)
def test_an_address_is_read_and_written_the_same(text: str, address: Address):
    assert Address.parse(text) == address
    assert str(address) == text


def test_a_taken_address_is_told():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = Address(*server.getsockname())
        assert "in use" in why_not(address)
        assert answers(address)
    assert why_not(address) == ""
    assert not answers(address)


def test_a_password_is_not_shown():
    assert without_password("smtp://me:secret@host:25") == "smtp://me:…@host:25"
    assert without_password("maildir:///var/sink") == "maildir:///var/sink"

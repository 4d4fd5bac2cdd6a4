"""Our own commands run as processes of their own, on the database of the test that starts them.

The test must commit what it wants them to see: ``@pytest.mark.django_db(transaction=True)``.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Give the address of the running test's database."""
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{options['NAME']}"
    password = f":{quote(options['PASSWORD'])}" if options["PASSWORD"] else ""
    port = f":{options['PORT']}" if options["PORT"] else ""
    host = quote(options["HOST"], safe="")
    query = f"?host={host}" if options["HOST"].startswith("/") else ""
    return (
        f"postgresql://{quote(options['USER'])}{password}@{'' if query else host}{port}"
        f"/{options['NAME']}{query}"
    )


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a process that shares this test's settings and database."""
    return {
        **os.environ,
        "COMPAGNON_TEST_DATABASE_URL": database_url(),
        "COMPAGNON_LOG_LEVEL": "INFO",
        **more,
    }


@contextmanager
def command(*arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``compagnon ARGUMENTS`` beside the test, with these settings more; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "compagnon.config.cli", *arguments],
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_ports(number: int) -> list[int]:
    """Give ports on which nothing listens, by TCP nor by UDP, for programs that begin later.

    Below those that the system hands out by itself: between our look and the program's own another
    test, or any connection that goes out, would be given the same.
    """
    handed_out = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    first = int(handed_out.split()[0])
    ours = range(10_000, first if first > 12_000 else 60_000)
    found: set[int] = set()
    while len(found) < number:
        # Not by `random`, which begins every test of every process alike.
        port = secrets.choice(ours)
        if _is_free(port):
            found.add(port)
    return list(found)


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def wait_for(condition: Callable[[], object], *, seconds: float = 60.0, what: str = "") -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: it does not after so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not after {seconds} s: {what or condition}"
        time.sleep(0.05)

"""Our own commands run as processes of their own, on the database of the test that starts them.

The test must commit what it wants them to see: ``@pytest.mark.django_db(transaction=True)``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def wait_for(condition: Callable[[], object], *, seconds: float = 60.0, what: str = "") -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: it does not after so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not after {seconds} s: {what or condition}"
        time.sleep(0.05)

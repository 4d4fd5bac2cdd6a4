"""A PostgreSQL server of one's own: in a temporary folder, on a free loopback port, then gone.

As a program it runs a command with the server's address in ``COMPAGNON_TEST_DATABASE_URL``::

    python .ci/postgres.py .venv/bin/pytest src/compagnon/core

With ``--durable`` before the command, it writes to disk as a server in use does.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing in it outlives the tests, so nothing needs to survive a crash.
HURRIED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
OPTIONS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}


def programs() -> Path:
    """Give the folder of the newest PostgreSQL on this machine.

    Raises:
        LookupError: there is none of version 15 or newer.
    """
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    newest = max(found, key=lambda path: int(path.parent.name), default=None)
    if newest and int(newest.parent.name) >= 15:
        return newest
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    raise LookupError("PostgreSQL 15 or newer is not installed (Debian: postgresql)")


@contextmanager
def private_cluster(*, durable: bool = False) -> Iterator[str]:
    """Run a server for as long as the block lasts; give the address of its database.

    Args:
        durable: what it commits is on the disk, at the price that a server in use pays.

    Raises:
        LookupError: PostgreSQL is not installed.
    """
    folder = programs()
    directory = Path(tempfile.mkdtemp(prefix="compagnon-postgres-"))
    owner: dict[str, str] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        owner = {"user": next(n for n in ("postgres", "nobody") if n in known_users())}
        shutil.chown(directory, owner["user"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = directory / "data", directory / "log"
    settings = {"port": str(port), "unix_socket_directories": str(directory)}
    settings |= OPTIONS if durable else OPTIONS | HURRIED
    try:
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "compagnon", "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd=directory, **owner,
        )  # fmt: skip
        with log.open("wb") as stream:
            server = subprocess.Popen(
                [folder / "postgres", "-D", data,
                 *(f"--{name}={value}" for name, value in settings.items())],
                stdout=subprocess.DEVNULL, stderr=stream, cwd=directory,
                start_new_session=True, **owner,
            )  # fmt: skip
        try:
            wait_until_ready(folder, port, server, log)
            yield f"postgresql://compagnon@127.0.0.1:{port}/compagnon"
        finally:
            server.send_signal(signal.SIGINT)  # what PostgreSQL calls fast: it ends its sessions
            server.wait(timeout=30)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def known_users() -> set[str]:
    """Give the names of this machine's accounts."""
    return {account.pw_name for account in pwd.getpwall()}


def wait_until_ready(folder: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers and its database stands."""
    for _ in range(300):
        made = subprocess.run(
            [folder / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "compagnon",
             "compagnon"],
            capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def main() -> int:
    """Run the command given as arguments against a server made for it."""
    words = sys.argv[1:]
    durable = words[:1] == ["--durable"]
    with private_cluster(durable=durable) as url:
        return subprocess.run(
            words[durable:], env=os.environ | {"COMPAGNON_TEST_DATABASE_URL": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Measure Debian's OCS server on the machines of `bench_inventories.py`, and count its rows.

Needs the Debian packages ocsinventory-server, apache2 and mariadb-server, and the schema of
ocsinventory-reports (`--schema FOLDER`, its `files`, from the unpacked package). Starts a MariaDB
and an Apache of its own in a temporary folder, on loopback, and stops them. Prints JSON.

    .venv/bin/python scripts/bench_ocs.py --schema ocsinventory-reports/files --machines 1000
"""

# A tool that is run by hand: it starts the programs of two Debian packages, and prints.
# ruff: noqa: S603, S607, T201

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from bench_inventories import SOFTWARE, free_port, machine_in_xml, memory, report

WEB, DATABASE = free_port(), free_port()
SETTINGS = Path("/etc/apache2/conf-available/ocsinventory-server.conf")
APACHE = """
ServerRoot /etc/apache2
ServerName localhost
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel warn
Listen 127.0.0.1:{port}
Mutex file:{folder}
User {user}
Group {group}
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_host_module /usr/lib/apache2/modules/mod_authz_host.so
LoadModule auth_basic_module /usr/lib/apache2/modules/mod_auth_basic.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authn_file_module /usr/lib/apache2/modules/mod_authn_file.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule perl_module /usr/lib/apache2/modules/mod_perl.so
StartServers 10
MaxRequestWorkers 50
KeepAlive On
KeepAliveTimeout 2
Include {folder}/ocs.conf
"""


def start_database(folder: Path, schema: Path) -> subprocess.Popen[bytes]:
    """Start MariaDB with OCS's tables."""
    data = folder / "data"
    where = [f"--datadir={data}", f"--user={user()}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["mariadb-install-db", "--no-defaults", *where], check=True, **quiet)
    server = subprocess.Popen(
        [
            "/usr/sbin/mariadbd", "--no-defaults", *where, f"--socket={folder}/sql.sock",
            f"--port={DATABASE}", "--bind-address=127.0.0.1", "--sql-mode=",
            f"--pid-file={folder}/sql.pid", "--max-connections=200",
            "--innodb-buffer-pool-size=256M", "--local-infile=1",
        ],
        **quiet,
    )  # fmt: skip
    for _trial in range(240):
        if subprocess.run(ask(folder, "select 1"), check=False, **quiet).returncode == 0:
            break
        time.sleep(0.25)
    sql(folder, "create database ocsweb character set utf8mb4")
    # Not '%' alone: the anonymous user of localhost would come before it.
    for host in ("localhost", "127.0.0.1", "%"):
        who = f"ocs@'{host}'"
        sql(folder, f"create user {who} identified by 'ocs'; grant all on *.* to {who}")
    base = schema / "ocsbase.sql"
    version = re.search(r"'GUI_VERSION',0,'(\d+)'", base.read_text(errors="replace"))
    # The base is of some version: the updates before it would undo it.
    since = int(version[1]) if version else 0
    updates = sorted(path for path in (schema / "update").glob("*.sql") if int(path.stem) > since)
    for file in (base, *updates):
        with file.open("rb") as source:
            command = [*ask(folder), "--force", "ocsweb"]
            subprocess.run(command, stdin=source, check=False, **quiet)
    return server


def user() -> str:
    """Give the account under which servers run: root's are refused."""
    return "mysql" if os.geteuid() == 0 else os.environ.get("USER", "nobody")


def ask(folder: Path, words: str = "") -> list[str]:
    """Give the client's command line."""
    command = ["mariadb", "--no-defaults", f"--socket={folder}/sql.sock", "-N", "-B"]
    return [*command, "-e", words] if words else command


def sql(folder: Path, words: str, database: str = "") -> str:
    """Ask the database."""
    command = ask(folder, words) + ([database] if database else [])
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def start_web(folder: Path) -> subprocess.Popen[bytes]:
    """Start Apache with OCS's server inside."""
    settings = SETTINGS.read_text()
    for old, new in (
        ("OCS_DB_HOST localhost", "OCS_DB_HOST 127.0.0.1"),
        ("OCS_DB_PORT 3306", f"OCS_DB_PORT {DATABASE}"),
        ("/var/log/ocsinventory-server", str(folder)),
    ):
        settings = settings.replace(old, new)
    (folder / "ocs.conf").write_text(settings)
    (folder / "apache.conf").write_text(
        APACHE.format(folder=folder, port=WEB, user=user(), group=user())
    )
    command = ["apache2", "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"]
    # In a group of its own: what ends Apache ends its whole group.
    server = subprocess.Popen(command, start_new_session=True)
    time.sleep(3)
    return server


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--machines", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=100)
    asked = parser.parse_args()
    bodies = [machine_in_xml(number) for number in range(asked.machines)]
    folder = Path(tempfile.mkdtemp(prefix="ocs"))
    folder.chmod(0o777)
    if os.geteuid() == 0:
        shutil.chown(folder, user(), user())
    database = start_database(folder, asked.schema)
    web = start_web(folder)
    figures: dict[str, object] = {}
    try:
        figures = measure(bodies, asked.at_once, [database.pid, web.pid], folder)
    finally:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for server in (web, database):
            server.terminate()
            server.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        shutil.rmtree(folder, ignore_errors=True)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps(figures | {"cpu_seconds": round(spent, 1)}, indent=1))


def measure(
    bodies: list[tuple[bytes, bytes]], at_once: int, pids: list[int], folder: Path
) -> dict[str, object]:
    """Post everything and count: OCS writes before it answers."""
    post = partial(report, port=WEB, path="/ocsinventory")
    started = time.monotonic()
    peak = 0
    with ThreadPoolExecutor(at_once) as pool:
        pending = [pool.submit(post, pair) for pair in bodies]
        while not all(one.done() for one in pending):
            peak = max(peak, memory(pids))
            time.sleep(0.5)
        answers = [one for each in pending if each.exception() is None for one in each.result()]
    spent = time.monotonic() - started
    seconds = sorted(took for took, _status in answers)
    count = partial(sql, folder, database="ocsweb")
    return {
        "machines": len(bodies),
        "failed": sum(one.exception() is not None for one in pending),
        "refused": sum(status != 200 for _took, status in answers),
        "statuses": sorted({status for _took, status in answers}),
        "seconds": round(spent, 1),
        "requests_per_second": round(len(answers) / spent, 1),
        "inventories_per_second": round(len(bodies) / spent, 1),
        "median_ms": round(1000 * statistics.median(seconds)),
        "p99_ms": round(1000 * seconds[int(len(seconds) * 0.99) - 1]),
        "memory_mib": peak,
        "machines_kept": int(count("select count(*) from hardware")),
        "software_rows": int(count("select count(*) from software")),
        "expected_software_rows": len(bodies) * SOFTWARE,
        "software_rows_astray": int(
            count(
                "select count(*) from software where hardware_id not in (select id from hardware)"
            )
        ),
        "deadlocks": (folder / "error.log").read_text(errors="replace").count("Deadlock"),
    }


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measure a thousand machines that report at once, and count that not one row is astray.

Run with the environment of an empty, migrated installation (COMPAGNON_DATA_DIR and, for
PostgreSQL, COMPAGNON_DATABASE_URL): it starts `compagnon serve` and `compagnon worker`, plays the
agents (a PROLOG, then an inventory of 300 software each), and prints the figures as JSON.

    COMPAGNON_DATA_DIR=/tmp/bench .venv/bin/python scripts/bench_inventories.py --machines 1000
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

SOFTWARE = 300
POOL = 3000


def free_port() -> int:
    """Give a TCP port that nothing listens to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


PORT = free_port()


def machine(number: int) -> tuple[bytes, bytes]:
    """Give what one agent posts: its PROLOG and its inventory."""
    chance = random.Random(number)  # noqa: S311
    name = f"bench-{number:05}"
    lines = [
        {"name": f"package-{one:04}", "version": f"{one % 7}.{one % 13}", "publisher": "Debian"}
        for one in chance.sample(range(POOL), SOFTWARE)
    ]
    prolog = (
        f"<REQUEST><DEVICEID>{name}-2026-01-01-00-00-00</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>"
    )
    content = {
        "hardware": {
            "name": name, "uuid": f"4c4c4544-0031-3010-8057-{number:012x}", "memory": 8192
        },
        "bios": {"smanufacturer": "Dell Inc.", "smodel": "Latitude", "ssn": f"BN{number:07}"},
        "operatingsystem": {"full_name": "Debian GNU/Linux 12 (bookworm)", "name": "Debian"},
        "networks": [
            {"description": "eth0", "mac": f"a4:bb:6d:{number >> 8:02x}:{number & 255:02x}:01",
             "ipaddress": f"10.{number >> 8}.{number & 255}.2"}
        ],
        "drives": [{"type": "/", "filesystem": "ext4", "total": 200000, "free": 90000}],
        "softwares": lines,
        "versionclient": "GLPI-Agent_v1.12",
    }  # fmt: skip
    document = {
        "action": "inventory",
        "deviceid": f"{name}-2026-01-01-00-00-00",
        "itemtype": "Computer",
        "content": content,
    }
    return zlib.compress(prolog.encode()), zlib.compress(json.dumps(document).encode())


def machine_in_xml(number: int) -> tuple[bytes, bytes]:
    """Give the same machine as OCS's agent writes it: what both servers read."""
    prolog, document = machine(number)
    told = json.loads(zlib.decompress(document))
    name = {"softwares": "SOFTWARES", "networks": "NETWORKS", "drives": "DRIVES"}
    spelt = {"mac": "MACADDR", "arch": "ARCHITECTURE"}
    request = ElementTree.Element("REQUEST")
    content = ElementTree.SubElement(request, "CONTENT")
    for section, value in told["content"].items():
        for entry in value if isinstance(value, list) else [value]:
            part = ElementTree.SubElement(content, name.get(section, section.upper()))
            if isinstance(entry, str):
                part.text = entry
                continue
            for key, one in entry.items():
                field = ElementTree.SubElement(part, spelt.get(key, key.upper()))
                field.text = str(one)
    hardware = content.find("HARDWARE")
    if hardware is not None:
        for key, one in (("OSNAME", "Debian GNU/Linux 12"), ("OSVERSION", "12"),
                         ("CHECKSUM", "262143")):  # fmt: skip
            ElementTree.SubElement(hardware, key).text = one
    ElementTree.SubElement(request, "DEVICEID").text = told["deviceid"]
    ElementTree.SubElement(request, "QUERY").text = "INVENTORY"
    return prolog, zlib.compress(ElementTree.tostring(request, encoding="utf-8"))


def report(
    bodies: tuple[bytes, bytes], port: int = PORT, path: str = "/inventory"
) -> list[tuple[float, int]]:
    """Post as an agent does, on one connection; give each request's seconds and status."""
    found = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    for body in bodies:
        started = time.monotonic()
        connection.request(
            "POST",
            path,
            body,
            {
                "Content-Type": "application/x-compress",
                "User-Agent": "OCS-NG_unified_unix_agent_v2.10.0",
            },
        )
        answer = connection.getresponse()
        answer.read()
        found.append((time.monotonic() - started, answer.status))
    connection.close()
    return found


def wait_for_server() -> None:
    """Return once the server answers.

    Raises:
        SystemExit: it does not, within a minute.
    """
    for _trial in range(240):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.25)
        else:
            return
        finally:
            connection.close()
    sys.exit("the server does not answer")


def memory(pids: list[int]) -> int:
    """Give the resident memory of processes and of those below them, in MiB."""
    total = 0
    todo = list(pids)
    while todo:
        pid = todo.pop()
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
        total += sum(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS"))
    return total // 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machines", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--xml", action="store_true", help="as OCS's agent writes, not GLPI's")
    asked = parser.parse_args()
    told = machine_in_xml if asked.xml else machine
    bodies = [told(number) for number in range(asked.machines)]
    command = [sys.executable, "-m", "compagnon.config.cli"]
    here = {
        **os.environ,
        "COMPAGNON_LISTEN_WEB": f"127.0.0.1:{PORT}",
        "COMPAGNON_LOG_LEVEL": "ERROR",
    }
    quiet = subprocess.DEVNULL
    parts = [
        subprocess.Popen([*command, word], env=here, stdout=quiet)  # noqa: S603
        for word in ("serve", "worker")
    ]
    try:
        wait_for_server()
        figures = measure(bodies, asked.at_once, [part.pid for part in parts])
    finally:
        spent = {}
        for part, word in zip(parts, ("serve", "worker"), strict=True):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            part.terminate()
            part.wait()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            spent[f"{word}_cpu_seconds"] = round(taken, 1)
    figures |= spent
    print(json.dumps(figures, indent=1))  # noqa: T201


def measure(bodies: list[tuple[bytes, bytes]], at_once: int, pids: list[int]) -> dict[str, object]:
    """Post everything, wait until everything is visible, count."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compagnon.config.settings")
    import django

    django.setup()
    from compagnon.park import models as park

    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        answers = [one for pair in pool.map(report, bodies) for one in pair]
    accepted = time.monotonic() - started
    peak = memory(pids)
    while park.InventoryReport.objects.filter(outcome="waiting").exists():
        time.sleep(0.25)
        peak = max(peak, memory(pids))
    visible = time.monotonic() - started
    seconds = sorted(took for took, _status in answers)
    assets = set(park.Asset.objects.values_list("pk", flat=True))
    astray = sum(
        model._default_manager.exclude(asset__in=assets).count()
        for model in (park.Installation, park.Identifier, park.NetworkPort, park.Volume)
    )
    return {
        "machines": len(bodies),
        "requests": len(answers),
        "refused": sum(status != 200 for _took, status in answers),
        "accept_seconds": round(accepted, 1),
        "requests_per_second": round(len(answers) / accepted, 1),
        "inventories_per_second": round(len(bodies) / accepted, 1),
        "median_ms": round(1000 * statistics.median(seconds)),
        "p99_ms": round(1000 * seconds[int(len(seconds) * 0.99) - 1]),
        "visible_seconds": round(visible, 1),
        "memory_mib": peak,
        "assets": len(assets),
        "installations": park.Installation.objects.count(),
        "expected_installations": len(bodies) * SOFTWARE,
        "rows_astray": astray,
    }


if __name__ == "__main__":
    main()

"""Running the bench on a database that was filled: the product, then plain SQL beside it."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import django
from django.conf import settings
from django.db import connection, connections

import compagnon
from compagnon.config.bench import plain, web
from compagnon.config.bench.loads import Client, measure
from compagnon.config.bench.numbers import Latencies
from compagnon.config.bench.operations import OPERATIONS, Material
from compagnon.desk.models import Ticket

TECHNICIAN = "yanis.belhadri@compagnon-assistance.example"
IN_PROCESS = "in process"
SERVER = "server"
PLAIN = "plain SQL"


@dataclass(frozen=True, slots=True)
class Result:
    """One operation, done one way, under one load."""

    operation: str
    way: str
    clients: int
    latencies: Latencies

    def told(self) -> dict[str, Any]:
        """Give the result as the report holds it."""
        named = {"operation": self.operation, "way": self.way, "clients": self.clients}
        return named | self.latencies.told()


Say = Callable[[str], None]


def run(
    *, clients: Sequence[int], seconds: float, workers: int, only: Sequence[str], say: Say
) -> Iterator[Result]:
    """Measure every operation each way under each load.

    Args:
        clients: how many at once.
        seconds: how long each measure lasts.
        workers: processes of the web server.
        only: these operations alone; all when empty.
    """
    material = Material.draw()
    asked = {name: ask for name, ask in OPERATIONS.items() if not only or name in only}
    with web.server(workers) as (host, port):
        caller = web.sign_in(host, port, email=TECHNICIAN)
        for name, ask in asked.items():
            say(f"{name}: {IN_PROCESS}")
            made = measure(web.in_process(caller, ask, material), clients=1, seconds=seconds)
            yield Result(name, IN_PROCESS, 1, made)
            for number in clients:
                say(f"{name}: {SERVER}, {number}")
                make = web.over_loopback(host, port, caller, ask, material)
                yield Result(name, SERVER, number, measure(make, clients=number, seconds=seconds))
    connections.close_all()
    for name, make in by_hand(material).items():
        if name not in asked:
            continue
        for number in clients:
            say(f"{name}: {PLAIN}, {number}")
            yield Result(name, PLAIN, number, measure(make, clients=number, seconds=seconds))


def by_hand(material: Material) -> Mapping[str, Callable[[int], Client]]:
    """Give the makers of clients that do the same by hand."""
    # The last ticket and the last reply were made by the measures above, through the product.
    newest = Ticket.objects.filter(channel="phone").order_by("-pk").values_list("pk", flat=True)
    created = plain.template(newest[0], whole=True)
    replied = plain.template(material.open_tickets[0], whole=False)

    def create(number: int) -> Client:
        return plain.Writer(created, number)

    def reply(number: int) -> Client:
        writer, rng = plain.Writer(replied, number), Random(number)  # noqa: S311
        return lambda: writer(rng.choice(material.open_tickets))

    return {"create": create, "reply": reply, **plain.readers(material)}


def facts() -> dict[str, Any]:
    """Give what the numbers were measured on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            database = f"SQLite {sqlite3.sqlite_version}"
            size = Path(str(settings.DATABASES["default"]["NAME"])).stat().st_size
        else:
            cursor.execute("SHOW server_version")
            database = f"PostgreSQL {cursor.fetchone()[0].split(' ')[0]}"
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
    return {
        "compagnon": compagnon.__version__,
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": database,
        "database_bytes": size,
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "load_before": round(os.getloadavg()[0], 2),
    }

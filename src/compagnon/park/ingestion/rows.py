"""A report's sections as rows that are not yet written.

Texts are cut to their columns' lengths, numbers out of range are left out: what a hostile agent
says must never fail a transaction half-way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import models as db
from django.utils.dateparse import parse_date

from compagnon.park import models
from compagnon.park.ingestion import cutting
from compagnon.park.inventory.facts import Report
from compagnon.park.normalising.processors import processor

BIGGEST = {
    "PositiveSmallIntegerField": 32_767,
    "PositiveIntegerField": 2_147_483_647,
    "PositiveBigIntegerField": 2**63 - 1,
}


def fitted(model: type[db.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Make values fit their columns: ``None`` becomes an empty text where the column is one."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        column = model._meta.get_field(name)
        if isinstance(column, (db.CharField, db.TextField)):
            found[name] = fit(value, column.max_length or 2000)
        elif (most := BIGGEST.get(type(column).__name__)) is not None:
            whole = isinstance(value, int) and not isinstance(value, bool)
            found[name] = value if whole and 0 <= value <= most else None
        else:
            found[name] = value
    return found


def fit(value: object, longest: int) -> str:
    """Give a value as :func:`text` does; that it was cut is said of the report."""
    whole = text(value, len(str(value)))
    if len(whole) > longest:
        cutting.note_text()
    return whole[:longest]


def text(value: object, longest: int) -> str:
    """Give a value as one line of text of that length at most, without control characters."""
    if value is None:
        return ""
    line = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return " ".join(line.split())[:longest]


def day(value: str | None) -> date | None:
    """Give a date out of what an agent wrote; nothing when it is none."""
    try:
        return parse_date((value or "")[:10])
    except ValueError:
        return None


Row = tuple[type[models.SectionRow], dict[str, Any]]


def processors(report: Report) -> Iterable[Row]:
    """Processors."""
    for one in report.processors:
        yield models.Processor, {
            "name": processor(one.name) or one.name, "manufacturer": one.manufacturer,
            "cores": one.cores,
            "threads": one.threads, "speed_mhz": one.speed_mhz,
        }  # fmt: skip


def memory(report: Report) -> Iterable[Row]:
    """Memory slots."""
    for one in report.memory:
        yield models.MemoryModule, {
            "slot": one.caption or one.slot, "size_mib": one.capacity_mib, "kind": one.type,
            "speed": one.speed, "manufacturer": one.manufacturer, "serial": one.serial,
        }  # fmt: skip


def storages(report: Report) -> Iterable[Row]:
    """Disks and drives."""
    for one in report.storages:
        yield models.Storage, {
            "name": one.name, "manufacturer": one.manufacturer, "model": one.model,
            "serial": one.serial, "firmware": one.firmware, "kind": one.type or one.description,
            "interface": one.interface, "size_mb": one.size_mib, "is_disk": one.is_disk,
        }  # fmt: skip


def volumes(report: Report) -> Iterable[Row]:
    """File systems."""
    for one in report.volumes:
        said = (one.encryption or "").lower()
        encrypted = {"yes": True, "partially": True, "no": False}.get(said)
        yield models.Volume, {
            "mount": one.mount, "device": one.device, "label": one.label,
            "file_system": one.filesystem, "serial": one.serial, "size_mb": one.total_mib,
            "free_mb": one.free_mib, "is_encrypted": encrypted,
            "encryption": " ".join(
                filter(None, (one.encryption_name, one.encryption_algorithm))
            ),
        }  # fmt: skip


def ports(report: Report) -> Iterable[Row]:
    """Interfaces of a computer, one a card, and ports of a device."""
    seen: dict[tuple[str | None, str | None], bool] = {}
    for one in report.interfaces:
        if (one.name, one.mac) in seen:
            continue
        seen[one.name, one.mac] = True
        yield models.NetworkPort, {
            "name": one.name, "mac": one.mac, "kind": one.type, "status": one.status,
            "speed": one.speed_mbps, "is_virtual": bool(one.is_virtual), "driver": one.driver,
        }  # fmt: skip
    for port in report.ports:
        yield models.NetworkPort, {
            "number": port.number, "name": port.name or port.description, "mac": port.mac,
            "kind": port.type, "status": {1: "up", 2: "down"}.get(port.status or 0, ""),
            "speed": f"{port.speed_bps // 1_000_000}" if port.speed_bps else "",
            "vlans": [
                {"number": v.number, "name": text(v.name, 80)}
                for v in port.vlans[: cutting.OF_A_PORT["vlans"]]
            ],
            "neighbours": [
                {
                    "name": text(n.system_name or n.description, 160),
                    "mac": text(n.system_mac or next(iter(n.macs), ""), 32),
                    "address": text(n.ip, 64),
                    "port": text(n.port or n.port_number, 80),
                    "announced": n.is_announced,
                }
                for n in port.neighbours[: cutting.OF_A_PORT["neighbours"]]
            ],
        }  # fmt: skip


def addresses(report: Report) -> Iterable[tuple[tuple[str, str] | None, dict[str, Any]]]:
    """IP addresses, with the name and MAC of their port."""
    seen: set[tuple[tuple[str, str] | None, str]] = set()
    for one in report.interfaces:
        for address, mask in ((one.ipv4, one.ipv4_mask), (one.ipv6, one.ipv6_mask)):
            place = (text(one.name, 250), text(one.mac, 32))
            if address and (place, address) not in seen:
                seen.add((place, address))
                yield place, {"address": address, "mask": mask, "gateway": one.gateway}
    for address in report.machine.ips:
        if address and (None, address) not in seen:
            seen.add((None, address))
            yield None, {"address": address, "mask": "", "gateway": ""}


def monitors(report: Report) -> Iterable[Row]:
    """Screens."""
    for one in report.monitors:
        yield models.Monitor, {
            "name": one.name or one.model, "manufacturer": one.manufacturer,
            "serial": one.serial or one.alternate_serial, "description": one.made,
        }  # fmt: skip


def printers(report: Report) -> Iterable[Row]:
    """Printers that a computer knows."""
    for one in report.printers:
        yield models.AttachedPrinter, {
            "name": one.name, "driver": one.driver, "port": one.port, "serial": one.serial,
        }  # fmt: skip


def supplies(report: Report) -> Iterable[Row]:
    """What a printer consumes."""
    for one in report.cartridges:
        yield models.Supply, {
            "name": one.name, "level": one.value, "percent": one.level_percent,
        }  # fmt: skip


def counters(report: Report) -> Iterable[Row]:
    """What a printer counted."""
    for one in report.counters:
        if 0 <= one.pages < 2**63:
            yield models.Counter, {"name": one.name, "value": one.pages}


def virtual_machines(report: Report) -> Iterable[Row]:
    """Guests."""
    for one in report.virtual_machines:
        yield models.VirtualMachine, {
            "name": one.name, "uuid": (one.uuid or "").lower(), "kind": one.system,
            "status": one.status, "memory_mib": one.memory_mib, "processors": one.processors,
        }  # fmt: skip


def databases(report: Report) -> Iterable[Row]:
    """Database services."""
    for one in report.databases:
        yield models.DatabaseServer, {
            "name": one.name or one.type, "kind": one.type, "server_version": one.version,
            "port": one.port, "is_active": one.is_active,
            "databases": [text(base.name, 120) for base in one.databases[: cutting.BASES]],
        }  # fmt: skip


def antivirus(report: Report) -> Iterable[Row]:
    """Protections."""
    for one in report.antivirus:
        yield models.Antivirus, {
            "name": one.name, "publisher": one.publisher, "product_version": one.version,
            "is_enabled": one.is_enabled, "is_up_to_date": one.is_up_to_date,
        }  # fmt: skip


def components(report: Report) -> Iterable[Row]:
    """Every other part."""

    def part(kind: str, one: Any) -> Row:
        names = ("name", "manufacturer", "model", "serial")
        return models.Component, {
            "kind": kind, **{name: getattr(one, name, None) for name in names},
        }  # fmt: skip

    for kind, items in (
        ("battery", report.batteries),
        ("controller", report.controllers),
        ("usb", report.usb_devices),
        ("graphics", report.graphics),
        ("firmware", report.firmwares),
    ):
        for one in items:
            yield part(kind, one)
    for each in report.components:
        yield part(text(each.type, 40) or "module", each)


SECTIONS: dict[str, tuple[Callable[[Report], Iterable[Row]], tuple[type[models.SectionRow], ...]]]
SECTIONS = {
    "processors": (processors, (models.Processor,)),
    "memory": (memory, (models.MemoryModule,)),
    "storages": (storages, (models.Storage,)),
    "volumes": (volumes, (models.Volume,)),
    "monitors": (monitors, (models.Monitor,)),
    "printers": (printers, (models.AttachedPrinter,)),
    "supplies": (supplies, (models.Supply,)),
    "counters": (counters, (models.Counter,)),
    "virtual_machines": (virtual_machines, (models.VirtualMachine,)),
    "databases": (databases, (models.DatabaseServer,)),
    "antivirus": (antivirus, (models.Antivirus,)),
    "components": (components, (models.Component,)),
}
"""Every section that is replaced whole, but ``network`` (two tables) and ``software``."""

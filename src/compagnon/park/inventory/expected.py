"""A message's facts under the names of the reference file of inventories.

Its README defines each; those of a partial inventory are the ones that its sections allow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compagnon.park.inventory.facts import Reading, Report
from compagnon.park.normalising.serials import usable_serial


def expected_facts(reading: Reading) -> dict[str, Any]:
    """Give the message's facts: those of the computer or device, or ``devices`` of an XML task."""
    facts: dict[str, Any] = {
        "format": reading.format,
        "query": reading.query,
        "deviceid": reading.agent.deviceid,
        "partial": reading.partial,
    }
    if reading.itemtype is not None:
        facts["itemtype"] = reading.itemtype
    if reading.action in ("netinventory", "netdiscovery") and reading.format == "xml":
        facts["devices"] = [
            machine_facts(report) | _told_by_xml(report) for report in reading.reports
        ]
    elif reading.reports:
        report = reading.reports[0]
        facts |= machine_facts(report)
        if reading.format == "json" and _is_computer(report):
            facts["sections"] = sorted(report.sections)
        elif not _is_computer(report):
            facts |= {"components": len(report.components), "firmwares": len(report.firmwares)}
    return facts


def machine_facts(report: Report) -> dict[str, Any]:
    """Give the facts of one report alone, whatever message it came in."""
    if not _is_computer(report):
        return _device(report)
    return _partial(report) if report.partial else _computer(report)


def _is_computer(report: Report) -> bool:
    return (
        "hardware" in report.sections
        or "bios" in report.sections
        or not (report.ports or report.machine.mac or report.machine.ips or report.kind in _DEVICES)
    )


_DEVICES = ("networking", "printer", "storage", "power", "unmanaged")


def _identity(report: Report) -> dict[str, Any]:
    machine = report.machine
    return {
        "kind": "computer",
        "name": machine.name,
        "serial": machine.serial,
        "serial_usable": usable_serial(machine.serial) is not None,
        "uuid": machine.uuid,
    }


def _computer(report: Report) -> dict[str, Any]:
    machine, system = report.machine, report.operating_system
    facts = _identity(report)
    facts |= {
        "motherboard_serial": machine.motherboard_serial,
        "manufacturer": machine.manufacturer,
        "model": machine.model,
        "os_full_name": system.full_name if system else None,
        "os_name": system.name if system else None,
        "os_version": system.version if system else None,
        "kernel_version": system.kernel_version if system else None,
        "ram_mib_hardware": machine.memory_mib,
        "vmsystem": machine.vm_system,
    }
    for _section, tell in _BY_SECTION:
        facts |= tell(report)
    facts["total_ram_mib"] = facts["ram_mib_modules"] or machine.memory_mib
    return facts


def _partial(report: Report) -> dict[str, Any]:
    facts = _identity(report)
    for section, tell in _BY_SECTION:
        if section in report.sections:
            facts |= tell(report)
    return facts


def _count(report: Report, field: str) -> int:
    return len(getattr(report, field)) + dict(report.silent).get(field, 0)


def _processors(report: Report) -> dict[str, Any]:
    return {
        "cpu_count": _count(report, "processors"),
        "cpu_cores": sum(one.cores or 0 for one in report.processors),
    }


def _memory(report: Report) -> dict[str, Any]:
    return {
        "ram_mib_modules": sum(one.capacity_mib or 0 for one in report.memory) or None,
        "memory_slots": _count(report, "memory"),
    }


def _storages(report: Report) -> dict[str, Any]:
    return {
        "storages": _count(report, "storages"),
        "disks": sum(one.is_disk for one in report.storages),
    }


def _interfaces(report: Report) -> dict[str, Any]:
    entries = report.interfaces
    addresses = {one.ipv4 for one in entries} | {one.ipv6 for one in entries}
    return {
        "network_entries": _count(report, "interfaces"),
        "network_ports_with_mac": len({(one.name, one.mac) for one in entries if one.mac}),
        "distinct_macs": len({one.mac for one in entries if one.mac}),
        "ip_addresses": sorted(address for address in addresses if address),
    }


def _software(report: Report) -> dict[str, Any]:
    pairs = {(one.name, one.version) for one in report.software}
    return {
        "software_entries": _count(report, "software"),
        "software_distinct_name_version": len(pairs),
    }


def _counted(name: str, field: str) -> Callable[[Report], dict[str, Any]]:
    return lambda report: {name: _count(report, field)}


_BY_SECTION: tuple[tuple[str, Callable[[Report], dict[str, Any]]], ...] = (
    ("cpus", _processors),
    ("memories", _memory),
    ("storages", _storages),
    ("drives", _counted("volumes", "volumes")),
    ("networks", _interfaces),
    ("softwares", _software),
    ("monitors", _counted("monitors", "monitors")),
    ("printers", _counted("printers", "printers")),
    ("virtualmachines", _counted("virtual_machines", "virtual_machines")),
    ("antivirus", _counted("antivirus", "antivirus")),
    ("users", _counted("users_logged", "users")),
)
"""Section to what it allows to tell."""


def _device(report: Report) -> dict[str, Any]:
    machine = report.machine
    totals = [counter.pages for counter in report.counters if counter.name == "total"]
    return {
        "kind": report.kind,
        "name": machine.name,
        "serial": machine.serial,
        "mac": machine.mac,
        "manufacturer": machine.manufacturer,
        "model": machine.model,
        "firmware": machine.firmware,
        "ram_mib": machine.memory_mib,
        "ips": sorted(machine.ips),
        "network_ports": len(report.ports),
        "network_ports_with_mac": sum(port.mac is not None for port in report.ports),
        "neighbours_cdp_lldp": sum(
            neighbour.is_announced for port in report.ports for neighbour in port.neighbours
        ),
        "vlan_ids": sorted({vlan.number for port in report.ports for vlan in port.vlans}),
        "cartridges": len(report.cartridges),
        "pagecounter_total": totals[0] if totals else None,
    }


def _told_by_xml(report: Report) -> dict[str, Any]:
    return {"description": report.machine.description, "location": report.machine.location}

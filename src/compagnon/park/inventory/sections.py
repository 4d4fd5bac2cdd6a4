"""Which section of a message fills which field of a report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from compagnon.park.inventory import computers, installed
from compagnon.park.inventory.facts import Report
from compagnon.park.inventory.fields import Fields

SECTIONS: Final[dict[str, tuple[str, Callable[[Fields], Any]]]] = {
    "processors": ("cpus", computers.processor),
    "memory": ("memories", computers.memory_module),
    "storages": ("storages", computers.storage),
    "volumes": ("drives", computers.volume),
    "interfaces": ("networks", computers.interface),
    "monitors": ("monitors", computers.monitor),
    "printers": ("printers", computers.printer),
    "software": ("softwares", installed.software),
    "virtual_machines": ("virtualmachines", installed.virtual_machine),
    "databases": ("databases_services", installed.database_service),
    "antivirus": ("antivirus", installed.antivirus),
    "batteries": ("batteries", computers.battery),
    "users": ("users", installed.user),
    "controllers": ("controllers", computers.controller),
    "usb_devices": ("usbdevices", computers.usb_device),
    "graphics": ("videos", computers.graphics_card),
    "licences": ("licenseinfos", installed.licence_key),
    "firewalls": ("firewalls", installed.firewall),
    "sim_cards": ("simcards", computers.sim_card),
    "remote_access": ("remote_mgmt", installed.remote_access),
}
"""Field of `Report` to the agents' section (its JSON name) and what builds an entry of it."""

DEVICE_SECTIONS: Final[dict[str, frozenset[str]]] = {
    "ports": frozenset({"ports", "network_ports"}),
    "components": frozenset({"components", "network_components"}),
    "firmwares": frozenset({"firmwares"}),
    "cartridges": frozenset({"cartridges"}),
    "counters": frozenset({"pagecounters"}),
}
"""The same for devices: XML's name and JSON's."""

MACHINE_SECTIONS: Final = frozenset({"hardware", "bios", "info", "network_device"})


def tells(report: Report, field: str) -> bool:
    """Whether a report says anything of a field: always when whole, else by its sections."""
    if not report.partial:
        return True
    if field == "machine":
        return bool(MACHINE_SECTIONS & report.sections)
    if field == "operating_system":
        return "operatingsystem" in report.sections
    if field in DEVICE_SECTIONS:
        return bool(DEVICE_SECTIONS[field] & report.sections)
    return SECTIONS[field][0] in report.sections

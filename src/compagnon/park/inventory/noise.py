"""What moves by itself and is no news: uptime, free space, leases, counters.

Two exceptions are news: free space that crosses a threshold, and a supply that runs low.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Final

from compagnon.park.inventory.device_facts import Cartridge
from compagnon.park.inventory.facts import Interface, Report, Volume

NOISE: Final[dict[str, frozenset[str]]] = {
    "machine": frozenset(
        {"uptime", "last_user", "last_user_at", "dns", "default_gateway", "credential", "entity"}
    ),
    "operating_system": frozenset({"booted_at", "timezone"}),
    "processors": frozenset({"speed_mhz"}),
    "volumes": frozenset({"free_mib"}),
    "interfaces": frozenset(
        {
            "dhcp",
            "gateway",
            "ipv4_mask",
            "ipv4_subnet",
            "ipv6",
            "ipv6_mask",
            "speed_mbps",
            "status",
            "wifi_ssid",
        }
    ),
    "printers": frozenset({"status"}),
    "software": frozenset({"installed_on", "publisher", "comments", "category", "user"}),
    "virtual_machines": frozenset({"ip"}),
    "databases": frozenset({"databases"}),
    "antivirus": frozenset({"base_version"}),
    "batteries": frozenset({"capacity_mwh", "real_capacity_mwh", "voltage_mv"}),
    "graphics": frozenset({"resolution"}),
    "ports": frozenset({"in_errors", "out_errors", "status", "speed_bps", "duplex", "neighbours"}),
    "cartridges": frozenset({"level_percent", "value"}),
}
"""Fields left out of differences, by field of the report."""

SILENT_FIELDS: Final = frozenset({"users", "counters"})
"""Whole fields left out: who is logged in, how many pages."""

FREE_THRESHOLDS: Final = (20, 10, 5, 2)
"""Per cent of a volume: crossing one of them is news."""
SUPPLY_THRESHOLDS: Final = (20, 10, 5)

_FLEETING = re.compile(
    r"(?:veth|cali|tap|vnet|tunl|cni|lxc|fwpr|fwln|fwbr|vif)[-0-9a-f.]", re.IGNORECASE
)
"""Interfaces that containers and virtual machines make and unmake."""


def is_fleeting(interface: Interface) -> bool:
    """Whether an interface comes and goes with a container."""
    return bool(interface.name and _FLEETING.match(interface.name))


def is_random(interface: Interface) -> bool:
    """Whether a wireless interface shows a MAC address drawn at random (IEEE 802, local bit)."""
    wireless = "wifi" in (interface.type or "").lower() or (interface.name or "").startswith("wl")
    return bool(wireless and interface.mac and int(interface.mac[:2], 16) & 2)


def settled(interfaces: tuple[Interface, ...]) -> list[Interface]:
    """The interfaces that say something lasting, once each: an entry of IPv6 alone is left out.

    Addresses of IPv6 are noise (temporary by RFC 8981), and agents repeat an interface for each.
    """
    named = {(one.name, one.mac) for one in interfaces if one.ipv4}
    told = dict.fromkeys(one for one in interfaces if not is_fleeting(one))
    return [
        one
        for one in told
        if one.ipv4 or (one.mac and not (one.ipv6 and (one.name, one.mac) in named))
    ]


def _rounded(mib: int | None) -> int | None:
    """Memory as the kernel gives it varies by a few MiB from a boot to the next."""
    return None if mib is None else (mib + 128) // 256 * 256


def free_band(volume: Volume) -> int | None:
    """How many thresholds the free space of a volume is under; None when unknown or tiny."""
    if volume.free_mib is None or not volume.total_mib or volume.total_mib < 512:
        return None
    percent = 100 * volume.free_mib / volume.total_mib
    return sum(percent < threshold for threshold in FREE_THRESHOLDS)


def supply_band(cartridge: Cartridge) -> int | None:
    """How many thresholds a supply is under; None when it gives no level."""
    if cartridge.level_percent is None:
        return None
    return sum(cartridge.level_percent < threshold for threshold in SUPPLY_THRESHOLDS)


def quiet(field: str, fact: Any) -> Any:
    """A fact with its noise blanked. An address obtained by DHCP is a lease: blanked too."""
    blanked: dict[str, Any] = dict.fromkeys(NOISE.get(field, ()))
    if isinstance(fact, Interface) and fact.dhcp:
        blanked |= {"ipv4": None}
    if isinstance(fact, Interface) and is_random(fact):
        blanked["mac"] = None
    if field == "machine":
        blanked |= {name: _rounded(getattr(fact, name)) for name in ("memory_mib", "swap_mib")}
    if field == "ports":
        blanked["neighbours"] = ()
    if field == "databases":
        blanked["databases"] = ()
    if field == "volumes":
        blanked["free_mib"] = free_band(fact)
    if field == "cartridges":
        blanked["level_percent"] = supply_band(fact)
    return dataclasses.replace(fact, **blanked) if blanked else fact


def without_noise(report: Report) -> Report:
    """The report as `documents.digest` weighs it: noise blanked, order of entries forgotten."""
    told: dict[str, Any] = {}
    for field in dataclasses.fields(report):
        value = getattr(report, field.name)
        if field.name in SILENT_FIELDS:
            told[field.name] = ()
        elif field.name == "machine" or (field.name == "operating_system" and value is not None):
            told[field.name] = quiet(field.name, value)
        elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            kept = settled(value) if field.name == "interfaces" else value
            facts = {quiet(field.name, fact): None for fact in kept}
            told[field.name] = tuple(sorted(facts, key=repr))
    told["sections"] = report.sections - {"users", "accesslog", "processes", "versionprovider"}
    return dataclasses.replace(report, **told)

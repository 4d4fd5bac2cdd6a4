"""Network equipment and printers, read by SNMP or met by discovery.

XML wraps what JSON lists (PORTS/PORT, CONNECTIONS/CONNECTION): both are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, islice
from typing import Any

from compagnon.park.inventory.device_facts import (
    Cartridge,
    Component,
    Counter,
    Firmware,
    Neighbour,
    Port,
    Vlan,
)
from compagnon.park.inventory.facts import Agent, Kind, Machine, Report
from compagnon.park.inventory.fields import Fields, Notes, section_names
from compagnon.park.inventory.spellings import normal_mac

_KINDS: dict[str, Kind] = {
    "networking": "networking",
    "networkequipment": "networking",
    "printer": "printer",
    "computer": "computer",
    "phone": "phone",
    "storage": "storage",
    "power": "power",
    "pdu": "power",
    "ups": "power",
}
_PER_PORT = 5_000
"""Neighbours, VLANs or addresses of one port: a trunk learns thousands of MAC addresses."""


def of_xml(device: Mapping[str, Any], agent: Agent, notes: Notes) -> Report:
    """A DEVICE: with INFO (SNMPQUERY), an ERROR, or flat (NETDISCOVERY)."""
    whole = Fields(device, "device", notes)
    info = whole.inside("info") if isinstance(device.get("info"), dict | list) else whole
    error = whole.inside("error")
    return _report(
        whole,
        info,
        agent,
        sections=section_names(device),
        error=error.text("message", prose=True) or whole.text("error"),
    )


def of_json(content: Mapping[str, Any], agent: Agent, itemtype: str | None, notes: Notes) -> Report:
    """A GLPI agent's ``netinventory``: network_device, network_ports, network_components…"""
    whole = Fields(content, "content", notes)
    return _report(
        whole,
        whole.inside("network_device"),
        agent,
        sections=section_names(content),
        itemtype=itemtype,
    )


def kind_of(*told: str | None) -> Kind:
    """The kind that the first of these words names."""
    for word in told:
        kind = _KINDS.get((word or "").strip().lower())
        if kind:
            return kind
    return "unmanaged"


def _report(
    whole: Fields,
    info: Fields,
    agent: Agent,
    *,
    sections: frozenset[str],
    itemtype: str | None = None,
    error: str | None = None,
) -> Report:
    limit = whole.notes.limits.entries
    ports = chain(whole.each("ports", "port"), whole.each("network_ports"))
    components = chain(whole.each("components", "component"), whole.each("network_components"))
    return Report(
        kind=kind_of(itemtype, info.text("type"), whole.inside("error").text("type")),
        itemtype=itemtype,
        agent=agent,
        sections=sections,
        machine=_machine(info),
        ports=tuple(_port(one) for one in islice(ports, limit)),
        components=tuple(_component(one) for one in islice(components, limit)),
        firmwares=tuple(_firmware(one) for one in islice(whole.each("firmwares"), limit)),
        cartridges=_cartridges(whole),
        counters=_counters(whole),
        error=error,
    )


def _machine(info: Fields) -> Machine:
    hostnames = [info.text(name) for name in ("snmphostname", "dnshostname", "netbiosname")]
    return Machine(
        name=info.text("name", "snmphostname", "dnshostname", "netbiosname"),
        serial=info.text("serial"),
        uuid=info.text("uuid"),
        manufacturer=info.text("manufacturer"),
        model=info.text("model"),
        asset_tag=info.text("assettag"),
        memory_mib=info.integer("ram", "memory"),
        domain=info.text("workgroup"),
        mac=info.mac("mac"),
        ips=_addresses(info),
        firmware=info.text("firmware"),
        description=info.text("comments", "description", prose=True),
        location=info.text("location"),
        contact=info.text("contact"),
        uptime=info.text("uptime"),
        snmp_hostname=hostnames[0],
        dns_hostname=hostnames[1],
        netbios_name=hostnames[2],
        entity=info.text("entity"),
        credential=info.text("authsnmp", "credentials"),
    )


def _addresses(entry: Fields) -> tuple[str, ...]:
    """IPS/IP (XML), ``ips`` (JSON), or a lone IP (discovery)."""
    told = entry.inside("ips").texts("ip") or entry.texts("ips") or entry.texts("ip")
    return told[:_PER_PORT]


def _port(entry: Fields) -> Port:
    connections = entry.entry.get("connections")
    announced = bool(entry.boolean("cdp", "lldp"))
    if isinstance(connections, dict):
        announced = announced or bool(entry.inside("connections").boolean("cdp", "lldp"))
    number = entry.text("ifnumber")
    return Port(
        number=entry.integer("ifnumber") if number and number.isdigit() else None,
        name=entry.text("ifname", "ifdescr"),
        description=entry.text("ifdescr"),
        alias=entry.text("ifalias"),
        mac=entry.mac("mac"),
        ips=_addresses(entry),
        type=entry.integer("iftype"),
        status=entry.integer("ifstatus"),
        admin_status=entry.integer("ifinternalstatus"),
        speed_bps=entry.integer("ifspeed"),
        mtu=entry.integer("ifmtu"),
        duplex=entry.integer("ifportduplex"),
        is_trunk=entry.boolean("trunk"),
        neighbours=tuple(
            _neighbour(one, announced)
            for one in islice(entry.each("connections", "connection"), _PER_PORT)
        ),
        vlans=tuple(
            vlan for one in entry.each("vlans", "vlan") if (vlan := _vlan(one)) is not None
        )[:_PER_PORT],
        aggregate=_aggregate(entry),
        in_errors=entry.integer("ifinerrors"),
        out_errors=entry.integer("ifouterrors"),
    )


def _aggregate(entry: Fields) -> tuple[int, ...]:
    told = entry.inside("aggregate").texts("port") or entry.texts("aggregate")
    return tuple(int(one) for one in told if one.isdecimal() and len(one) < 16)[:_PER_PORT]


def _neighbour(entry: Fields, announced: bool) -> Neighbour:
    told = entry.texts("mac")[:_PER_PORT]
    macs = tuple(dict.fromkeys(mac for one in told if (mac := normal_mac(one))))
    return Neighbour(
        is_announced=announced,
        macs=macs,
        system_name=entry.text("sysname"),
        system_mac=entry.mac("sysmac"),
        description=entry.text("sysdescr", prose=True),
        model=entry.text("model"),
        ip=entry.text("ip"),
        port=entry.text("ifdescr"),
        port_number=entry.text("ifnumber"),
    )


def _vlan(entry: Fields) -> Vlan | None:
    number = entry.integer("number")
    if number is None:
        return None
    return Vlan(number=number, name=entry.text("name"), is_tagged=entry.boolean("tagged"))


def _component(entry: Fields) -> Component:
    return Component(
        index=entry.integer("index"),
        contained_in=entry.integer("containedinindex", "contained_index", negative=True),
        name=entry.text("name"),
        type=entry.text("type"),
        description=entry.text("description", prose=True),
        manufacturer=entry.text("manufacturer"),
        model=entry.text("model"),
        serial=entry.text("serial"),
        firmware=entry.text("firmware"),
        version=entry.text("version"),
    )


def _firmware(entry: Fields) -> Firmware:
    return Firmware(
        name=entry.text("name"),
        version=entry.text("version"),
        manufacturer=entry.text("manufacturer"),
        type=entry.text("type"),
        description=entry.text("description", prose=True),
        date=entry.date("date"),
    )


def _cartridges(whole: Fields) -> tuple[Cartridge, ...]:
    found: dict[str, Cartridge] = {}
    for entry in whole.each("cartridges"):
        for name in list(entry.entry)[:200]:
            value = entry.text(name)
            if value is None:
                continue
            digits = value.rstrip(" %")
            percent = int(digits) if digits.isdecimal() and len(digits) < 4 else None
            level = percent if percent is not None and percent <= 100 else None
            found[name[:60]] = Cartridge(name=name[:60], level_percent=level, value=value)
    return tuple(found.values())


def _counters(whole: Fields) -> tuple[Counter, ...]:
    found: dict[str, Counter] = {}
    for entry in whole.each("pagecounters"):
        for name in list(entry.entry)[:200]:
            pages = entry.integer(name)
            if pages is not None:
                found[name[:60]] = Counter(name=name[:60], pages=pages)
    return tuple(found.values())

"""What a report says of network equipment and printers. `facts` gives them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vlan:
    number: int
    name: str | None = None
    is_tagged: bool | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a port sees at the other end. By CDP or LLDP: a device that names itself."""

    is_announced: bool
    """True by CDP or LLDP; False for a MAC address learnt."""
    macs: tuple[str, ...] = ()
    system_name: str | None = None
    system_mac: str | None = None
    description: str | None = None
    model: str | None = None
    ip: str | None = None
    port: str | None = None
    port_number: str | None = None


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a device (PORT, network_ports)."""

    number: int | None = None
    name: str | None = None
    description: str | None = None
    alias: str | None = None
    mac: str | None = None
    ips: tuple[str, ...] = ()
    type: int | None = None
    """IANA ifType."""
    status: int | None = None
    """ifOperStatus: 1 up, 2 down."""
    admin_status: int | None = None
    speed_bps: int | None = None
    mtu: int | None = None
    duplex: int | None = None
    is_trunk: bool | None = None
    neighbours: tuple[Neighbour, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    aggregate: tuple[int, ...] = ()
    in_errors: int | None = None
    out_errors: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a device: chassis, module, supply, fan."""

    index: int | None = None
    contained_in: int | None = None
    name: str | None = None
    type: str | None = None
    description: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Firmware:
    name: str | None = None
    version: str | None = None
    manufacturer: str | None = None
    type: str | None = None
    description: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Cartridge:
    """A supply of a printer."""

    name: str
    """``tonerblack``, ``drumcyan``, ``wastetoner``… as GLPI names them."""
    level_percent: int | None = None
    value: str | None = None
    """As sent: ``71``, ``OK``, ``WARNING``…"""


@dataclass(frozen=True, slots=True)
class Counter:
    """A page counter."""

    name: str
    """``total``, ``black``, ``color``, ``rectoverso``, ``scanned``…"""
    pages: int

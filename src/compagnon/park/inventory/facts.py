"""What one report of an agent says, whatever the agent and the format.

Every class is frozen and holds plain values (text, numbers, tuples, other facts), so that a report
can be compared, kept as JSON (`documents.to_document`) and read back. Values are as the agent sent
them, trimmed, in one unit; what they *mean* (the same manufacturer under two spellings) is for
`compagnon.park.normalising`. ``None`` means that the agent did not say.

Sizes are in MiB, speeds in MHz or Mbit/s as named, dates ISO 8601 text (local to the machine when
no zone was sent), MAC addresses ``aa:bb:cc:dd:ee:ff``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compagnon.park.inventory.device_facts import (
    Cartridge,
    Component,
    Counter,
    Firmware,
    Port,
)

Kind = Literal["computer", "phone", "networking", "printer", "storage", "power", "unmanaged"]
"""What a report is about. ``unmanaged``: discovery met it and could not tell."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who reports."""

    deviceid: str
    name: str | None = None
    """``FusionInventory-Agent``, ``GLPI-Agent``, ``OCS-NG_unified_unix_agent``…"""
    version: str | None = None
    agent_id: str | None = None
    """The UUID of header ``GLPI-Agent-ID``."""
    tag: str | None = None
    enabled_tasks: tuple[str, ...] = ()
    installed_tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine itself: sections HARDWARE, BIOS and, for a device, INFO or network_device."""

    name: str | None = None
    serial: str | None = None
    """BIOS/SSN as sent, junk included; see `normalising.serials.usable_serial`."""
    motherboard_serial: str | None = None
    uuid: str | None = None
    """HARDWARE/UUID as sent; see `normalising.serials.usable_uuid`."""
    manufacturer: str | None = None
    model: str | None = None
    motherboard_manufacturer: str | None = None
    motherboard_model: str | None = None
    sku: str | None = None
    asset_tag: str | None = None
    bios_manufacturer: str | None = None
    bios_version: str | None = None
    bios_date: str | None = None
    chassis: str | None = None
    vm_system: str | None = None
    """``Physical``, ``VMware``, ``VirtualBox``…"""
    memory_mib: int | None = None
    """HARDWARE/MEMORY; for a device, its RAM."""
    swap_mib: int | None = None
    domain: str | None = None
    """Workgroup or domain."""
    default_gateway: str | None = None
    dns: str | None = None
    last_user: str | None = None
    last_user_at: str | None = None
    windows_key: str | None = None
    windows_product_id: str | None = None
    windows_owner: str | None = None
    windows_company: str | None = None
    # A device read by SNMP or met by discovery.
    mac: str | None = None
    ips: tuple[str, ...] = ()
    firmware: str | None = None
    description: str | None = None
    location: str | None = None
    contact: str | None = None
    uptime: str | None = None
    """Noise: left out of differences."""
    snmp_hostname: str | None = None
    dns_hostname: str | None = None
    netbios_name: str | None = None
    entity: str | None = None
    credential: str | None = None
    """Identifier of the SNMP credential that answered (AUTHSNMP)."""


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    name: str | None = None
    full_name: str | None = None
    version: str | None = None
    architecture: str | None = None
    kernel_name: str | None = None
    kernel_version: str | None = None
    service_pack: str | None = None
    fqdn: str | None = None
    dns_domain: str | None = None
    host_id: str | None = None
    timezone: str | None = None
    installed_on: str | None = None
    booted_at: str | None = None
    """Noise: left out of differences."""
    ssh_key: str | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    name: str | None = None
    manufacturer: str | None = None
    cores: int | None = None
    threads: int | None = None
    speed_mhz: int | None = None
    architecture: str | None = None
    serial: str | None = None
    family: str | None = None
    model: str | None = None
    stepping: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class MemoryModule:
    """A slot, filled or not (``capacity_mib`` is then None)."""

    capacity_mib: int | None = None
    slot: str | None = None
    caption: str | None = None
    description: str | None = None
    type: str | None = None
    speed: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    name: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    size_mib: int | None = None
    type: str | None = None
    description: str | None = None
    interface: str | None = None
    firmware: str | None = None
    is_disk: bool = True
    """False for optical, floppy and removable drives and card readers."""


@dataclass(frozen=True, slots=True)
class Volume:
    device: str | None = None
    """``/dev/mapper/home``; on Windows None."""
    mount: str | None = None
    """``/home`` or ``C:``."""
    label: str | None = None
    filesystem: str | None = None
    total_mib: int | None = None
    free_mib: int | None = None
    """Noise but across thresholds (see `differences`)."""
    serial: str | None = None
    type: str | None = None
    is_system: bool | None = None
    encryption: str | None = None
    """``Yes``, ``No``, ``Partially``: as the agent said."""
    encryption_name: str | None = None
    encryption_algorithm: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A NETWORKS entry: agents repeat an interface once an address."""

    name: str | None = None
    """DESCRIPTION as sent."""
    mac: str | None = None
    ipv4: str | None = None
    ipv4_mask: str | None = None
    ipv4_subnet: str | None = None
    gateway: str | None = None
    dhcp: str | None = None
    ipv6: str | None = None
    ipv6_mask: str | None = None
    type: str | None = None
    status: str | None = None
    speed_mbps: str | None = None
    driver: str | None = None
    is_virtual: bool | None = None
    pci_id: str | None = None
    wifi_ssid: str | None = None


@dataclass(frozen=True, slots=True)
class Monitor:
    name: str | None = None
    manufacturer: str | None = None
    """As the EDID or the agent says; three letters are a PNP id."""
    model: str | None = None
    serial: str | None = None
    alternate_serial: str | None = None
    made: str | None = None
    """``2013-W11`` from the EDID."""
    port: str | None = None
    width_cm: int | None = None
    height_cm: int | None = None
    pnp_id: str | None = None
    """``DELA04D``: maker and product of the EDID."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer as a computer sees it."""

    name: str | None = None
    driver: str | None = None
    port: str | None = None
    serial: str | None = None
    description: str | None = None
    status: str | None = None
    is_network: bool | None = None
    is_shared: bool | None = None


@dataclass(frozen=True, slots=True)
class Software:
    name: str | None = None
    """NAME, or the GUID where the agent gave no name."""
    version: str | None = None
    publisher: str | None = None
    architecture: str | None = None
    guid: str | None = None
    installed_on: str | None = None
    source: str | None = None
    """``deb``, ``rpm``, ``registry``…"""
    category: str | None = None
    release_type: str | None = None
    comments: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class VirtualMachine:
    name: str | None = None
    uuid: str | None = None
    status: str | None = None
    system: str | None = None
    """``libvirt``, ``vmware``, ``docker``…"""
    subsystem: str | None = None
    memory_mib: int | None = None
    processors: int | None = None
    mac: str | None = None
    serial: str | None = None
    image: str | None = None
    owner: str | None = None
    ip: str | None = None
    operating_system: str | None = None


@dataclass(frozen=True, slots=True)
class Database:
    name: str
    size_mib: int | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class DatabaseService:
    name: str | None = None
    type: str | None = None
    version: str | None = None
    manufacturer: str | None = None
    port: int | None = None
    path: str | None = None
    is_active: bool | None = None
    databases: tuple[Database, ...] = ()


@dataclass(frozen=True, slots=True)
class Antivirus:
    name: str | None = None
    publisher: str | None = None
    version: str | None = None
    base_version: str | None = None
    guid: str | None = None
    is_enabled: bool | None = None
    is_up_to_date: bool | None = None
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class Battery:
    name: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    chemistry: str | None = None
    capacity_mwh: int | None = None
    real_capacity_mwh: int | None = None
    """Noise: wears out by the day."""
    voltage_mv: int | None = None
    made_on: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Somebody logged in when the agent ran."""

    login: str
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Controller:
    name: str | None = None
    manufacturer: str | None = None
    type: str | None = None
    pci_class: str | None = None
    pci_slot: str | None = None
    vendor_id: str | None = None
    product_id: str | None = None
    driver: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class UsbDevice:
    name: str | None = None
    manufacturer: str | None = None
    vendor_id: str | None = None
    product_id: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class GraphicsCard:
    name: str | None = None
    chipset: str | None = None
    memory_mib: int | None = None
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class LicenceKey:
    name: str | None = None
    full_name: str | None = None
    key: str | None = None
    product_id: str | None = None
    is_oem: bool | None = None
    is_trial: bool | None = None


@dataclass(frozen=True, slots=True)
class Firewall:
    profile: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class SimCard:
    serial: str | None = None
    operator: str | None = None
    country: str | None = None
    phone_number: str | None = None
    imsi: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    type: str | None = None
    identifier: str | None = None


# --- the whole -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """One machine or device, as one message tells it."""

    kind: Kind
    agent: Agent
    machine: Machine
    partial: bool = False
    """Sections absent say nothing: leave what is stored of them."""
    sections: frozenset[str] = frozenset()
    """Sections that the message held, lower case, under the agent's JSON names (``softwares``)."""
    itemtype: str | None = None
    """As sent by a GLPI agent: ``Computer``, ``Phone``, ``NetworkEquipment``, ``Printer``."""
    operating_system: OperatingSystem | None = None
    processors: tuple[Processor, ...] = ()
    memory: tuple[MemoryModule, ...] = ()
    storages: tuple[Storage, ...] = ()
    volumes: tuple[Volume, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    printers: tuple[Printer, ...] = ()
    software: tuple[Software, ...] = ()
    virtual_machines: tuple[VirtualMachine, ...] = ()
    databases: tuple[DatabaseService, ...] = ()
    antivirus: tuple[Antivirus, ...] = ()
    batteries: tuple[Battery, ...] = ()
    users: tuple[User, ...] = ()
    controllers: tuple[Controller, ...] = ()
    usb_devices: tuple[UsbDevice, ...] = ()
    graphics: tuple[GraphicsCard, ...] = ()
    licences: tuple[LicenceKey, ...] = ()
    firewalls: tuple[Firewall, ...] = ()
    sim_cards: tuple[SimCard, ...] = ()
    remote_access: tuple[RemoteAccess, ...] = ()
    ports: tuple[Port, ...] = ()
    components: tuple[Component, ...] = ()
    firmwares: tuple[Firmware, ...] = ()
    cartridges: tuple[Cartridge, ...] = ()
    counters: tuple[Counter, ...] = ()
    silent: tuple[tuple[str, int], ...] = ()
    """Entries that said nothing, by field (``("batteries", 1)``): counted, not kept."""
    error: str | None = None
    """What the agent could not read of a device (SNMPQUERY's ERROR/MESSAGE)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A network task's own news: it starts, says how many addresses, ends."""

    process: str | None = None
    """PROCESSNUMBER: the job that the PROLOG's answer named."""
    event: Literal["start", "count", "end", "exit"] = "start"
    addresses: int | None = None
    agent_version: str | None = None


Action = Literal[
    "prolog", "contact", "inventory", "netinventory", "netdiscovery", "get_params", "other_task"
]
"""What a message is. XML's SNMPQUERY is ``netinventory``, under its one name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole message, understood."""

    action: Action
    format: Literal["xml", "json"]
    query: str
    """As the agent wrote it: ``INVENTORY``, ``inventory``, ``SNMPQUERY``…"""
    agent: Agent
    partial: bool = False
    itemtype: str | None = None
    reports: tuple[Report, ...] = ()
    """Empty for a prolog, a contact, a network task's START or END."""
    progress: tuple[Progress, ...] = ()
    process: str | None = None
    """PROCESSNUMBER of a network task: the job that the PROLOG's answer named."""
    targets: tuple[str | None, ...] = ()
    """Of each report of a network task, the identifier that the job gave the device."""
    notes: tuple[str, ...] = ()
    """What was tolerated: characters dropped, fields of a wrong type… English, for inspection."""

"""What firmware, images and adapters say that identifies nothing, as data.

Sources: GLPI's Blacklist and the trackers of GLPI and FusionInventory (issues named in
``docs/operate/inventory.md``), and what real inventories held.
"""

from __future__ import annotations

import re
from typing import Final

SERIALS: Final = frozenset(
    {
        "",
        "0",
        "00",
        "1",
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "0123456789",
        "n/a",
        "na",
        "nil",
        "none",
        "null",
        "empty",
        "default",
        "default string",
        "defaultstring",
        "system serial number",
        "serial number",
        "serialnumber",
        "chassis serial number",
        "base board serial number",
        "mb-1234567890",
        "sys-1234567890",
        "bss-0123456789",
        "to be filled by o.e.m.",
        "to be filled by o.e.m",
        "to be filled by oem",
        "tobefilledbyo.e.m.",
        "o.e.m.",
        "oem",
        "not specified",
        "not available",
        "not applicable",
        "not settable",
        "notapplicable",
        "unknown",
        "unknow",
        "undefined",
        "invalid",
        "no serial number",
        "no asset information",
        "eval",
        "iterson",
        "not present",
        "serial",
        "test",
        "vmware virtual platform",
        "parallels",
    }
)
"""Folded to lower case and single spaces."""

SERIAL_PATTERNS: Final = (
    re.compile(r"(.)\1*"),  # one sign repeated: 0000, XXXX, ….
    re.compile(r"[\W_]+"),  # no letter nor digit
    re.compile(r"x[x ]+"),
    re.compile(r"(?:system|chassis|base ?board|product).*(?:serial|s/n).*"),
    re.compile(r"to be filled.*"),
    re.compile(r"not (?:specified|available|applicable).*"),
    re.compile(r"0?1234567890?(?:abc.*)?"),
)

UUIDS: Final = frozenset(
    {
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "12345678-1234-5678-1234-567812345678",
        "01234567-8910-1112-1314-151617181920",
        "6ab5b300-538d-1014-9fb5-b0684d007b53",
        "01010101-0101-0101-0101-010101010101",
        "fefefefe-fefe-fefe-fefe-fefefefefefe",
        "b2fbed08-4fc6-4f3b-9b0f-3e1ee0b3e4a8",
        "4c4c4544-0000-2010-8020-80c04f202020",  # a Dell whose service tag was never written
    }
)
"""Lower case, both byte orders."""

MACS: Final = frozenset(
    {
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "00:50:56:c0:00:01",  # VMware's own networks, alike on every host
        "00:50:56:c0:00:02",
        "00:50:56:c0:00:03",
        "00:50:56:c0:00:04",
        "00:50:56:c0:00:08",
        "08:00:27:00:00:00",
        "08:00:58:00:00:01",
        "44:45:53:54:00:00",  # PPP adapters
        "44:45:53:54:00:01",
        "44:45:53:54:42:00",
        "44:45:53:54:61:6f",
        "00:53:45:00:00:00",
        "50:50:54:50:30:30",
        "33:50:6f:45:30:30",
        "20:41:53:59:4e:ff",
        "80:00:60:0f:e8:00",
        "fe:ff:ff:ff:ff:ff",
        "00:05:9a:3c:78:00",  # AnyConnect
        "00:05:9a:3c:7a:00",
        "00:09:0f:fe:00:01",  # FortiClient
        "00:09:0f:aa:00:01",
        "d4:81:d7:00:00:00",
        "02:00:4c:4f:4f:50",  # Microsoft's loopback adapter
    }
)

PORTABLE_MAKERS: Final = frozenset(
    {
        "00:0e:c6",  # ASIX
        "00:24:9b",  # Action Star
        "00:24:27",
        "00:50:b6",  # Good Way
        "00:e0:4c",  # Realtek's USB adapters
        "00:05:1b",  # Magic Control
        "00:13:3b",
        "00:60:6e",  # Davicom
        "00:ff:00",
        "34:29:8f",
        "3c:18:a0",  # Luxshare: docks of Lenovo
        "48:65:ee",  # IEIT: docks
        "64:4b:f0",  # CalDigit
        "8c:ae:4c",  # Plugable
        "9c:eb:e8",  # BizLink: docks of Dell
        "a0:ce:c8",  # CE Link
        "c8:a3:62",
        "f8:e4:3b",  # ASIX
    }
)
"""Makers of docks and adapters that travel from one machine to another, by OUI."""

VIRTUAL_MAKERS: Final = frozenset(
    {
        "00:05:69",
        "00:0c:29",
        "00:1c:14",
        "00:50:56",  # VMware
        "08:00:27",  # VirtualBox
        "52:54:00",  # QEMU
        "00:16:3e",  # Xen
        "00:15:5d",  # Hyper-V
        "00:1c:42",  # Parallels
        "00:03:ff",
        "bc:24:11",  # Proxmox
        "00:a0:98",
    }
)
"""Makers of virtual cards: on a physical machine they are its own networks, and name nobody."""

PORTABLE_WORDS: Final = re.compile(
    r"^enx[0-9a-f]{12}$|\busb\b|\bdock|thunderbolt|\brndis\b|tethering|bluetooth|\bpan\b",
    re.IGNORECASE,
)
NO_HARDWARE: Final = re.compile(
    r"^(?:lo\d*|docker\d*|veth.*|virbr.*|vnet\d+|tap\d*.*|tun\d*.*|br-.*|wg\d*|ppp\d*|vmnet\d+"
    r"|vboxnet\d+|utun\d+|awdl\d+|llw\d+|bridge\d+|cni\d+|flannel.*|cali.*|dummy\d*)$"
    r"|loopback|pseudo-?interface|\bvpn\b|\btap\b|wan miniport|virtual (?:adapter|switch|ethernet)"
    r"|vethernet|kernel debug",
    re.IGNORECASE,
)

VIRTUAL_WORDS: Final = re.compile(
    r"vmware|virtualbox|innotek|qemu|kvm|xen\b|bochs|parallels|virtual machine|hyper-?v|proxmox"
    r"|openstack|amazon ec2|google compute|bhyve|rhev|ovirt|nutanix|virtual platform",
    re.IGNORECASE,
)
CONTAINER_WORDS: Final = re.compile(
    r"docker|lxc|openvz|container|systemd-nspawn|podman|jail|virtuozzo|zone\b", re.IGNORECASE
)
MAKER_WORDS: Final = frozenset(
    {
        "",
        "to be filled by o.e.m.",
        "system manufacturer",
        "default string",
        "oem",
        "o.e.m.",
        "not specified",
        "unknown",
        "none",
    }
)

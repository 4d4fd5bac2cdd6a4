"""What a report says of a machine's identity, junk left out, under keys that are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from compagnon.park.identity import junk
from compagnon.park.inventory.facts import Report
from compagnon.park.normalising import serials

LONGEST_VALUE = 255
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
LOCALLY_GIVEN = 0b10
GROUP = 0b01
SOUGHT = ("agent", "uuid", "serial", "board", "mac", "deviceid", "name", "ip")
DEVICES = frozenset({"networking", "printer", "storage", "power", "unmanaged"})


@dataclass(frozen=True)
class Evidence:
    """What speaks for an identity. Each value is folded; empty is «not said, or junk»."""

    kind: str
    keys: frozenset[str]
    is_partial: bool = False

    @cached_property
    def by_kind(self) -> dict[str, frozenset[str]]:
        """The values under each kind of key."""
        return grouped(self.keys)

    @property
    def lookup(self) -> list[str]:
        """The keys to find candidates by: a UUID in both byte orders, a model not at all."""
        found = {key for key in self.keys if key.partition(":")[0] in SOUGHT}
        for uuid in self.by_kind.get("uuid", frozenset()):
            if other := swapped(uuid):
                found.add(f"uuid:{other}")
        return sorted(found)

    @property
    def is_virtual(self) -> bool:
        """Whether the machine is a virtual one."""
        return VIRTUAL in self.keys

    @property
    def names_something(self) -> bool:
        """Whether any of it could recognise a machine again: an address alone does not."""
        return bool({*self.by_kind} & {"uuid", "serial", "mac", "name", "deviceid"})

    @property
    def is_device(self) -> bool:
        """Whether it was read over the network, without an agent."""
        return self.kind in DEVICES

    @property
    def says_only_where(self) -> bool:
        """Whether it tells an address and nothing else: a ping that was answered."""
        names = self.by_kind.get("name", frozenset())
        others = {*self.by_kind} & {"uuid", "serial", "mac", "deviceid"}
        return names <= self.by_kind.get("ip", frozenset()) and not others

    @property
    def shown(self) -> dict[str, str]:
        """One line of text by kind, for a person."""
        return {kind: ", ".join(sorted(values)) for kind, values in sorted(self.by_kind.items())}


VIRTUAL = "trait:virtual"
CONTAINER = "trait:container"


def grouped(keys: Iterable[str]) -> dict[str, frozenset[str]]:
    """Split ``kind:value`` keys by kind."""
    found: dict[str, set[str]] = {}
    for key in keys:
        kind, _colon, value = key.partition(":")
        found.setdefault(kind, set()).add(value)
    return {kind: frozenset(values) for kind, values in found.items()}


def evidence_of(
    report: Report, *, agent_id: str = "", is_proxied: bool = False, is_met: bool = False
) -> Evidence:
    """Gather a report's evidence.

    Args:
        agent_id: of the agent that sent it; it speaks for the machine only where that agent
            reports the machine it runs on.
        is_proxied: sent by an agent for another machine (``GLPI-Proxy-ID``, ESX).
        is_met: met over the network by an agent whose device id the message bears.
    """
    machine = report.machine
    maker = folded_maker(machine.manufacturer)
    words = " ".join(filter(None, (machine.manufacturer, machine.model, machine.vm_system)))
    virtual = bool(junk.VIRTUAL_WORDS.search(words))
    container = bool(junk.CONTAINER_WORDS.search(machine.vm_system or ""))
    device = report.kind in DEVICES
    keys: set[str] = set()

    def add(kind: str, value: str) -> None:
        if value:
            keys.add(f"{kind}:{value[:LONGEST_VALUE]}")

    # A container's UUID and serial number are its host's (glpi#9741).
    if not container:
        add("uuid", usable_uuid(machine.uuid))
        add("serial", usable_serial(machine.serial))
    add("board", "" if virtual or container else usable_serial(machine.motherboard_serial))
    keys.update(trait for trait, has in ((VIRTUAL, virtual), (CONTAINER, container)) if has)
    for mac in permanent_macs(report, virtual=virtual or container):
        add("mac", mac)
    add("name", folded_name(machine.name))
    if device:
        for address in machine.ips:
            add("ip", address)
    elif not is_met:
        add("deviceid", folded(report.agent.deviceid))
        add("agent", "" if is_proxied else usable_uuid(agent_id))
    if maker:
        add("maker", maker)
    model = folded(machine.model)
    add("model", "" if model in junk.MAKER_WORDS or usable_serial(model) == "" else model)
    return Evidence(report.kind, frozenset(keys), report.partial)


def usable_serial(serial: str | None) -> str:
    """Give a serial number folded, or nothing when it is known to identify nobody."""
    text = folded(serial)
    if serials.usable_serial(serial) is None:
        return ""
    if text in junk.SERIALS or any(each.fullmatch(text) for each in junk.SERIAL_PATTERNS):
        return ""
    return re.sub(r"\s+", "", text) if len(text) > 1 else ""


def usable_uuid(uuid: str | None) -> str:
    """Give a UUID in lower case, or nothing when it is none, or one that many machines share."""
    text = folded(uuid).strip("{}")
    if not UUID.fullmatch(text):
        # Phones and some hypervisors give another kind of identifier: kept when it is long.
        return text if re.fullmatch(r"[0-9a-z-]{12,64}", text) and not usual_junk(text) else ""
    return "" if usual_junk(text) or text in junk.UUIDS else text


def usual_junk(text: str) -> bool:
    """Tell whether an identifier holds fewer than four different signs."""
    return len(set(text.replace("-", ""))) < 4


def swapped(uuid: str) -> str:
    """Give the UUID with the bytes of its first three groups the other way round (SMBIOS 2.6)."""
    if not UUID.fullmatch(uuid):
        return ""
    first, second, third, *rest = uuid.split("-")
    turned = ["".join(re.findall("..", group)[::-1]) for group in (first, second, third)]
    return "-".join((*turned, *rest))


def permanent_macs(report: Report, *, virtual: bool) -> set[str]:
    """Give the MAC addresses of cards that stay with the machine."""
    found = {mac for mac in (usable_mac(report.machine.mac, virtual=virtual),) if mac}
    for one in report.interfaces:
        if one.name and (junk.PORTABLE_WORDS.search(one.name) or junk.NO_HARDWARE.search(one.name)):
            continue
        if one.is_virtual and not virtual:
            continue
        if mac := usable_mac(one.mac, virtual=virtual):
            found.add(mac)
    if not found and report.kind == "printer":
        found = {mac for port in report.ports if (mac := usable_mac(port.mac, virtual=False))}
    return found


def usable_mac(mac: str | None, *, virtual: bool) -> str:
    """Give a MAC address in lower case, or nothing when it does not name one card for good.

    Args:
        virtual: the machine is one: its cards' makers are then those of hypervisors.
    """
    text = folded(mac).replace("-", ":")
    if not MAC.fullmatch(text) or text in junk.MACS:
        return ""
    maker = text[:8]
    if maker in junk.VIRTUAL_MAKERS:
        return text if virtual else ""
    # A virtual machine's address is often given locally; it is still its own.
    if int(text[:2], 16) & (GROUP if virtual else GROUP | LOCALLY_GIVEN):
        return ""
    return "" if maker in junk.PORTABLE_MAKERS or maker.startswith("00:ff") else text


def folded(text: str | None) -> str:
    """Give a text in lower case, trimmed, with single spaces."""
    return " ".join((text or "").lower().split())


def folded_name(name: str | None) -> str:
    """Give a machine's name without its domain."""
    text = folded(name)
    return text if re.fullmatch(r"[\d.]+", text) else text.partition(".")[0]


def folded_maker(maker: str | None) -> str:
    """Give the first word of a manufacturer, by which its spellings agree («Dell Inc.», «DELL»)."""
    text = folded(maker)
    if text in junk.MAKER_WORDS:
        return ""
    word = re.sub(r"[^a-z0-9]", "", re.split(r"[\s,.]", text)[0])
    return {"hewlettpackard": "hp", "hewlett": "hp", "hpe": "hp"}.get(word, word)

"""A population of machines that live: renamed, re-imaged, cloned, docked, shuffled.

Each machine knows which it truly is; the rules do not. :func:`live` plays a history through
:func:`decide` as the ingestion does, and counts what went wrong.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from compagnon.park.identity import Candidate, Decision, decide, evidence_of
from compagnon.park.inventory.facts import Agent, Interface, Machine, Report

JUNK_SERIALS = (None, "To be filled by O.E.M.", "System Serial Number", "0", "XXXXXXXX")
JUNK_UUIDS = (None, "03000200-0400-0500-0006-000700080009", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
# No list holds these: boards of a maker who burnt the same ones everywhere.
SHARED_SERIAL, SHARED_UUID = "LOT-2019-77", "9a1c7e02-1111-4222-8333-444455556666"
KNOWN_DOCK, UNKNOWN_DOCK = "00:e0:4c:68:00:01", "70:b5:e8:12:34:56"


@dataclass(frozen=True)
class Being:
    """A machine as it truly is, and as it shows itself."""

    truth: int
    name: str
    uuid: str | None
    serial: str | None
    mac: str
    maker: str = "Dell Inc."
    model: str = "Latitude 5440"
    deviceid: str = ""
    agent_id: str = ""
    docks: tuple[str, ...] = ()
    vm_system: str = "Physical"

    def report(self) -> Report:
        """What its agent says."""
        cards = (Interface(name="eth0", mac=self.mac),)
        docked = tuple(Interface(name="eth1", mac=mac) for mac in self.docks)
        return Report(
            kind="computer",
            agent=Agent(deviceid=self.deviceid),
            machine=Machine(
                name=self.name,
                serial=self.serial,
                uuid=self.uuid,
                manufacturer=self.maker,
                model=self.model,
                vm_system=self.vm_system,
            ),
            interfaces=cards + docked,
        )


@dataclass
class Count:
    """What a history gave."""

    reports: int = 0
    merged: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    doubts: int = 0


class Park:
    """What is known, in memory; doubts are settled by somebody who knows the truth."""

    def __init__(self) -> None:
        self.keys: dict[int, frozenset[str]] = {}
        self.truth: dict[int, int] = {}
        self.count = Count()

    def receive(self, being: Being) -> Decision:
        """Play one report."""
        evidence = evidence_of(being.report(), agent_id=being.agent_id)
        sought = set(evidence.lookup)
        candidates = [
            Candidate(asset, "computer", keys) for asset, keys in self.keys.items() if keys & sought
        ]
        decision = decide(evidence, candidates)
        self.count.reports += 1
        known = next((a for a, truth in self.truth.items() if truth == being.truth), None)
        asset = decision.asset_id
        if decision.verdict == "same" and asset is not None:
            if self.truth[asset] != being.truth:
                self.count.merged.append(f"{being} taken for {asset}: {decision.reason}")
        elif decision.verdict == "new":
            if known is not None:
                self.count.split.append(f"{being} not known again: {decision.reason}")
            asset = len(self.keys) + 1
        else:
            self.count.doubts += 1
            asset = known or len(self.keys) + 1
        assert asset is not None
        self.keys[asset] = evidence.keys
        self.truth.setdefault(asset, being.truth)
        return decision


def mac(chance: random.Random, maker: str = "a4:bb:6d") -> str:
    """A card's address."""
    return maker + "".join(f":{chance.randrange(256):02x}" for _ in range(3))


def born(chance: random.Random, truth: int) -> Being:
    """A machine leaves the factory, or is made on a hypervisor."""
    name = f"pc-{truth:04}"
    being = Being(
        truth=truth,
        name=name,
        uuid=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        serial=f"SN{chance.getrandbits(36):09X}",
        mac=mac(chance),
        deviceid=f"{name}-2024-01-01-00-00-{truth % 60:02}",
        agent_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    )
    sort = chance.randrange(10)
    if sort < 2:
        return replace(
            being,
            serial=chance.choice(JUNK_SERIALS),
            uuid=chance.choice(JUNK_UUIDS),
            maker="To be filled by O.E.M.",
            model="To be filled by O.E.M.",
        )
    if sort == 2:
        return replace(
            being, serial=SHARED_SERIAL, uuid=SHARED_UUID, maker="Noname", model="Board 7"
        )
    if sort < 5:
        serial = "VMware-" + (being.uuid or "")
        return replace(
            being, maker="VMware, Inc.", model="VMware Virtual Platform", serial=serial,
            mac=mac(chance, "00:50:56"), vm_system="VMware",
        )  # fmt: skip
    return being


def cloned(chance: random.Random, being: Being, truth: int) -> Being:
    """Another machine from its image: what a disk carries is the same; a VM's numbers too."""
    name = chance.choice((being.name, f"clone-{truth:04}"))
    if being.vm_system == "Physical":
        other = born(chance, truth)
        while other.vm_system != "Physical":
            other = born(chance, truth)
        return replace(other, name=name, deviceid=being.deviceid, agent_id=being.agent_id)
    return replace(being, truth=truth, name=name, mac=mac(chance, "00:50:56"))


def changed(chance: random.Random, being: Being) -> Being:  # noqa: PLR0911
    """A machine lives on: one thing of it changes, or nothing."""
    happened = chance.randrange(7)
    if happened == 0:
        return replace(being, name=f"renamed-{chance.getrandbits(24):06x}")
    if happened == 1:  # a new system: what the disk carried is new
        return replace(
            being,
            deviceid=f"{being.name}-2025-{chance.getrandbits(24):06x}",
            agent_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        )
    if happened == 2:
        return replace(being, docks=(chance.choice((KNOWN_DOCK, UNKNOWN_DOCK)),))
    if happened == 3:
        return replace(being, docks=())
    if happened == 4 and being.uuid:  # an older agent, or another system, reads the bytes otherwise
        return replace(being, uuid=being.uuid.upper())
    if happened == 5:
        return replace(being, serial=being.serial and f" {being.serial} ")
    return being


def live(seed: int, *, machines: int = 30, rounds: int = 4) -> Count:
    """Play a whole history, shuffled, and count."""
    chance = random.Random(seed)  # noqa: S311 — a test's
    beings = [born(chance, truth) for truth in range(machines)]
    for _round in range(machines // 4):
        beings.append(cloned(chance, chance.choice(beings[:machines]), len(beings)))
    park = Park()
    for _round in range(rounds):
        for being in shuffled(chance, beings):
            park.receive(being)
        beings = [changed(chance, being) for being in beings]
    return park.count


def shuffled(chance: random.Random, beings: Iterable[Being]) -> list[Being]:
    """The same, in another order."""
    found = list(beings)
    chance.shuffle(found)
    return found

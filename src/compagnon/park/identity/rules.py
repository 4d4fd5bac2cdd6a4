"""Comparing a report's evidence with the machines that are known, and deciding.

Each kind of evidence agrees, differs or is not comparable. Then, for one candidate:

1. another usable serial number, or another UUID (byte order aside), forbids: **other**;
2. UUID or serial agree and nothing that should agree differs: **same**;
3. they agree but the network cards are all others: an image or a virtual machine was cloned, or a
   card replaced: **maybe**;
4. no UUID and no serial to compare: the cards decide, with the name, the device id or the agent's
   id beside them; the name alone never: **maybe**.

Among the candidates: one *same* is taken; several, or only *maybe*, are a doubt; none is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from compagnon.park.identity.evidence import CONTAINER, VIRTUAL, Evidence, grouped, swapped

Relation = Literal["agree", "partly", "differ", "absent"]
Verdict = Literal["same", "maybe", "other"]
_Verdict = tuple[Verdict, int, str]
UNKNOWN = "unknown"
SURE = 20
"""Points that a candidate must have over the next, when two seem the same."""


@dataclass(frozen=True)
class Candidate:
    """A machine that is known, by its keys."""

    asset_id: int
    kind: str
    keys: frozenset[str]

    @cached_property
    def by_kind(self) -> dict[str, frozenset[str]]:
        """The values under each kind of key."""
        return grouped(self.keys)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A candidate weighed: what agrees, what differs, and what follows."""

    asset_id: int
    verdict: Verdict
    confidence: int
    """Of 100, that it is the same machine."""
    reason: str
    """In English: a msgid of the room."""
    relations: dict[str, Relation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of a report."""

    verdict: Literal["same", "new", "doubt"]
    asset_id: int | None
    confidence: int
    reason: str
    evaluations: tuple[Evaluation, ...] = ()


def decide(evidence: Evidence, candidates: Iterable[Candidate]) -> Decision:
    """Decide which machine a report is about."""
    weighed = sorted(
        (evaluate(evidence, each) for each in candidates),
        key=lambda one: (-one.confidence, one.asset_id),
    )
    same = [one for one in weighed if one.verdict == "same"]
    maybe = [one for one in weighed if one.verdict == "maybe"]
    every = tuple(one for one in weighed if one.verdict != "other") or tuple(weighed[:5])
    if same and (len(same) == 1 or same[0].confidence - same[1].confidence >= SURE):
        return Decision("same", same[0].asset_id, same[0].confidence, same[0].reason, every)
    if same:
        return Decision("doubt", None, same[0].confidence, REASONS["several"], every)
    if maybe:
        return Decision("doubt", None, maybe[0].confidence, maybe[0].reason, every)
    reason = REASONS["contradicted" if weighed else "unknown"]
    return Decision("new", None, 100 if not weighed else 95, reason, every)


REASONS = {
    "unknown": "Nothing known answers to any of this evidence.",
    "contradicted": "What it shares with known machines is contradicted by stronger evidence.",
    "several": "Several known machines answer to this evidence.",
    "kind": "It is not of the same kind.",
    "serial_differs": "Another serial number.",
    "uuid_differs": "Another UUID.",
    "uuid_serial_cards": "UUID, serial number and network cards agree.",
    "uuid_serial": "UUID and serial number agree.",
    "uuid_cards": "UUID and network cards agree.",
    "uuid_named": "UUID agrees, and so does the name or the agent.",
    "uuid_alone": "Only the UUID agrees: it may have been cloned.",
    "cloned": "UUID or serial agree, but every network card is another: a clone, or new cards.",
    "serial_other_uuid": "The serial number agrees, the UUID is another.",
    "serial_cards": "Serial number and network cards agree.",
    "serial": "Manufacturer and serial number agree.",
    "serial_weak": "The serial number agrees, nothing else does.",
    "board": "The motherboard's serial number and another mark agree.",
    "cards_named": "Network cards agree, and so does the name or the agent.",
    "cards": "Network cards agree, the name is another: renamed, or cards that moved.",
    "device_card": "The device's own MAC address agrees.",
    "device_place": "Name and address on the network agree.",
    "agent": "The agent and the name agree, and nothing of the hardware can be compared.",
    "soft": "The agent agrees, but its network cards are others: an image was cloned?",
    "image": "Only what an image carries agrees; network cards and name are others.",
    "name": "Only the name agrees.",
    "little": "Too little agrees.",
}


def evaluate(evidence: Evidence, candidate: Candidate) -> Evaluation:
    """Weigh one candidate."""
    relations = compare(evidence, candidate)
    if not comparable(evidence.kind, candidate.kind):
        verdict: _Verdict = ("other", 0, "kind")
    elif relations["trait"] == "differ":
        verdict = ("other", 0, "kind")
    elif relations["uuid"] == "agree" or relations["serial"] == "agree":
        verdict = _by_number(evidence, candidate, relations)
    elif relations["serial"] == "differ":
        verdict = ("other", 0, "serial_differs")
    elif relations["uuid"] == "differ":
        verdict = ("other", 2, "uuid_differs")
    elif evidence.is_device:
        verdict = _device(relations)
    elif FAMILIES.get(candidate.kind) == UNKNOWN and relations["mac"] == "agree":
        # Met on the network before its agent was installed.
        verdict = ("same", 76, "cards")
    else:
        verdict = _without_number(relations)
        if evidence.is_partial and "agree" in {relations["deviceid"], relations["agent"]}:
            # Less is said, to a machine that said the rest before.
            verdict = _partial(relations, verdict)
    name, confidence, reason = verdict
    return Evaluation(candidate.asset_id, name, confidence, REASONS[reason], relations)


FAMILIES = {
    "phone": "computer",
    "networking": "device",
    "storage": "device",
    "power": "device",
    "unmanaged": UNKNOWN,
    "other": UNKNOWN,
}


def comparable(one: str, other: str) -> bool:
    """Tell whether two kinds may be one machine's: discovery cannot always tell which it is."""
    families = {FAMILIES.get(one, one), FAMILIES.get(other, other)}
    return len(families) == 1 or UNKNOWN in families


def compare(evidence: Evidence, candidate: Candidate) -> dict[str, Relation]:
    """Say of each kind of evidence whether it agrees."""
    ours, theirs = evidence.by_kind, candidate.by_kind
    relations: dict[str, Relation] = {
        kind: relation(ours.get(kind), theirs.get(kind))
        for kind in ("agent", "serial", "board", "mac", "deviceid", "name", "model", "maker", "ip")
    }
    both = {*ours.get("uuid", ()), *(swapped(one) for one in ours.get("uuid", ()))}
    relations["uuid"] = relation(ours.get("uuid") and frozenset(both), theirs.get("uuid"))
    # A container is not its host.
    inside = (CONTAINER in evidence.keys, CONTAINER in candidate.keys)
    known = bool({"mac", "deviceid", "uuid"} & {*theirs})
    relations["trait"] = "differ" if known and inside[0] != inside[1] else "absent"
    if relations["mac"] == "agree":
        # One card in common among several is a dock; most of them is the machine.
        shared, least = ours["mac"] & theirs["mac"], min(len(ours["mac"]), len(theirs["mac"]))
        relations["mac"] = "agree" if 2 * len(shared) > least else "partly"
    # The same digits from two makers are two numbers.
    if relations["serial"] == "agree" and relations["maker"] == "differ":
        relations["serial"] = "differ" if relations["model"] == "differ" else "absent"
    return relations


def relation(ours: frozenset[str] | None, theirs: frozenset[str] | None) -> Relation:
    """Compare two sets of values: any in common agrees."""
    if not ours or not theirs:
        return "absent"
    return "agree" if ours & theirs else "differ"


def _by_number(evidence: Evidence, candidate: Candidate, at: dict[str, Relation]) -> _Verdict:
    """Weigh where UUID or serial number agree."""
    if at["uuid"] == "differ":
        return _other_uuid(evidence, candidate, at)
    if at["serial"] == "differ":
        # Two machines that left the factory with one UUID (fusioninventory-for-glpi#878).
        return "other", 3, "serial_differs"
    if at["mac"] in {"agree", "partly"}:
        if at["uuid"] == at["serial"]:
            return "same", 99, "uuid_serial_cards"
        return "same", 95, "uuid_cards" if at["uuid"] == "agree" else "serial_cards"
    if at["mac"] == "differ" and at["board"] != "agree":
        return "maybe", 50, "cloned"
    return _number_alone(evidence, candidate, at)


def _other_uuid(evidence: Evidence, candidate: Candidate, at: dict[str, Relation]) -> _Verdict:
    """Weigh where the serial number agrees and the UUID does not: blades, new firmware."""
    if evidence.is_virtual or VIRTUAL in candidate.keys:
        return "other", 3, "uuid_differs"
    if at["mac"] == "agree":
        return "same", 85, "serial_cards"
    return "maybe", 50, "serial_other_uuid"


def _number_alone(evidence: Evidence, candidate: Candidate, at: dict[str, Relation]) -> _Verdict:
    """Weigh UUID and serial where the cards cannot be compared."""
    named = "agree" in {at["name"], at["deviceid"], at["agent"]}
    if at["uuid"] == at["serial"] == "agree" and not evidence.is_virtual:
        return "same", 92, "uuid_serial"
    if at["uuid"] == "agree":
        sure = 90 if at["name"] == "agree" else 68
        return ("same", sure, "uuid_named") if named else ("maybe", 60, "uuid_alone")
    # A number typed by a person, on an asset that never reported, is meant.
    typed = not {"uuid", "mac", "deviceid"} & {*candidate.by_kind}
    if named or typed or evidence.is_device:
        return "same", 80, "serial"
    return "maybe", 55, "serial_weak"


def _device(at: dict[str, Relation]) -> _Verdict:
    """Weigh a device read over the network, without a number to compare."""
    if at["model"] == "differ":
        return "other", 5, "little"
    if at["mac"] == "agree":
        return "same", 80, "device_card"
    if at["mac"] == "differ":
        return "other", 5, "little"
    if at["name"] == "agree" and at["ip"] == "agree":
        return "same", 65, "device_place"
    if at["name"] == "agree":
        return "maybe", 35, "name"
    return "other", 10, "little"


def _without_number(at: dict[str, Relation]) -> _Verdict:
    """Weigh a computer where neither UUID nor serial can be compared."""
    soft = [kind for kind in ("agent", "deviceid", "name") if at[kind] == "agree"]
    if at["model"] == "differ" or (at["board"] == "differ" and not soft):
        # The same image, or the same name, on another hardware.
        return _by_cards(at, soft) if len(soft) > 1 else ("other", 8, "little")
    if at["mac"] == "agree":
        return ("same", 78, "cards_named") if soft else ("maybe", 55, "cards")
    if at["board"] == "agree" and soft:
        return "same", 74, "board"
    if at["mac"] == "absent" and at["name"] == "agree" and len(soft) > 1:
        return "same", 65, "agent"
    return _by_cards(at, soft)


def _partial(at: dict[str, Relation], otherwise: _Verdict) -> _Verdict:
    if "differ" in {at["name"], at["model"], at["mac"]}:
        return otherwise
    return max(("same", 70, "agent"), otherwise, key=lambda one: one[1])


def _by_cards(at: dict[str, Relation], soft: list[str]) -> _Verdict:
    """Weigh where it is not the same for sure: a doubt, or another machine."""
    if at["mac"] == "differ":
        doubtful = at["name"] == "agree" and len(soft) > 1
        return ("maybe", 40, "soft") if doubtful else ("other", 10, "image")
    if not soft:
        return ("maybe", 30, "cards") if at["mac"] == "partly" else ("other", 10, "little")
    return "maybe", 35 + 5 * len(soft), "name" if soft == ["name"] else "soft"


def keys_of(evidence: Evidence) -> Sequence[str]:
    """Give what to keep of a machine for the next time, in order."""
    return sorted(evidence.keys)

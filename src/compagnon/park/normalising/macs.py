"""MAC addresses: those that name a machine, and those that travel or are shared."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from compagnon.park.normalising.facts import load

Role = Literal["permanent", "adapter", "virtual", "random", "shared"]
"""``permanent``: soldered to the machine. ``adapter``: a dock or a USB adapter, passed from hand to
hand. ``virtual``: given by a hypervisor, a tunnel or a bridge (a virtual machine's own card is that
too). ``random``: locally administered. ``shared``: no address of one machine."""

_VIRTUAL_NAMES = re.compile(
    r"(?:docker|br-|virbr|veth|vmnet|vboxnet|tun|tap|utun|vnic|lo\d*$|bond|team|wg|zt|cni|flannel|cali)",
    re.IGNORECASE,
)

_PHYSICAL_NAMES = re.compile(r"(?:en|eth|em|wl|wlan|fw|ib|ens|eno|enp)\d[a-z0-9]*|enp\w+|wlp\w+")


def role(
    mac: str,
    *,
    name: str | None = None,
    driver: str | None = None,
    is_virtual: bool | None = None,
) -> Role:
    """Say what a MAC address is worth to recognise a machine.

    Args:
        mac: as `inventory.facts` gives it, ``aa:bb:cc:dd:ee:ff``.
        name: the interface's description, which on Windows names the device.
        driver: on Linux, the kernel's module.
        is_virtual: what the agent says (VIRTUALDEV).
    """
    first = int(mac[:2], 16)
    if mac in _shared() or first & 1 or len(set(mac.split(":"))) == 1:
        return "shared"
    facts = load("networks")
    told = (name or "").lower()
    if mac[:8] in facts["prefixes"]["adapter"] or (driver or "").lower() in _drivers():
        return "adapter"
    if told.startswith("enx") or _words("words").search(told):
        return "adapter"
    prefixes = facts["prefixes"]["virtual"]
    # Some agents call every interface virtual: a physical name is believed before them.
    virtual = is_virtual and not _PHYSICAL_NAMES.fullmatch(told)
    if mac[:8] in prefixes or mac[:5] in prefixes or virtual:
        return "virtual"
    if _VIRTUAL_NAMES.match(told) or _words("virtual_words").search(told):
        return "virtual"
    return "random" if first & 2 else "permanent"


def is_hypervisor_prefix(mac: str) -> bool:
    """Whether a hypervisor gives addresses of this prefix to its machines' own cards."""
    prefixes = load("networks")["prefixes"]["virtual"]
    return mac not in _shared() and (mac[:8] in prefixes)


@cache
def _shared() -> frozenset[str]:
    return frozenset(load("networks")["shared"]["addresses"])


@cache
def _words(key: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in load("networks")["adapters"][key])
    return re.compile(rf"\b(?:{words})\b")


@cache
def _drivers() -> frozenset[str]:
    return frozenset(load("networks")["adapters"]["drivers"])

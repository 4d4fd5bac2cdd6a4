"""Serials, UUIDs and asset tags: those that name a machine, and those that name none."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from compagnon.park.normalising.facts import load

_HEX = re.compile(r"[0-9a-f]{32}")
_LONGEST = 200


@lru_cache(maxsize=4096)
def usable_serial(serial: str | None) -> str | None:
    """Give the serial upper case and trimmed, or None when it is junk that machines share.

    >>> usable_serial("To be filled by O.E.M.") is None
    True
    >>> usable_serial(" 640hp72 ")
    '640HP72'
    """
    if serial is None or len(serial) > _LONGEST:
        return None
    told = " ".join(serial.split()).lower()
    if not told or told in _words() or _patterns().fullmatch(told):
        return None
    return told.upper()


@lru_cache(maxsize=4096)
def usable_uuid(uuid: str | None) -> str | None:
    """Give the UUID lower case with its hyphens, or None when it is no UUID or a shared one."""
    if uuid is None or len(uuid) > _LONGEST:
        return None
    digits = uuid.strip().lower().strip("{}").replace("-", "").replace(" ", "")
    if not _HEX.fullmatch(digits) or len(set(digits)) < 3:
        return None
    told = _hyphened(digits)
    return None if told in _shared_uuids() else told


def byte_swapped(uuid: str | None) -> str | None:
    """Give the UUID with its first three groups byte-swapped; None when it is none.

    Firmware before SMBIOS 2.6 and several hypervisors write them in the other order (SMBIOS
    reference specification, 7.2.1): the same machine under two UUIDs.
    """
    told = usable_uuid(uuid)
    if told is None:
        return None
    groups = told.split("-")
    swapped = [bytes.fromhex(group)[::-1].hex() for group in groups[:3]]
    return "-".join(swapped + groups[3:])


def uuid_forms(uuid: str | None) -> frozenset[str]:
    """Both forms of a usable UUID; empty when it is none."""
    told, swapped = usable_uuid(uuid), byte_swapped(uuid)
    return frozenset(form for form in (told, swapped) if form)


def uuid_of_serial(serial: str | None) -> str | None:
    """The UUID that a hypervisor wrote as a serial: ``VMware-56 4d 9f…``, VirtualBox's own."""
    if serial is None:
        return None
    return usable_uuid(re.sub(r"(?i)^vmware-", "", serial.strip()))


def usable_asset_tag(tag: str | None) -> str | None:
    """Give the asset tag trimmed, or None when it says nothing."""
    if tag is None:
        return None
    told = " ".join(tag.split())
    if told.lower() in load("serials")["asset_tags"] or usable_serial(told) is None:
        return None
    return told


def _hyphened(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@cache
def _words() -> frozenset[str]:
    return frozenset(load("serials")["words"])


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_numbered(one)})" for one in load("serials")["patterns"]))


def _numbered(pattern: str) -> str:
    """A pattern's own group must keep its number inside the alternation: it is named instead."""
    return pattern.replace(r"(.)\1", r"(?P<same>.)(?P=same)")


@cache
def _shared_uuids() -> frozenset[str]:
    return frozenset(load("serials")["uuids"])

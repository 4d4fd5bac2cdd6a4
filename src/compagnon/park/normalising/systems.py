"""Operating systems: product, release, edition, and when support ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from compagnon.park.normalising.facts import load

_MICROSOFT = re.compile(r"\bwindows\b|^mswin", re.IGNORECASE)
_SERVER = re.compile(r"\bserver\b|\bserveur\b", re.IGNORECASE)
_WINDOWS_SERVER = re.compile(
    r"\b(2003|2008|2012|2016|2019|2022|2025)\b(?:[\s®]*(R2))?", re.IGNORECASE
)
_WINDOWS_CLIENT = re.compile(r"windows\D{0,6}\b(8\.1|11|10|8|7|vista|xp|2000)\b", re.IGNORECASE)
_BUILD = re.compile(r"\b(?:\d+\.\d+\.)?(\d{4,5})\b")
_EDITIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"datacenter|centre de données", "Datacenter"),
        (r"\bessentials\b", "Essentials"),
        (r"\bfoundation\b", "Foundation"),
        (r"\bstandard\b", "Standard"),
        (r"\benterprise\b|\bentreprise\b|\bintégrale\b|\bultimate\b", "Enterprise"),
        (r"\b[ée]ducation\b", "Education"),
        (r"\bpro(?:fessional|fessionnel(?:le)?|fesional)?\b", "Pro"),
        (r"\bhome\b|\bfamil(?:le|iale?)\b|\bcore\b", "Home"),
        (r"\bworkstation\b", "Workstation"),
        (r"\bdesktop\b", "Desktop"),
    )
)
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), key)
    for pattern, key in (
        (r"\bubuntu\b", "ubuntu"),
        (r"\bdebian\b", "debian"),
        (r"centos.*stream", "centos_stream"),
        (r"\bcentos\b", "centos"),
        (r"red ?hat|\brhel\b", "rhel"),
        (r"alma ?linux", "alma"),
        (r"\brocky\b", "rocky"),
        (r"oracle linux|\boracleserver\b", "oracle_linux"),
        (r"amazon linux", "amazon_linux"),
        (r"\bsles\b|suse linux enterprise", "sles"),
        (r"opensuse|suse leap", "opensuse_leap"),
        (r"\bfedora\b", "fedora"),
        (r"mac ?os|^os ?x\b|darwin", "macos"),
        (r"\bandroid\b", "android"),
        (r"\besxi?\b", "esxi"),
    )
)
_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:[- ]?sp(\d+))?", re.IGNORECASE)
_TWO_NUMBERS = {"ubuntu", "sles", "opensuse_leap", "esxi"}


@dataclass(frozen=True, slots=True)
class System:
    """A system under its one name. `release` is what has a life of its own: ``12``, ``22H2``."""

    key: str | None
    """Of `facts/systems.toml`; None when not known there."""
    name: str
    """``Debian``, ``Windows 11``, or as the agent named it."""
    release: str | None
    edition: str | None = None
    vendor: str | None = None
    code_name: str | None = None
    support_ends: date | None = None
    """Last day of security updates without a paid extension."""
    extension_ends: date | None = None
    source: str | None = None

    @property
    def label(self) -> str:
        """``Debian 12``, ``Windows 11 23H2``."""
        return f"{self.name} {self.release}" if self.release else self.name


@lru_cache(maxsize=2048)
def normalise_system(
    *,
    name: str | None = None,
    full_name: str | None = None,
    version: str | None = None,
    kernel_version: str | None = None,
) -> System | None:
    """Name a system from what an agent says of it; None when it says nothing."""
    told = " ".join(part for part in (full_name, name) if part)
    if not told.strip():
        return None
    if _MICROSOFT.search(told):
        return _windows(told, version, kernel_version)
    for pattern, key in _NAMES:
        if pattern.search(told):
            return _system(key, _release(key, told, version), _flavour(f"{told} {version or ''}"))
    return System(key=None, name=(full_name or name or "").strip(), release=version)


def _windows(told: str, version: str | None, kernel: str | None) -> System:
    """By the year or number that the name gives, and the build that tells the release."""
    build = _build(kernel) or _build(version)
    edition = _edition(told)
    if _SERVER.search(told):
        return _system("windows_server", _server_release(told, build), edition)
    found = _WINDOWS_CLIENT.search(told)
    number = found[1].title() if found else None
    if number is None or number in ("10", "11"):
        for key in ("windows_11", "windows_10"):
            for release, facts in load("systems")[key]["releases"].items():
                if facts["build"] == build or (key == f"windows_{number}" and release == version):
                    return _system(key, release, edition, told)
    if number in ("10", "11"):
        return _system(f"windows_{number}", None, edition)
    if number is None:
        number = _by_build("windows", build)
    return _system("windows", "XP" if number == "Xp" else number, edition)


def _server_release(told: str, build: int | None) -> str | None:
    found = _WINDOWS_SERVER.search(told)
    if found:
        return f"{found[1]} R2" if found[2] else found[1]
    return _by_build("windows_server", build)


def _by_build(key: str, build: int | None) -> str | None:
    releases = load("systems")[key]["releases"].items()
    return next((release for release, facts in releases if facts["build"] == build), None)


def _build(version: str | None) -> int | None:
    found = _BUILD.search(version or "")
    return int(found[1]) if found else None


def _release(key: str, told: str, version: str | None) -> str | None:
    """The part of a version that has a life of its own."""
    if key == "android":
        return _android(told, version)
    after = re.split(r"(?i)release|linux|\b(?=\d)", told, maxsplit=1)
    found = _VERSION.search(version or "") or _VERSION.search(after[-1] if len(after) > 1 else "")
    if found is None:
        return next((number for number, code in _codes(key) if code in told.lower()), None)
    major, minor, pack = found[1], found[2], found[3]
    if key == "macos":
        return f"10.{minor}" if major == "10" and minor else major
    if key == "sles":
        minor = pack or minor
        return f"{major}.{minor}" if (minor and minor != "0") or major == "16" else major
    if key in _TWO_NUMBERS:
        return f"{major}.{minor}" if minor else major
    return major


def _android(told: str, version: str | None) -> str | None:
    """Agents give the API level as version: ``29`` is Android 10."""
    found = re.search(r"(?i)android\s+(\d{1,2})", told)
    if found:
        return found[1]
    level = int(version) if version and version.isdecimal() and len(version) < 4 else 0
    releases = load("systems")["android"]["releases"].items()
    return next((number for number, facts in releases if facts["api"] <= level), None)


@cache
def _codes(key: str) -> tuple[tuple[str, str], ...]:
    releases = load("systems")[key]["releases"]
    return tuple(
        (number, facts["code"].lower()) for number, facts in releases.items() if "code" in facts
    )


def _edition(told: str) -> str | None:
    return next((name for pattern, name in _EDITIONS if pattern.search(told)), None)


def _flavour(told: str) -> str | None:
    """The edition of a distribution: «Enterprise» is there a part of the name."""
    edition = _edition(told)
    return edition if edition in ("Workstation", "Desktop") else None


def _system(key: str, release: str | None, edition: str | None, told: str = "") -> System:
    product: dict[str, Any] = load("systems")[key]
    facts: dict[str, Any] = product["releases"].get(release or "", {})
    end = facts.get("end")
    if edition in ("Enterprise", "Education"):
        end = facts.get("enterprise", end)
    if re.search(r"(?i)\blts[bc]\b", told):
        end = facts.get("ltsc", end)
    return System(
        key=key,
        name=product["name"],
        release=release,
        edition=edition,
        vendor=product["vendor"],
        code_name=facts.get("code"),
        support_ends=end,
        extension_ends=facts.get("extended"),
        source=product["source"],
    )

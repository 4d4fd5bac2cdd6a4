"""Software: one product under its many spellings, updates told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from compagnon.park.normalising.companies import publisher as company
from compagnon.park.normalising.facts import load

Kind = Literal["product", "update", "language", "package"]
"""``update``: a KB or a hotfix of something else. ``language``: a language pack. ``package``: of a
distribution, whose name is already one."""

_PACKAGES = {
    "deb",
    "rpm",
    "pacman",
    "apk",
    "ports",
    "pkg",
    "portage",
    "slackware",
    "snap",
    "flatpak",
}
_UPDATE = re.compile(
    r"\bKB\d{6,7}\b"
    r"|^(?:security |critical |cumulative |definition )?update (?:rollup )?(?:for|de|pour)\b"
    r"|^mise à jour (?:de sécurité |critique |cumulative )?(?:pour|de|du)\b|\bhotfix\b|^correctif\b"
    r"|\bservice pack \d+ (?:for|pour|\(kb)",
    re.IGNORECASE,
)
_UPDATE_TYPES = re.compile(r"update|hotfix|service pack|mise à jour", re.IGNORECASE)
_LANGUAGE_PACK = re.compile(
    r"\blanguage (?:pack|interface)\b|\bmodule linguistique\b|\bpack de langue\b|\blangpack\b"
    r"|\bproofing tools?\b|outils de vérification linguistique|\bMUI\b(?=.*\()",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
_ARCHITECTURES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"\b(?:x86[_-]64|amd64|x64|64[- ]?bits?|win64)\b", "x86_64"),
        (r"\b(?:arm64|aarch64)\b", "arm64"),
        (r"\b(?:x86|i[3-6]86|32[- ]?bits?|win32)\b", "x86"),
        (r"\b(?:all|noarch|\(none\))\b", "all"),
    )
)
_LANGUAGES = (
    r"(?:[a-z]{2}[-_][A-Z]{2}|[a-z]{2}-[a-z]{2}|fran[çc]ais|french|english|anglais|deutsch|german"
    r"|espa[ñn]ol|spanish|italiano|italian|nederlands|dutch|portugu[êe]s|multilingual|mui)"
)
_IN_BRACKETS = re.compile(r"\s*[\(\[]([^()\[\]]{1,60})[\)\]]")
_LANGUAGE_END = re.compile(rf"\s+-\s+{_LANGUAGES}(?:\s*\([^)]*\))?$", re.IGNORECASE)
_LANGUAGE_WORD = re.compile(rf"^(?:{_LANGUAGES}|[a-z]{{2}})$", re.IGNORECASE)
_ARCHITECTURE_END = re.compile(
    r"[\s-]+(?:x86[_-]64|amd64|x64|x86|arm64|64[- ]?bits?|32[- ]?bits?)(?:\s+edition)?$",
    re.IGNORECASE,
)
_VERSION_END = re.compile(
    r"[\s-]+(?:(?:version|release|ver\.?|v\.?)\s*)?v?\d+(?:\.\d+)+(?:[-+~_.]?[0-9a-z])*$",
    re.IGNORECASE,
)
_BUILD_END = re.compile(r"\s+(?:build|\(build\)|b)\s*\d{3,}$", re.IGNORECASE)
_REPEATED = re.compile(r"_\d{1,2}$")
"""Old agents on macOS number the applications that bear one name."""
_TRAILING_WORD = re.compile(r"\s+(?:version|release|v)$", re.IGNORECASE)
_DISTRIBUTION_REVISION = re.compile(r"^(?:\d+:)?(.+?)(?:-[^-]+)?$")


@dataclass(frozen=True, slots=True)
class Product:
    """A software under its one name."""

    name: str
    publisher: str | None
    version: str | None
    """As sent; for a package without epoch and distribution revision."""
    architecture: str | None
    kind: Kind

    @property
    def key(self) -> str:
        """What makes two entries one product: name and publisher, any case."""
        return f"{self.name.lower()}|{(self.publisher or '').lower()}"


@lru_cache(maxsize=65_536)
def normalise_software(
    name: str | None,
    *,
    version: str | None = None,
    publisher: str | None = None,
    architecture: str | None = None,
    source: str | None = None,
    release_type: str | None = None,
) -> Product | None:
    """Give a software's one name, publisher and kind; None without a name.

    >>> normalise_software("Mozilla Firefox 115.0.2 (x64 fr)", version="115.0.2").name
    'Mozilla Firefox'
    """
    if not name:
        return None
    packaged = (source or "").lower() in _PACKAGES
    told = " ".join(_MARKS.sub("", name).split())
    kind = _kind(told, release_type, packaged=packaged)
    cleaned = told if packaged or kind == "update" else _without_suffixes(told, version)
    known = None if kind in ("update", "language") else _known(cleaned)
    return Product(
        name=known[0] if known else cleaned,
        publisher=known[1] if known else company(publisher),
        version=_upstream(version) if packaged else version,
        architecture=_architecture(architecture) or _architecture(told if not packaged else None),
        kind=kind,
    )


def _kind(told: str, release_type: str | None, *, packaged: bool) -> Kind:
    if packaged:
        return "package"
    if _UPDATE.search(told) or (release_type and _UPDATE_TYPES.search(release_type)):
        return "update"
    return "language" if _LANGUAGE_PACK.search(told) else "product"


def _without_suffixes(told: str, version: str | None) -> str:
    """Take the version, the architecture and the language off a name's end, as long as any is."""
    name = _IN_BRACKETS.sub(_bracket, told).strip(" -")
    if version and len(version) > 1:
        name = _without_version(name, version)
    before = None
    while name != before:
        before = name
        for ending in (
            _LANGUAGE_END,
            _ARCHITECTURE_END,
            _BUILD_END,
            _VERSION_END,
            _TRAILING_WORD,
            _REPEATED,
        ):
            name = ending.sub("", name).strip(" -,") or before
    return name or told


def _without_version(name: str, version: str) -> str:
    """Take off the version that the entry gives, where it stands as a word of the name."""
    lower, told = name.lower(), version.lower()
    for before in (" ", " v", "-", "_"):
        start = lower.find(before + told)
        end = start + len(before) + len(told)
        if start > 0 and (end == len(name) or name[end] in " -)"):
            return (name[:start] + name[end:]).strip(" -")
    return name


def _bracket(found: re.Match[str]) -> str:
    """Brackets that hold an architecture, a language or a version alone go; others stay."""
    words = [word for word in re.split(r"[\s,/]+", found[1]) if word]
    return "" if all(_is_suffix(word) for word in words) else found[0]


def _is_suffix(word: str) -> bool:
    return bool(
        _architecture(word)
        or _LANGUAGE_WORD.match(word)
        or re.fullmatch(
            r"v?\d+(?:\.\d+)+\S*|user|machine|bits?|edition|[ée]dition|\d\d-bits?",
            word,
            re.IGNORECASE,
        )
    )


def _architecture(told: str | None) -> str | None:
    if told is None:
        return None
    return next((name for pattern, name in _ARCHITECTURES if pattern.search(told)), None)


def _upstream(version: str | None) -> str | None:
    """A package's version without its epoch and its distribution's revision."""
    found = _DISTRIBUTION_REVISION.match(version or "")
    return found[1] if found else version


def _known(cleaned: str) -> tuple[str, str] | None:
    """The product of this spelling."""
    told = cleaned.lower()
    return next(
        ((name, maker) for pattern, name, maker in _products() if pattern.fullmatch(told)), None
    )


@cache
def _products() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (re.compile("|".join(product["patterns"])), product["name"], product["publisher"])
        for product in load("products")["products"]
    )

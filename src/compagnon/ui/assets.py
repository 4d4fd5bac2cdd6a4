"""What the build left in ``static/ui``: each file's version, and the names of the icons."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

MANIFEST = Path(__file__).parent / "static/ui/manifest.json"


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """The build's own account of what it made."""

    versions: dict[str, str]
    icons: frozenset[str]


@lru_cache(maxsize=2)
def _read(modified: int) -> Manifest:
    document = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return Manifest(document["versions"], frozenset(document["icons"]))


def manifest() -> Manifest:
    """Give the manifest, read once; again after each build while developing."""
    return _read(MANIFEST.stat().st_mtime_ns if settings.DEBUG else 0)


def address(name: str) -> str:
    """Give the address of a built file, with its version, so that a browser never keeps an old one.

    Raises:
        LookupError: the build made no such file.
    """
    return _address(name, manifest())


@lru_cache(maxsize=4)
def content(name: str) -> bytes:
    """Give what a built file holds: for one that must be served from another folder than ours.

    Raises:
        LookupError: the build made no such file.
    """
    if name not in manifest().versions:
        raise LookupError(f"no built file {name!r}: run make assets")
    return (MANIFEST.parent / name).read_bytes()


@lru_cache(maxsize=32)
def _address(name: str, made: Manifest) -> str:
    versions = made.versions
    if name not in versions:
        raise LookupError(f"no built file {name!r}: run make assets")
    return f"{static('ui/' + name)}?v={versions[name]}"

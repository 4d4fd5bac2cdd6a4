"""Software of machines: products and versions once for all, installations as narrow rows.

Products and versions are found by a digest of their folded names, many in one query, and those
that were found are remembered in the process: hundreds of lines of an inventory cost a few queries
the first time, and mostly none after.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock

from django.db import transaction

from compagnon.park.ingestion.rows import day, fit, text
from compagnon.park.inventory.facts import Software
from compagnon.park.models import Asset, Installation, SoftwareProduct, SoftwareVersion
from compagnon.park.normalising.software import normalise_software

CHUNK = 400
MOST_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """One software as normalised."""

    name: str
    publisher: str
    version: str
    architecture: str
    installed_on: date | None

    @property
    def product_key(self) -> str:
        """What makes two lines one product, whatever the case."""
        return _digest(self.name, self.publisher)

    @property
    def key(self) -> str:
        """What makes two lines one version."""
        return _digest(self.name, self.publisher, self.version, self.architecture)


def _digest(*parts: str) -> str:
    folded = "\x00".join(" ".join(part.casefold().split()) for part in parts)
    return hashlib.sha256(folded.encode()).hexdigest()


def lines_of(software: Iterable[Software]) -> dict[str, Line]:
    """Give an inventory's software by key, each once; what has no name is left out."""
    found: dict[str, Line] = {}
    for one in software:
        name = text(one.name or one.guid, 500)
        if not name:
            continue
        known = named(
            name, one.version, one.publisher, one.architecture, one.source, one.release_type
        )
        line = Line(
            fit(known[0], 250),
            fit(known[1], 160),
            fit(one.version, 120),
            text(known[2], 20),
            day(one.installed_on),
        )
        found.setdefault(line.key, line)
    return found


@lru_cache(maxsize=50_000)
def named(  # noqa: PLR0917 — the key of the cache
    name: str,
    version: str | None,
    publisher: str | None,
    architecture: str | None,
    source: str | None,
    release_type: str | None,
) -> tuple[str, str | None, str | None]:
    """Give a software's one name, publisher and architecture. Its version stays as it was told."""
    known = normalise_software(
        name,
        version=version,
        publisher=publisher,
        architecture=architecture,
        source=source,
        release_type=release_type,
    )
    if known is None:
        return name, publisher, architecture
    return known.name, known.publisher, known.architecture


class _Remembered:
    """Versions by key, those used longest ago forgotten first.

    A row that a rolled back transaction wrote must not stay: it is put here by who read it in
    another transaction, never by who wrote it.
    """

    def __init__(self) -> None:
        self._keys: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def get(self, keys: Iterable[str]) -> dict[str, int]:
        with self._lock:
            return {key: self._keys[key] for key in keys if key in self._keys}

    def put(self, found: Mapping[str, int]) -> None:
        with self._lock:
            self._keys.update(found)
            while len(self._keys) > MOST_REMEMBERED:
                self._keys.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._keys.clear()


remembered = _Remembered()


def versions(lines: Mapping[str, Line]) -> dict[str, int]:
    """Give the key of the version row of each line, written where it is new."""
    found = remembered.get(lines)
    read = _read(key for key in lines if key not in found)
    # A transaction reads what it wrote itself too: remembered once that is there for good.
    transaction.on_commit(lambda: remembered.put(read))
    found |= read
    missing = {key: line for key, line in lines.items() if key not in found}
    if missing:
        products = _products(missing.values())
        # In one order everywhere: two transactions that add the same must not wait for each other.
        SoftwareVersion.objects.bulk_create(
            [
                SoftwareVersion(
                    product_id=products[line.product_key],
                    key=key,
                    version=line.version,
                    architecture=line.architecture,
                )
                for key, line in sorted(missing.items())
            ],
            ignore_conflicts=True,
            batch_size=CHUNK,
        )
        found |= _read(missing)
    return found


def _products(lines: Iterable[Line]) -> dict[str, int]:
    wanted = {line.product_key: line for line in lines}
    found = _read_products(wanted)
    missing = sorted((key, line) for key, line in wanted.items() if key not in found)
    if missing:
        SoftwareProduct.objects.bulk_create(
            [
                SoftwareProduct(key=key, name=line.name, publisher=line.publisher)
                for key, line in missing
            ],
            ignore_conflicts=True,
            batch_size=CHUNK,
        )
        found |= _read_products(key for key, _line in missing)
    return found


def _read(keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(keys):
        found.update(SoftwareVersion.objects.filter(key__in=some).values_list("key", "pk"))
    return found


def _read_products(keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(keys):
        found.update(SoftwareProduct.objects.filter(key__in=some).values_list("key", "pk"))
    return found


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    every = list(keys)
    return (every[at : at + CHUNK] for at in range(0, len(every), CHUNK))


def install(asset: Asset, lines: Mapping[str, Line]) -> None:
    """Make the asset's installations those of the lines: only what differs is written."""
    found = versions(lines)
    wanted = {found[key]: line.installed_on for key, line in lines.items()}
    current = dict(Installation.objects.filter(asset=asset).values_list("version_id", "pk"))
    gone = [pk for version, pk in current.items() if version not in wanted]
    for at in range(0, len(gone), CHUNK):
        Installation.objects.filter(pk__in=gone[at : at + CHUNK]).delete()
    Installation.objects.bulk_create(
        [
            Installation(asset=asset, version_id=version, installed_on=wanted[version])
            for version in sorted(wanted.keys() - current.keys())
        ],
        batch_size=CHUNK,
    )

"""A report kept as JSON, read back, laid over another."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from compagnon.park.inventory.facts import Report
from compagnon.park.inventory.noise import without_noise
from compagnon.park.inventory.sections import DEVICE_SECTIONS, SECTIONS, tells

Fact = TypeVar("Fact")
FIELDS = (*SECTIONS, *DEVICE_SECTIONS)
"""The repeated fields of a report."""
_NAMES: dict[type[Any], tuple[str, ...]] = {}
_SHAPES: dict[type[Any], dict[str, tuple[str, Any]]] = {}


def to_document(report: Report) -> dict[str, Any]:
    """Give the report as JSON types, without what is None or empty."""
    return _document(report)


def from_document(document: Mapping[str, Any]) -> Report:
    """Read back what `to_document` gave; names unknown to this version are ignored.

    Raises `ValueError` when what a report must have is missing.
    """
    return _fact(Report, document)


def merged(before: Report, after: Report) -> Report:
    """Lay a partial report over the whole one stored: sections present replace, others stay.

    A whole report replaces everything and is given back as it is.
    """
    if not after.partial:
        return after
    kept = {field: getattr(before, field) for field in FIELDS if not tells(after, field)}
    silent = dict(before.silent)
    for field in FIELDS:
        if tells(after, field):
            silent.pop(field, None)
    machine = dataclasses.replace(after.machine, **_unsaid(after.machine, before.machine))
    system = after.operating_system
    if not tells(after, "operating_system") or system is None:
        system = before.operating_system
    elif before.operating_system is not None:
        system = dataclasses.replace(system, **_unsaid(system, before.operating_system))
    return dataclasses.replace(
        after,
        kind=before.kind if before.kind != "unmanaged" else after.kind,
        itemtype=before.itemtype or after.itemtype,
        partial=False,
        sections=before.sections | after.sections,
        machine=machine,
        operating_system=system,
        silent=tuple(sorted((silent | dict(after.silent)).items())),
        **kept,
    )


def digest(report: Report, *, with_noise: bool = False) -> str:
    """SHA-256 of a report: equal digests, nothing to write but «seen».

    Without noise, two reports that differ by free space or uptime alone are equal; ``with_noise``
    tells those apart, for whoever refreshes such values without a line in the journal.
    """
    told = report if with_noise else without_noise(report)
    document = to_document(told)
    document.pop("agent", None)
    packed = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode("utf-8")).hexdigest()


def _unsaid(after: Any, before: Any) -> dict[str, Any]:
    """The fields that `after` leaves out and `before` has."""
    return {
        name: getattr(before, name)
        for name in _names(type(after))
        if getattr(after, name) in (None, ())
    }


def _names(fact: type[Any]) -> tuple[str, ...]:
    if fact not in _NAMES:
        _NAMES[fact] = tuple(field.name for field in dataclasses.fields(fact))
    return _NAMES[fact]


def _document(fact: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in _names(type(fact)):
        value = getattr(fact, name)
        if value is None or value in ((), frozenset()):
            continue
        if type(value) in (str, int, bool):
            told[name] = value
        elif dataclasses.is_dataclass(value):
            told[name] = _document(value)
        elif isinstance(value, frozenset):
            told[name] = sorted(value)
        else:
            told[name] = [_document(one) if dataclasses.is_dataclass(one) else one for one in value]
    return told


def _fact(kind: type[Fact], document: Mapping[str, Any]) -> Fact:
    given: dict[str, Any] = {}
    for name, (shape, inner) in _shapes(kind).items():
        value = document.get(name)
        if value is None:
            continue
        if shape == "one":
            given[name] = _fact(inner, value)
        elif shape == "many":
            given[name] = tuple(_fact(inner, one) for one in value)
        elif shape == "pairs":
            given[name] = tuple((one[0], one[1]) for one in value)
        elif shape == "set":
            given[name] = frozenset(value)
        else:
            given[name] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error


def _shapes(kind: type[Any]) -> dict[str, tuple[str, Any]]:
    """How each field is rebuilt: a fact, a tuple of facts, pairs, a set or plain."""
    if kind in _SHAPES:
        return _SHAPES[kind]
    shapes: dict[str, tuple[str, Any]] = {}
    for name, told in typing.get_type_hints(kind).items():
        hint = told
        if typing.get_origin(told) is types.UnionType:
            hint = next(one for one in typing.get_args(told) if one is not types.NoneType)
        inner = (typing.get_args(hint) or (None,))[0]
        if dataclasses.is_dataclass(hint):
            shapes[name] = ("one", hint)
        elif typing.get_origin(hint) is frozenset:
            shapes[name] = ("set", None)
        elif dataclasses.is_dataclass(inner):
            shapes[name] = ("many", inner)
        elif typing.get_origin(inner) is tuple:
            shapes[name] = ("pairs", None)
        else:
            shapes[name] = ("plain", None)
    _SHAPES[kind] = shapes
    return shapes

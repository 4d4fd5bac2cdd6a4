"""The structure that comes with the product, as outlines: codes, official names, numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from compagnon.titles.importing.outline import (
    Activity,
    Code,
    Competence,
    Line,
    Recognised,
    Side,
    Table,
    Text,
    Transversal,
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A title: its versions by label, and how they correspond."""

    code: str
    versions: dict[str, Recognised]
    tables: list[tuple[str, str, Table]]


def titles() -> list[Shipped]:
    """Give the titles of ``titles/data``, by name of file."""
    folder = resources.files("compagnon.titles.data")
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name
    )
    return [_title(json.loads(one.read_text(encoding="utf-8"))) for one in files]


def _title(data: Mapping[str, Any]) -> Shipped:
    versions = {one["label"]: _version(data, one) for one in data["versions"]}
    tables = [
        (one["from"], one["to"], _table(one, versions)) for one in data.get("correspondences", ())
    ]
    return Shipped(data["code"], versions, tables)


def _version(title: Mapping[str, Any], data: Mapping[str, Any]) -> Recognised:
    found = Recognised(
        "shipped",
        title=data.get("name", title["name"]),
        code=title["code"],
        short_name=data.get("short_name", title["short_name"]),
        version=data.get("printed_version", ""),
        authority=title["authority"],
        validated_on=_day(data.get("validated")),
        updated_on=_day(data.get("updated")),
        valid_from=_day(data.get("valid_from")),
        valid_to=_day(data.get("valid_to")),
        levels=_codes(data, "levels"),
        nsf=_codes(data, "nsf"),
        rome=_codes(data, "rome"),
        formacode=_codes(data, "formacode"),
        rncp=data.get("rncp", ""),
        regulation=data.get("regulation", ""),
        texts=[
            Text(one["reference"], _day(one.get("signed")), _day(one.get("published")))
            for one in data.get("texts", ())
        ],
        transversal=[Transversal(name) for name in data.get("transversal", ())],
    )
    blocks = data.get("blocks", {})
    found.activities = [
        Activity(
            one["number"],
            one["name"],
            [Competence(each["number"], each["name"], each.get("mark", ""))
             for each in one["competences"]],
            certificate=one.get("certificate", "ccp"),
            requirement=one.get("requirement"),
            block=blocks.get(str(one["number"])),
        )
        for one in data["activities"]
    ]  # fmt: skip
    return found


def _table(data: Mapping[str, Any], versions: Mapping[str, Recognised]) -> Table:
    old, new = ({one.number: one.name for one in versions[data[side]].activities}
                for side in ("from", "to"))  # fmt: skip
    lines = [
        Line(
            [old[number] for number in one["from"]],
            [new[number] for number in one["to"]],
            none=not one["to"],
            needs=one.get("needs", "all"),
            doubt=one.get("doubt", ""),
        )
        for one in data["lines"]
    ]
    return Table(Side(), Side(), lines, data.get("citation", ""))


def _codes(data: Mapping[str, Any], name: str) -> list[Code]:
    return [
        Code(one["code"], one.get("label", ""), one.get("edition", ""))
        for one in data.get(name, ())
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

"""Rows of the park for tests, written directly."""

from __future__ import annotations

import itertools
import json
from datetime import date
from typing import Any

from django.utils import timezone

from compagnon.core.actor import Actor, Source
from compagnon.park import shipped_types
from compagnon.park.ingestion.intake import process
from compagnon.park.ingestion.keeping import Sender, keep
from compagnon.park.models import Asset, Consumable, InventoryReport, StockPlace
from compagnon.people.models import Organisation

_numbers = itertools.count(1)


def today() -> date:
    """Give the day it is, asked anew: a run may begin before midnight and end after."""
    return timezone.localdate()


def asset(organisation: Organisation, name: str = "", *, type: str = "laptop",  # noqa: A002
          **values: Any) -> Asset:  # fmt: skip
    """An asset kept by hand."""
    return Asset.objects.create(
        organisation=organisation,
        type=shipped_types.ensure(type),
        name=name or f"poste-{next(_numbers):03}",
        **values,
    )


def inventory(name: str, **said: Any) -> dict[str, Any]:
    """What a GLPI agent posts of a machine.

    Args:
        said: ``uuid``, ``serial``, ``mac``, ``software`` (names and versions), ``model``,
            ``partial``, ``deviceid``; the rest goes into ``content``.
    """
    number = next(_numbers)
    uuid = said.pop("uuid", f"4c4c4544-0031-3010-8057-{number:012x}")
    serial = said.pop("serial", f"SN{number:07}")
    mac = said.pop(
        "mac", f"a4:bb:6d:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    )
    software = said.pop("software", [("Firefox", "115.0"), ("LibreOffice", "7.4")])
    document: dict[str, Any] = {
        "action": "inventory",
        "deviceid": said.pop("deviceid", f"{name}-2026-01-01-00-00-00"),
        "itemtype": "Computer",
        "content": {
            "versionclient": "GLPI-Agent_v1.12",
            "hardware": {"name": name, "uuid": uuid, "memory": 8192, "vmsystem": "Physical"},
            "bios": {
                "smanufacturer": "Dell Inc.",
                "smodel": said.pop("model", "Latitude 5440"),
                "ssn": serial,
            },
            "operatingsystem": {
                "name": "Debian GNU/Linux", "version": "12",
                "full_name": "Debian GNU/Linux 12 (bookworm)",
            },
            "networks": [{"description": "eth0", "mac": mac, "ipaddress": "10.0.0.5"}],
            "softwares": [{"name": one, "version": version} for one, version in software],
        },
    }  # fmt: skip
    if said.pop("partial", False):
        document["partial"] = True
        document["content"].pop("networks")
    document["content"].update(said)
    return document


def bring(organisation: Organisation, document: dict[str, Any] | bytes) -> InventoryReport:
    """Bring an inventory through the whole intake, as ``park import`` does."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    kept = keep(raw, Sender(organisation_id=organisation.pk, source="import"), enqueue=False)
    if kept.is_repeated:
        return kept.report
    return process(kept.report.pk, actor=Actor.system("import", source=Source.IMPORT))


def stock_place(organisation: Organisation, name: str = "") -> StockPlace:
    """A cupboard."""
    return StockPlace.objects.create(
        organisation=organisation, name=name or f"armoire {next(_numbers):03}"
    )


def consumable(organisation: Organisation, name: str = "", **values: Any) -> Consumable:
    """Something that is used up."""
    return Consumable.objects.create(
        organisation=organisation, name=name or f"toner {next(_numbers):03}", **values
    )

"""The machines of the demonstration: as agents would have reported them, held by its people."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from compagnon.core.actor import Actor
from compagnon.park import shipped_types
from compagnon.park.ingestion.intake import process
from compagnon.park.ingestion.keeping import Sender, keep
from compagnon.park.models import Asset, AssetOrigin, AssetState
from compagnon.people.models import Organisation, Person
from compagnon.people.queries import subtree

MOST: Final = 54
SPARE: Final = 16
MODELS: Final = (
    ("Dell Inc.", "Latitude 5440", "Laptop", 16384),
    ("Dell Inc.", "OptiPlex 7010", "Desktop", 16384),
    ("HP", "EliteBook 840 G9", "Notebook", 16384),
    ("LENOVO", "ThinkPad T14 Gen 3", "Notebook", 16384),
    ("LENOVO", "ThinkCentre M70q", "Mini PC", 8192),
    ("HP", "ProDesk 400 G6", "Desktop", 8192),
)
SYSTEMS: Final = (
    ("Microsoft Windows 11 Professionnel", "Windows", "10.0.22631", 10),
    ("Microsoft Windows 10 Professionnel", "Windows", "10.0.19045", 5),
    ("Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux", "6.1.0-28-amd64", 1),
)
SOFTWARE: Final = (
    ("Mozilla Firefox (x64 fr)", "Mozilla", ("133.0", "132.0.2", "128.5.0")),
    ("Google Chrome", "Google LLC", ("131.0.6778.109", "130.0.6723.117")),
    ("Microsoft 365 Apps pour les entreprises - fr-fr", "Microsoft Corporation",
     ("16.0.18129.20158", "16.0.17928.20216")),
    ("LibreOffice 24.8.3.2", "The Document Foundation", ("24.8.3.2", "24.2.7.2")),
    ("7-Zip 24.08 (x64)", "Igor Pavlov", ("24.08", "23.01")),
    ("Adobe Acrobat Reader (64-bit) - Français", "Adobe", ("24.004.20272", "23.008.20555")),
    ("VLC media player", "VideoLAN", ("3.0.21", "3.0.20")),
    ("Sage 100 Comptabilité", "Sage", ("12.02", "11.05")),
    ("AutoCAD LT 2024", "Autodesk", ("24.3.61.0",)),
    ("FortiClient VPN", "Fortinet Technologies Inc", ("7.4.0.1658", "7.2.4.0972")),
    ("GLPI Agent 1.11", "Teclib'", ("1.11",)),
    ("Microsoft Teams", "Microsoft", ("24295.605.3225.8804",)),
)  # fmt: skip
SERVERS: Final = (
    ("srv-fichiers", "PowerEdge R450", "Debian GNU/Linux 12 (bookworm)", "12"),
    ("srv-compta", "PowerEdge R450", "Microsoft Windows Server 2022 Standard", "2022"),
    ("srv-ad", "PowerEdge R350", "Microsoft Windows Server 2019 Standard", "2019"),
)


def fill(actor: Actor, client: Organisation, rng: Random, *, until: datetime) -> None:
    """Give machines to the client's people, and servers to the client."""
    below = list(subtree(client).values_list("pk", flat=True))
    people = list(
        Person.objects.filter(organisation__in=below, is_active=True)
        .select_related("organisation")
        .order_by("pk")[:MOST]
    )
    for rank, person in enumerate(people):
        report = _workstation(rng, rank, person)
        seen = until - timedelta(minutes=rng.randrange(5, 60 * 30))
        asset = _bring(actor, client, report, seen)
        bought = until.date() - timedelta(days=rng.randrange(60, 1600))
        _hold(asset, person, bought, rank)
    for rank, server in enumerate(SERVERS):
        _bring(actor, client, _server(rng, rank, *server), until - timedelta(minutes=9 * rank + 4))
    _bring(actor, client, _printer(rng), until - timedelta(hours=2))
    laptop, screen = shipped_types.ensure("laptop"), shipped_types.ensure("monitor")
    for rank in range(SPARE):
        kind = screen if rank % 3 == 2 else laptop
        Asset.objects.create(
            organisation=client,
            type=kind,
            name=f"{'ECRAN' if kind is screen else 'STOCK'}-{rank + 1:02}",
            state=AssetState.STOCK,
            manufacturer="Dell",
            model="P2422H" if kind is screen else "Latitude 5450",
            serial="".join(rng.choices("BCDFGHJKLMNPQRSTVWXZ0123456789", k=7)),
            inventory_number=f"INV-{2001 + rank}",
            purchased_on=until.date() - timedelta(days=30),
            origin=AssetOrigin.DEMO,
        )


def _bring(actor: Actor, client: Organisation, report: dict[str, Any], seen: datetime) -> Asset:
    raw = json.dumps(report, ensure_ascii=False).encode()
    sender = Sender(organisation_id=client.pk, source="demo", user_agent="GLPI-Agent_v1.11")
    kept = keep(raw, sender, enqueue=False, at=seen)
    found = process(kept.report.pk, actor=actor).asset
    assert found is not None  # noqa: S101 — each has numbers of its own
    return found


def _hold(asset: Asset, person: Person, bought: date, rank: int) -> None:
    asset.person, asset.site = person, person.site
    asset.organisation = person.organisation
    asset.purchased_on = asset.in_service_on = bought
    asset.warranty_ends_on = bought + timedelta(days=3 * 365)
    asset.inventory_number = f"INV-{1001 + rank}"
    asset.save()


def _machine(rng: Random, name: str, maker: str, model: str, chassis: str) -> dict[str, Any]:
    card = "".join(f":{rng.randrange(256):02x}" for _ in range(3))
    return {
        "hardware": {
            "name": name,
            "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "chassis_type": chassis,
            "vmsystem": "Physical",
        },
        "bios": {
            "smanufacturer": maker,
            "smodel": model,
            "ssn": "".join(rng.choices("BCDFGHJKLMNPQRSTVWXZ0123456789", k=10)),
            "bversion": f"1.{rng.randrange(2, 30)}.0",
        },
        "networks": [
            {
                "description": "Intel(R) Ethernet Connection I219-LM",
                "mac": f"a4:bb:6d{card}",
                "ipaddress": f"10.12.{rng.randrange(1, 40)}.{rng.randrange(2, 250)}",
                "status": "up",
                "type": "ethernet",
            }
        ],
        "storages": [
            {"name": "NVMe", "model": "SAMSUNG MZVL2512HCJQ", "disksize": 488386, "type": "disk",
             "serial": "".join(rng.choices("0123456789ABCDEF", k=14))}
        ],
        "versionclient": "GLPI-Agent_v1.11",
    }  # fmt: skip


def _inventory(name: str, content: dict[str, Any], kind: str = "Computer") -> dict[str, Any]:
    return {
        "action": "inventory",
        "deviceid": f"{name}-2025-01-06-09-00-00",
        "itemtype": kind,
        "content": content,
    }


def _workstation(rng: Random, rank: int, person: Person) -> dict[str, Any]:
    maker, model, chassis, memory = rng.choice(MODELS)
    full, name, kernel, _weight = rng.choices(SYSTEMS, weights=[one[3] for one in SYSTEMS])[0]
    machine = f"PC-{person.last_name[:6].upper()}-{rank + 1:02}"
    content = _machine(rng, machine, maker, model, chassis)
    content["hardware"]["memory"] = memory
    content["operatingsystem"] = {"full_name": full, "name": name, "kernel_version": kernel}
    content["cpus"] = [{"name": "Intel(R) Core(TM) i5-1345U", "core": 10, "thread": 12}]
    content["memories"] = [{"capacity": memory, "numslots": 1, "type": "DDR4"}]
    content["drives"] = [
        {"letter": "C:", "filesystem": "NTFS", "total": 487000,
         "free": rng.randrange(40_000, 400_000), "encrypt_status": rng.choice(("Yes", "No"))}
    ]  # fmt: skip
    content["antivirus"] = [{"name": "Windows Defender", "enabled": 1, "uptodate": 1}]
    if rng.random() < 0.6:
        content["monitors"] = [
            {"caption": "DELL P2422H", "manufacturer": "Dell Inc.",
             "serial": "".join(rng.choices("ABCDEF0123456789", k=8))}
        ]  # fmt: skip
    chosen = rng.sample(SOFTWARE, k=rng.randrange(6, len(SOFTWARE)))
    content["softwares"] = [
        {"name": one, "publisher": publisher, "version": rng.choice(versions)}
        for one, publisher, versions in chosen
    ]
    return _inventory(machine, content)


def _server(  # noqa: PLR0917
    rng: Random, rank: int, name: str, model: str, full: str, version: str
) -> dict[str, Any]:
    content = _machine(rng, name, "Dell Inc.", model, "Rack Mount Chassis")
    content["hardware"]["memory"] = 65536
    content["operatingsystem"] = {"full_name": full, "name": full, "version": version}
    content["softwares"] = [
        {"name": "openssh-server", "version": "1:9.2p1-2", "from": "deb"},
        {"name": "postgresql-15", "version": f"15.{rank + 6}-0", "from": "deb"},
    ]
    return _inventory(name, content)


def _printer(rng: Random) -> dict[str, Any]:
    return _inventory(
        "imprimante-accueil",
        {
            "network_device": {
                "type": "Printer", "name": "imprimante-accueil", "manufacturer": "HP",
                "model": "HP LaserJet M507", "serial": "PHCVN" + str(rng.randrange(10_000, 99_999)),
                "mac": "00:68:eb:f2:be:10", "ips": {"ip": ["10.12.1.50"]}, "ram": 512,
            },
            "cartridges": [{"tonerblack": 34}],
            "pagecounters": {"total": 41_802},
            "versionclient": "GLPI-Agent_v1.11",
        },
        "Printer",
    ) | {"action": "netinventory"}  # fmt: skip

"""Writing what a report says of one machine: only what changed, journaled once."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.park import models, shipped_types
from compagnon.park.identity import Evidence
from compagnon.park.identity.evidence import DEVICES, swapped
from compagnon.park.ingestion import catalogue, cutting, finding
from compagnon.park.ingestion.rows import SECTIONS, addresses, day, fitted, ports, text
from compagnon.park.inventory import documents
from compagnon.park.inventory.differences import Change, difference
from compagnon.park.inventory.facts import Report
from compagnon.park.models import Asset, InventoryReport, Machine, MachineDocument
from compagnon.park.normalising import companies
from compagnon.park.normalising.systems import normalise_system

TOLD_CHANGES = 200
"""Changes that one journal entry holds; beyond, it says how many more there were."""
# What names people: the journal never holds it.
PERSONAL_SECTIONS = frozenset({"users", "sim_cards", "licences", "remote_access"})
PERSONAL_FIELDS = frozenset(
    {"last_user", "last_user_at", "windows_owner", "windows_company", "windows_key", "contact"}
)
SAID_BY_DISCOVERY = (
    "snmp_hostname", "dns_hostname", "netbios_name", "entity", "credential", "uptime", "domain",
)  # fmt: skip
NETWORK = "network"
SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written of a report."""

    asset: Asset
    changes: int


def add(*, actor: Actor, report: InventoryReport, facts: Report, evidence: Evidence) -> Applied:
    """Add the machine that a report tells of."""
    asset = Asset(
        type=shipped_types.ensure(type_of(facts, evidence)),
        name=text(facts.machine.name, 200) or text(report.deviceid, 200) or "?",
        organisation_id=report.organisation_id,
        site_id=report.site_id,
        state=models.AssetState.USE,
        origin=models.AssetOrigin.AGENT if report.source == "agent" else report.source,
        first_seen=report.received_at,
        last_seen=report.last_received_at,
    )
    _describe(asset, facts)
    asset.save()
    whole = documents.merged(facts, facts)
    write(asset, whole, report)
    finding.remember(asset, evidence, report.received_at)
    _join_host(asset, evidence)
    journal.record(
        actor=actor,
        verb="asset.discover",
        subject=asset,
        after={
            "name": asset.name,
            "type_id": asset.type_id,
            "serial": asset.serial,
            "manufacturer": asset.manufacturer,
            "model": asset.model,
        },
        occurred_at=report.received_at,
    )
    return Applied(asset, 1)


def change(
    *,
    actor: Actor,
    asset: Asset,
    report: InventoryReport,
    facts: Report,
    evidence: Evidence,
    is_overlay: bool = False,
) -> Applied:
    """Lay a report over a known machine; nothing but «seen» is written where nothing changed.

    Args:
        is_overlay: it says little, of a machine that may have said more (a discovery): what it
            does not say stays.
    """
    kept = MachineDocument.objects.filter(asset=asset).first()
    before = read_document(kept) if kept else None
    if is_overlay and before is not None:
        facts, evidence = _laid_over(before, facts), replace(evidence, is_partial=True)
    elif before is not None and facts.kind in DEVICES and not facts.machine.ips:
        # Read at an address that it does not list itself: where a discovery met it.
        facts = replace(facts, machine=replace(facts.machine, ips=before.machine.ips))
    whole = documents.merged(before, facts) if before else facts
    Asset.every.filter(pk=asset.pk).update(last_seen=report.last_received_at)
    if kept is not None and before is not None and documents.digest(whole) == kept.digest:
        finding.remember(asset, evidence, report.received_at)
        Machine.objects.filter(pk=asset.pk).update(last_report_id=report.pk)
        return Applied(asset, 0)
    old = {name: getattr(asset, name) for name in DESCRIBED}
    _describe(asset, whole)
    became = _known_better(asset, whole, evidence)
    changed = [name for name in DESCRIBED if getattr(asset, name) != old[name]]
    asset.first_seen = asset.first_seen or report.received_at
    asset.last_seen = report.last_received_at
    asset.version += 1
    asset.save(update_fields=[*changed, *became, "first_seen", "last_seen", "version"])
    write(asset, whole, report)
    finding.remember(asset, evidence, report.received_at)
    changes = difference(before, whole) if before else []
    journal.record(
        actor=actor,
        verb="asset.inventory",
        subject=asset,
        before={name: old[name] for name in changed},
        after={
            **{name: getattr(asset, name) for name in changed},
            **({"type": asset.type.name} if became else {}),
            **({} if before else {"first_inventory": True}),
            **told(changes),
        },
        occurred_at=report.received_at,
    )
    return Applied(asset, len(changes) or 1)


def _laid_over(before: Report, facts: Report) -> Report:
    """Give a discovery as a partial report over what is known of the device.

    Sections stay, and so do names that a discovery makes of an address or of a directory: else
    each discovery and each inventory that follows would undo the other, line after line.
    """
    known, machine = before.machine, facts.machine
    own_name = machine.name if machine.name == machine.snmp_hostname else None
    machine = replace(
        machine,
        name=own_name or known.name or machine.name,
        ips=known.ips or machine.ips,
        **{name: getattr(known, name) for name in SAID_BY_DISCOVERY},
    )
    return replace(facts, machine=machine, partial=True, sections=frozenset())


def told(changes: Iterable[Change]) -> dict[str, Any]:
    """Give changes as the journal keeps them: bounded, without what names people."""
    kept = [
        {
            "section": one.section,
            "action": one.action,
            "subject": text(one.subject, 160),
            **({"field": one.field} if one.field else {}),
            **({"before": text(one.before, 160)} if one.before else {}),
            **({"after": text(one.after, 160)} if one.after else {}),
        }
        for one in changes
        if one.section not in PERSONAL_SECTIONS and one.field not in PERSONAL_FIELDS
    ]
    found: dict[str, Any] = {"changes": kept[:TOLD_CHANGES]} if kept else {}
    if len(kept) > TOLD_CHANGES:
        found["more_changes"] = len(kept) - TOLD_CHANGES
    return found


# --- the asset itself -----------------------------------------------------------------------

DESCRIBED = ("name", "serial", "manufacturer", "model", "uuid")


def _describe(asset: Asset, facts: Report) -> None:
    """Put on the asset what the machine says of itself, but for what a person locked."""
    machine = facts.machine
    said = {
        "name": text(machine.name, 200),
        "serial": text(machine.serial, 128),
        "manufacturer": text(companies.manufacturer(machine.manufacturer), 120),
        "model": text(machine.model, 160),
        "uuid": text(machine.uuid, 64),
    }
    for name, value in said.items():
        if value and name not in asset.locked:
            setattr(asset, name, value)


def _known_better(asset: Asset, facts: Report, evidence: Evidence) -> list[str]:
    """Give the asset its type once it is known what was met; names the columns that changed."""
    code = type_of(facts, evidence)
    if asset.type.code != "device" or code == "device" or "type" in asset.locked:
        return []
    asset.type = shipped_types.ensure(code)
    return ["type"]


LAPTOPS = ("laptop", "notebook", "portable", "convertible", "tablet", "sub notebook", "detachable")
SERVERS = ("server", "rack", "blade", "main server")


def type_of(facts: Report, evidence: Evidence) -> str:
    """Give the code of the shipped type that a report tells of."""
    if facts.kind != "computer":
        return {"phone": "phone", "networking": "network", "printer": "printer"}.get(
            facts.kind, "device"
        )
    if facts.itemtype and facts.itemtype.lower() == "phone":
        return "phone"
    if evidence.is_virtual:
        return "virtual-machine"
    chassis = (facts.machine.chassis or "").lower()
    if any(word in chassis for word in LAPTOPS):
        return "laptop"
    system = facts.operating_system
    names = f"{system.full_name or ''} {system.name or ''}".lower() if system else ""
    served = any(word in chassis for word in SERVERS) or "server" in names
    return "server" if served else "computer"


# --- what hangs on it -----------------------------------------------------------------------


def write(asset: Asset, facts: Report, report: InventoryReport) -> None:
    """Write the machine's row and the sections whose digest changed."""
    machine = Machine.objects.filter(asset=asset).first() or Machine(asset=asset)
    _machine(machine, facts)
    machine.last_report_id = report.pk
    machine.inventoried_at = report.received_at
    machine.sections = _sections(asset, facts, dict(machine.sections))
    machine.save()
    document = documents.to_document(facts)
    content = zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 6)
    MachineDocument.objects.update_or_create(
        asset=asset, defaults={"digest": documents.digest(facts), "content": content}
    )


def read_document(kept: MachineDocument) -> Report | None:
    """Give the report as it was kept; nothing when another version wrote it otherwise."""
    try:
        return documents.from_document(json.loads(zlib.decompress(bytes(kept.content))))
    except (ValueError, zlib.error):
        return None


def _machine(row: Machine, facts: Report) -> None:
    machine, system = facts.machine, facts.operating_system
    modules = sum(one.capacity_mib or 0 for one in facts.memory)
    total = next((one.pages for one in facts.counters if one.name == "total"), None)
    values: dict[str, Any] = {
        "os_full_name": system and (system.full_name or system.name),
        "os_version": system and system.version,
        "kernel_version": system and system.kernel_version,
        "architecture": system and system.architecture,
        "domain": machine.domain,
        "chassis": machine.chassis,
        "virtual": machine.vm_system,
        "motherboard_serial": machine.motherboard_serial,
        "firmware": machine.firmware
        or " ".join(filter(None, (machine.bios_manufacturer, machine.bios_version))),
        "memory_mib": modules or machine.memory_mib,
        "last_user": machine.last_user,
        "description": machine.description,
        "location": machine.location,
        "page_count": total,
    }
    for name, value in fitted(Machine, values).items():
        setattr(row, name, value)
    row.installed_on = day(system.installed_on) if system else None
    row.users = [text(one.login, 120) for one in facts.users[: cutting.USERS]]
    row.system = _system(facts)
    row.counts = {
        "storages": len(facts.storages),
        "volumes": len(facts.volumes),
        "software": len(facts.software),
        "interfaces": len(facts.interfaces) or len(facts.ports),
        "processors": len(facts.processors),
    }


def _system(facts: Report) -> models.OperatingSystem | None:
    said = facts.operating_system
    if said is None or not (said.full_name or said.name):
        return None
    known = normalise_system(
        name=said.name,
        full_name=said.full_name,
        version=said.version,
        kernel_version=said.kernel_version,
    )
    if known is None:
        return None
    found, _created = models.OperatingSystem.objects.get_or_create(
        name=text(known.name, 120),
        version=text(known.release, 80),
        defaults={"family": text(known.key, 20), "support_ends_on": known.support_ends},
    )
    return found


def _sections(asset: Asset, facts: Report, before: dict[str, str]) -> dict[str, str]:
    """Replace each section whose digest is another; gives the digests."""
    after: dict[str, str] = {}
    for name, (rows_of, tables) in SECTIONS.items():
        rows = [(table, fitted(table, values)) for table, values in rows_of(facts)]
        after[name] = _digest([(table.__name__, values) for table, values in rows])
        if after[name] == before.get(name, _digest([])):
            continue
        for table in tables:
            rows_of_table = table._default_manager.filter(asset=asset, is_manual=False)
            rows_of_table.delete()
            table._default_manager.bulk_create(
                [table(asset=asset, **values) for kind, values in rows if kind is table],
                batch_size=500,
            )
        if name == "virtual_machines":
            _join_guests(asset)
    after[NETWORK] = _network(asset, facts, before.get(NETWORK, ""))
    lines = catalogue.lines_of(facts.software)
    after[SOFTWARE] = _digest(sorted((key, str(line)) for key, line in lines.items()))
    if after[SOFTWARE] != before.get(SOFTWARE, _digest([])):
        catalogue.install(asset, lines)
    return after


def _digest(rows: object) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:32]


def _network(asset: Asset, facts: Report, before: str) -> str:
    table, address_table = models.NetworkPort, models.NetworkAddress
    rows = [fitted(table, values) for _table, values in ports(facts)]
    told_addresses = [(place, fitted(address_table, values)) for place, values in addresses(facts)]
    digest = _digest((rows, told_addresses))
    if digest == before:
        return digest
    address_table.objects.filter(asset=asset, is_manual=False).delete()
    table.objects.filter(asset=asset, is_manual=False).delete()
    made = table.objects.bulk_create(
        [table(asset=asset, **values) for values in rows], batch_size=500
    )
    by_place = {(one.name, one.mac): one for one in made}
    address_table.objects.bulk_create(
        [
            address_table(asset=asset, port=by_place.get(place) if place else None, **values)
            for place, values in told_addresses
        ],
        batch_size=500,
    )
    return digest


def _join_guests(host: Asset) -> None:
    """Link the guests that a host tells of to their own machines, where one answers."""
    for row in models.VirtualMachine.objects.filter(asset=host).exclude(uuid="")[:2000]:
        guest = finding.machine_of_uuid(row.uuid, host.organisation)
        if guest is not None and guest.pk != host.pk:
            row.guest = guest
            row.save(update_fields=["guest"])


def _join_host(asset: Asset, evidence: Evidence) -> None:
    """Link a new machine to the hosts that told of it before."""
    uuids = evidence.by_kind.get("uuid", frozenset())
    forms = {form for uuid in uuids for form in (uuid, swapped(uuid)) if form}
    if forms and evidence.is_virtual:
        models.VirtualMachine.objects.filter(
            uuid__in=forms,
            guest__isnull=True,
            asset__organisation_id=asset.organisation_id,
        ).update(guest=asset)

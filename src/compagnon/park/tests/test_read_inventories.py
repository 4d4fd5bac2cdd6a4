"""Every inventory of the reference set says what an independent reading of it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compagnon.park.inventory import Unreadable, decode, expected_facts, parse, read
from compagnon.park.inventory.documents import digest, from_document, to_document
from compagnon.park.inventory.facts import Progress, Reading

REFUSED = {
    "array-root.json": "json_root",
    "entity-expansion.xml": "xml_doctype",
    "external-entity.xml": "xml_doctype",
    "no-deviceid.xml": "no_deviceid",
    "trailing-garbage.json": "json_trailing",
    "truncated.xml": "xml_truncated",
    "unknown-itemtype.json": "unknown_itemtype",
    "unknown-query.xml": "unknown_query",
    "zlib-bomb-64MiB.bin": "bomb",
    "zlib-corrupt.bin": "compression_corrupt",
    "zlib-truncated.bin": "compression_truncated",
}


@pytest.fixture(scope="session")
def inventories(shared_data: Path) -> Path:
    return shared_data / "inventory"


def opened(path: Path, **headers: str) -> Reading:
    return parse(read(decode(path.read_bytes()), headers=headers))


def test_every_inventory_says_what_is_expected(inventories: Path) -> None:
    expected: dict[str, Any] = json.loads((inventories / "expected.json").read_text("utf-8"))
    found = {name: expected_facts(opened(inventories / name)) for name in expected}
    assert found == expected


def test_no_real_inventory_needs_a_note(inventories: Path) -> None:
    for name in json.loads((inventories / "expected.json").read_text("utf-8")):
        assert opened(inventories / name).notes == (), name


def test_every_report_can_be_kept_and_read_back(inventories: Path) -> None:
    for name in json.loads((inventories / "expected.json").read_text("utf-8")):
        for report in opened(inventories / name).reports:
            kept = json.loads(json.dumps(to_document(report)))
            assert from_document(kept) == report
            assert digest(from_document(kept)) == digest(report)


def test_the_malformed_are_refused_each_for_its_reason(inventories: Path) -> None:
    found = {}
    for path in sorted((inventories / "crafted").iterdir()):
        try:
            opened(path)
        except Unreadable as refusal:
            found[path.name] = refusal.reason_code
    assert found == REFUSED


def test_latin_bytes_under_a_false_declaration_are_read(inventories: Path) -> None:
    reading = opened(inventories / "crafted/latin1-declared-utf8.xml")
    assert reading.reports[0].machine.name == "PC-COMPTABILITÉ"
    assert reading.reports[0].software[0].name == "Paie été 2024"
    assert reading.agent.deviceid.startswith("PC-COMPTABILITÉ")
    assert "Windows-1252" in reading.notes[0]


def test_control_characters_are_dropped_and_said(inventories: Path) -> None:
    reading = opened(inventories / "crafted/control-chars.xml")
    assert reading.reports[0].software[0].name == "Broken  name"
    assert reading.notes == ("3 control characters dropped",)


def test_wrong_types_lose_fields_never_the_machine(inventories: Path) -> None:
    reading = opened(inventories / "crafted/wrong-types.json")
    report = reading.reports[0]
    assert report.machine.name is None
    assert report.machine.serial == "12345678901"
    assert report.interfaces[0].mac == "00:11:22:33:44:55"
    assert report.software == ()
    assert report.memory[0].capacity_mib is None
    assert len(reading.notes) == 3


def test_captured_exchanges_are_understood(inventories: Path) -> None:
    wire = inventories / "wire"
    agent = "55355e5e-e5fd-11f1-975f-a63f79273d51"
    prolog = opened(wire / "glpi-agent-1.12-001.body.bin", **{"GLPI-Agent-ID": agent})
    assert (prolog.action, prolog.agent.agent_id) == ("prolog", agent)
    contact = opened(wire / "glpi-agent-1.12-003.body.bin")
    assert contact.action == "contact"
    assert contact.agent.enabled_tasks == ("inventory",)
    assert "netdiscovery" in contact.agent.installed_tasks
    partial = opened(wire / "glpi-agent-1.12-004.body.bin")
    assert partial.partial
    assert [disk.serial for disk in partial.reports[0].storages] == ["003d1f0a2b3c4d5e"]
    ocs = opened(wire / "ocs-unix-2.10-002.body.bin").reports[0]
    assert ocs.machine.name == "d610-old"
    assert ocs.operating_system is not None
    assert ocs.operating_system.full_name == "Debian GNU/Linux 12"
    assert ocs.processors[0].cores == 2
    assert ocs.batteries[0].capacity_mwh == 48_000
    assert {card.ipv6 for card in ocs.interfaces} >= {"fe80::223:18ff:fe91:db8d"}


def test_a_network_task_is_followed_from_start_to_end(inventories: Path) -> None:
    wire = inventories / "wire"
    start, count, device, end = (
        opened(wire / f"fusioninventory-net-00{number}.xml") for number in (2, 3, 4, 5)
    )
    assert start.progress == (Progress(process="1", event="start", agent_version="2.6-3"),)
    assert count.progress == (Progress(process="1", event="count", addresses=1),)
    assert device.reports[0].machine.serial == "CN10K00000"
    assert device.reports[0].kind == "networking"
    assert end.progress == (Progress(process="1", event="end"),)
    switch = opened(wire / "fusioninventory-net-008.xml").reports[0]
    seen = [one for port in switch.ports for one in port.neighbours]
    named = [one.system_name for one in seen if one.is_announced]
    assert named == ["XXap01", "XXam01", "XXgw01"]
    assert all(one.macs for one in seen if not one.is_announced)
    assert switch.components[0].serial == "CN10K00000"


def test_a_host_names_its_machines(inventories: Path) -> None:
    host = opened(inventories / "crafted/vmware-byteswap-host.json").reports[0]
    assert [machine.mac for machine in host.virtual_machines] == ["00:50:56:aa:00:01"]
    assert host.virtual_machines[0].processors == 2

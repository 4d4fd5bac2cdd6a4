"""Whatever bytes come, the engine reads them or refuses them; it never fails otherwise."""

from __future__ import annotations

import json
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compagnon.park.inventory import Unreadable, decode, expected_facts, parse, read
from compagnon.park.inventory.differences import difference
from compagnon.park.inventory.documents import digest, from_document, merged, to_document
from compagnon.park.inventory.sections import SECTIONS

COMPUTER_XML = """<?xml version="1.0" encoding="UTF-8"?>
<REQUEST><CONTENT>
<HARDWARE><NAME>pc</NAME><MEMORY>1</MEMORY></HARDWARE>
<NETWORKS><MACADDR>aa:bb:cc:dd:ee:ff</MACADDR></NETWORKS>
<SOFTWARES><NAME>a</NAME></SOFTWARES>
</CONTENT><DEVICEID>pc-1</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>"""
PRINTER_XML = """<REQUEST><CONTENT><DEVICE>
<INFO><TYPE>PRINTER</TYPE><IPS><IP>192.0.2.1</IP></IPS></INFO>
<PORTS><PORT><IFNUMBER>1</IFNUMBER>
<CONNECTIONS><CDP>1</CDP><CONNECTION><MAC>aa</MAC></CONNECTION></CONNECTIONS>
<VLANS><VLAN><NUMBER>1</NUMBER></VLAN></VLANS></PORT></PORTS>
<CARTRIDGES><TONERBLACK>7</TONERBLACK></CARTRIDGES>
</DEVICE></CONTENT><DEVICEID>a</DEVICEID><QUERY>SNMPQUERY</QUERY></REQUEST>"""
COMPUTER_JSON = """{"action": "inventory", "deviceid": "pc-1", "itemtype": "Computer", "content": {
"hardware": {"name": "pc"}, "softwares": [{"name": "a", "version": "1"}],
"drives": [{"total": 9, "free": 1}], "monitors": [{"base64": "AP"}]}}"""
PRINTER_JSON = """{"action": "netinventory", "deviceid": "a", "itemtype": "Printer", "content": {
"network_device": {"ips": ["a"]}, "network_ports": [{"ifnumber": 1, "lldp": true,
"connections": [{"mac": ["a"]}], "vlans": [{"number": "1"}]}]}}"""
SEEDS = tuple(told.encode() for told in (COMPUTER_XML, PRINTER_XML, COMPUTER_JSON, PRINTER_JSON))
KEYS = (
    *{section for section, _build in SECTIONS.values()},
    *("hardware", "bios", "operatingsystem", "name", "version", "mac", "capacity", "uuid", "ssn"),
    *("network_device", "network_ports", "ips", "connections", "vlans", "cartridges", "timezone"),
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["1", "yes", "aa:bb:cc:dd:ee:ff", "2024-01-01", "10/10/2020", "4 GHz", "\ud800"]
    )
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=25,
)
contents = st.dictionaries(st.sampled_from(KEYS), trees, max_size=8)
actions = st.sampled_from(["inventory", "netinventory", "contact", "netdiscovery", "get_params"])


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A JSON message of the right outer shape, anything within."""
    told = {
        "action": draw(actions),
        "deviceid": draw(st.text(min_size=1, max_size=20)),
        "itemtype": draw(st.sampled_from(["Computer", "Phone", "Printer", "NetworkEquipment"])),
        "partial": draw(st.booleans()),
        "content": draw(contents),
    }
    return json.dumps(told).encode()


@st.composite
def damaged(draw: st.DrawFn, seeds: tuple[bytes, ...] = SEEDS) -> bytes:
    """A good message with bytes cut, doubled or replaced; perhaps compressed, before or after."""
    body = bytearray(draw(st.sampled_from(seeds)))
    for _time in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 12))
        body[at : at + length] = draw(
            st.binary(max_size=8) | st.just(bytes(body[at : at + length]) * 2)
        )
    told = bytes(body)
    return draw(st.sampled_from([told, zlib.compress(told), zlib.compress(told)[: len(told) // 3]]))


def survives(body: bytes) -> None:
    """Read the whole way; only a refusal may come out, and facts that can be kept."""
    began = time.process_time()
    try:
        reading = parse(read(decode(body)))
    except Unreadable:
        return
    finally:
        assert time.process_time() - began < 5
    json.dumps(expected_facts(reading), ensure_ascii=False).encode("utf-8")
    for report in reading.reports:
        kept = json.dumps(to_document(report), ensure_ascii=False).encode("utf-8")
        assert b"\x00" not in kept
        assert from_document(json.loads(kept)) == report
        assert difference(report, report) == []
        assert digest(merged(report, report))


def explores(strategy: st.SearchStrategy[bytes], examples: int) -> Any:
    quiet = list(HealthCheck)
    return settings(max_examples=examples, deadline=None, suppress_health_check=quiet)(
        given(body=strategy)(survives)
    )


test_any_bytes = explores(st.binary(max_size=300), 100)
test_damaged_messages = explores(damaged(), 150)
test_odd_documents = explores(documents(), 120)


@pytest.mark.long
def test_long_any_bytes() -> None:
    explores(st.binary(max_size=4_000), 20_000)()


@pytest.mark.long
def test_long_odd_documents() -> None:
    explores(documents(), 20_000)()


@pytest.mark.long
def test_long_damage_to_real_inventories(shared_data: Path) -> None:
    folder = shared_data / "inventory"
    small = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < 60_000)
    seeds = tuple(path.read_bytes() for path in sorted(small) if path.suffix not in (".md", ".txt"))
    explores(damaged(seeds=seeds), 10_000)()

"""Hostile XML and JSON are refused for a reason, and odd ones are read."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from compagnon.park.inventory import DEFAULT, REASONS, Reading, Unreadable, parse, read

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def xml(content: str, *, query: str = "INVENTORY", head: str = HEAD) -> bytes:
    return (
        f"{head}<REQUEST><CONTENT>{content}</CONTENT><DEVICEID>pc-1-2024-01-01-00-00-00</DEVICEID>"
        f"<QUERY>{query}</QUERY></REQUEST>"
    ).encode()


def document(**content: object) -> bytes:
    told = {"action": "inventory", "deviceid": "pc-1", "itemtype": "Computer", "content": content}
    return json.dumps(told).encode()


def opened(body: bytes) -> Reading:
    return parse(read(body))


def refusal(body: bytes, **limits: int) -> str:
    bounded = replace(DEFAULT, **limits)
    with pytest.raises(Unreadable) as refused:
        parse(read(body, limits=bounded), limits=bounded)
    return refused.value.reason_code


NAMED = "<HARDWARE><NAME>pc-1</NAME></HARDWARE>"


def test_a_plain_inventory_is_read() -> None:
    assert opened(xml(NAMED)).reports[0].machine.name == "pc-1"
    assert opened(document(hardware={"name": "pc-1"})).reports[0].machine.name == "pc-1"


@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE REQUEST>",
        '<!DOCTYPE REQUEST SYSTEM "http://192.0.2.1/x.dtd">',
        '<!DOCTYPE REQUEST [<!ENTITY x "y">]>',
        '<!DOCTYPE REQUEST [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE REQUEST [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    ],
)
def test_no_document_type_is_ever_read(prologue: str) -> None:
    assert refusal(xml(NAMED, head=HEAD + prologue)) == "xml_doctype"
    wide = xml(NAMED, head='<?xml version="1.0"?>' + prologue).decode().encode("utf-16")
    assert refusal(wide) == "xml_doctype"


def test_an_undeclared_entity_is_refused_and_those_of_xml_are_read() -> None:
    assert refusal(xml("<HARDWARE><NAME>&x;</NAME></HARDWARE>")) == "xml_malformed"
    report = opened(xml("<HARDWARE><NAME>a&amp;b&#233;</NAME></HARDWARE>")).reports[0]
    assert report.machine.name == "a&bé"


def test_references_to_control_characters_are_dropped() -> None:
    reading = opened(xml("<HARDWARE><NAME>a&#0;b&#x1F;c&#xD800;</NAME></HARDWARE>"))
    assert reading.reports[0].machine.name == "abc"
    assert "3 references" in reading.notes[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<HTML/>", "xml_root"),
        (b"<REQUEST><CONTENT>", "xml_truncated"),
        (b"<REQUEST></CONTENT>", "xml_malformed"),
        (b"<REQUEST/><REQUEST/>", "xml_malformed"),
        (b"<REQUEST><DEVICEID>x</DEVICEID></REQUEST>", "no_query"),
        (b"<REQUEST><DEVICEID>x</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>", "no_content"),
        (b"<REQUEST><QUERY>PROLOG</QUERY></REQUEST>", "no_deviceid"),
        (b"{", "json_truncated"),
        (b'{"a": "b', "json_truncated"),
        (b'{"a": b}', "json_malformed"),
        (b"{} {}", "json_trailing"),
        (b"[]", "json_root"),
        (b"hello", "json_malformed"),
        (b'{"deviceid": "x"}', "no_query"),
        (b'{"action": "inventory", "content": {}}', "no_deviceid"),
        (b'{"action": "inventory", "deviceid": "x"}', "no_content"),
        (b'{"action": "netinventory", "deviceid": "x", "content": {"a": 1}}', "no_content"),
        (b'{"action": "explode", "deviceid": "x", "content": {}}', "unknown_query"),
        ("{}".encode("utf-16"), "no_query"),
        (b"\xff\xfe\x00\xd8", "encoding"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_each_malformed_request_has_its_reason(body: bytes, reason: str) -> None:
    assert refusal(body) == reason


def test_depth_is_bounded() -> None:
    deep = "<A>" * 40 + "</A>" * 40
    assert refusal(xml(deep)) == "too_deep"
    nested: object = "x"
    for _level in range(40):
        nested = {"a": nested}
    assert refusal(document(hardware=nested)) == "too_deep"
    assert refusal(b'{"a":' + b"[" * 100_000) == "too_deep"


def test_elements_attributes_and_lengths_are_bounded() -> None:
    assert refusal(xml("<A/>" * 101), elements=100) == "too_many"
    assert refusal(document(a=[{"b": 1}] * 101), elements=100) == "too_many"
    assert refusal(document(a=[1] * 1_001), elements=100) == "too_many"
    attributes = " ".join(f'a{number}="1"' for number in range(20))
    assert refusal(xml(f"<A {attributes}/>")) == "too_many"
    assert refusal(xml(f"<A>{'x' * 70_000}</A>"), text_chars=65_536) == "too_long"
    assert refusal(xml(f"<A{'x' * 70_000}/>"), text_chars=65_536) == "too_long"
    assert refusal(document(a="x" * 70_000), text_chars=65_536) == "too_long"


def test_entries_beyond_the_bound_are_left_out_and_said() -> None:
    bounded = replace(DEFAULT, entries=3)
    reading = parse(read(document(softwares=[{"name": "a"}] * 5)), limits=bounded)
    assert len(reading.reports[0].software) == 3
    assert any("more than 3 entries" in note for note in reading.notes)


def test_of_a_key_given_twice_the_last_counts() -> None:
    body = b'{"action":"inventory","deviceid":"a","deviceid":"b","content":{"hardware":{}}}'
    reading = opened(body)
    assert reading.agent.deviceid == "b"
    assert "twice" in reading.notes[0]


def test_numbers_beyond_measure_harm_nothing() -> None:
    body = document(hardware={"name": "pc", "memory": 7}).replace(b"7", b"9" * 5_000)
    reading = opened(body)
    assert reading.reports[0].machine.memory_mib is None
    for odd in (b"1e999", b"-1", b"NaN", b"true", b'"lots"', b"[]", b"{}"):
        told = document(hardware={"name": "pc", "memory": 7}).replace(b"7", odd)
        assert opened(told).reports[0].machine.memory_mib is None


def test_a_number_may_come_as_text_or_with_decimals() -> None:
    for told in ("4096", "4096.0", " 4096 "):
        report = opened(document(hardware={"memory": told})).reports[0]
        assert report.machine.memory_mib == 4096


def test_lone_surrogates_and_nul_never_reach_a_fact() -> None:
    report = opened(
        rb'{"action":"inventory","deviceid":"a","content":{"hardware":{"name":"a\ud800\u0000b"}}}'
    )
    assert report.reports[0].machine.name == "ab"


def test_a_long_value_is_cut_and_said() -> None:
    reading = opened(document(hardware={"name": "x" * 5_000}))
    assert len(reading.reports[0].machine.name or "") == DEFAULT.value_chars
    assert "cut" in reading.notes[0]


def test_sections_of_any_wrong_shape_never_raise() -> None:
    sections = ("hardware", "bios", "softwares", "networks", "monitors", "operatingsystem", "users")
    shapes: list[object] = [None, "", "x", 1, True, [], ["x"], [[]], [None], {}]
    shapes += [{"name": {"a": 1}}, [{"name": []}]]
    for shape in shapes:
        reading = opened(document(**dict.fromkeys(sections, shape)))
        assert reading.reports[0].kind == "computer"


def test_an_empty_section_is_counted_and_not_kept() -> None:
    reading = opened(xml(NAMED + "<BATTERIES/><BATTERIES><NAME>b</NAME></BATTERIES>"))
    assert len(reading.reports[0].batteries) == 1
    assert reading.reports[0].silent == (("batteries", 1),)


def test_a_megabyte_of_software_is_read_in_a_moment() -> None:
    entry = {"name": "package", "version": "1.2.3-4", "publisher": "Debian", "arch": "amd64"}
    body = document(softwares=[entry | {"name": f"package-{number}"} for number in range(12_000)])
    began = time.process_time()
    assert len(opened(body).reports[0].software) == 12_000
    assert time.process_time() - began < 2


def test_the_reference_page_names_every_reason() -> None:
    page = Path(__file__).parents[4] / "docs/reference/inventory.md"
    told = page.read_text("utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in told] == []

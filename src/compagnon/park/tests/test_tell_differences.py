"""A difference is one line a person reads; noise is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.park.inventory import decode, parse, read
from compagnon.park.inventory.differences import Change, difference
from compagnon.park.inventory.documents import digest, from_document, merged, to_document
from compagnon.park.inventory.facts import (
    Agent,
    Interface,
    Machine,
    OperatingSystem,
    Report,
    Software,
    Storage,
    User,
    Volume,
)

SECTIONS = frozenset(
    {"hardware", "bios", "operatingsystem", "softwares", "drives", "networks", "storages", "users"}
)


def report(**changed: Any) -> Report:
    told: dict[str, Any] = {
        "kind": "computer",
        "agent": Agent(deviceid="pc-1-2024-01-01-00-00-00"),
        "machine": Machine(name="pc-1", serial="CZC1", memory_mib=8000, uptime="1 day"),
        "operating_system": OperatingSystem(
            name="Debian", version="12.5", booted_at="2024-01-01 08:00:00"
        ),
        "sections": SECTIONS,
        "software": (Software(name="Firefox", version="115"), Software(name="Git", version="2.40")),
        "volumes": (Volume(mount="/", total_mib=100_000, free_mib=50_000),),
        "storages": (Storage(name="sda", serial="S1", size_mib=250_000),),
        "interfaces": (
            Interface(name="eth0", mac="c8:d9:d2:00:00:01", ipv4="10.0.0.5", dhcp="10.0.0.1"),
        ),
    }
    return Report(**(told | changed))


BEFORE = report()


def test_a_package_that_moves_is_one_change() -> None:
    after = report(
        software=(Software(name="firefox", version="116"), Software(name="VLC", version="3.0"))
    )
    assert difference(BEFORE, after) == [
        Change("software", "changed", "firefox", "name", "Firefox", "firefox"),
        Change("software", "changed", "firefox", "version", "115", "116"),
        Change("software", "removed", "Git", before="2.40"),
        Change("software", "added", "VLC", after="3.0"),
    ]


def test_several_versions_side_by_side_come_and_go() -> None:
    kernels = tuple(Software(name="kernel", version=version) for version in ("5.1", "5.2"))
    later = tuple(Software(name="kernel", version=version) for version in ("5.2", "5.3", "5.4"))
    changes = difference(report(software=kernels), report(software=later))
    assert changes == [
        Change("software", "removed", "kernel", before="5.1"),
        Change("software", "added", "kernel", after="5.3"),
        Change("software", "added", "kernel", after="5.4"),
    ]


def test_the_machine_and_its_system_tell_each_field() -> None:
    after = report(
        machine=replace(BEFORE.machine, name="pc-2", memory_mib=16_000),
        operating_system=OperatingSystem(name="Debian", version="13"),
    )
    assert difference(BEFORE, after) == [
        Change("machine", "changed", "", "name", "pc-1", "pc-2"),
        Change("machine", "changed", "", "memory_mib", "8000", "16000"),
        Change("operating_system", "changed", "", "version", "12.5", "13"),
    ]


def test_noise_is_no_news() -> None:
    after = report(
        machine=replace(BEFORE.machine, memory_mib=7_998, uptime="3 days", last_user="ana"),
        operating_system=OperatingSystem(
            name="Debian", version="12.5", booted_at="2024-02-01", timezone="CEST"
        ),
        volumes=(Volume(mount="/", total_mib=100_000, free_mib=41_000),),
        interfaces=(
            Interface(name="eth0", mac="c8:d9:d2:00:00:01", ipv4="10.0.0.9", dhcp="10.0.0.1"),
            Interface(name="eth0", mac="c8:d9:d2:00:00:01", ipv6="fe80::1"),
            Interface(name="veth12ab", mac="02:42:00:00:00:01"),
        ),
        users=(User(login="ana"),),
    )
    assert difference(BEFORE, after) == []
    assert digest(after) == digest(BEFORE)
    assert digest(after, with_noise=True) != digest(BEFORE, with_noise=True)


def test_free_space_is_news_across_a_threshold_alone() -> None:
    low = report(volumes=(Volume(mount="/", total_mib=100_000, free_mib=8_000),))
    assert difference(BEFORE, low) == [Change("volumes", "changed", "/", "free_mib", "50 %", "8 %")]
    assert digest(low) != digest(BEFORE)
    lower = report(volumes=(Volume(mount="/", total_mib=100_000, free_mib=7_000),))
    assert difference(low, lower) == []


def test_an_address_that_somebody_set_is_news() -> None:
    fixed = report(interfaces=(Interface(name="eth0", mac="c8:d9:d2:00:00:01", ipv4="10.0.0.5"),))
    moved = report(interfaces=(Interface(name="eth0", mac="c8:d9:d2:00:00:01", ipv4="10.0.0.6"),))
    assert difference(fixed, moved) == [
        Change("interfaces", "changed", "eth0", "ipv4", "10.0.0.5", "10.0.0.6")
    ]


def test_a_random_wireless_address_is_no_news() -> None:
    first = report(interfaces=(Interface(name="wlp2s0", mac="aa:00:00:00:00:01", ipv4="10.0.0.5"),))
    then = report(interfaces=(Interface(name="wlp2s0", mac="ae:00:00:00:00:02", ipv4="10.0.0.5"),))
    assert difference(first, then) == []


def test_a_disk_swapped_is_one_out_and_one_in() -> None:
    after = report(storages=(Storage(name="sda", serial="S2", size_mib=500_000),))
    assert difference(BEFORE, after) == [
        Change("storages", "removed", "sda", before="S1"),
        Change("storages", "added", "sda", after="S2"),
    ]


def test_a_partial_report_speaks_of_its_sections_alone() -> None:
    partial = Report(
        kind="computer",
        agent=Agent(deviceid="pc-1"),
        machine=Machine(name="pc-1", serial="CZC1"),
        partial=True,
        sections=frozenset({"hardware", "bios", "softwares"}),
        software=(Software(name="Firefox", version="116"),),
    )
    assert difference(BEFORE, partial) == [
        Change("software", "changed", "Firefox", "version", "115", "116"),
        Change("software", "removed", "Git", before="2.40"),
    ]
    whole = merged(BEFORE, partial)
    assert not whole.partial
    assert whole.software == partial.software
    assert whole.volumes == BEFORE.volumes
    assert whole.operating_system == BEFORE.operating_system
    assert whole.machine.memory_mib == 8_000
    assert whole.sections == SECTIONS


def test_a_whole_report_replaces_everything() -> None:
    after = report(volumes=(), sections=SECTIONS - {"drives"})
    assert merged(BEFORE, after) is after
    assert difference(BEFORE, after) == [
        Change("volumes", "removed", "/", before="100000 MiB"),
    ]


def test_real_partial_inventories_leave_the_rest(shared_data: Path) -> None:
    folder = shared_data / "inventory"

    def opened(name: str) -> Report:
        return parse(read(decode((folder / name).read_bytes()))).reports[0]

    whole = opened("ifmt-computer_1.json")
    for name in ("softs", "volumes", "memory"):
        laid = merged(whole, opened(f"ifmt-computer_1_partial_{name}.json"))
        for change in difference(whole, laid):
            assert change.subject in {"gitg", "/home"}
        assert len(laid.interfaces) == 8
    later = difference(opened("ifmt-computer_3.json"), opened("ifmt-computer_3_updated.json"))
    assert Change("monitors", "removed", "PL2480H", before="11182M5200867") in later
    assert sum(change.section == "virtual_machines" for change in later) == 3
    assert Change("memory", "changed", "DIMM0", "capacity_mib", "2048", "4096") in later


softwares = st.lists(
    st.builds(
        Software,
        name=st.sampled_from(["a", "b", "c"]),
        version=st.sampled_from(["1", "2", None]),
        architecture=st.sampled_from(["amd64", None]),
    ),
    max_size=6,
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(old=softwares, new=softwares)
def test_nothing_changed_if_and_only_if_the_digests_agree(
    old: tuple[Software, ...], new: tuple[Software, ...]
) -> None:
    before, after = report(software=old), report(software=new)
    assert (difference(before, after) == []) == (digest(before) == digest(after))
    assert from_document(to_document(after)) == after

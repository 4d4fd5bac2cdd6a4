"""One thing under many spellings comes out under one name."""

from __future__ import annotations

import base64
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.park.inventory.spellings import iso_date, normal_mac
from compagnon.park.normalising.companies import manufacturer, model, publisher
from compagnon.park.normalising.edid import decode_edid
from compagnon.park.normalising.facts import load
from compagnon.park.normalising.macs import is_hypervisor_prefix, role
from compagnon.park.normalising.processors import processor
from compagnon.park.normalising.serials import (
    byte_swapped,
    usable_asset_tag,
    usable_serial,
    usable_uuid,
    uuid_forms,
    uuid_of_serial,
)
from compagnon.park.normalising.software import normalise_software
from compagnon.park.normalising.storages import is_disk
from compagnon.park.normalising.systems import normalise_system


@pytest.mark.parametrize(
    "junk",
    [
        *("System Serial Number", "To be filled by O.E.M.", "0", "Not Specified", ".........", ""),
        *("XXXXXXXXXX", "Default string", "00000000", "1.2", "N/A", " none ", "FFFFFFFF", None),
        *("Chassis Serial Number", "123456789", "----", "x", "xxxx-xxxx"),
    ],
)
def test_junk_serials_name_no_machine(junk: str | None) -> None:
    assert usable_serial(junk) is None


@pytest.mark.parametrize(
    "serial",
    [
        *("640HP72", "8C554721F", "CZC0479792", "af8d8fcfa6fa4794", "J2.5X9", "5CG1.234"),
        *("VMware-56 4d 9f 3c 11 aa 22 bb-33 cc 44 dd 55 ee 66 ff", "PF0XXXXX", "3d92c483-4407"),
    ],
)
def test_good_serials_stay(serial: str) -> None:
    assert usable_serial(serial) == serial.upper()


def test_uuids_are_written_one_way_and_shared_ones_refused() -> None:
    assert usable_uuid("{4C4C4544-0046-4810-8057-B3C04F385A31}") == (
        "4c4c4544-0046-4810-8057-b3c04f385a31"
    )
    for shared in ("03000200-0400-0500-0006-000700080009", "EEEEEEEE-EEEE-EEEE-EEEE-EEEEEEEEEEEE"):
        assert usable_uuid(shared) is None
    assert usable_uuid("4BDRGGFE-0046-4710-8047-B2C04F503732") is None
    assert usable_uuid(None) is None


def test_a_byte_swapped_uuid_is_the_same_machine() -> None:
    clone, seen = "564d9f3c-11aa-22bb-33cc-44dd55ee66ff", "3c9f4d56-aa11-bb22-33cc-44dd55ee66ff"
    assert byte_swapped(clone) == seen
    assert uuid_forms(clone) == uuid_forms(seen)
    assert uuid_of_serial("VMware-56 4d 9f 3c 11 aa 22 bb-33 cc 44 dd 55 ee 66 ff") == clone


@settings(max_examples=50, deadline=None)
@given(st.uuids())
def test_swapping_twice_changes_nothing(uuid: object) -> None:
    assert byte_swapped(byte_swapped(str(uuid))) == usable_uuid(str(uuid))


def test_asset_tags_that_say_nothing() -> None:
    assert usable_asset_tag("Asset-1234567890") is None
    assert usable_asset_tag(" 0173926 ") == "0173926"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Dell Inc.", "Dell"),
        ("Hewlett-Packard", "HP"),
        ("ASUSTeK COMPUTER INC.", "Asus"),
        ("innotek GmbH", "VirtualBox"),
        ("LENOVO", "Lenovo"),
        ("Apple Computer, Inc.", "Apple"),
        ("VMware, Inc.", "VMware"),
        ("FUJITSU // Phoenix", "FUJITSU // Phoenix"),
        ("Gizmo Systems GmbH & Co. KG", "Gizmo Systems"),
        ("System manufacturer", None),
        ("To be filled by O.E.M.", None),
        (None, None),
    ],
)
def test_manufacturers_have_one_name(told: str | None, name: str | None) -> None:
    assert manufacturer(told) == name


def test_models_go_without_their_maker() -> None:
    assert model("HP EliteBook 2540p", "Hewlett-Packard") == "EliteBook 2540p"
    assert model("PowerEdge R620", "Dell Inc.") == "PowerEdge R620"
    assert model("System Product Name", "Asus") is None
    assert model("VirtualBox", "innotek GmbH") == "VirtualBox"


def test_publishers_are_told_from_copyrights() -> None:
    assert publisher("Microsoft Corporation") == "Microsoft"
    assert publisher("5.0, © Copyright 2002-2009 Apple Inc., all rights reserved.") == "Apple"
    assert publisher("Debian Perl Group <pkg-perl@lists.example.org>") == "Debian Perl Group"
    assert publisher("https://httpd.apache.org/") is None
    assert publisher("4.0.4") is None


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Intel(R) Core(TM) i5-4210U CPU @ 1.70GHz", "Intel Core i5-4210U"),
        ("AMD Ryzen 7 PRO 6850U with Radeon Graphics", "AMD Ryzen 7 PRO 6850U"),
        ("Intel(R) Xeon(R) CPU E5-2630 v3 @ 2.40GHz", "Intel Xeon E5-2630 v3"),
        ("AMD EPYC 7742 64-Core Processor", "AMD EPYC 7742"),
        ("12th Gen Intel(R) Core(TM) i7-1265U", "12th Gen Intel Core i7-1265U"),
        (None, None),
    ],
)
def test_processors_are_readable(told: str | None, name: str | None) -> None:
    assert processor(told) == name


@pytest.mark.parametrize(
    ("told", "label", "edition", "end"),
    [
        (("Microsoft Windows 11 Professionnel", "10.0.22631"), "Windows 11 23H2", "Pro",
         date(2025, 11, 11)),
        (("Microsoft Windows 11 Entreprise", "10.0.26100"), "Windows 11 24H2", "Enterprise",
         date(2027, 10, 12)),
        (("Microsoft Windows 10 Enterprise LTSC", "10.0.17763"), "Windows 10 1809", "Enterprise",
         date(2029, 1, 9)),
        (("Microsoft Windows 8.1 Professionnel", "6.3.9600"), "Windows 8.1", "Pro",
         date(2023, 1, 10)),
        (("Microsoft Windows 7 Édition Familiale Premium", "6.1.7601"), "Windows 7", "Home",
         date(2020, 1, 14)),
        (("Microsoft Windows Server 2022 Standard Evaluation", "10.0.20348"), "Windows Server 2022",
         "Standard", date(2031, 10, 14)),
        (("Microsoft® Windows Server® 2008 R2 Standard", "6.1.7601"), "Windows Server 2008 R2",
         "Standard", date(2020, 1, 14)),
        (("Debian GNU/Linux 12 (bookworm)", "12.11"), "Debian 12", None,
         date(2026, 6, 10)),
        (("Ubuntu 22.04.5 LTS", "22.04.5 LTS (Jammy Jellyfish)"), "Ubuntu 22.04", None,
         date(2027, 4, 1)),
        (("Red Hat Enterprise Linux 8.9 (Ootpa)", "8.9"), "Red Hat Enterprise Linux 8", None,
         date(2029, 5, 31)),
        (("CentOS Stream release 9", "9"), "CentOS Stream 9", None,
         date(2027, 5, 31)),
        (("SUSE Linux Enterprise Server 15 SP5", "15-SP5"), "SUSE Linux Enterprise Server 15.5",
         None, date(2024, 12, 31)),
        (("Fedora 31 (Workstation Edition)", "31 (Workstation Edition)"), "Fedora 31",
         "Workstation", date(2020, 11, 24)),
        (("Rocky Linux 9.3 (Blue Onyx)", "9.3"), "Rocky Linux 9", None,
         date(2032, 5, 31)),
        (("Mac OS X", "10.6.8 (10K549)"), "macOS 10.6", None,
         date(2011, 7, 25)),
        (("macOS 13.6.1", "13.6.1 (22G313)"), "macOS 13", None,
         date(2025, 9, 15)),
        (("Q Android 10.0 api 29", "29"), "Android 10", None,
         date(2023, 3, 6)),
        (("VMware ESXi 7.0.3 build-20036589", "7.0.3"), "VMware ESXi 7.0", None,
         date(2025, 10, 2)),
    ],
)  # fmt: skip
def test_systems_and_their_end_of_support(
    told: tuple[str, str], label: str, edition: str | None, end: date
) -> None:
    system = normalise_system(full_name=told[0], version=told[1], kernel_version=told[1])
    assert system is not None
    assert (system.label, system.edition, system.support_ends) == (label, edition, end)
    assert system.source


def test_an_unknown_system_keeps_its_name() -> None:
    system = normalise_system(full_name="Plan 9", version="4")
    assert system is not None
    assert (system.key, system.label, system.support_ends) == (None, "Plan 9 4", None)
    assert normalise_system() is None


def test_every_system_gives_its_source_and_sane_dates() -> None:
    for key, product in load("systems").items():
        assert product["source"].startswith("https://"), key
        for release, facts in product["releases"].items():
            end, extended = facts.get("end"), facts.get("extended")
            assert end is None or extended is None or end <= extended, (key, release)


@pytest.mark.parametrize(
    ("spelling", "name", "kind"),
    [
        ("Mozilla Firefox 115.0.2 (x64 fr)", "Mozilla Firefox", "product"),
        ("Firefox (x64 en-US)", "Mozilla Firefox", "product"),
        ("7-Zip 22.01 (x64)", "7-Zip", "product"),
        ("Notepad++ (64-bit x64)", "Notepad++", "product"),
        ("PuTTY release 0.78 (64-bit)", "PuTTY", "product"),
        ("Adobe Acrobat Reader DC - Français", "Adobe Acrobat Reader", "product"),
        ("Microsoft 365 Apps for enterprise - fr-fr",
         "Microsoft 365 Apps for enterprise", "product"),
        ("FusionInventory Agent 2.4.3 (x64 edition)", "FusionInventory Agent", "product"),
        ("Microsoft Office Professional Plus 2016",
         "Microsoft Office Professional Plus 2016", "product"),
        ("Chef Infra Client v17.10.3", "Chef Infra Client", "product"),
        ("Rudder agent (DSC)", "Rudder agent (DSC)", "product"),
        ("KB5012170", "KB5012170", "update"),
        ("Security Update for Microsoft Office 2016 (KB4011574) 32-Bit Edition",
         "Security Update for Microsoft Office 2016 (KB4011574) 32-Bit Edition", "update"),
        ("Mise à jour pour Microsoft Office 2010 (KB2553140)",
         "Mise à jour pour Microsoft Office 2010 (KB2553140)", "update"),
    ],
)  # fmt: skip
def test_one_product_has_one_name(spelling: str, name: str, kind: str) -> None:
    product = normalise_software(spelling)
    assert product is not None
    assert (product.name, product.kind) == (name, kind)


def test_a_version_given_beside_the_name_goes_from_it() -> None:
    product = normalise_software(
        "OpenVPN 2.3.8-I001", version="2.3.8-I001", publisher="OpenVPN Technologies, Inc."
    )
    assert product is not None
    assert (product.name, product.publisher) == ("OpenVPN", "OpenVPN Technologies")


def test_a_package_keeps_its_name_and_loses_its_revision() -> None:
    product = normalise_software(
        "bash", version="1:5.2.15-2+b2", architecture="amd64", source="deb"
    )
    assert product is not None
    assert (product.name, product.version, product.architecture, product.kind) == (
        *("bash", "5.2.15", "x86_64", "package"),
    )


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=500), st.text(max_size=40))
def test_no_name_is_too_odd(name: str, version: str) -> None:
    product = normalise_software(name, version=version, publisher=name)
    assert (product is None) == (not name)
    manufacturer(name)
    model(name, version)
    processor(name)
    normalise_system(full_name=name, version=version, kernel_version=version)
    usable_serial(name)
    usable_uuid(name)


@pytest.mark.parametrize(
    "hostile",
    [
        "1.1" + "a" * 496 + "!",
        " " * 499 + "x",
        "copyright " * 50,
        "1." * 250,
        "(" * 500,
        "- " * 250,
    ],
)
def test_no_name_is_slow(hostile: str) -> None:
    began = time.process_time()
    normalise_software(hostile, version=hostile, publisher=hostile)
    manufacturer(hostile)
    model(hostile, hostile)
    processor(hostile)
    normalise_system(full_name=f"Windows {hostile}", version=hostile, kernel_version=hostile)
    usable_serial(hostile)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("mac", "name", "expected"),
    [
        ("c8:d9:d2:00:00:01", "enp0s31f6", "permanent"),
        ("00:e0:4c:68:00:01", "enx00e04c680001", "adapter"),
        ("c8:d9:d2:00:00:01", "Realtek USB GbE Family Controller", "adapter"),
        ("00:50:56:aa:00:01", "ens192", "virtual"),
        ("52:54:00:74:5e:f1", "virbr0", "virtual"),
        ("02:42:ac:11:00:02", "docker0", "virtual"),
        ("ae:ed:e7:56:9b:a0", "wlp2s0", "random"),
        ("20:41:53:59:4e:ff", "WAN Miniport (IP)", "shared"),
        ("ff:ff:ff:ff:ff:ff", None, "shared"),
    ],
)
def test_mac_addresses_are_worth_what_they_are(mac: str, name: str | None, expected: str) -> None:
    assert role(mac, name=name) == expected


def test_an_agent_that_calls_everything_virtual_is_not_believed() -> None:
    assert role("00:17:f2:d1:14:32", name="en0", is_virtual=True) == "permanent"
    assert role("c8:d9:d2:00:00:01", name="bridge100", is_virtual=True) == "virtual"
    assert is_hypervisor_prefix("00:50:56:aa:00:01")
    assert not is_hypervisor_prefix("00:50:56:c0:00:08")


@pytest.mark.parametrize(
    "spelling", ["AA-BB-CC-DD-EE-0F", "aabb.ccdd.ee0f", "AABBCCDDEE0F", " aa:bb:cc:dd:ee:0f "]
)
def test_mac_addresses_are_written_one_way(spelling: str) -> None:
    assert normal_mac(spelling) == "aa:bb:cc:dd:ee:0f"


def test_what_is_no_mac_address_is_none() -> None:
    for odd in ("d5:c9:gh:81:cf:80", "00:00:00:00:00:00", "", "aa:bb:cc", "a" * 100):
        assert normal_mac(odd) is None


@pytest.mark.parametrize(
    ("told", "iso"),
    [
        ("2022-12-28 10:23:47", "2022-12-28T10:23:47"),
        ("2025/05/24 14:37:47", "2025-05-24T14:37:47"),
        ("10/05/2017", "2017-05-10"),
        ("05/24/2017", "2017-05-24"),
        ("20171231", "2017-12-31"),
        ("Tue Jul 19 09:53:52 2011", "2011-07-19T09:53:52"),
        ("1970-01-01 00:00:00", None),
        ("2019-54-17 10:54:37", None),
        ("yesterday", None),
    ],
)
def test_dates_are_iso(told: str, iso: str | None) -> None:
    assert iso_date(told) == iso


def test_disks_are_told_from_what_is_none() -> None:
    assert is_disk(name="sda", type="disk", model="PERC H710", description="SATA")
    assert is_disk(type="Fixed hard disk media", description="Disk drive", model="VBOX HARDDISK")
    for odd in (
        {"type": "cd", "name": "sr0"},
        {"model": "HL-DT-ST DVDRAM GU90N"},
        {"description": "CD-ROM Drive"},
        {"type": "Removable Media"},
        {"model": "Generic- SD/MMC/MS PRO"},
        {"model": "USB Card Reader"},
        {"name": "fd0"},
    ):
        assert not is_disk(**odd), odd


def edid(name: bytes = b"DELL U2410\n  ") -> bytes:
    block = bytearray(128)
    block[:8] = bytes.fromhex("00ffffffffffff00")
    block[8:18] = bytes.fromhex("10ac15f0" + "4c503541" + "2a15")
    block[21:23] = bytes((52, 32))
    block[54:72] = b"\0\0\0\xfc\0" + name
    block[127] = -sum(block[:127]) % 256
    return bytes(block)


def test_a_monitor_names_itself() -> None:
    decoded = decode_edid(base64.b64encode(edid()).decode())
    assert decoded is not None
    assert (decoded.maker, decoded.manufacturer, decoded.name) == ("DEL", "Dell", "DELL U2410")
    assert (decoded.pnp_id, decoded.made) == ("DELF015", "2011-W42")
    assert (decoded.width_cm, decoded.height_cm) == (52, 32)


def test_what_is_no_edid_is_none() -> None:
    broken = bytearray(edid())
    broken[30] ^= 1
    for odd in (None, "", "!!!!", "AAAA", base64.b64encode(bytes(broken)).decode()):
        assert decode_edid(odd) is None

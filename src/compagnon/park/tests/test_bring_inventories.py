"""Inventories through the whole intake: machines, what is written, what is not."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compagnon.core.models import Entry
from compagnon.park.models import (
    Asset,
    Doubt,
    Identifier,
    Installation,
    InventoryReport,
    Machine,
    NetworkPort,
    Outcome,
    SoftwareVersion,
    Storage,
    VirtualMachine,
    Volume,
)
from compagnon.park.telling import cut_words
from compagnon.park.tests.factories import bring, inventory
from compagnon.people.models import Organisation
from compagnon.people.tests import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return people.organisation("Ateliers")


def machine_of(report: InventoryReport) -> Asset:
    assert report.asset is not None, report.detail
    return report.asset


def test_a_first_inventory_makes_a_machine(organisation: Organisation) -> None:
    report = bring(organisation, inventory("pc-1", serial="5CG0001"))
    asset = machine_of(report)
    assert report.outcome == Outcome.CREATED
    assert (asset.name, asset.serial, asset.manufacturer) == ("pc-1", "5CG0001", "Dell")
    machine = Machine.objects.get(pk=asset.pk)
    assert str(machine.system) == "Debian 12"
    assert machine.system is not None
    assert machine.system.support_ends_on is not None
    assert machine.memory_mib == 8192
    assert Installation.objects.filter(asset=asset).count() == 2
    assert Entry.objects.filter(verb="asset.discover", object_id=asset.pk).count() == 1


def test_the_same_again_writes_nothing_but_seen(organisation: Organisation) -> None:
    document = inventory("pc-1")
    asset = machine_of(bring(organisation, document))
    before = _rows()
    entries = Entry.objects.count()
    seen = Asset.objects.get(pk=asset.pk).last_seen
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = bring(organisation, document)
    assert again.times == 1  # as it was read; the row says two
    assert InventoryReport.objects.get(pk=again.pk).times == 2
    assert _rows() == before
    assert Entry.objects.count() == entries
    assert Asset.objects.get(pk=asset.pk).last_seen > seen  # type: ignore[operator]
    writes = [one["sql"] for one in asked if not one["sql"].startswith("SELECT")]
    assert len(writes) <= 2, writes


def test_the_same_in_other_bytes_changes_no_row(organisation: Organisation) -> None:
    document = inventory("pc-1", mac="a4:bb:6d:00:00:09")
    bring(organisation, document)
    before, entries = _rows(), Entry.objects.count()
    document["content"]["hardware"]["uptime"] = "3 days"
    report = bring(organisation, document)
    assert report.outcome == Outcome.UNCHANGED
    assert Entry.objects.count() == entries
    after = _rows()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "inventoryreport": 1
    }


def _rows() -> dict[str, int]:
    from django.apps import apps

    return {
        model._meta.model_name or "": model._base_manager.count()
        for model in apps.get_app_config("park").get_models()
    }


def test_what_changed_is_journaled_once_in_words(organisation: Organisation) -> None:
    said = {
        "uuid": "4c4c4544-0031-3010-8057-00000000abcd",
        "serial": "S1",
        "mac": "a4:bb:6d:01:01:01",
    }
    bring(organisation, inventory("pc-1", **said))
    report = bring(
        organisation,
        inventory("pc-1", software=[("Firefox", "116.0"), ("Gimp", "2.10")], **said),
    )
    assert report.outcome == Outcome.UPDATED
    entry = Entry.objects.get(verb="asset.inventory")
    told = {(one["action"], one["subject"]) for one in entry.after["changes"]}
    assert ("changed", "Firefox") in told
    assert ("added", "Gimp") in told
    assert ("removed", "LibreOffice") in told


def test_a_partial_inventory_leaves_the_rest(organisation: Organisation) -> None:
    said = {"uuid": "4c4c4544-0031-3010-8057-00000000abcd", "serial": "S1"}
    asset = machine_of(bring(organisation, inventory("pc-1", **said)))
    document = inventory("pc-1", partial=True, **said)
    document["content"].pop("softwares")
    document["content"]["memories"] = [{"capacity": 16384}]
    report = bring(organisation, document)
    assert report.asset_id == asset.pk
    assert Installation.objects.filter(asset=asset).count() == 2
    assert NetworkPort.objects.filter(asset=asset).count() == 1
    assert Machine.objects.get(pk=asset.pk).memory_mib == 16384


def test_a_partial_inventory_never_makes_a_machine(organisation: Organisation) -> None:
    report = bring(organisation, inventory("pc-1", partial=True))
    assert (report.outcome, report.reason) == (Outcome.REFUSED, "partial_unknown")
    assert not Asset.objects.exists()


def test_a_field_locked_by_hand_stays(organisation: Organisation) -> None:
    said = {"uuid": "4c4c4544-0031-3010-8057-00000000abcd", "serial": "S1",
            "mac": "a4:bb:6d:01:01:01"}  # fmt: skip
    asset = machine_of(bring(organisation, inventory("pc-1", **said)))
    Asset.objects.filter(pk=asset.pk).update(name="Caisse 4", locked=["name"])
    bring(organisation, inventory("pc-renamed", **said))
    assert Asset.objects.get(pk=asset.pk).name == "Caisse 4"


def test_another_client_forging_the_same_numbers_touches_nothing(
    organisation: Organisation,
) -> None:
    document = inventory("pc-1", mac="a4:bb:6d:01:01:01")
    mine = machine_of(bring(organisation, document))
    other = people.organisation("Voisin")
    theirs = machine_of(bring(other, document))
    assert mine.pk != theirs.pk
    assert theirs.organisation_id == other.pk


def test_software_is_one_product_under_many_spellings(organisation: Organisation) -> None:
    for name in ("pc-1", "pc-2"):
        bring(organisation, inventory(name, software=[("Firefox", "115.0"), ("FIREFOX", "115.0")]))
    assert SoftwareVersion.objects.count() == 1
    assert Installation.objects.count() == 2


def test_hostile_texts_are_kept_as_texts(organisation: Organisation) -> None:
    name = "'; DROP TABLE park_asset; --"
    document = inventory(name, software=[("<script>alert(1)</script>", "x" * 3000)], serial="S'\"1")
    document["content"]["hardware"]["description"] = "\x00\x07" + "é" * 5000
    document["content"]["storages"] = [{"name": "sda", "disksize": 10**30}]
    report = bring(organisation, document)
    assert machine_of(report).name == name
    assert Asset.objects.count() == 1


class TestSharedFiles:
    """Every real and crafted file beside the project, by the command."""

    @pytest.fixture
    def answers(self, shared_data: Path) -> dict[str, Any]:
        folder = shared_data / "inventory"
        order = sorted(folder.glob("*.*")) + sorted((folder / "crafted").iterdir())
        files = [str(one) for one in order if one.suffix != ".md" and one.stem != "expected"]
        out = StringIO()
        with pytest.raises(CommandError) as ended:
            call_command("park", "import", "--json", *files, stdout=out)
        assert ended.value.returncode == 1
        return {Path(one["file"]).name: one for one in json.loads(out.getvalue())["items"]}

    def test_the_facts_and_outcomes(self, answers: dict[str, Any], shared_data: Path) -> None:
        expected = json.loads((shared_data / "inventory" / "expected.json").read_text())
        for name, facts in expected.items():
            given = {key: answers[name].get(key) for key in facts}
            assert given == facts, name
            assert answers[name]["outcome"] in {"created", "updated", "unchanged"}, name
        outcome = {name: one["outcome"] for name, one in answers.items()}
        refused = {name for name, word in outcome.items() if word == "refused"}
        assert refused == {
            "array-root.json", "entity-expansion.xml", "external-entity.xml", "no-deviceid.xml",
            "trailing-garbage.json", "truncated.xml", "unknown-itemtype.json",
            "unknown-query.xml", "zlib-bomb-64MiB.bin", "zlib-corrupt.bin", "zlib-truncated.bin",
        }  # fmt: skip
        assert all(answers[name]["reason"] for name in refused)
        kept = InventoryReport.objects.filter(outcome=Outcome.REFUSED, raw__isnull=False)
        assert kept.count() == len(refused)
        self._identity(answers, outcome)
        self._rows(answers, expected)
        self._astray()

    def _identity(self, answers: dict[str, Any], outcome: dict[str, str]) -> None:
        assert outcome["clone-b.json"] == "doubtful"
        assert Doubt.objects.count() == 1
        pairs = [("dock-laptop-1", "dock-laptop-2"), ("oem-white-1", "oem-white-2"),
                 ("renamed-after", "same-name-other-machine")]  # fmt: skip
        for one, two in pairs:
            assert answers[f"{one}.json"]["asset"] != answers[f"{two}.json"]["asset"]
        same = {answers[f"renamed-{when}.json"]["asset"] for when in ("before", "after")}
        assert len(same) == 1
        guest = VirtualMachine.objects.get(asset_id=answers["vmware-byteswap-host.json"]["asset"])
        assert guest.guest_id == answers["clone-a.json"]["asset"]

    def _rows(self, answers: dict[str, Any], expected: dict[str, Any]) -> None:
        """What was written counts as the file does."""
        for name in ("agent-srv-r620-02.json", "rudder-windows2022.ocs", "ifmt-xml-2.xml"):
            asset, facts = answers[name]["asset"], expected[name]
            assert Storage.objects.filter(asset_id=asset).count() == facts["storages"]
            assert Volume.objects.filter(asset_id=asset).count() == facts["volumes"]
            assert (
                NetworkPort.objects.filter(asset_id=asset).exclude(mac="").count()
                >= facts["distinct_macs"]
            )
            assert Machine.objects.get(pk=asset).memory_mib == facts["total_ram_mib"]
            row = Asset.objects.get(pk=asset)
            assert (row.name, row.serial, row.uuid, row.model) == (
                facts["name"], facts["serial"], facts["uuid"], facts["model"],
            )  # fmt: skip

    def _astray(self) -> None:
        """Not one row stands without its machine."""
        assets = set(Asset.every.values_list("pk", flat=True))
        for model in (Installation, Identifier, NetworkPort, Storage, Volume):
            assert set(model._default_manager.values_list("asset_id", flat=True)) <= assets
        assert not InventoryReport.objects.filter(outcome=Outcome.WAITING).exists()


def test_a_path_that_is_not_there_is_misuse() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("park", "import", "/nowhere/at/all")
    assert refused.value.returncode == 2


def test_what_is_not_kept_whole_is_said(tmp_path: Path, organisation: Organisation) -> None:
    many = [(f"paquet-{number:05}", "1.0") for number in range(20_007)]
    document = inventory("pc-1", software=[("x" * 400, "2"), *many])
    file = tmp_path / "many.json"
    file.write_text(json.dumps(document))
    out = StringIO()
    call_command("park", "import", str(file), "--json", stdout=out)
    item = json.loads(out.getvalue())["items"][0]
    assert item["outcome"] == "created"
    assert item["software_entries"] == item["software_distinct_name_version"] == 20_008
    assert "20000 of 20008 software kept" in item["detail"]
    report = InventoryReport.objects.get()
    assert report.cuts == [["software", 20_008, 20_000], ["texts", 1, 0]]
    assert [str(one) for one in cut_words(report.cuts)] != []
    assert Installation.objects.count() == 20_000


def test_a_mark_that_all_share_does_not_crowd_out_the_one_that_tells(
    organisation: Organisation,
) -> None:
    """600 machines of one name: the first of them is known again by its own serial number."""
    said = {"serial": "KQ00001", "uuid": "", "mac": "a4:bb:6d:77:77:01"}
    first = machine_of(bring(organisation, inventory("kiosque", **said)))
    others = Asset.objects.bulk_create(
        [
            Asset(organisation=organisation, type=first.type, name="kiosque", serial=f"X{number}")
            for number in range(600)
        ]
    )
    Identifier.objects.bulk_create(
        [
            Identifier(asset=other, key=key, seen_at=timezone.now())
            for other in others
            for key in ("name:kiosque", f"serial:x{other.serial}")
        ]
    )
    again = inventory("kiosque", **said)
    again["content"]["hardware"]["memory"] = 16384
    assert machine_of(bring(organisation, again)) == first

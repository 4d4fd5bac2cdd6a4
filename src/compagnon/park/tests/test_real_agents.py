"""The agents that users have installed, from Debian, against a live server on loopback.

What is written of this machine equals what an independent reading of the body says.
"""

from __future__ import annotations

import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from compagnon.core import files
from compagnon.core.tasks.worker import run_due
from compagnon.park.models import Agent, Asset, InventoryReport, Outcome

pytestmark = pytest.mark.django_db(transaction=True)
OCS_SETTINGS = Path("/etc/ocsinventory/ocsinventory-agent.cfg")
LEFT_OUT = "deploy,esx,collect,netdiscovery,netinventory,wakeonlan"
LONGEST = 150


def fusion(address: str, folder: Path) -> list[str]:
    """The command line of FusionInventory's agent."""
    return [
        "fusioninventory-agent", "--server", f"{address}/inventory", "--force", "--no-httpd",
        "--delaytime=0", f"--no-task={LEFT_OUT}", "--no-category=process,environment",
    ]  # fmt: skip


def ocs(address: str, folder: Path) -> list[str]:
    """The command line of OCS's agent, whose settings on the machine name no server."""
    own = folder / "ocs.cfg"
    own.write_text(f"server={address}/ocsinventory\n")
    run = f"exec ocsinventory-agent --force --basevardir={folder}"
    return ["unshare", "-rm", "sh", "-c", f"mount --bind {own} {OCS_SETTINGS} && {run}"]


def may_mount() -> bool:
    """Whether this machine lets us give a program its own view of a file."""
    tried = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.parametrize("agent", ["fusioninventory-agent", "ocsinventory-agent"])
def test_an_agent_reports_this_machine(agent: str, live_server: Any, tmp_path: Path) -> None:
    if shutil.which(agent) is None:
        pytest.skip(f"{agent} is not installed")
    if agent == "ocsinventory-agent" and not (may_mount() and OCS_SETTINGS.exists()):
        pytest.skip("its settings cannot be replaced on this machine")
    command = (fusion if agent.startswith("fusion") else ocs)(live_server.url, tmp_path)
    said = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    run_due()
    report = InventoryReport.objects.filter(outcome=Outcome.CREATED).first()
    told = InventoryReport.objects.values_list("outcome", "detail")
    assert report is not None, (said.stdout, said.stderr, list(told))
    assert report.raw is not None
    asset = Asset.objects.get(pk=report.asset_id)
    content = ElementTree.fromstring(  # noqa: S314 — our own machine's
        zlib.decompress(files.read(report.raw))
    ).find("CONTENT")
    assert content is not None
    _equal(asset, content)
    if agent.startswith("fusion"):
        assert Agent.objects.get().kind == "FusionInventory-Agent"


def _equal(asset: Asset, content: ElementTree.Element) -> None:
    text = lambda path: (content.findtext(path) or "").strip()  # noqa: E731
    assert asset.name == text("HARDWARE/NAME")
    assert asset.serial == text("BIOS/SSN")
    assert asset.uuid.lower() == text("HARDWARE/UUID").lower()
    assert asset.model == text("BIOS/SMODEL")
    full = text("OPERATINGSYSTEM/FULL_NAME") or text("HARDWARE/OSNAME")
    assert asset.machine.os_full_name == " ".join(full.split())
    sizes = [one.findtext("CAPACITY") or "" for one in content.findall("MEMORIES")]
    modules = sum(int(size) for size in sizes if size.isdecimal())
    assert asset.machine.memory_mib == (modules or int(text("HARDWARE/MEMORY")))
    # An agent sends an entry that says nothing for a drive that it cannot read.
    for rows, name in ((asset.storage_rows, "STORAGES"), (asset.volume_rows, "DRIVES")):
        said = [
            one for one in content.findall(name) if any((each.text or "").strip() for each in one)
        ]
        assert rows.count() == len(said), name
    assert asset.machine.counts["software"] == len(content.findall("SOFTWARES"))
    distinct = {
        (one.findtext("NAME"), one.findtext("VERSION"), one.findtext("ARCHITECTURE"))
        for one in content.findall("SOFTWARES")
    }
    assert asset.installations.count() <= len(distinct)
    assert asset.installations.count() >= len(distinct) * 0.95
    macs = {(one.findtext("MACADDR") or "").lower() for one in content.findall("NETWORKS")}
    kept = set(asset.networkport_rows.exclude(mac="").values_list("mac", flat=True))
    assert kept in (macs - {"", "00:00:00:00:00:00"}, macs - {""})

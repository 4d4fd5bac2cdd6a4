"""Debian's agent, ordered from here, discovers simulated devices on loopback and reads them.

The devices are recordings played by snmpsim: one of our own, spoken to by SNMP v3, and where the
real recordings are there a switch and a printer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compagnon.core.tasks.worker import run_due
from compagnon.core.tests.processes import free_ports
from compagnon.park.ingestion import jobs
from compagnon.park.models import Agent, Asset, InventoryReport, JobState, MetDevice, NetworkJob
from compagnon.park.services import discovery
from compagnon.park.snmp_secrets import SnmpSecrets
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import organisation, system

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST = 120
AGENT = Path("/usr/share/fusioninventory/lib/FusionInventory/Agent/Task/NetDiscovery.pm")
SIMULATOR = Path(sys.executable).with_name("snmpsim-command-responder")
AUTH, PRIVACY = "une phrase d'essai", "une autre phrase"
OWN = {
    "1.3.6.1.2.1.1.1.0": ("4", "Compagnon test switch"),
    "1.3.6.1.2.1.1.2.0": ("6", "1.3.6.1.4.1.9.1.1208"),
    "1.3.6.1.2.1.1.3.0": ("67", "4200"),
    "1.3.6.1.2.1.1.5.0": ("4", "sw-essai"),
    "1.3.6.1.2.1.2.1.0": ("2", "2"),
    "1.3.6.1.2.1.2.2.1.1.1": ("2", "1"),
    "1.3.6.1.2.1.2.2.1.1.2": ("2", "2"),
    "1.3.6.1.2.1.2.2.1.2.1": ("4", "Gi0/1"),
    "1.3.6.1.2.1.2.2.1.2.2": ("4", "Gi0/2"),
    "1.3.6.1.2.1.2.2.1.3.1": ("2", "6"),
    "1.3.6.1.2.1.2.2.1.3.2": ("2", "6"),
    "1.3.6.1.2.1.2.2.1.6.1": ("4x", "0018b9000001"),
    "1.3.6.1.2.1.2.2.1.6.2": ("4x", "0018b9000002"),
    "1.3.6.1.2.1.47.1.1.1.1.11.1": ("4", "FOC0000TEST"),
}
"""A switch of ours: what an agent asks of one first."""


def record(folder: Path, name: str, source: Path | None = None) -> Path:
    """A folder with one recording."""
    folder.mkdir()
    target = folder / f"{name}.snmprec"
    if source is not None:
        shutil.copy(source, target)
    else:
        lines = sorted(OWN, key=lambda oid: [int(part) for part in oid.split(".")])
        target.write_text("".join(f"{oid}|{OWN[oid][0]}|{OWN[oid][1]}\n" for oid in lines))
    return folder


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[tuple[int, Path | None]]:
    """Simulated devices at 127.0.0.2 (ours) and, with the recordings, at .3 and .4; their port."""
    if not (AGENT.exists() and shutil.which("fusioninventory-agent")):
        pytest.skip("fusioninventory-agent-task-network is not installed")
    shared = os.environ.get("COMPAGNON_SHARED_DATA")
    folder = (Path(shared) if shared else Path(__file__).parents[5] / "shared/data") / "snmp"
    real = folder if folder.is_dir() else None
    (port,) = free_ports(1)
    # The name under which a request by SNMP v3 without a context finds a recording.
    ours = record(tmp_path / "ours", "self")
    command = [str(SIMULATOR), f"--cache-dir={tmp_path / 'cache'}", "--log-level=error"]
    if os.geteuid() == 0:
        command += ["--process-user=root", "--process-group=root"]
    command += [
        "--v3-engine-id=auto", "--v3-user=park", f"--v3-auth-key={AUTH}", "--v3-auth-proto=SHA",
        f"--v3-priv-key={PRIVACY}", "--v3-priv-proto=DES", f"--data-dir={ours}",
        f"--agent-udpv4-endpoint=127.0.0.2:{port}",
    ]  # fmt: skip
    if real is not None:
        for number, name in ((3, "arubaos-cx_10.10"), (4, "jetdirect_m252dw")):
            held = record(tmp_path / name, f"lecture-{number}", real / f"{name}.snmprec")
            command += [
                "--v3-engine-id=auto", f"--data-dir={held}",
                f"--agent-udpv4-endpoint=127.0.0.{number}:{port}",
            ]  # fmt: skip
    said = (tmp_path / "simulator").open("wb")
    simulator = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        _wait_until_it_listens(simulator, port)
        yield port, real
    finally:
        simulator.terminate()
        simulator.wait(timeout=20)
        said.close()


def _wait_until_it_listens(simulator: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if simulator.poll() is not None:
            pytest.fail("the simulator ended")
        held = Path("/proc/net/udp").read_text(encoding="ascii")
        if f"0200007F:{port:04X}" in held:
            return
        time.sleep(0.1)
    pytest.fail("the simulator does not listen")


def run_agent(address: str) -> str:
    """Let the agent come once, for its network jobs alone; gives what it says."""
    command = [
        "fusioninventory-agent", "--server", f"{address}/inventory", "--force", "--no-httpd",
        "--delaytime=0", "--tasks=netdiscovery,netinventory", "--debug",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    run_due()
    return said.stdout + said.stderr


def test_the_agent_discovers_and_reads_what_answers(
    live_server: Any, devices: tuple[int, Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, real = devices
    # The agent asks once and waits so long: a busy machine's simulator needs more than a switch.
    monkeypatch.setattr(jobs, "DISCOVERY_SECONDS", 4)
    owner = organisation("Ateliers")
    said = run_agent(live_server.url)
    scout = Agent.objects.filter(organisation=owner).first()
    assert scout is not None, said
    credentials = credentials_of(owner, real)
    job = discovery.order_discovery(
        actor=system(),
        agent_id=scout.pk,
        addresses="127.0.0.2-127.0.0.4" if real else "127.0.0.2",
        ports=str(port),
        credential_ids=credentials,
        then_inventory=True,
    )
    said = run_agent(live_server.url)
    job.refresh_from_db()
    assert job.state == JobState.DONE, said
    assert job.counted == job.asked
    met = {one.address: one for one in MetDevice.objects.filter(job=job)}
    assert set(met) == {f"127.0.0.{number}" for number in ((2, 3, 4) if real else (2,))}
    assert met["127.0.0.2"].credential_id == credentials[0], said
    assert met["127.0.0.2"].name == "sw-essai"

    second = NetworkJob.objects.get(after=job)
    said = run_agent(live_server.url)
    second.refresh_from_db()
    assert second.state == JobState.DONE, said
    read = MetDevice.objects.filter(job=second)
    assert {one.outcome for one in read} <= {"updated", "unchanged"}, list(read.values())
    ours = Asset.objects.get(name="sw-essai")
    assert ours.networkport_rows.count() == 2
    if real is not None:
        expected = json.loads((real / "expected.json").read_text())
        for address, name in (("127.0.0.3", "arubaos-cx_10.10"), ("127.0.0.4", "jetdirect_m252dw")):
            asset = met[address].asset
            assert asset is not None
            told = expected[f"{name}.snmprec"]
            assert asset.networkport_rows.count() == told["interfaces"], name
    assert not InventoryReport.objects.filter(outcome="waiting").exists()


def credentials_of(owner: Organisation, real: Path | None) -> list[int]:
    """The way to speak to each device, ours by SNMP v3 first."""
    ours = discovery.add_credential(
        actor=system(),
        organisation=owner,
        name="v3",
        snmp_version="3",
        username="park",
        auth_protocol="sha",
        privacy_protocol="des",
        secrets=SnmpSecrets(auth=AUTH, privacy=PRIVACY),
    )
    found = [ours.pk]
    for number, version in ((3, "2c"), (4, "1")) if real else ():
        one = discovery.add_credential(
            actor=system(),
            organisation=owner,
            name=f"lecture {number}",
            snmp_version=version,
            secrets=SnmpSecrets(community=f"lecture-{number}"),
        )
        found.append(one.pk)
    return found

"""What we sign, checked by the programs of others: they accept it, and refuse a changed copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from compagnon.titles.tests import proofs

VERIFIER = Path(__file__).parent / "verify_credential.mjs"
MODULES = proofs.ROOT / "node_modules"


def need(*commands: str) -> None:
    missing = [one for one in commands if shutil.which(one) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def run(*command: object, **how) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(one) for one in command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **how,
    )


# --- the PDF, by poppler ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def trusting(tmp_path_factory) -> Path:
    """An NSS database that trusts the centre's authority, and nobody else."""
    need("certutil", "pdfsig")
    folder = tmp_path_factory.mktemp("nss")
    (folder / "ca.pem").write_bytes(proofs.maker().pem)
    assert run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password").returncode == 0
    added = run(
        "certutil", "-A", "-d", f"sql:{folder}", "-n", "centre", "-t", "CT,C,C",
        "-i", folder / "ca.pem",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    return folder


def pdfsig(path: Path, nss: Path) -> str:
    # poppler takes the database by its folder; the prefix names the form of the files.
    return run("pdfsig", "-nssdir", f"sql:{nss}", path).stdout


def test_pdfsig_accepts_and_trusts_what_we_sign(tmp_path, trusting):
    path = tmp_path / "sound.pdf"
    path.write_bytes(proofs.sound_pdf())
    said = pdfsig(path, trusting)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


@pytest.mark.parametrize("part", [0.1, 0.5, 0.75])
def test_pdfsig_refuses_a_changed_copy(tmp_path, trusting, part):
    sound = bytearray(proofs.sound_pdf())
    first = int(re.search(rb"/ByteRange ?\[0 (\d+)", sound)[1])
    # Within a stream: the file can still be read.
    at = sound.index(b"stream", int(first * part)) + 60
    assert at < first
    sound[at] ^= 1
    path = tmp_path / "changed.pdf"
    path.write_bytes(sound)
    said = pdfsig(path, trusting)
    assert "Signature is Valid." not in said


def test_pdfsig_does_not_trust_a_stranger(tmp_path, trusting):
    path = tmp_path / "stranger.pdf"
    path.write_bytes(proofs.signed_pdf(proofs.maker("Ailleurs")))
    said = pdfsig(path, trusting)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." not in said


def test_the_pdf_is_tagged_and_archived_and_carries_the_credential(tmp_path):
    need("pdfinfo", "pdfdetach")
    path = tmp_path / "sound.pdf"
    path.write_bytes(proofs.sound_pdf())
    said = run("pdfinfo", path).stdout
    assert re.search(r"Tagged: +yes", said)
    assert "AT-2025-3-00012" in said
    metadata = run("pdfinfo", "-meta", path).stdout
    assert re.search(r"pdfaid:part(>|=\")3", metadata)
    assert re.search(r"pdfaid:conformance(>|=\")A", metadata)
    structure = run("pdfinfo", "-struct-text", path).stdout
    assert "H1" in structure
    assert "L’Hermitte" in structure
    listed = run("pdfdetach", "-list", path).stdout
    assert "1: attestation.json" in listed
    out = tmp_path / "credential.json"
    assert run("pdfdetach", "-save", "1", "-o", out, path).returncode == 0
    found = json.loads(out.read_text())
    assert found["credentialSubject"]["licenseNumber"] == "AT-2025-3-00012"


# --- the credential, by Digital Bazaar --------------------------------------------------------


def verify_by_node(*documents: object) -> list[dict]:
    need("node")
    if not (MODULES / "@digitalbazaar/vc").is_dir():
        if os.environ.get("CI"):
            pytest.fail("node_modules is not installed: run bash .ci/assets")
        pytest.skip("node_modules is not installed: make test installs it")
    # The parser of modules looks for packages beside the program, then above: ours is in the tree.
    done = run("node", VERIFIER, cwd=proofs.ROOT, input=json.dumps(documents))
    assert done.returncode == 0, done.stderr
    found: list[dict] = json.loads(done.stdout)
    return found


def changed(**changes: object) -> dict:
    return proofs.sound_credential() | changes


def test_digital_bazaar_accepts_what_we_sign_and_refuses_what_was_changed():
    other_holder = proofs.sound_credential()
    other_holder["credentialSubject"]["identifier"][0]["identityHash"] = "Quelqu’un d’Autre"
    other_code = proofs.sound_credential()
    other_code["credentialSubject"]["achievement"]["humanCode"] = "TP-00485 CCP 2"
    other_proof = proofs.sound_credential()
    other_proof["proof"]["created"] = "2025-03-04T10:00:00Z"
    stranger = proofs.signed_credential(proofs.maker("Ailleurs"))
    taken = proofs.sound_credential() | {"proof": stranger["proof"]}
    sound_list = json.loads(proofs.signed_list([1, 2, 3]))
    other_list = json.loads(proofs.signed_list([1, 2, 3]))
    other_list["credentialSubject"]["encodedList"] = json.loads(proofs.signed_list([]))[
        "credentialSubject"
    ]["encodedList"]
    found = verify_by_node(
        proofs.sound_credential(), proofs.signed_credential(language="en"), stranger, sound_list,
        other_holder, other_code, other_proof, taken, other_list,
        changed(awardedDate="2025-02-02T00:00:00Z"), changed(mention="très bien"),
    )  # fmt: skip
    assert [one["verified"] for one in found] == [True] * 4 + [False] * 7, found


def test_digital_bazaar_reads_the_same_withdrawals():
    (found,) = verify_by_node(json.loads(proofs.signed_list([0, 9, 131_071])))
    assert found["places"] == [0, 9, 131_071]

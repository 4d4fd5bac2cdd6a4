"""``compagnon backup`` and ``restore``: what was there is there again, or nothing has changed."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import json
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compagnon.config.archive.manifest import ArchiveRefused
from compagnon.config.archive.restore import unpack
from compagnon.config.tests.conftest import Install, Installation

# One process for many refusals: each would take a second to start.
TRY_EACH = """
import json
from django.core.management import CommandError, call_command
said = []
for path in {}:
    try:
        call_command("restore", path)
        said.append("restored")
    except CommandError as error:
        said.append(str(error))
print(json.dumps(said))
"""
PASSWORD = "Une-longue-phrase-secrete-42"
NUMBERS = itertools.count()
STORE = "from compagnon.core.files import store; print(store(b'{}').sha256)"


@pytest.fixture(scope="module")
def template(
    migrated: Installation, install_in: Install, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """An installation with an administrator and a stored file."""
    made = install_in(tmp_path_factory.mktemp("template") / "template", like=migrated)
    made.run("createadmin", "--email", "ada@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    made.python(STORE.format("le contenu"))
    return made


@pytest.fixture
def lived_in(template: Installation, install: Install) -> Installation:
    """The test's own copy of it."""
    return install("here", like=template)


def test_an_archive_restores_everything(lived_in: Installation, install: Install, tmp_path: Path):
    made = lived_in.json("backup", tmp_path / "all.tar.gz")
    there = install("there")
    restored = there.json("restore", tmp_path / "all.tar.gz")

    assert there.fingerprint() == lived_in.fingerprint()
    assert made["items"] == restored["items"]
    assert {"table": "people_account", "rows": 1} in restored["items"]
    (stored,) = (there.directory / "files").rglob("[0-9a-f]*[0-9a-f]/*/*")
    assert stored.read_bytes() == b"le contenu"
    key = there.directory / "secret_key"
    assert key.read_text() == (lived_in.directory / "secret_key").read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert restored["migrate_next"] is False
    # The guards of the journal came along.
    refused = there.run(
        "shell", "--no-imports", "-c",
        "from django.db import connection, DatabaseError\n"
        "try: connection.cursor().execute('DELETE FROM core_entry')\n"
        "except DatabaseError: print('refused')",
    )  # fmt: skip
    assert "refused" in refused.stdout


def test_the_archive_is_for_its_owner_alone(lived_in: Installation, tmp_path: Path):
    lived_in.run("backup", tmp_path / "all.tar.gz")
    assert (tmp_path / "all.tar.gz").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob(".all*")] == []


def test_a_snapshot_taken_while_others_write_holds_no_half(
    lived_in: Installation, install: Install, tmp_path: Path
):
    """A writer adds two rows at a time, in one transaction, all the while."""
    writer = subprocess.Popen(
        lived_in.command(
            "shell", "--no-imports", "-c",
            "from django.db import transaction\n"
            "from compagnon.core.models import ConsumerPosition as Row\n"
            "for n in range(1_000_000):\n"
            "  with transaction.atomic():\n"
            "    Row.objects.create(name=f'a{n}')\n"
            "    Row.objects.create(name=f'b{n}')\n"
            "  if n == 0: print('writing', flush=True)\n",
        ),
        env=lived_in.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        made = lived_in.json("backup", tmp_path / "all.tar.gz")
        assert writer.poll() is None, "the backup stopped the writer"
    finally:
        writer.kill()
        writer.wait()
    there = install("there")
    there.run("restore", tmp_path / "all.tar.gz")
    counted = {item["table"]: item["rows"] for item in made["items"]}
    pairs = there.python(
        "from compagnon.core.models import ConsumerPosition as Row\n"
        "a = Row.objects.filter(name__startswith='a').count()\n"
        "b = Row.objects.filter(name__startswith='b').count()\n"
        "print(a, b)"
    ).split()
    assert pairs[0] == pairs[1] != "0"
    assert counted["core_consumerposition"] == 2 * int(pairs[0])


def test_a_file_that_the_disk_lost_is_named(lived_in: Installation, tmp_path: Path):
    (stored,) = (lived_in.directory / "files").rglob("[0-9a-f]*[0-9a-f]/*/*")
    digest = stored.name
    stored.write_bytes(b"something else")
    document = lived_in.json("backup", tmp_path / "damaged.tar.gz", status=1)
    assert document["missing"] == [digest]
    stored.unlink()
    refused = lived_in.run("backup", tmp_path / "missing.tar.gz", status=1)
    assert digest in refused.stderr
    assert (tmp_path / "missing.tar.gz").exists()


def test_an_existing_file_is_kept(lived_in: Installation, tmp_path: Path):
    target = tmp_path / "all.tar.gz"
    target.write_text("precious")
    refused = lived_in.run("backup", target, status=1)
    assert "--force" in refused.stderr
    assert target.read_text() == "precious"
    lived_in.run("backup", target, "--force")
    assert target.read_bytes()[:2] == b"\x1f\x8b"


def test_a_database_that_is_not_empty_is_kept(lived_in: Installation, tmp_path: Path):
    lived_in.run("backup", tmp_path / "all.tar.gz")
    lived_in.python(STORE.format("after the backup"))
    before = lived_in.fingerprint()
    refused = lived_in.run("restore", tmp_path / "all.tar.gz", status=1)
    assert "--force" in refused.stderr
    assert lived_in.fingerprint() == before

    lived_in.run("restore", tmp_path / "all.tar.gz", "--force")
    after = lived_in.fingerprint()
    assert {table for table in after if after[table] != before[table]} == {"core_storedfile"}
    if connection.vendor == "sqlite":
        (kept,) = lived_in.directory.glob("compagnon.sqlite3.before-restore-*")
        assert kept.stat().st_size > 0


def test_a_running_product_is_not_restored_under_its_feet(lived_in: Installation, tmp_path: Path):
    lived_in.run("backup", tmp_path / "all.tar.gz")
    running = subprocess.Popen(
        lived_in.command(
            "shell", "--no-imports", "-c",
            "from django.db import connection; connection.ensure_connection()\n"
            "connection.cursor().execute('SELECT count(*) FROM core_entry')\n"
            "print('open', flush=True); input()",
        ),
        env=lived_in.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "open\n"
        refused = lived_in.run("restore", tmp_path / "all.tar.gz", "--force", status=1)
        assert "stop" in refused.stderr.lower()
    finally:
        running.communicate("\n")


def rewrite(
    archive: Path,
    change: Callable[[dict[str, bytes]], None],
    *,
    more: tuple[tarfile.TarInfo, ...] = (),
) -> Path:
    """Write the archive anew with its members changed."""
    with tarfile.open(archive) as old:
        members = {i.name: old.extractfile(i).read() for i in old}  # type: ignore[union-attr]
    change(members)
    target = archive.with_name(f"changed-{next(NUMBERS)}.tar.gz")
    with tarfile.open(target, "w:gz") as new:
        for info in more:
            new.addfile(info)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


def edit_manifest(**values: object) -> Callable[[dict[str, bytes]], None]:
    """Give the change of a few of the manifest's values."""

    def change(members: dict[str, bytes]) -> None:
        document = json.loads(members["manifest.json"]) | values
        members["manifest.json"] = json.dumps(document).encode()

    return change


def link(name: str) -> tarfile.TarInfo:
    """Give a symbolic link out of the archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


def drop_rows(members: dict[str, bytes]) -> None:
    """Claim one row more than there is."""
    document = json.loads(members["manifest.json"])
    document["counts"]["people_account"] += 1
    members["manifest.json"] = json.dumps(document).encode()


def test_a_database_without_tables_is_told(install: Install, tmp_path: Path):
    refused = install().json("backup", tmp_path / "all.tar.gz", status=1)
    assert "compagnon migrate" in refused["error"]["detail"]
    assert not (tmp_path / "all.tar.gz").exists()


def test_an_archive_that_is_not_right_changes_nothing(
    lived_in: Installation, migrated: Installation, install: Install, tmp_path: Path
):
    whole = tmp_path / "all.tar.gz"
    lived_in.run("backup", whole)
    there = install("there", like=migrated)
    before = there.fingerprint()
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"

    def spoil(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.startswith("database/"))
        content = bytearray(members[name])
        content[len(content) // 2] ^= 1
        members[name] = bytes(content)

    truncated = tmp_path / "truncated.tar.gz"
    truncated.write_bytes(whole.read_bytes()[:-2000])
    text = tmp_path / "text.tar.gz"
    text.write_text("not an archive")
    cases = [
        (truncated, "damaged"),
        (text, "damaged"),
        (tmp_path / "absent.tar.gz", "missing"),
        (rewrite(whole, spoil), "damaged"),
        (rewrite(whole, lambda members: members.pop("manifest.json")), "missing"),
        (rewrite(whole, edit_manifest(vendor=other)), "same kind"),
        (rewrite(whole, edit_manifest(migrations=["desk.9999_tomorrow"])), "does not know"),
        (rewrite(whole, edit_manifest(format=99)), "later version"),
        (rewrite(whole, edit_manifest(members=3)), "manifest"),
        (rewrite(whole, lambda members: members.update({"../escape": b""})), "escape"),
        (rewrite(whole, lambda members: None, more=(link("secret_key"),)), "secret_key"),
        (rewrite(whole, drop_rows), "people_account"),
    ]
    refusals = json.loads(
        there.python(TRY_EACH.format([str(archive) for archive, _words in cases]))
    )
    for (_archive, words), refusal in zip(cases, refusals, strict=True):
        assert words in refusal
    assert there.fingerprint() == before
    assert [path.name for path in there.directory.glob(".restore-*")] == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small archive with the names of ours."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("database/compagnon.sqlite3", "secret_key", "manifest.json"):
            info = tarfile.TarInfo(name)
            info.size = 700
            archive.addfile(info, io.BytesIO(b"x" * 700))
    return stream.getvalue()


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_bytes_they_are_unpacked_or_refused(
    data: st.DataObject, sample: bytes, tmp_path_factory: pytest.TempPathFactory
):
    """No damage gives another error than ours, nor a file outside of the folder."""
    content = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("fuzz")
    packed = bytearray(gzip.compress(bytes(content[: data.draw(st.integers(0, len(content)))])))
    if data.draw(st.booleans()):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    source = folder / "archive.tar.gz"
    source.write_bytes(packed)
    inside = folder / "inside"
    inside.mkdir()
    # What `unpacked` turns into a refusal.
    with contextlib.suppress(ArchiveRefused, tarfile.TarError, EOFError, OSError, zlib.error):
        unpack(source, inside)
    assert {path.name for path in folder.iterdir()} == {"archive.tar.gz", "inside"}


def test_misuse_is_told_apart(lived_in: Installation):
    lived_in.run("backup", status=2)
    lived_in.run("restore", "a", "b", status=2)

"""What CI leans on: a skipped test fails there, and the private PostgreSQL leaves nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPS = """
import pytest
def test_one(): pytest.skip("no tool")
@pytest.mark.xfail
def test_two(): assert False
"""


def outcome(folder: Path, content: str, *, strict: bool) -> tuple[int, str]:
    """Run pytest on a file, under the root's conftest; give its status and output."""
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "test_it.py").write_text(content)
    kept = {k: v for k, v in os.environ.items() if k != "COMPAGNON_FAIL_ON_SKIP"}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:randomly",
            "-q",
            "--ds=compagnon.config.settings_test",
            ".",
        ],
        cwd=folder,
        env=kept | ({"COMPAGNON_FAIL_ON_SKIP": "1"} if strict else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_skip_is_a_skip_at_home(tmp_path: Path):
    status, output = outcome(tmp_path, SKIPS, strict=False)
    assert status == 0
    assert "1 skipped, 1 xfailed" in output


def test_a_skip_is_a_failure_in_ci(tmp_path: Path):
    status, output = outcome(tmp_path, SKIPS, strict=True)
    assert status == 1
    assert "1 failed, 1 xfailed" in output
    assert "no tool" in output


def test_a_module_that_is_skipped_whole_is_a_failure_too(tmp_path: Path):
    content = 'import pytest\npytest.skip("no tool", allow_module_level=True)\n'
    assert outcome(tmp_path, content, strict=True)[0] != 0


@pytest.mark.daemon
def test_the_private_postgresql_answers_and_is_gone(tmp_path: Path):
    note = tmp_path / "note"
    code = (
        "import os, psycopg, pathlib\n"
        "url = os.environ['COMPAGNON_TEST_DATABASE_URL']\n"
        "server = psycopg.connect(url)\n"
        "name, folder = server.execute(\"SELECT version(), current_setting('data_directory')\")"
        ".fetchone()\n"
        f"pathlib.Path({str(note)!r}).write_text(name + chr(10) + folder)\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / ".ci/postgres.py", sys.executable, "-c", code], check=False
    )
    assert done.returncode == 0
    version, folder = note.read_text().splitlines()
    assert version.startswith("PostgreSQL ")
    assert not Path(folder).parent.exists()

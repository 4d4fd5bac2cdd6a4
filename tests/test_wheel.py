"""The wheel is what is installed, so it is what is tested: its content, then its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = ("/tests/", "/assets/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("compagnon-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed: a folder of its own, before everything else on the path."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--target", folder, wheel],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


def run(installed: Path, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command, far from the checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COMPAGNON_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, installed / "bin/compagnon", *words],
        env=kept | {"PYTHONPATH": str(installed), "COMPAGNON_DATA_DIR": str(data)},
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_holds_the_whole_product_and_nothing_else(wheel: Path):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "src/compagnon"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    expected = {
        name.removeprefix("src/")
        for name in listed
        if name
        and (ROOT / name).is_file()
        and not any(part in name for part in LEFT_OUT)
        and not name.endswith("conftest.py")
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert (
            "Apache License"
            in archive.read(
                next(n for n in archive.namelist() if n.endswith("licenses/LICENSE"))
            ).decode()
        )
    assert held == expected
    for ending in (".html", ".mo", ".css", ".js", "py.typed"):
        assert any(name.endswith(ending) for name in held), ending


def test_its_command_works_on_an_empty_database(installed: Path, tmp_path: Path):
    where = run(installed, tmp_path, "shell", "--no-imports", "-c",
                "import compagnon; print(compagnon.__file__)")  # fmt: skip
    assert where.stdout.startswith(str(installed)), where.stderr

    assert run(installed, tmp_path, "doctor", "--json").returncode == 1
    migrated = run(installed, tmp_path, "migrate", "-v0")
    assert migrated.returncode == 0, migrated.stderr
    doctor = run(installed, tmp_path, "doctor", "--json")
    assert doctor.returncode == 0, doctor.stderr
    assert {item["status"] for item in json.loads(doctor.stdout)["items"]} == {"ok", "warning"}


def test_its_static_files_and_texts_are_found(installed: Path, tmp_path: Path):
    code = (
        "from django.contrib.staticfiles import finders\n"
        "from django.template.loader import get_template\n"
        "from django.utils import translation\n"
        "get_template('ui/base.html')\n"
        "translation.activate('fr')\n"
        "print(bool(finders.find('ui/app.js')), translation.gettext('All is well.'))\n"
    )
    done = run(installed, tmp_path, "shell", "--no-imports", "-c", code)
    assert done.stdout == "True Tout va bien.\n", done.stderr

"""Static files leave compressed for who takes that, and are kept by who asks for their version."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compagnon.ui import static_files
from compagnon.ui.assets import MANIFEST, address

FOLDER = MANIFEST.parent


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg"])
def test_what_is_named_by_its_version_is_compressed_and_kept(name: str) -> None:
    answer = Client().get(address(name), headers={"Accept-Encoding": "gzip, br"})
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert "immutable" in answer["Cache-Control"]
    packed = body(answer)
    assert gzip.decompress(packed) == (FOLDER / name).read_bytes()
    assert int(answer["Content-Length"]) == len(packed) < (FOLDER / name).stat().st_size / 2


def test_who_takes_nothing_compressed_gets_it_plain() -> None:
    answer = Client().get(address("app.css"))
    assert "Content-Encoding" not in answer
    assert body(answer) == (FOLDER / "app.css").read_bytes()


@pytest.mark.parametrize("asked", ["", "?v=", "?v=0123abcd"])
def test_another_version_is_not_kept_for_ever(asked: str) -> None:
    answer = Client().get(f"/static/ui/app.css{asked}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "max-age=3600, public"


def test_a_browser_that_has_it_is_told_so() -> None:
    first = Client().get(address("app.js"), headers={"Accept-Encoding": "gzip"})
    known = {"If-None-Match": first["ETag"], "Accept-Encoding": "gzip"}
    again = Client().get(address("app.js"), headers=known)
    assert again.status_code == 304
    assert "immutable" in again["Cache-Control"]


def test_fonts_are_left_as_they_are() -> None:
    font = next((FOLDER / "fonts").glob("*.woff2"))
    found = Client().get(f"/static/ui/fonts/{font.name}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in found
    assert body(found) == font.read_bytes()


def test_a_changed_file_has_a_copy_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.css"
    path.write_text("a { color: red }\n" * 200)
    first = static_files.compressed_copy(path)
    path.write_text("b { color: red }\n" * 300)
    second = static_files.compressed_copy(path)
    assert first is not None
    assert second is not None
    assert first != second
    assert gzip.decompress(second.read_bytes()) == path.read_bytes()


def test_nothing_is_lost_where_no_copy_can_be_made(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "not" / "there"
    path = tmp_path / "a.css"
    path.write_text("a { color: red }\n" * 200)
    assert static_files.compressed_copy(path) is None

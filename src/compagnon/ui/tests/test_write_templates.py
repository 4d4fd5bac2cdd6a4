"""What every template of every room must keep to, read from the files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import compagnon
from compagnon.ui import assets

PACKAGE = Path(compagnon.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
# Mail is read in programs that know no style sheet.
PAGES = [path for path in TEMPLATES if "mail" not in path.parts and "emails" not in path.parts]
ENTRY = re.compile(r"NavItem\(\s*(?:\w*\()?\"[^\"]+\"\)?,\s*\"([a-z0-9-]+)\"")
COTTON = PACKAGE / "ui/templates/cotton"


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_that_the_policy_refuses(path: Path) -> None:
    text = re.sub(r"\{%.*?%\}", "", path.read_text(encoding="utf-8"))
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "an inline event handler"
    assert not re.search(r"<[^>]*\shx-on", text), "an inline event handler of htmx"
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or "application/json" in tag, "an inline script"
    assert not re.search(r"\bjavascript:", text), "a script in an address"
    assert not re.search(r'(?:src|href)="https?://[^"]*\.(?:js|css|woff2?)"', text), (
        "from elsewhere"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_icons_and_components_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r'\{% icon "([^"]+)"', text)
    named += re.findall(r'<c-[^>]*\sicon="([a-z0-9-]+)"', text)
    named += re.findall(r'<c-icon[^>]*\sname="([a-z0-9-]+)"', text)
    unknown = set(named) - assets.manifest().icons
    assert not unknown, f"not in assets/icons.json: {sorted(unknown)}"
    for component in set(re.findall(r"<c-([a-z0-9_.-]+)", text)) - {"vars", "slot"}:
        file = component.replace("-", "_").replace(".", "/")
        assert (COTTON / f"{file}.html").exists() or any(
            PACKAGE.glob(f"*/templates/cotton/{file}.html")
        ), f"no component c-{component}"


def test_icons_written_in_code_exist() -> None:
    wrong = {
        f"{name(path)}: {icon}"
        for path in PACKAGE.glob("**/*.py")
        for icon in re.findall(
            r"NavItem\(\s*(?:_\()?\"[^\"]+\"\)?,\s*\"([a-z0-9-]+)\"", path.read_text()
        )
        if icon not in assets.manifest().icons
    }
    assert not wrong


def test_the_manifest_is_that_of_the_built_files() -> None:
    folder = assets.MANIFEST.parent
    versions = assets.manifest().versions
    on_disk = {path.name for path in folder.iterdir() if path.is_file()} - {"manifest.json"}
    assert set(versions) == on_disk
    for file, version in versions.items():
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        assert digest.startswith(version), f"{file} was changed by hand: run make assets"


def test_the_built_files_ask_nothing_of_elsewhere() -> None:
    folder = assets.MANIFEST.parent
    style = (folder / "app.css").read_text(encoding="utf-8")
    assert not re.search(r"url\([\"']?(?:https?:)?//", style)
    assert "@import" not in style
    script = (folder / "app.js").read_text(encoding="utf-8")
    assert "sourceMappingURL" not in script


def test_an_unknown_file_is_refused() -> None:
    with pytest.raises(LookupError):
        assets.address("nothing.css")

"""Collect the texts to translate and compile the translations; ``--check`` only says what is amiss.

A room's French must be complete, compiled, and written with French typography. Needs Debian's
gettext; leaves with 77 where it is not installed.
"""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent / "src/compagnon"
PO = "locale/fr/LC_MESSAGES/django.po"
# A plain space where French sets a narrow no-break one; « 12:30 » and addresses have none at all.
PLAIN_SPACE = re.compile(r" [:;!?»](?!\S)|« ")
LEFT_OUT = shutil.ignore_patterns("tests", "static", "migrations", "__pycache__", "assets", "*.mo")


def collect(room: Path) -> None:
    """Bring the room's .po up to its sources; needs its ``locale`` folder."""
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale=fr", "--no-location",
         "--no-obsolete", "--ignore=tests", "--ignore=static", "--ignore=assets",
         "--extension=html,txt,py", "--verbosity=0"],
        cwd=room, check=True,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
    )  # fmt: skip


def without_date(path: Path) -> None:
    """Drop the header that changes at every run, for nothing."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith('"POT-Creation-Date:')]
    path.write_text("".join(kept), encoding="utf-8")


def compiled(path: Path) -> dict[object, str]:
    """Read a .mo; its header, which holds dates, left out."""
    with path.open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalogue.items() if key}


def faults(room: Path) -> list[str]:
    """Tell what is amiss with a room's French."""
    committed = room / PO
    if not committed.exists():
        committed = None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / room.name
        shutil.copytree(room, copy, ignore=LEFT_OUT)
        (copy / PO).parent.mkdir(parents=True, exist_ok=True)
        collect(copy)
        if not (copy / PO).exists():
            return []
        with (copy / PO).open("rb") as stream:
            messages = [message for message in read_po(stream) if message.id]
        found = []
        for message in messages:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            name = message.id[0] if isinstance(message.id, tuple) else message.id
            if message.fuzzy or not all(texts):
                found.append(f"not translated: {name!r}")
            found += [f"plain space in: {text!r}" for text in texts if PLAIN_SPACE.search(text)]
        if committed is None:
            return found
        fresh = Path(folder) / "fresh.mo"
        checked = subprocess.run(
            ["msgfmt", "--check", "-o", fresh, committed],
            capture_output=True,
            text=True,
            check=False,
        )
        if checked.returncode:
            return [*found, checked.stderr]
        kept = committed.with_suffix(".mo")
        if not kept.exists() or compiled(kept) != compiled(fresh):
            found.append("the .mo is not compiled from the .po: run 'make messages'")
        return found


def main() -> int:
    """Collect and compile, or check; give the exit status."""
    if not shutil.which("xgettext"):
        print("gettext is not installed")
        return 77
    rooms = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
    if "--check" in sys.argv:
        found = {room.name: faults(room) for room in rooms}
        for name, lines in found.items():
            for line in lines:
                print(f"{name}: {line}")
        return 1 if any(found.values()) else 0
    for room in rooms:
        if (room / "locale").is_dir():
            (room / PO).parent.mkdir(parents=True, exist_ok=True)
            collect(room)
            if (room / PO).exists():
                without_date(room / PO)
                subprocess.run(
                    ["msgfmt", "--check", "--statistics", "-o", room / PO.replace(".po", ".mo"),
                     room / PO], check=True,
                )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Every command of ours, misused or refused: one document with `--json`, and a status."""

from __future__ import annotations

import ast
import gettext
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

import compagnon
from compagnon.config import environment
from compagnon.core.commands import Command

OURS = sorted(
    name
    for name, app in get_commands().items()
    if isinstance(app, str) and app.startswith("compagnon.")
)
KEYS = {"type", "title", "detail", "code", "exit_status"}
# Each misused or refused in its own way, beside an option that none knows.
WRONG: list[tuple[int, list[str]]] = [
    (2, ["intake", "replay", "/nowhere/at/all"]),
    (2, ["intake", "replay", "/dev/null"]),
    (2, ["intake", "replay"]),
    (2, ["intake", "swallow", "."]),
    (2, ["createadmin", "--email", "x@y.example"]),
    (2, ["createadmin", "--email", "x@y.example", "--password-file", "/nowhere"]),
    (2, ["demo", "--tickets", "0"]),
    (2, ["demo", "--tickets", "many"]),
    (2, ["demo", "--until", "yesterday"]),
    (1, ["clock", "--calendar", "nowhere", "--start", "2026-03-09", "--end", "2026-03-10"]),
    (2, ["clock", "--start", "2026-03-09"]),
    (2, ["backup"]),
    (1, ["backup", "/nowhere/at/all/x.tar.gz"]),
    (1, ["restore", "/nowhere/x.tar.gz"]),
    (2, ["worker", "--threads", "0"]),
    (2, ["serve", "--workers", "0"]),
    (2, ["run", "--no-web", "--no-worker", "--no-listener"]),
]


def run(monkeypatch: pytest.MonkeyPatch, name: str, *words: str) -> tuple[int, str, str]:
    """Run a command of ours as from the command line; give the status and both outputs."""
    app = get_commands()[name]
    assert isinstance(app, str)
    command = load_command_class(app, name)
    assert isinstance(command, Command)
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    command.stdout, command.stderr = type(command.stdout)(out), type(command.stderr)(err)
    with pytest.raises(SystemExit) as left:
        command.run_from_argv(["compagnon", name, *words])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def problem(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert document["items"] == []
    assert set(document["error"]) >= KEYS
    found: dict[str, Any] = document["error"]
    return found


def test_the_commands_that_operators_rely_on_are_ours() -> None:
    relied_on = {
        *("run", "serve", "worker", "listen", "migrate", "createadmin", "demo", "doctor"),
        *("backup", "restore", "intake", "clock"),
    }
    assert relied_on <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_an_unknown_option_is_told_to_a_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = run(monkeypatch, name, "--json", "--no-such-option")
    assert status == 2
    assert problem(out)["code"] == "misused"
    assert problem(out)["exit_status"] == 2
    assert "Traceback" not in err


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "words"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_refused_is_told_the_same_way(
    status: int, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    got, out, err = run(monkeypatch, words[0], *words[1:], "--json")
    told = problem(out)
    assert (got, told["exit_status"]) == (status, status)
    assert told["detail"]
    assert err
    assert "Traceback" not in err
    got, out, err = run(monkeypatch, words[0], *words[1:])
    assert (got, out) == (status, "")
    assert err


@pytest.mark.parametrize(
    ("words", "variables", "told"),
    [
        (["nonsense"], {}, "aucune commande"),
        (["nonsense"], {"LC_ALL": "en_GB.UTF-8"}, "no command"),
        (["doctor"], {"COMPAGNON_DATABASE_URL": "mysql://x"}, "doit commencer par"),
        (["doctor"], {"COMPAGNON_CONFIG": "/nowhere.toml"}, "ne peut pas être lu"),
    ],
)
def test_what_is_wrong_before_any_command_is_told_too(
    words: list[str], variables: dict[str, str], told: str, tmp_path: Path
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMPAGNON_")}
    kept |= {"COMPAGNON_DATA_DIR": str(tmp_path), "LC_ALL": "fr_FR.UTF-8"} | variables
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "compagnon.config.cli", *words, "--json"],
        env=kept, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert told in problem(done.stdout)["detail"]
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def raised_without_translation() -> list[str]:
    """Find the refusals of our commands whose words would stay English in a French terminal."""
    found = []
    for path in Path(compagnon.__file__).parent.rglob("management/commands/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = ast.unparse(node.exc.func).rpartition(".")[2]
                said = node.exc.args[0] if node.exc.args else None
                if name in {"Misused", "Failed"} and isinstance(said, ast.Constant | ast.JoinedStr):
                    found.append(f"{path.name}: {ast.unparse(said)}")
    return found


def test_every_refusal_is_in_the_terminals_language() -> None:
    assert raised_without_translation() == []


def test_every_sentence_of_the_settings_is_translated() -> None:
    """They are said before Django is there: by the catalogue itself."""
    source = ast.parse(Path(environment.__file__).read_text("utf-8"))
    said = {
        node.args[0].value
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "_"
        and isinstance(node.args[0], ast.Constant)
    }
    french = gettext.translation("django", Path(environment.__file__).with_name("locale"), ["fr"])
    assert len(said) >= 8
    assert [one for one in said if french.gettext(one) == one] == []

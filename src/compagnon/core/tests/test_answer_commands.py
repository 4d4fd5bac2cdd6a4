"""The command line: one document, one exit status, no traceback for what is expected."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import OperationalError, ProgrammingError

from compagnon.core import commands
from compagnon.core.errors import Invalid, Refused


class Example(commands.Command):
    """Does what the test says."""

    def __init__(self, outcome: Any) -> None:
        super().__init__(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
        self.outcome = outcome

    def carry_out(self, **_options: Any) -> commands.Answer:
        self.say("working")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


ANSWER = commands.Answer(items=[{"name": "a"}], facts={"seconds": 2}, lines=["one line"])


def run(outcome: Any, *words: str) -> tuple[int, str, str]:
    """Run as from the command line; give the status and both outputs."""
    command = Example(outcome)
    try:
        command.run_from_argv(["compagnon", "example", *words])
    except SystemExit as left:
        status = left.code
    else:
        status = 0
    return int(status or 0), command.stdout.getvalue(), command.stderr.getvalue()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch):
    """The terminal's language."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    # Leaving a command closes connections; a test keeps its own.
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)


def test_a_person_reads_lines():
    assert run(ANSWER) == (0, "working\none line\n", "")


def test_a_program_reads_one_document():
    status, out, err = run(ANSWER, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {"seconds": 2, "items": [{"name": "a"}]}


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_failed_is_named_after_the_answer(words: tuple[str, ...]):
    status, out, err = run(commands.Answer(items=[{}], failed=["x", "y"]), *words)
    assert status == 1
    assert "x, y" in err
    if words:
        assert json.loads(out)["items"] == [{}]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Refused("not you"), 1, "not you"),
        (commands.Failed("broken"), 1, "broken"),
        (commands.Misused("how"), 2, "how"),
        (OperationalError("connection refused"), 1, "COMPAGNON_DATABASE_URL"),
        (OperationalError("no such table: core_task"), 1, "compagnon migrate"),
        (ProgrammingError('relation "core_task" does not exist'), 1, "compagnon migrate"),
    ],
)
def test_an_expected_error_is_a_sentence(error: Exception, status: int, words: str):
    got, out, err = run(error)
    assert got == status
    assert words in err
    assert out == "working\n"
    assert err.startswith("compagnon: ")
    assert "Traceback" not in err


def test_a_refusal_is_a_document_too():
    status, out, _err = run(Invalid("no such day", fields={"day": ["unknown"]}), "--json")
    assert status == 1
    assert json.loads(out)["error"]["errors"] == [{"field": "day", "message": "unknown"}]


def test_an_unknown_option_is_misuse(capsys: pytest.CaptureFixture[str]):
    assert run(ANSWER, "--nonsense")[0] == 2
    assert "--nonsense" in capsys.readouterr().err


def test_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        run(ZeroDivisionError())
    with pytest.raises(Refused):
        run(Refused("why"), "--traceback")


def test_called_from_python_it_raises():
    with pytest.raises(CommandError) as refused:
        Example(Refused("not you")).execute(json=False, no_color=True, force_color=False)
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    ("locale", "language"), [("fr_FR.UTF-8", "fr"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "fr")]
)
def test_the_terminals_language_is_spoken(
    monkeypatch: pytest.MonkeyPatch, locale: str, language: str
):
    monkeypatch.setenv("LC_ALL", locale)
    assert commands.language_of_terminal() == language

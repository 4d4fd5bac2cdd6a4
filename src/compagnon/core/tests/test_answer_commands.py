"""The command line: one document, one exit status, no traceback for what is expected."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError
from django.core.management.base import CommandParser
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


class Choosing(commands.Command):
    """An example with choices, and with subcommands that have their own."""

    def arguments(self, parser: CommandParser) -> None:
        """Some that can be misused."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        one = actions.add_parser("one")
        one.add_argument("source", choices=["csv", "glpi"], metavar="SOURCE")
        one.add_argument("--days", type=int)
        pair = one.add_mutually_exclusive_group()
        pair.add_argument("--on", action="store_true")
        pair.add_argument("--off", action="store_true")

    def carry_out(self, **_options: Any) -> commands.Answer:
        """Nothing."""
        return commands.Answer()


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        ((), "il manque : ACTION", "say also: ACTION"),
        (("two",), "n’est aucun des choix", "is none of the choices"),
        (("one",), "il manque : SOURCE", "say also: SOURCE"),
        (("one", "."), "SOURCE : '.' n’est aucun des choix", "SOURCE: '.' is none of the choices"),
        (("one", "csv", "--days", "x"), "--days : 'x' n’est pas un nombre entier", "no whole"),
        (("one", "csv", "--days"), "--days : une valeur est attendue", "one value is expected"),
        (("one", "csv", "--on", "--off"), "--off : pas avec", "--off: not together with"),
        (("one", "csv", "--nonsense"), "inconnu ici : --nonsense", "not known here: --nonsense"),
    ],
)
def test_misuse_is_told_in_the_language_of_the_terminal(
    words: tuple[str, ...], french: str, english: str, monkeypatch: pytest.MonkeyPatch
):
    for locale, told in (("fr_FR.UTF-8", french), ("en_GB.UTF-8", english)):
        monkeypatch.setenv("LC_ALL", locale)
        said, wrong = io.StringIO(), io.StringIO()
        with pytest.raises(SystemExit) as left:
            Choosing(stdout=said, stderr=wrong).run_from_argv(
                ["compagnon", "choose", *words, "--json"]
            )
        assert left.value.code == 2
        plain = wrong.getvalue().replace("\u202f", " ").replace("\xa0", " ")
        assert told in plain
        assert "usage" in plain
        assert json.loads(said.getvalue())["error"]["code"] == "misused"


def test_an_unknown_option_is_misuse():
    status, _out, err = run(ANSWER, "--nonsense")
    assert status == 2
    assert "--nonsense" in err


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

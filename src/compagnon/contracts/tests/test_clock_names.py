"""``compagnon clock`` finds calendars of the database, and those built in without any."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compagnon.contracts.tests import factories

pytestmark = pytest.mark.django_db
MONDAY = ("--start", "2026-03-02T08:00", "--end", "2026-03-02T20:00")


def run(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command("clock", "--json", *arguments, *MONDAY, stdout=out, stderr=StringIO())
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_a_built_in_calendar_on_an_empty_database() -> None:
    assert run("--calendar", "fr-office")["elapsed_seconds"] == 7 * 3600


@pytest.mark.parametrize("name", ["bureau", "Heures de bureau", "heures de bureau"])
def test_a_calendar_of_the_database_by_code_or_name(name: str) -> None:
    factories.calendar("Heures de bureau", code="bureau")
    assert run("--calendar", name)["elapsed_seconds"] == 8 * 3600


def test_the_databases_own_wins_over_the_built_in() -> None:
    factories.calendar("Le nôtre", code="fr-office", always_open=True)
    assert run("--calendar", "fr-office")["elapsed_seconds"] == 12 * 3600


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(CommandError) as refused:
        run("--calendar", "nulle-part")
    assert refused.value.returncode == 1

"""One row for each of the 46 rules read in the seeds, and those that the reading missed.

Each row names the documents and the lines of the sentence, and runs what would no longer hold if
the rule changed. See ``seed_rules`` for the documents' numbers.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compagnon.titles.ruling import rule_set, rule_sets
from compagnon.titles.ruling.structures import normalised, shipped
from compagnon.titles.tests import (  # noqa: F401 - they fill the table
    seed_rules_of_decisions,
    seed_rules_of_referentials,
)
from compagnon.titles.tests.seed_rules import OLD, ROWS, Row, Seeds


@pytest.fixture(scope="module")
def seeds(shared_data: Path) -> Seeds:
    """The five documents given."""
    return Seeds(shared_data / "titles/seeds")


@pytest.mark.parametrize("rule", ROWS, ids=lambda one: f"{one.number} {one.says}")
def test_the_rule_holds(rule: Row, seeds: Seeds):
    for number, line, words in rule.places:
        assert words in seeds.line(number, line), f"[{number}] l. {line}"
    rule.holds(seeds)


def test_no_rule_is_missing():
    assert {one.number for one in ROWS} >= {f"{number}" for number in range(1, 47)}


def test_numbered_rules_of_the_sets_are_of_the_table():
    for chosen in (OLD, rule_set("vae-2024")):
        assert {rule.number for rule in chosen.rules if rule.number} <= set(range(1, 47))


def test_what_ships_is_what_the_documents_say(seeds):
    for number, version in (("001", "2003"), ("003", "2013"), ("004", "2013")):
        title = shipped()["TP-00495" if number == "004" else "TP-00485"].version(version)
        for ccp, activity in zip(title.ccps, seeds[number].activities, strict=True):
            assert normalised(ccp.name) == normalised(activity.name)
            assert ccp.requires.competences() == {f"{one.number}" for one in activity.competences}


def test_the_lines_that_rules_cite_are_lines_of_the_documents(seeds):
    cited = {rule.citation.document for chosen in rule_sets() for rule in chosen.rules}
    looked_at = 0
    for document in cited:
        for number, lines in re.findall(r"\[(\d{3})\] l\. ([\d, -]+)", document):
            for line in re.findall(r"\d+", lines):
                assert seeds.line(number, int(line)).strip(), f"[{number}] l. {line}"
                looked_at += 1
    assert looked_at > 40

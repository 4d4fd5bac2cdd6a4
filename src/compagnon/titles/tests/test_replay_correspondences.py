"""What a holder of CCPs of an older version holds now: every subset, 2003 → 2008 → 2013."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import combinations

import pytest

from compagnon.titles.importing.document import read
from compagnon.titles.ruling import Correspondence, Relation, replay
from compagnon.titles.ruling.structures import known_title
from compagnon.titles.tests.candidacies import CAPITALISED, decided, outcome

TSSI = known_title("TSSI")
CHAIN = TSSI.correspondences
DAYS = {"1": date(2005, 1, 1), "2": date(2006, 2, 2), "3": date(2007, 3, 3)}


def subsets(names: str) -> list[tuple[str, ...]]:
    """Every subset, the empty one too."""
    return [one for size in range(len(names) + 1) for one in combinations(names, size)]


def expected(held: Iterable[str]) -> dict[str, date]:
    """By hand, from article 3 bis then the table of 2013: 1→1, 2→2 and 3, 3→Néant; one to one."""
    found = {}
    if "1" in held:
        found["1"] = DAYS["1"]
    if "2" in held:
        found["2"] = found["3"] = DAYS["2"]
    return found


@pytest.mark.parametrize("held", subsets("123"), ids="+".join)
def test_every_subset_of_2003_under_2013(held):
    found = replay({one: DAYS[one] for one in held}, CHAIN, "2003")
    assert found.version == "2013"
    assert found.held == expected(held)
    assert found.lost == ((("2003", "3"),) if "3" in held else ())
    assert found.unclear == ()


@pytest.mark.parametrize("held", subsets("123"), ids="+".join)
def test_every_subset_of_2003_under_2008(held):
    found = replay({one: DAYS[one] for one in held}, CHAIN, "2003", until="2008")
    assert (found.version, found.held) == ("2008", expected(held))


@pytest.mark.parametrize("held", subsets("123"), ids="+".join)
def test_every_subset_of_2008_under_2013_is_itself(held):
    assert set(replay(dict.fromkeys(held), CHAIN, "2008").held) == set(held)


def test_the_relations_shipped_are_those_of_the_documents(shared_data):
    folder = shared_data / "titles"
    for name, kept in (
        ("jo/tssi-article-3bis-correspondances-2003-2008.md", CHAIN[0]),
        ("seeds/reac-tssi-2013-v08.txt", CHAIN[1]),
    ):
        (document,) = read((folder / name).read_bytes())
        (table,) = document.correspondences
        old, new = TSSI.version(kept.old_version), TSSI.version(kept.new_version)
        written = {
            Relation(
                frozenset(old.find(one).number for one in line.sources),
                frozenset(new.find(one).number for one in line.targets),
            )
            for line in table.lines
        }
        assert written == set(kept.relations)


SEVERAL = Correspondence("2018", "2023", (Relation(frozenset("12"), frozenset("1")),))


def test_several_to_one_with_all_of_them_is_clear():
    found = replay({"1": date(2019, 1, 1), "2": date(2020, 1, 1)}, [SEVERAL], "2018")
    assert found.held == {"1": date(2020, 1, 1)}


def test_several_to_one_with_some_asks_and_keeps_the_answer():
    asked = replay({"1": None}, [SEVERAL], "2018")
    assert (asked.held, len(asked.unclear)) == ({}, 1)
    key = asked.unclear[0].question
    assert key == "correspondence:2018>2023:1+2>1"
    assert replay({"1": None}, [SEVERAL], "2018", {key: "any"}).held == {"1": None}
    assert replay({"1": None}, [SEVERAL], "2018", {key: "all"}).held == {}


def test_a_text_that_says_which_is_needed_asks_nothing():
    for when, held in (("any", {"1": None}), ("all", {})):
        told = Correspondence("2018", "2023", (Relation(frozenset("12"), frozenset("1"), when),))
        assert replay({"1": None}, [told], "2018").held == held


def test_what_is_held_of_2003_counts_in_a_decision_of_2013():
    held = [
        {"ccp": "1", "version": "2003", "obtained_on": "2011-01-10"},
        {"ccp": "2", "version": "2003", "obtained_on": "2012-05-20"},
    ]
    found = decided(CAPITALISED, held=held)
    assert found.outcome == "granted"
    assert [step.to_ccps for one in found.replays for step in one.steps][:2] == [("1",), ("2", "3")]
    only_third = [{"ccp": "3", "version": "2003", "obtained_on": "2011-01-10"}, *held[:1]]
    assert outcome(CAPITALISED, held=only_third) == "not_receivable"

"""Pure rules: what masking leaves, what covers a competence, which rules a fact meets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compagnon.core.actor import Actor, Source
from compagnon.core.models import Entry
from compagnon.titles.evidence.coverage import Advice, Level, Piece, coverage
from compagnon.titles.evidence.masking import Found, Kind, Known, find, mask
from compagnon.titles.evidence.matching import Rule, matching
from compagnon.titles.sources.park import ASSET, DOUBT, propose

WORDS = dict.fromkeys(Kind, "x")
NAMES = st.text("abcdefgéèçBCDEF -'", min_size=2, max_size=20)


@given(st.text(max_size=400), st.lists(NAMES, max_size=5))
def test_found_stretches_are_of_the_text_and_never_overlap(text: str, names: list[str]) -> None:
    found = find(text, [Known(name, Kind.PERSON) for name in names])
    place = 0
    for one in found:
        assert place <= one.start < one.end
        assert text[one.start : one.end] == one.text
        place = one.end


@given(st.text("abc ,.\n", max_size=60), NAMES, st.text("abc ,.\n", max_size=60))
def test_a_known_name_never_stays(before: str, name: str, after: str) -> None:
    text = f"{before} {name.strip()} {after} {name.strip().upper()}."
    if len(name.strip()) < 2:
        return
    masked = mask(text, find(text, [Known(name, Kind.PERSON)]), WORDS)
    assert f" {name.strip()} " not in masked


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text, find(text), WORDS)
    assert mask(once, [], WORDS) == once
    assert mask(text, [], WORDS) == text


def test_the_same_gets_the_same_mark_and_each_kind_is_found() -> None:
    text = (
        "M. Durand (durand@ex.fr, 06 12 34 56 78.) au 12, rue des Lilas\n"
        "PC-LYO-0103 S/N : ABC12345 en 192.0.2.7, 00:11:22:aa:bb:cc, \\\\srv\\part, "
        "1 84 12 76 451 089 46, Durand encore"
    )
    found = find(text, [Known("Durand", Kind.PERSON)])
    assert {one.kind for one in found} >= {
        Kind.PERSON, Kind.EMAIL, Kind.PHONE, Kind.ADDRESS, Kind.MACHINE, Kind.SERIAL,
        Kind.NETWORK, Kind.NUMBER,
    }  # fmt: skip
    masked = mask(text, found, {kind: kind.value for kind in Kind})
    assert masked.count("[person 1]") == 2
    assert "[person 2]" not in masked
    assert mask("abc", [Found(0, 3, Kind.PERSON, "xyz")], WORDS) == "abc"  # of another text


PIECES = st.builds(
    Piece,
    evidence=st.integers(1, 30),
    competence=st.integers(1, 3),
    chosen=st.booleans(),
    attested=st.booleans(),
    outside=st.booleans(),
    criteria=st.frozensets(st.integers(1, 3), max_size=3),
)


@given(st.lists(PIECES, max_size=12))
def test_each_level_is_what_it_says(pieces: list[Piece]) -> None:
    found = coverage([(1, (1, 2, 3)), (2, ()), (4, (9,))], pieces)
    assert [one.competence for one in found] == [1, 2, 4]
    assert found[2].level is Level.MISSING
    for one in found:
        mine = [piece for piece in pieces if piece.competence == one.competence]
        kept = [piece for piece in mine if piece.chosen or piece.attested]
        assert one.proposed == len(mine) - len(kept)
        assert (one.level is Level.MISSING) == (not kept)
        if one.level is Level.STRONG:
            assert any(piece.attested for piece in kept)
            assert len(kept) > 1
            assert any(not piece.outside for piece in kept)  # elsewhere counts for one at most
        assert (one.advice is Advice.NOTHING) == (
            one.level is Level.STRONG and not one.missing_criteria
        )
        if one.level is Level.MISSING:
            assert one.advice is (Advice.CHOOSE if mine else Advice.FIND)


@given(PIECES)
def test_one_more_attested_piece_of_work_never_weakens(piece: Piece) -> None:
    order = [Level.MISSING, Level.THIN, Level.STRONG]
    more = Piece(99, piece.competence, chosen=True, attested=True, outside=False)
    before = coverage([(piece.competence, ())], [piece])[0].level
    after = coverage([(piece.competence, ())], [piece, more])[0].level
    assert order.index(after) >= order.index(before)
    assert after is not Level.MISSING


def test_a_rule_takes_what_has_its_facts() -> None:
    rules = [
        Rule(1, "ticket.solved", {"priority": [1, 2]}),
        Rule(2, "ticket.solved", {"category__under": ["Réseau"]}),
        Rule(3, "ticket.solved", {}),
        Rule(4, "ticket.escalated", {}),
    ]
    facts = {"priority": 2, "category": "Réseau/VPN"}
    assert matching(rules, "ticket.solved", facts) == [1, 2, 3]
    assert matching(rules, "ticket.solved", {"priority": 3, "category": "Réseaux"}) == [3]
    assert matching(rules, "ticket.solved", {}) == [3]


def test_the_park_tells_of_what_candidates_settled(db: None) -> None:
    from compagnon.park.tests import factories as park
    from compagnon.people.tests import factories as people

    organisation = people.organisation()
    asset = park.asset(organisation)
    person = people.person(organisation)

    def entry(key: int, verb: str, kind: str, subject: int, source: str = Source.PAGE) -> Entry:
        return Entry(
            id=key, verb=verb, object_type=kind, object_id=subject, actor_id=person.pk,
            after={"asset_id": asset.pk}, source=source, occurred_at="2026-02-02T08:00:00Z",
        )  # fmt: skip

    given_entries = [
        entry(1, "doubt.merge", DOUBT, 5),
        entry(2, "asset.merge", ASSET, asset.pk),
        entry(3, "asset.change", ASSET, asset.pk),
        entry(4, "doubt.separate", DOUBT, 6, Source.IMPORT),
    ]
    (found,) = propose(given_entries, frozenset({person.pk}))
    assert (found.object_id, found.entry_ids) == (asset.pk, (1, 2))
    assert found.facts["answer"] == "merged"
    assert list(propose(given_entries, frozenset())) == []
    assert Actor.system("x").id is None
